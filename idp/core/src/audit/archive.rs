//! Archiving: records past their time at hand go to a file, one JSON object a line, and only then leave the log.
//!
//! The places of the chain stay, so that the chain can be recomputed without the file; with it, every record can be
//! checked against its place again.
//!
//! ```text
//! export ──► file, flushed to disk and read back ──► conclude: segment, event and deletion in one transaction
//! ```

use std::{
    fs::{File, OpenOptions},
    io::{self, BufRead, BufReader, BufWriter, Write},
    path::Path,
    time::Duration,
};

use serde::{Deserialize, Serialize};

use super::{Class, Event, chain, record, rows};
use crate::{
    crypto::{digest, random},
    store::{Cx, Db, StoreError, Tx},
    types::{Digest, Fault, Id, Timestamp},
};

/// Records in one file at most, so that the deletion is a short transaction. The caller comes again for the rest.
const MOST: i64 = 50_000;
const PAGE: i64 = 2_000;
/// What is younger stays: a record that commits late must not fall into a range that is archived already.
const YOUNGEST: Duration = Duration::from_hours(24);

/// A range that lies in a file and is still in the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    /// The class whose records were taken.
    pub class: Class,
    /// The first `seq`.
    pub from_seq: i64,
    /// The first `seq` after it.
    pub until_seq: i64,
    /// How many records.
    pub records: i64,
    /// SHA-256 of the file, as `sha256sum` prints it.
    pub digest: Digest,
}

/// What a check of a file found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checked {
    /// How many records.
    pub records: i64,
    /// SHA-256 of the file.
    pub digest: Digest,
}

/// Why a file is not a whole archive.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// This line (counted from 1) is not a record, or its hash does not fit its content.
    #[error("line {0} is not an archived record")]
    Line(i64),
    /// Reading failed.
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// One line of an archive.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    position: i64,
    seq: i64,
    id: Id<()>,
    at: i64,
    kind: String,
    class: String,
    person_id: Option<Id<()>>,
    party_id: Option<Id<()>>,
    body: String,
    /// Hexadecimal, like those below.
    personal: Option<String>,
    key_owner: Option<Id<()>>,
    record: String,
    chain: String,
}

impl Line {
    fn new(record: chain::Record, position: i64, chain: Digest) -> Self {
        let hash = record.hash();
        Self {
            position,
            seq: record.seq,
            id: Id::from_uuid(record.id),
            at: record.at,
            kind: record.kind,
            class: record.class,
            person_id: record.person_id.map(Id::from_uuid),
            party_id: record.party_id.map(Id::from_uuid),
            body: record.body,
            personal: record.personal.map(hex::encode),
            key_owner: record.key_owner.map(Id::from_uuid),
            record: hex::encode(hash.bytes()),
            chain: hex::encode(chain.bytes()),
        }
    }

    /// Whether the hash fits the content.
    fn whole(self) -> bool {
        let Ok(personal) = self.personal.map(hex::decode).transpose() else {
            return false;
        };
        let record = chain::Record {
            seq: self.seq,
            id: self.id.uuid(),
            at: self.at,
            kind: self.kind,
            class: self.class,
            person_id: self.person_id.map(Id::uuid),
            party_id: self.party_id.map(Id::uuid),
            body: self.body,
            personal,
            key_owner: self.key_owner.map(Id::uuid),
        };
        hex::encode(record.hash().bytes()) == self.record
    }
}

/// Archives the oldest records of a class into a new file, beginning with the first that is left and ending before the
/// first that is younger than `before` (at least a day old) or not sealed. `None`: there is nothing to archive, and no
/// file was made.
pub async fn to_file(db: &Db, cx: &Cx, class: Class, before: Timestamp, path: &Path) -> Result<Option<Draft>, Fault> {
    let wrong = |error: FileError| Fault::new("writing an audit archive", error);
    let file = OpenOptions::new().write(true).create_new(true).open(path).map_err(|error| wrong(error.into()))?;
    let before = before.min(cx.now - YOUNGEST);
    let mut writer = BufWriter::new(file);
    let draft = export(db, class, before, &mut writer).await?;
    let file = writer.into_inner().map_err(|error| wrong(error.into_error().into()))?;
    file.sync_all().map_err(|error| wrong(error.into()))?;
    let Some(draft) = draft else {
        std::fs::remove_file(path).map_err(|error| wrong(error.into()))?;
        return Ok(None);
    };
    let reopened = File::open(path).map_err(|error| wrong(error.into()))?;
    let read_back = check(&mut BufReader::new(reopened)).map_err(wrong)?;
    if (read_back.records, read_back.digest) != (draft.records, draft.digest) {
        return Err(Fault::bug("reading an audit archive back"));
    }
    conclude(db, cx, &draft, &path.display().to_string()).await?;
    Ok(Some(draft))
}

/// Writes the records of a range, one JSON object a line.
async fn export(
    db: &Db,
    class: Class,
    before: Timestamp,
    write: &mut (dyn Write + Send),
) -> Result<Option<Draft>, Fault> {
    let failed = |error: io::Error| Fault::new("writing an audit archive", error);
    let mut conn = db.read().await?;
    let mut hash = digest::Running::default();
    let (mut first, mut last, mut records) = (None, 0, 0);
    'pages: while records < MOST {
        let page = rows::archivable(&mut conn, class, last, PAGE).await?;
        if page.is_empty() {
            break;
        }
        for placed in page {
            let Some((position, chain)) = placed.place else {
                break 'pages;
            };
            if placed.record.at >= before.millis() {
                break 'pages;
            }
            last = placed.record.seq;
            first.get_or_insert(last);
            records += 1;
            let mut line = serde_json::to_string(&Line::new(placed.record, position, chain))
                .map_err(|error| failed(error.into()))?;
            line.push('\n');
            hash.update(line.as_bytes());
            write.write_all(line.as_bytes()).map_err(failed)?;
        }
    }
    write.flush().map_err(failed)?;
    let digest = hash.finish();
    Ok(first.map(|from_seq| Draft { class, from_seq, until_seq: last + 1, records, digest }))
}

/// Reads an archive: recomputes the hash of every record and the digest of the whole.
///
/// # Errors
/// The first line that is not whole.
pub fn check(read: &mut dyn BufRead) -> Result<Checked, FileError> {
    let mut hash = digest::Running::default();
    let (mut line, mut records) = (String::new(), 0);
    while read.read_line(&mut line)? > 0 {
        records += 1;
        hash.update(line.as_bytes());
        let whole = serde_json::from_str::<Line>(&line).is_ok_and(Line::whole);
        if !whole || !line.ends_with('\n') {
            return Err(FileError::Line(records));
        }
        line.clear();
    }
    Ok(Checked { records, digest: hash.finish() })
}

/// Notes the segment, tells of it, and lets the records go, all or nothing.
async fn conclude(db: &Db, cx: &Cx, draft: &Draft, file: &str) -> Result<(), Fault> {
    db.write(cx, |tx| Box::pin(move_out(tx, draft, file))).await.map_err(Fault::from)
}

async fn move_out(tx: &mut Tx<'_>, draft: &Draft, file: &str) -> Result<(), StoreError> {
    let now = tx.now();
    rows::insert_segment(tx, random::id(now), draft, file).await?;
    let (class, records, digest) = (draft.class.word(), draft.records, hex::encode(draft.digest.bytes()));
    record(tx, Event::Archived { class, records, digest }).await?;
    let gone = rows::delete_archived(tx, draft).await?;
    if i64::try_from(gone) != Ok(records) {
        return Err(Fault::bug("deleting archived records: the range changed meanwhile").into());
    }
    Ok(())
}
