//! Trying, writing and taking back a table of posts.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use super::{
    super::{
        By, Confirmed, DeskError, Edit, Limits, NewAssignment, Post, RoleGrant, Scope, Seen, Source,
        keep::{Kept, keep, person_of, unit_of},
        rows::import as rows,
    },
    row::Row,
};
use crate::{
    audit::{self, Event},
    org::Span,
    store::{Cx, Db, StoreError, Tx},
    types::{Digest, Fault, Id, Timestamp, id},
};

/// Rows in one transaction. A row that is refused makes its part run row by row, so that nothing of it stays.
const AT_ONCE: usize = 50;

/// After so many parts of a first import its tables are no longer what the database planned for.
const MUCH: [usize; 3] = [4, 16, 64];

/// What became, or would become, of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// A new post.
    New,
    /// A new post that waits for a second person.
    Waits,
    /// The post was there and is changed.
    Changed,
    /// The post was there, just so.
    Same,
    /// Nothing was written, for this reason: a stable word.
    Refused(String),
}

impl Outcome {
    /// The stable word.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Waits => "waits",
            Self::Changed => "changed",
            Self::Same => "same",
            Self::Refused(_) => "refused",
        }
    }

    /// Why a row was refused.
    pub fn why(&self) -> Option<&str> {
        if let Self::Refused(why) = self { Some(why) } else { None }
    }
}

/// A row with what became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Done {
    /// Its number in the file.
    pub row: usize,
    /// What became of it.
    pub outcome: Outcome,
    /// The post.
    pub post: Option<Id<id::Assignment>>,
}

impl From<rows::Recorded> for Done {
    fn from(one: rows::Recorded) -> Self {
        let outcome = match one.outcome.as_str() {
            "new" => Outcome::New,
            "waits" => Outcome::Waits,
            "changed" => Outcome::Changed,
            "same" => Outcome::Same,
            _ => Outcome::Refused(one.note.unwrap_or_default()),
        };
        Self { row: usize::try_from(one.row).unwrap_or_default(), outcome, post: one.post }
    }
}

/// What an import did, or would do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// Which import; `None`: it was only tried.
    pub import: Option<Id<id::StaffImport>>,
    /// Row by row.
    pub done: Vec<Done>,
}

/// Why an import cannot run.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// Another file was imported under the key.
    #[error("another file was imported under this key")]
    OtherFile,
    /// There is no such import, or it was taken back.
    #[error("there is no such import")]
    Unknown,
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<Fault> for ImportError {
    fn from(fault: Fault) -> Self {
        Self::Store(fault.into())
    }
}

/// Why a part of an import was rolled back.
#[derive(Debug)]
enum Stopped {
    /// This row is refused.
    Refused(String),
    /// It was only tried.
    Tried(Vec<Done>),
    Store(StoreError),
}

impl From<StoreError> for Stopped {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

#[derive(Clone, Copy)]
enum Mode {
    Try,
    Write(Id<id::StaffImport>),
}

/// What would become of rows if they were imported now: the same writes, rolled back. Rows of one part see each other.
pub async fn attempt(db: &Db, cx: &Cx, by: &By, table: &[Row]) -> Result<Report, ImportError> {
    Ok(Report { import: None, done: parts(db, cx, (by, Mode::Try), table).await? })
}

/// Imports rows under a key of the whole installation, each of them once: run again after a crash or by mistake, it goes on where it stopped, and gives the whole
/// report. `file` is the digest of the file.
pub async fn run(db: &Db, cx: &Cx, by: &By, (key, file): (&str, Digest), table: &[Row]) -> Result<Report, ImportError> {
    let count = i64::try_from(table.len()).unwrap_or(i64::MAX);
    let begun = db.write(cx, |tx| Box::pin(rows::begin(tx, key, file, count))).await?;
    if begun.file != file || begun.state == "undone" {
        return Err(ImportError::OtherFile);
    }
    let known: HashMap<usize, Done> = recorded(db, begun.id).await?.into_iter().map(|done| (done.row, done)).collect();
    let open: Vec<Row> = table.iter().filter(|row| !known.contains_key(&row.row)).cloned().collect();
    let mut done = parts(db, cx, (by, Mode::Write(begun.id)), &open).await?;
    done.extend(known.into_values());
    done.sort_by_key(|done| done.row);
    if begun.state == "running" {
        let file = file.hex();
        let posts =
            done.iter().filter(|done| matches!(done.outcome, Outcome::New | Outcome::Waits | Outcome::Changed)).count();
        let (import, posts, file) = (begun.id, i64::try_from(posts).unwrap_or(i64::MAX), &file);
        let ended = db.write(cx, |tx| {
            Box::pin(async move {
                if rows::finish(tx, import).await? {
                    let event = Event::OfficialsImported { import, posts, change: "imported", file: file.clone() };
                    audit::record(tx, event).await?;
                }
                Ok::<_, StoreError>(())
            })
        });
        ended.await?;
    }
    Ok(Report { import: Some(begun.id), done })
}

async fn recorded(db: &Db, import: Id<id::StaffImport>) -> Result<Vec<Done>, StoreError> {
    let mut conn = db.read().await?;
    Ok(rows::recorded(&mut conn, import).await?.into_iter().map(Done::from).collect())
}

async fn parts(db: &Db, cx: &Cx, (by, mode): (&By, Mode), table: &[Row]) -> Result<Vec<Done>, ImportError> {
    let mut done = Vec::new();
    for (number, part) in table.chunks(AT_ONCE).enumerate() {
        if matches!(mode, Mode::Write(_)) && MUCH.contains(&number) {
            db.analyze().await?;
        }
        match part_of(db, cx, (by, mode), part).await {
            Ok(finished) | Err(Stopped::Tried(finished)) => done.extend(finished),
            Err(Stopped::Refused(_)) => {
                for row in part {
                    done.push(alone(db, cx, (by, mode), row).await?);
                }
            }
            Err(Stopped::Store(error)) => return Err(error.into()),
        }
    }
    Ok(done)
}

/// One row in a transaction of its own; a refusal is recorded in another one, after the first left nothing.
async fn alone(db: &Db, cx: &Cx, (by, mode): (&By, Mode), row: &Row) -> Result<Done, ImportError> {
    let why = match part_of(db, cx, (by, mode), std::slice::from_ref(row)).await {
        Ok(mut done) | Err(Stopped::Tried(mut done)) => {
            return Ok(done.pop().ok_or(Fault::bug("importing a row"))?);
        }
        Err(Stopped::Refused(why)) => why,
        Err(Stopped::Store(error)) => return Err(error.into()),
    };
    let done = Done { row: row.row, outcome: Outcome::Refused(why), post: None };
    if let Mode::Write(import) = mode {
        let done = &done;
        db.write(cx, |tx| Box::pin(record(tx, import, done, None))).await?;
    }
    Ok(done)
}

async fn record(
    tx: &mut Tx<'_>,
    import: Id<id::StaffImport>,
    done: &Done,
    note: Option<String>,
) -> Result<(), StoreError> {
    let row = i64::try_from(done.row).unwrap_or(i64::MAX);
    let note = note.or_else(|| done.outcome.why().map(str::to_owned));
    let outcome = done.outcome.word().to_owned();
    rows::record(tx, import, &rows::Recorded { row, outcome, post: done.post, note }).await
}

async fn part_of(db: &Db, cx: &Cx, (by, mode): (&By, Mode), part: &[Row]) -> Result<Vec<Done>, Stopped> {
    db.write(cx, |tx| {
        Box::pin(async move {
            let mut finished = Vec::with_capacity(part.len());
            for row in part {
                let import = if let Mode::Write(import) = mode { Some(import) } else { None };
                let (done, note) = match one(tx, by, import, row).await {
                    Ok(done) => done,
                    Err(DeskError::Store(error)) => return Err(Stopped::Store(error)),
                    Err(refused) => {
                        let why = refused.word().unwrap_or("fault").to_owned();
                        return Err(Stopped::Refused(why));
                    }
                };
                if let Some(import) = import {
                    record(tx, import, &done, note).await?;
                }
                finished.push(done);
            }
            match mode {
                Mode::Try => Err(Stopped::Tried(finished)),
                Mode::Write(_) => Ok(finished),
            }
        })
    })
    .await
}

/// What a changed post was before, and its revision since: for taking the import back.
#[derive(Serialize, Deserialize)]
struct Prior {
    revision: i64,
    roles: Vec<RoleGrant>,
    scope: Scope,
    from: i64,
    until: i64,
    decision: Option<Confirmed>,
}

async fn one(
    tx: &mut Tx<'_>,
    by: &By,
    import: Option<Id<id::StaffImport>>,
    row: &Row,
) -> Result<(Done, Option<String>), DeskError> {
    let at = row.span.from.max(tx.now());
    let unit = unit_of(tx, &row.unit, at).await?.ok_or(super::super::Refused::Field("unit"))?;
    let (person, _) = person_of(tx, &row.number, &row.name).await?;
    let stated = NewAssignment {
        person,
        unit,
        position: row.position.clone(),
        kind: row.kind,
        roles: row.roles.clone(),
        scope: row.scope.clone(),
        span: row.span,
        decision: row.decision.clone(),
        limits: Limits::default(),
        source: Source::Import,
    };
    let (kept, given) = keep(tx, by, stated, import).await?;
    let outcome = outcome(&kept);
    let note = if let Kept::Changed(known) = kept { Some(prior(*known, given.revision)?) } else { None };
    Ok((Done { row: row.row, outcome, post: Some(given.post) }, note))
}

const fn outcome(kept: &Kept) -> Outcome {
    match kept {
        Kept::New => Outcome::New,
        Kept::Waits => Outcome::Waits,
        Kept::Changed(_) => Outcome::Changed,
        Kept::Same => Outcome::Same,
    }
}

/// What a post was before it was changed, as the import keeps it.
fn prior(known: Post, revision: i64) -> Result<String, Fault> {
    let prior = Prior {
        revision,
        roles: known.roles,
        scope: known.scope,
        from: known.span.from.millis(),
        until: known.span.until.millis(),
        decision: known.decision,
    };
    serde_json::to_string(&prior).map_err(|error| Fault::new("recording an import", error))
}

/// Takes an import back: what it made ends, what it changed is as before. What somebody changed since stays and is counted.
pub async fn undo(db: &Db, cx: &Cx, by: &By, import: Id<id::StaffImport>) -> Result<Undone, ImportError> {
    let found = rows::by_id(&mut db.read().await?, import).await?.filter(|found| found.state != "undone");
    let import = found.ok_or(ImportError::Unknown)?;
    let recorded = rows::recorded(&mut db.read().await?, import.id).await?;
    let mut undone = Undone::default();
    for part in recorded.chunks(AT_ONCE) {
        let (back, left) = db
            .write(cx, |tx| {
                Box::pin(async move {
                    let (mut back, mut left) = (0, 0);
                    for one in part {
                        match put_back(tx, by, one).await? {
                            Some(true) => back += 1,
                            Some(false) => left += 1,
                            None => {}
                        }
                    }
                    Ok::<_, StoreError>((back, left))
                })
            })
            .await?;
        undone.back += back;
        undone.left += left;
    }
    let (id, posts, file) = (import.id, i64::try_from(undone.back).unwrap_or(i64::MAX), &import.file.hex());
    let ended = db.write(cx, |tx| {
        Box::pin(async move {
            rows::undone(tx, id).await?;
            let event = Event::OfficialsImported { import: id, posts, change: "undone", file: file.clone() };
            audit::record(tx, event).await.map(|_| ())
        })
    });
    ended.await?;
    Ok(undone)
}

/// What taking an import back did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Undone {
    /// Posts that are as before the import.
    pub back: usize,
    /// Posts that were left as they are, because somebody changed them since or the gate refuses.
    pub left: usize,
}

/// `None`: the row had written nothing.
async fn put_back(tx: &mut Tx<'_>, by: &By, one: &rows::Recorded) -> Result<Option<bool>, StoreError> {
    let (Some(post), "new" | "waits" | "changed") = (one.post, one.outcome.as_str()) else { return Ok(None) };
    let now = tx.now();
    let done = if one.outcome == "changed" {
        let prior: Prior = match one.note.as_deref().map(serde_json::from_str) {
            Some(Ok(prior)) => prior,
            _ => return Err(Fault::bug("reading what an import changed").into()),
        };
        let span = Span { from: Timestamp::from_millis(prior.from), until: Timestamp::from_millis(prior.until) };
        let edit = Edit {
            roles: Some(prior.roles),
            scope: Some(prior.scope),
            span: Some(span),
            decision: prior.decision,
            ..Edit::default()
        };
        super::super::change(tx, by, Seen { post, revision: Some(prior.revision) }, edit).await
    } else {
        super::super::end(tx, by, Seen { post, revision: Some(1) }, (now, "import-undone")).await
    };
    match done {
        Ok(_) => Ok(Some(true)),
        Err(DeskError::Store(error)) => Err(error),
        Err(_) => Ok(Some(false)),
    }
}
