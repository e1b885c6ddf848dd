//! Sealing what the register keeps anew: profiles, and numbers with their blind indexes.

use super::{
    person::{Identifier, number_owner, open_number, profile_owner},
    rows,
};
use crate::{
    store::{Conn, StoreError, Tx, reseal::Column},
    types::{Id, id},
};

/// The sealed profiles.
pub const PROFILES: Column = Column {
    name: "person.sealed_profile",
    count: rows::COUNT_STALE_PROFILES,
    stale: rows::STALE_PROFILES,
    replace: rows::RESEAL_PROFILE,
    owner: |row| {
        let id: Id<id::Person> = row.id("key")?;
        Ok((id.into(), profile_owner(id)))
    },
};

/// How many numbers, or indexes of numbers, are not under the active key alone.
pub async fn stale_numbers(conn: &mut Conn) -> Result<u64, StoreError> {
    rows::count_stale_numbers(conn).await
}

/// Seals up to `most` numbers anew and makes their blind index anew under the active key; the others go. While two keys are in the key file a
/// number is found by either index, so nobody is lost meanwhile. Zero: none is left.
pub async fn reseal_numbers(tx: &mut Tx<'_>, most: i64) -> Result<u64, StoreError> {
    let seals = tx.seals();
    let stale: Vec<(Id<Identifier>, _)> = rows::stale_numbers(tx, most).await?;
    for (id, sealed) in &stale {
        let number = open_number(&seals, *id, sealed)?;
        let new = seals.seal(&number_owner(*id), number.as_str().as_bytes());
        rows::reseal_number(tx, *id, &new).await?;
        rows::delete_identifier_indexes(tx, *id).await?;
        let all = seals.indexes(rows::PERSONAL_NUMBER, number.as_str());
        for (key_id, digest) in all.iter().filter(|(key_id, _)| key_id == seals.active_id()) {
            rows::insert_identifier_index(tx, *id, key_id, *digest).await?;
        }
    }
    Ok(stale.len() as u64)
}
