//! SQL of the register of parties.

use super::party::{PartyState, Save, StoredParty};
use crate::{
    params,
    store::{Conn, Row, StoreError, Tx},
    types::{Digest, Fault, Id, id},
};

const ALL_PARTIES: &str = "select id, client_id, state, definition, secret_digest from party order by client_id";
const BY_CLIENT_ID: &str = "select id, client_id, state, definition, secret_digest from party where client_id = $1";
const BY_ID: &str = "select id, client_id, state, definition, secret_digest from party where id = $1";
const INSERT: &str = "insert into party (id, client_id, state, definition, secret_digest, created_at, updated_at) \
    values ($1, $2, $3, $4, $5, $6, $6)";
const UPDATE: &str = "update party set state = $2, definition = $3, secret_digest = $4, updated_at = $5 where id = $1";

/// Every statement of this file.
pub(super) const ALL: &[&str] = &[ALL_PARTIES, BY_CLIENT_ID, BY_ID, INSERT, UPDATE];

fn party(row: &Row) -> Result<StoredParty, StoreError> {
    let definition = serde_json::from_str(&row.text("definition")?);
    let secret = row.opt_bytes("secret_digest")?.map(|bytes| bytes.try_into().map(Digest::from_bytes)).transpose();
    Ok(StoredParty {
        id: row.id("id")?,
        client_id: row.text("client_id")?,
        state: PartyState::from_word(&row.text("state")?)?,
        definition: definition.map_err(|error| Fault::new("reading the definition of a party", error))?,
        secret: secret.map_err(|_| Fault::bug("reading the secret of a party"))?,
    })
}

pub(super) async fn all(conn: &mut Conn) -> Result<Vec<StoredParty>, StoreError> {
    conn.all(ALL_PARTIES, params![]).await?.iter().map(party).collect()
}

pub(super) async fn by_client_id(conn: &mut Conn, client_id: &str) -> Result<Option<StoredParty>, StoreError> {
    conn.one(BY_CLIENT_ID, params![client_id]).await?.as_ref().map(party).transpose()
}

pub(super) async fn by_id(conn: &mut Conn, id: Id<id::Party>) -> Result<Option<StoredParty>, StoreError> {
    conn.one(BY_ID, params![id]).await?.as_ref().map(party).transpose()
}

pub(super) async fn insert(
    tx: &mut Tx<'_>,
    id: Id<id::Party>,
    new: &Save<'_>,
    definition: &str,
) -> Result<(), StoreError> {
    let now = tx.now();
    tx.run(INSERT, params![id, new.client_id, new.state.word(), definition, new.secret, now]).await.map(|_| ())
}

pub(super) async fn update(
    tx: &mut Tx<'_>,
    id: Id<id::Party>,
    (state, definition, secret): (PartyState, &str, Option<Digest>),
) -> Result<(), StoreError> {
    let now = tx.now();
    tx.run(UPDATE, params![id, state.word(), definition, secret, now]).await.map(|_| ())
}
