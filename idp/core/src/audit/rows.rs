//! SQL of the scribe.

use uuid::Uuid;

use super::Event;
use crate::{
    crypto::seal::Sealed,
    params,
    store::{Conn, StoreError, Tx},
    types::{Id, id},
};

const INSERT: &str = "insert into audit_event (id, at, kind, class, person_id, party_id, body, personal, key_owner) \
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
const KEY: &str = "select sealed, seal_key_id from audit_key where owner = $1";
const INSERT_KEY: &str = "insert into audit_key (owner, sealed, seal_key_id, created_at) values ($1, $2, $3, $4)";

/// Every statement of this file.
pub(super) const ALL: &[&str] = &[INSERT, KEY, INSERT_KEY];

pub(super) struct NewEvent<'a> {
    pub(super) id: Id<id::AuditEvent>,
    pub(super) event: &'a Event,
    pub(super) body: String,
    pub(super) personal: Option<Vec<u8>>,
    pub(super) owner: Option<Uuid>,
}

pub(super) async fn insert(tx: &mut Tx<'_>, new: NewEvent<'_>) -> Result<(), StoreError> {
    let NewEvent {
        id,
        event,
        body,
        personal,
        owner,
    } = new;
    let (kind, class, at) = (event.kind(), event.class().word(), tx.now());
    let params = params![
        id,
        at,
        kind,
        class,
        event.person(),
        event.party(),
        body,
        personal,
        owner
    ];
    tx.run(INSERT, params).await.map(|_| ())
}

pub(super) async fn key(conn: &mut Conn, owner: Uuid) -> Result<Option<Sealed>, StoreError> {
    let row = conn.one(KEY, params![owner]).await?;
    row.map(|row| {
        Ok(Sealed {
            key_id: row.text("seal_key_id")?,
            bytes: row.bytes("sealed")?,
        })
    })
    .transpose()
}

pub(super) async fn insert_key(tx: &mut Tx<'_>, owner: Uuid, sealed: &Sealed) -> Result<(), StoreError> {
    let now = tx.now();
    tx.run(
        INSERT_KEY,
        params![owner, sealed.bytes.clone(), sealed.key_id.as_str(), now],
    )
    .await
    .map(|_| ())
}
