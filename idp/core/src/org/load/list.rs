//! Bringing the sets into the tree, once.

use super::{
    files::Texts,
    read::Problem,
    sets::{Agencies, Planned, Report, plan},
};
use crate::{
    org::{
        self, AsOf, FOREVER,
        change::{self, Approved, ChangeError, NewSet, Purpose, Refusal, SetRow},
    },
    store::{Conn, Cx, Db, StoreError},
    types::{Digest, Id, id},
};

/// Sets asked for at a time where all loaded ones are looked for.
const PAGE: i64 = 200;

/// What a load did.
#[derive(Debug)]
pub struct Loaded {
    /// Whether anything changed.
    pub outcome: Outcome,
    /// What a person should know of the lists.
    pub report: Report,
}

/// Whether anything changed.
#[derive(Debug)]
pub enum Outcome {
    /// These sets were enacted.
    Enacted(Vec<Enacted>),
    /// Everything was there already.
    Nothing,
}

/// A set that was enacted.
#[derive(Clone, Debug)]
pub struct Enacted {
    /// What it is about.
    pub title: String,
    /// How many operations it holds.
    pub operations: usize,
    /// What was recorded.
    pub approved: Approved,
}

/// Why nothing was loaded.
#[derive(Debug)]
pub enum LoadError {
    /// The files are wrong.
    Files(Vec<Problem>),
    /// Other lists were loaded before: the set that says so.
    OtherLists(Box<SetRow>),
    /// There are units that no load made.
    NotEmpty,
    /// A set was refused: its title, and why.
    Refused(String, Refusal),
    /// The database failed.
    Store(StoreError),
}

impl From<StoreError> for LoadError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

/// Loads the lists: every set that is not there yet, each in one transaction, in the order of their days. A second run changes
/// nothing. `progress` is told operations done and operations in all.
///
/// # Errors
/// [`LoadError`]: wrong files, other lists before, units that something else made, a set that clashes with what is recorded.
pub async fn load(
    db: &Db,
    cx: &Cx,
    (texts, agencies): (&Texts, Agencies),
    progress: &(dyn Fn(u64, u64) + Send + Sync),
) -> Result<Loaded, LoadError> {
    let (forms, before, is_empty) = {
        let mut conn = db.read().await?;
        let root = org::root(&mut conn, AsOf::at(cx.now)).await?;
        let later = org::root(&mut conn, AsOf::at(last_instant())).await?;
        (org::forms(&mut conn).await?, loaded(&mut conn).await?, root.is_none() && later.is_none())
    };
    let planned = plan(texts, &forms, agencies).map_err(LoadError::Files)?;
    let missing = missing(&planned, &before)?;
    if missing.len() == planned.sets.len() && !is_empty {
        return Err(LoadError::NotEmpty);
    }
    let all = missing.iter().map(|set| set.operations.len() as u64).sum();
    let (mut done, mut enacted) = (0, Vec::new());
    progress(done, all);
    for set in missing {
        let approved = enact(db, cx, &planned, set).await?;
        db.analyze().await?;
        let operations = set.operations.len();
        done += operations as u64;
        progress(done, all);
        enacted.push(Enacted { title: set.title.clone(), operations, approved });
    }
    let outcome = if enacted.is_empty() { Outcome::Nothing } else { Outcome::Enacted(enacted) };
    Ok(Loaded { outcome, report: planned.report })
}

/// The last instant at which something can be so.
const fn last_instant() -> crate::types::Timestamp {
    crate::types::Timestamp::from_millis(FOREVER.millis() - 1)
}

/// Every set that a load enacted and that still stands.
async fn loaded(conn: &mut Conn) -> Result<Vec<SetRow>, StoreError> {
    let (mut found, mut before): (Vec<SetRow>, Option<Id<id::ChangeSet>>) = (Vec::new(), None);
    loop {
        let page = change::list(conn, Some("approved"), before, PAGE).await?;
        let full = page.len() as i64 == PAGE;
        before = page.last().map(|row| row.id);
        found.extend(page.into_iter().filter(|row| row.purpose == Purpose::Load && row.title != super::APPLIED));
        if !full {
            return Ok(found);
        }
    }
}

/// The sets that are not there yet. Those that are there must be the first of the plan: a load goes on where it broke off, and never
/// puts one list on top of another.
fn missing<'a>(planned: &'a Planned, loaded: &[SetRow]) -> Result<Vec<&'a NewSet>, LoadError> {
    let digests: Vec<Digest> = loaded.iter().map(|row| row.decision.file_sha256).collect();
    let is_there = |set: &&NewSet| digests.contains(&set.decision.file_sha256);
    let there = planned.sets.iter().take_while(is_there).count();
    let known: Vec<Digest> = planned.sets[..there].iter().map(|set| set.decision.file_sha256).collect();
    match loaded.iter().find(|row| !known.contains(&row.decision.file_sha256)) {
        Some(other) => Err(LoadError::OtherLists(Box::new(other.clone()))),
        None => Ok(planned.sets[there..].iter().collect()),
    }
}

async fn enact(db: &Db, cx: &Cx, planned: &Planned, set: &NewSet) -> Result<Approved, LoadError> {
    let written = db.write(cx, |tx| {
        Box::pin(async move {
            for form in &planned.forms {
                org::put_form(tx, form).await?;
            }
            change::enact(tx, set).await
        })
    });
    written.await.map_err(|error| match error {
        ChangeError::Refused(refusal) => LoadError::Refused(set.title.clone(), refusal),
        ChangeError::Store(error) => LoadError::Store(error),
    })
}
