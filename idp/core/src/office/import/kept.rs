//! Imports that were made: which there are, and what became of their rows.

use super::{super::rows::import as rows, run::Done};
use crate::{
    store::{Conn, StoreError},
    types::{Id, id},
};

pub use rows::Import;

type ImportId = Id<id::StaffImport>;

/// The import of a key.
pub async fn by_key(conn: &mut Conn, key: &str) -> Result<Option<Import>, StoreError> {
    rows::by_key(conn, key).await
}

/// One import.
pub async fn import(conn: &mut Conn, id: ImportId) -> Result<Option<Import>, StoreError> {
    rows::by_id(conn, id).await
}

/// The imports that somebody began, the latest first, at most `limit` that are older than one. `who` as in the audit log.
pub async fn imports_of(
    conn: &mut Conn,
    who: &str,
    before: Option<ImportId>,
    limit: i64,
) -> Result<Vec<Import>, StoreError> {
    rows::done_by(conn, who, before, limit).await
}

/// How many rows of an import came to what, by the words of outcomes.
pub async fn counts(conn: &mut Conn, id: ImportId) -> Result<Vec<(String, i64)>, StoreError> {
    rows::counted(conn, id).await
}

/// The rows of an import after one of them, in their order, at most `limit`.
pub async fn rows_of(conn: &mut Conn, id: ImportId, after: i64, limit: i64) -> Result<Vec<Done>, StoreError> {
    Ok(rows::recorded_after(conn, id, after, limit).await?.into_iter().map(Done::from).collect())
}
