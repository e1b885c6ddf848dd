//! Sealing old values anew, after the master key changed. Every room names the sealed columns of its tables; a test holds the list against
//! the schema, so that no column is forgotten.

use super::{Conn, Param, Row, StoreError, Tx};
use crate::{crypto::seal::Sealed, params, types::Fault};

/// A row's key, and the owner that its value was sealed for.
pub type Whose = (Param, Vec<u8>);

/// A sealed column: three statements of its room, and whose each value is.
pub struct Column {
    /// `table.column`, for people and for the audit log.
    pub name: &'static str,
    /// Counts, as `n`, the values that are not under the key `$1`.
    pub count: &'static str,
    /// Gives `key`, `sealed` and `seal_key_id` of up to `$2` such values.
    pub stale: &'static str,
    /// Puts the value `$2` under the key `$3` into the row `$1`.
    pub replace: &'static str,
    /// Reads from a row whose the value is.
    pub owner: fn(&Row) -> Result<Whose, StoreError>,
}

/// How many values of a column are not under the active key.
pub async fn left(conn: &mut Conn, column: &Column) -> Result<u64, StoreError> {
    let active = conn.seals().active_id().to_owned();
    let row = conn.one(column.count, params![active]).await?.ok_or(Fault::bug("counting sealed values"))?;
    Ok(row.int("n")?.unsigned_abs())
}

/// Seals up to `most` values anew; gives how many there were. Zero: none is left.
///
/// # Errors
/// A value that its key does not open is a fault: the key file lacks a key, or somebody changed the row.
pub async fn some(tx: &mut Tx<'_>, column: &Column, most: i64) -> Result<u64, StoreError> {
    let seals = tx.seals();
    let rows = tx.all(column.stale, params![seals.active_id(), most]).await?;
    for row in &rows {
        let (key, owner) = (column.owner)(row)?;
        let old = Sealed { key_id: row.text("seal_key_id")?, bytes: row.bytes("sealed")? };
        let plain = seals.open(&owner, &old).map_err(|error| Fault::new("opening a value to seal it anew", error))?;
        let new = seals.seal(&owner, &plain);
        tx.later(column.replace, vec![key, new.bytes.into(), new.key_id.into()]).await?;
    }
    Ok(rows.len() as u64)
}
