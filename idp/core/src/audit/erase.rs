//! Personal values of events: reading them while their key is there, and destroying the key.

use super::{Event, Personal, record, record::open_key, rows};
use crate::{
    crypto::seal,
    store::{Conn, StoreError, Tx, reseal::Column, revision},
    types::{Fault, Id, id},
};

/// The personal values of an event; `None` where it has none, or where the key over them was destroyed.
pub async fn personal(conn: &mut Conn, event: Id<id::AuditEvent>) -> Result<Option<Personal>, StoreError> {
    let Some((sealed, owner)) = rows::personal(conn, event).await? else {
        return Ok(None);
    };
    let Some(key) = rows::key(conn, owner).await? else {
        return Ok(None);
    };
    let key = open_key(&conn.seals(), owner, &key)?;
    // An event from before an erasure lies under the old key, though the person may have a new one since.
    let Ok(plain) = seal::decrypt(&key, event.bytes(), &sealed) else {
        return Ok(None);
    };
    let personal = serde_json::from_slice(&plain).map_err(|error| Fault::new("reading personal values", error))?;
    Ok(Some(personal))
}

/// The keys over personal values. Nodes that hold an opened one find that it is stored differently now, and read it again.
pub const KEYS: Column = Column {
    name: "audit_key.sealed",
    count: rows::COUNT_STALE_KEYS,
    stale: rows::STALE_KEYS,
    replace: rows::RESEAL_KEY,
    owner: |row| {
        let owner = row.uuid("key")?;
        Ok((owner.into(), owner.as_bytes().to_vec()))
    },
};

/// Destroys the key over a person's personal values in the log. The chain covers the ciphertext, so it stays whole. The
/// event that tells of it is written first: its own personal values go with the rest.
pub async fn erase(tx: &mut Tx<'_>, person: Id<id::Person>) -> Result<(), StoreError> {
    record(tx, Event::Erased { person }).await?;
    rows::delete_key(tx, person.uuid()).await?;
    tx.seals().opened().forget(person.uuid());
    // Every node forgets what it opened; until it does, the database refuses records under the erased key.
    revision::bump(tx, revision::Room::AuditKeys).await
}
