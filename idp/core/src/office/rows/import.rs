//! SQL of imports: one row for each file, and one for each of its lines.

use crate::{
    crypto::random,
    params,
    store::{Conn, Row, StoreError, Tx},
    types::{Digest, Fault, Id, Timestamp, id},
};

type ImportId = Id<id::StaffImport>;

macro_rules! import {
    ($rest:literal) => {
        concat!("select id, file_digest, state, rows_all, done_by, begun_at from staff_import ", $rest)
    };
}

const BEGIN: &str = "insert into staff_import (id, import_key, file_digest, state, rows_all, done_by, begun_at) \
    values ($1, $2, $3, 'running', $4, $5, $6) on conflict (import_key) do nothing";
const BY_KEY: &str = import!("where import_key = $1");
const BY_ID: &str = import!("where id = $1");
const DONE_BY: &str = import!("where done_by = $1 and id < $2 order by id desc limit $3");
const RECORD: &str =
    "insert into staff_import_row (import_id, row_no, outcome, assignment_id, note) values ($1, $2, $3, $4, $5)";
const RECORDED: &str =
    "select row_no, outcome, assignment_id, note from staff_import_row where import_id = $1 order by row_no";
const RECORDED_AFTER: &str = "select row_no, outcome, assignment_id, note from staff_import_row \
    where import_id = $1 and row_no > $2 order by row_no limit $3";
const COUNTED: &str = "select outcome, count(*) as n from staff_import_row where import_id = $1 group by outcome";
const FINISH: &str = "update staff_import set state = 'done', ended_at = $2 where id = $1 and state = 'running'";
const UNDONE: &str = "update staff_import set state = 'undone', ended_at = $2 where id = $1 and state <> 'undone'";

/// Every statement of this file.
pub(super) const ALL: &[&str] =
    &[BEGIN, BY_KEY, BY_ID, DONE_BY, RECORD, RECORDED, RECORDED_AFTER, COUNTED, FINISH, UNDONE];

/// An import.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Import {
    /// Which.
    pub id: ImportId,
    /// The digest of its file.
    pub file: Digest,
    /// `running`, `done` or `undone`.
    pub state: String,
    /// How many rows the file had.
    pub rows_all: i64,
    /// Who began it, as in the audit log.
    pub done_by: String,
    /// When.
    pub begun_at: Timestamp,
}

fn import(row: &Row) -> Result<Import, StoreError> {
    Ok(Import {
        id: row.id("id")?,
        file: row.digest("file_digest")?,
        state: row.text("state")?,
        rows_all: row.int("rows_all")?,
        done_by: row.text("done_by")?,
        begun_at: row.time("begun_at")?,
    })
}

/// A line that was done.
pub(crate) struct Recorded {
    pub(crate) row: i64,
    pub(crate) outcome: String,
    pub(crate) post: Option<Id<id::Assignment>>,
    pub(crate) note: Option<String>,
}

/// Begins an import under a key, or finds the one that began before.
pub(crate) async fn begin(tx: &mut Tx<'_>, key: &str, file: Digest, lines: i64) -> Result<Import, StoreError> {
    let (now, by) = (tx.now(), tx.cx().actor.to_string());
    let id: ImportId = random::id(now);
    tx.run(BEGIN, params![id, key, file, lines, by, now]).await?;
    by_key(tx, key).await?.ok_or_else(|| Fault::bug("beginning an import").into())
}

pub(crate) async fn by_key(conn: &mut Conn, key: &str) -> Result<Option<Import>, StoreError> {
    conn.one(BY_KEY, params![key]).await?.as_ref().map(import).transpose()
}

pub(crate) async fn by_id(conn: &mut Conn, id: ImportId) -> Result<Option<Import>, StoreError> {
    conn.one(BY_ID, params![id]).await?.as_ref().map(import).transpose()
}

/// The latest first.
pub(crate) async fn done_by(
    conn: &mut Conn,
    who: &str,
    before: Option<ImportId>,
    limit: i64,
) -> Result<Vec<Import>, StoreError> {
    let before = before.unwrap_or(Id::from_uuid(uuid::Uuid::max()));
    conn.all(DONE_BY, params![who, before, limit]).await?.iter().map(import).collect()
}

/// How many rows came to what.
pub(crate) async fn counted(conn: &mut Conn, id: ImportId) -> Result<Vec<(String, i64)>, StoreError> {
    let found = conn.all(COUNTED, params![id]).await?;
    found.iter().map(|row| Ok((row.text("outcome")?, row.int("n")?))).collect()
}

/// Records a line; one line is recorded once, so a second run that raced the first rolls back.
pub(crate) async fn record(tx: &mut Tx<'_>, import: ImportId, one: &Recorded) -> Result<(), StoreError> {
    let params = params![import, one.row, one.outcome.as_str(), one.post, one.note.as_deref()];
    tx.run(RECORD, params).await.map(|_| ())
}

fn line(row: &Row) -> Result<Recorded, StoreError> {
    Ok(Recorded {
        row: row.int("row_no")?,
        outcome: row.text("outcome")?,
        post: row.opt_id("assignment_id")?,
        note: row.opt_text("note")?,
    })
}

pub(crate) async fn recorded(conn: &mut Conn, import: ImportId) -> Result<Vec<Recorded>, StoreError> {
    conn.all(RECORDED, params![import]).await?.iter().map(line).collect()
}

/// A page of lines, after one of them.
pub(crate) async fn recorded_after(
    conn: &mut Conn,
    import: ImportId,
    after: i64,
    limit: i64,
) -> Result<Vec<Recorded>, StoreError> {
    conn.all(RECORDED_AFTER, params![import, after, limit]).await?.iter().map(line).collect()
}

pub(crate) async fn finish(tx: &mut Tx<'_>, import: ImportId) -> Result<bool, StoreError> {
    let now = tx.now();
    Ok(tx.run(FINISH, params![import, now]).await? == 1)
}

pub(crate) async fn undone(tx: &mut Tx<'_>, import: ImportId) -> Result<(), StoreError> {
    let now = tx.now();
    tx.run(UNDONE, params![import, now]).await.map(|_| ())
}
