//! Subjects: by which value a sector of parties knows a person.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

use super::rows;
use crate::{
    crypto::random,
    store::{Conn, StoreError, Tx},
    types::{Id, id},
};

/// The `sub` of a person in a sector, made at first need: a stored random row, never derived from anything, so that it
/// can be imported, and outlives every change of number, name and key.
pub async fn subject(tx: &mut Tx<'_>, person: Id<id::Person>, sector: &str) -> Result<String, StoreError> {
    if let Some(sub) = rows::subject(tx, person, sector).await? {
        return Ok(sub);
    }
    let sub = URL_SAFE_NO_PAD.encode(random::bytes::<16>());
    rows::insert_subject(tx, person, sector, &sub).await?;
    Ok(sub)
}

/// The `sub` of a person in a sector; `None`: the sector does not know them yet.
pub async fn known_subject(
    conn: &mut Conn,
    person: Id<id::Person>,
    sector: &str,
) -> Result<Option<String>, StoreError> {
    rows::subject(conn, person, sector).await
}

/// Takes over a `sub` that a system knew before. [`StoreError::is_unique`] of `subject.sub` or `subject.sector`: another
/// person has it, and a `sub` is never given a second time.
pub async fn import_subject(
    tx: &mut Tx<'_>,
    person: Id<id::Person>,
    sector: &str,
    sub: &str,
) -> Result<bool, StoreError> {
    match rows::subject(tx, person, sector).await? {
        Some(stored) if stored == sub => Ok(false),
        Some(_) => Err(StoreError::Unique("subject.sector".into())),
        None => rows::insert_subject(tx, person, sector, sub).await.map(|()| true),
    }
}

/// The person whom a sector knows by this `sub`.
pub async fn person_of(conn: &mut Conn, sector: &str, sub: &str) -> Result<Option<Id<id::Person>>, StoreError> {
    rows::person_of(conn, sector, sub).await
}
