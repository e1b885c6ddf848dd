//! SQL of imports: one row for each file, and one for each of its lines.

use crate::{
    crypto::random,
    params,
    store::{Conn, Row, StoreError, Tx},
    types::{Digest, Fault, Id, id},
};

type ImportId = Id<id::StaffImport>;

const BEGIN: &str = "insert into staff_import (id, import_key, file_digest, state, rows_all, done_by, begun_at) \
    values ($1, $2, $3, 'running', $4, $5, $6) on conflict (import_key) do nothing";
const BY_KEY: &str = "select id, file_digest, state from staff_import where import_key = $1";
const RECORD: &str =
    "insert into staff_import_row (import_id, row_no, outcome, assignment_id, note) values ($1, $2, $3, $4, $5)";
const RECORDED: &str =
    "select row_no, outcome, assignment_id, note from staff_import_row where import_id = $1 order by row_no";
const FINISH: &str = "update staff_import set state = 'done', ended_at = $2 where id = $1 and state = 'running'";
const UNDONE: &str = "update staff_import set state = 'undone', ended_at = $2 where id = $1 and state <> 'undone'";

/// Every statement of this file.
pub(super) const ALL: &[&str] = &[BEGIN, BY_KEY, RECORD, RECORDED, FINISH, UNDONE];

/// An import.
pub(crate) struct Import {
    pub(crate) id: ImportId,
    pub(crate) file: Digest,
    pub(crate) state: String,
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
    let read = |row: Row| Ok(Import { id: row.id("id")?, file: row.digest("file_digest")?, state: row.text("state")? });
    conn.one(BY_KEY, params![key]).await?.map(read).transpose()
}

/// Records a line; one line is recorded once, so a second run that raced the first rolls back.
pub(crate) async fn record(tx: &mut Tx<'_>, import: ImportId, one: &Recorded) -> Result<(), StoreError> {
    let params = params![import, one.row, one.outcome.as_str(), one.post, one.note.as_deref()];
    tx.run(RECORD, params).await.map(|_| ())
}

pub(crate) async fn recorded(conn: &mut Conn, import: ImportId) -> Result<Vec<Recorded>, StoreError> {
    let read = |row: &Row| {
        Ok(Recorded {
            row: row.int("row_no")?,
            outcome: row.text("outcome")?,
            post: row.opt_id("assignment_id")?,
            note: row.opt_text("note")?,
        })
    };
    conn.all(RECORDED, params![import]).await?.iter().map(read).collect()
}

pub(crate) async fn finish(tx: &mut Tx<'_>, import: ImportId) -> Result<bool, StoreError> {
    let now = tx.now();
    Ok(tx.run(FINISH, params![import, now]).await? == 1)
}

pub(crate) async fn undone(tx: &mut Tx<'_>, import: ImportId) -> Result<(), StoreError> {
    let now = tx.now();
    tx.run(UNDONE, params![import, now]).await.map(|_| ())
}
