//! Trying and writing a table of posts.

use std::collections::HashMap;

use super::{
    super::{
        By, DeskError, Limits, NewAssignment, Post, Source, assignment,
        keep::{Kept, keep, may_hear, person_of, unit_of},
        rows::import as rows,
    },
    row::{MOST_OF_ONE, Row},
    undo::prior,
};
use crate::{
    audit::{self, Event},
    store::{Cx, Db, StoreError, Tx},
    types::{Digest, Fault, Id, id},
};

/// Rows in one transaction: some tenths of a second.
const AT_ONCE: usize = MOST_OF_ONE;

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
    /// The post; `None` where there is none, also of a row that was only tried and would make one.
    pub post: Option<Id<id::Assignment>>,
    /// Of a row that was only tried and not refused: the post before and after.
    pub turn: Option<Box<Turn>>,
}

/// A post as it is and as it would be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Turn {
    /// As it is; `None`: it would be new.
    pub before: Option<Post>,
    /// As it would be.
    pub after: Post,
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
        Self { row: usize::try_from(one.row).unwrap_or_default(), outcome, post: one.post, turn: None }
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
    /// One of its rows is refused.
    Refused,
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

impl Mode {
    const fn import(self) -> Option<Id<id::StaffImport>> {
        if let Self::Write(import) = self { Some(import) } else { None }
    }
}

/// What would become of rows if they were imported now: the same writes in the same parts, rolled back. The rows of one person see each
/// other. What one person's rows change for another person's is not seen across parts: with whom `platform.own` stays, and whether a
/// second person is there to wait for.
pub async fn attempt(db: &Db, cx: &Cx, by: &By, table: &[Row]) -> Result<Report, ImportError> {
    let all: Vec<&Row> = table.iter().collect();
    let mut done = in_parts(db, cx, (by, Mode::Try), &all).await?;
    done.sort_by_key(|done| done.row);
    Ok(Report { import: None, done })
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
    let open: Vec<&Row> = table.iter().filter(|row| !known.contains_key(&row.row)).collect();
    let mut done = in_parts(db, cx, (by, Mode::Write(begun.id)), &open).await?;
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

/// The rows of a table in parts: those of one person together, persons in the order in which they first stand there.
fn parts<'r>(table: &[&'r Row]) -> Vec<Vec<&'r Row>> {
    let (mut places, mut persons): (HashMap<&str, usize>, Vec<Vec<&Row>>) = (HashMap::new(), Vec::new());
    for row in table {
        let place = *places.entry(row.number.as_str()).or_insert_with(|| {
            persons.push(Vec::new());
            persons.len() - 1
        });
        persons[place].push(row);
    }
    let mut parts: Vec<Vec<&Row>> = Vec::new();
    for rows in persons {
        match parts.last_mut() {
            Some(part) if part.len() + rows.len() <= AT_ONCE => part.extend(rows),
            _ => parts.push(rows),
        }
    }
    parts
}

async fn in_parts(db: &Db, cx: &Cx, (by, mode): (&By, Mode), table: &[&Row]) -> Result<Vec<Done>, ImportError> {
    let mut done = Vec::with_capacity(table.len());
    for (number, part) in parts(table).into_iter().enumerate() {
        if matches!(mode, Mode::Write(_)) && MUCH.contains(&number) {
            db.analyze().await?;
        }
        let mut finished = part_of(db, cx, (by, mode, Marks::None), &part).await;
        if matches!(finished, Err(Stopped::Refused)) {
            finished = part_of(db, cx, (by, mode, Marks::EachRow), &part).await;
        }
        match finished {
            Ok(finished) | Err(Stopped::Tried(finished)) => done.extend(finished),
            Err(Stopped::Refused) => return Err(Fault::bug("importing a part of a file").into()),
            Err(Stopped::Store(error)) => return Err(error.into()),
        }
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

/// Whether a row that is refused is taken back alone. Marks cost two sendings for each row, and most files need none.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Marks {
    None,
    EachRow,
}

async fn part_of(db: &Db, cx: &Cx, (by, mode, marks): (&By, Mode, Marks), part: &[&Row]) -> Result<Vec<Done>, Stopped> {
    db.write(cx, |tx| {
        Box::pin(async move {
            let mut finished = Vec::with_capacity(part.len());
            for row in part {
                if marks == Marks::EachRow {
                    tx.mark().await?;
                }
                let (done, note) = match (one(tx, (by, mode), row).await, marks) {
                    (Ok(done), Marks::None) => done,
                    (Ok(done), Marks::EachRow) => {
                        tx.unmark().await?;
                        done
                    }
                    (Err(DeskError::Store(error)), _) => return Err(Stopped::Store(error)),
                    (Err(_), Marks::None) => return Err(Stopped::Refused),
                    (Err(refused), Marks::EachRow) => {
                        tx.back().await?;
                        let outcome = Outcome::Refused(refused.word().unwrap_or("fault").to_owned());
                        (Done { row: row.row, outcome, post: None, turn: None }, None)
                    }
                };
                if let Mode::Write(import) = mode {
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

async fn one(tx: &mut Tx<'_>, (by, mode): (&By, Mode), row: &Row) -> Result<(Done, Option<String>), DeskError> {
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
    let (kept, given) = keep(tx, by, (stated, &row.limits), mode.import()).await?;
    let outcome = outcome(&kept);
    let is_there = matches!(kept, Kept::Changed(_) | Kept::Same);
    let mut done = Done { row: row.row, outcome, post: Some(given.post), turn: None };
    let may_be_foreign = kept == Kept::Same && !matches!(by, By::Operator);
    if matches!(mode, Mode::Try) || may_be_foreign {
        let after = assignment(tx, given.post).await?.ok_or(Fault::bug("reading a post that was imported"))?.post;
        if may_be_foreign {
            may_hear(tx, by, &after).await?;
        }
        if matches!(mode, Mode::Try) {
            let before = match &kept {
                Kept::New | Kept::Waits => None,
                Kept::Changed(known) => Some((**known).clone()),
                Kept::Same => Some(after.clone()),
            };
            // What is only tried is not there afterwards, so nobody is told its id.
            done.post = done.post.filter(|_| is_there);
            done.turn = Some(Box::new(Turn { before, after }));
        }
    }
    let note = if let Kept::Changed(known) = kept { Some(prior(*known, given.revision)?) } else { None };
    Ok((done, note))
}

const fn outcome(kept: &Kept) -> Outcome {
    match kept {
        Kept::New => Outcome::New,
        Kept::Waits => Outcome::Waits,
        Kept::Changed(_) => Outcome::Changed,
        Kept::Same => Outcome::Same,
    }
}

#[cfg(test)]
mod tests {
    use super::{Row, parts};
    use crate::{
        office::{Kind, PositionId, Said, Scope},
        org::{FOREVER, Span},
        types::{FullName, PersonalId, Timestamp},
    };

    fn row(row: usize, person: usize) -> Row {
        Row {
            row,
            number: PersonalId::parse(&format!("079085{person:06}")).expect("a number"),
            name: FullName::parse("Nguyen Van An").expect("a name"),
            unit: "22015".to_owned(),
            position: PositionId::parse("can-bo").expect("a word"),
            kind: Kind::Primary,
            roles: Vec::new(),
            scope: Scope::Unit,
            listed: Vec::new(),
            span: Span { from: Timestamp::default(), until: FOREVER },
            decision: None,
            limits: Said::default(),
        }
    }

    #[test]
    fn the_rows_of_one_person_stand_in_one_part_and_no_part_is_long() {
        // Three persons have thirty rows each, all over the file; everybody else has one.
        let all: Vec<Row> = (0..500).map(|at| row(at, if at % 5 < 3 && at < 150 { at % 5 } else { at + 10 })).collect();
        let all: Vec<&Row> = all.iter().collect();
        let parts = parts(&all);
        assert_eq!(parts.iter().map(Vec::len).sum::<usize>(), 500);
        assert!(parts.iter().all(|part| !part.is_empty() && part.len() <= super::AT_ONCE), "{parts:?}");
        for person in 0..3 {
            let holding = parts.iter().filter(|part| part.iter().any(|one| one.number == row(0, person).number));
            assert_eq!(holding.count(), 1, "{person}");
        }
        let first: Vec<usize> =
            parts[0].iter().filter(|one| one.number == row(0, 0).number).map(|one| one.row).collect();
        assert!(first.len() == 30 && first.is_sorted(), "in the order of the file: {first:?}");
    }
}
