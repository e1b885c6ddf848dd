//! SQL of the keyring.

use super::{Fresh, KeyFacts, State};
use crate::{
    crypto::{jwk::Jwk, jws::Alg, seal::Sealed},
    params,
    store::{Conn, Row, StoreError, Tx},
    types::{Fault, Timestamp},
};

const LIST: &str = "select kid, alg, state, created_at, activated_at, retired_at, gone_at, revoked_at \
    from signing_key order by created_at desc, kid limit 10000";
const ONE: &str = "select kid, alg, state, created_at, activated_at, retired_at, gone_at, revoked_at \
    from signing_key where kid = $1";
const LIVE: &str = "select kid, alg, state, public_jwk, sealed, seal_key_id, \
    created_at, activated_at, retired_at, gone_at, revoked_at \
    from signing_key where state <> 'gone' order by alg, created_at, kid";
const PUBLIC: &str = "select kid, alg, state, public_jwk, \
    created_at, activated_at, retired_at, gone_at, revoked_at from signing_key where kid = $1";
const PUBLICS: &str = "select kid, public_jwk from signing_key order by kid limit 10000";
const INSERT: &str = "insert into signing_key (kid, alg, state, public_jwk, sealed, seal_key_id, created_at, activated_at) \
    values ($1, $2, $3, $4, $5, $6, $7, $8)";
const RETIRE: &str = "update signing_key set state = 'retiring', retired_at = $1 \
    where alg = $2 and state = 'active' returning kid";
const ACTIVATE: &str = "update signing_key set state = 'active', activated_at = $1 \
    where alg = $2 and state = 'next' returning kid";
const DESTROY: &str = "update signing_key set state = 'gone', gone_at = $1, sealed = null, seal_key_id = null \
    where kid = $2 and state = 'retiring' returning alg";
const REVOKE: &str = "update signing_key set state = 'gone', gone_at = coalesce(gone_at, $1), revoked_at = $1, \
    sealed = null, seal_key_id = null where kid = $2 and revoked_at is null returning alg";

pub(super) const COUNT_STALE: &str =
    "select count(*) as n from signing_key where sealed is not null and seal_key_id <> $1";
pub(super) const STALE: &str = "select kid as key, sealed, seal_key_id from signing_key \
    where sealed is not null and seal_key_id <> $1 order by kid limit $2";
pub(super) const RESEAL: &str =
    "update signing_key set sealed = $2, seal_key_id = $3 where kid = $1 and sealed is not null";

/// Every statement of this file.
pub(super) const ALL: &[&str] =
    &[LIST, ONE, LIVE, PUBLIC, PUBLICS, INSERT, RETIRE, ACTIVATE, DESTROY, REVOKE, COUNT_STALE, STALE, RESEAL];

/// A key that is not gone, with its sealed private half.
pub(super) struct LiveKey {
    pub(super) facts: KeyFacts,
    pub(super) public: String,
    pub(super) sealed: Sealed,
}

pub(super) async fn list(conn: &mut Conn) -> Result<Vec<KeyFacts>, StoreError> {
    conn.all(LIST, params![]).await?.iter().map(facts).collect()
}

pub(super) async fn one(conn: &mut Conn, kid: &str) -> Result<Option<KeyFacts>, StoreError> {
    conn.one(ONE, params![kid]).await?.as_ref().map(facts).transpose()
}

pub(super) async fn live(conn: &mut Conn) -> Result<Vec<LiveKey>, StoreError> {
    let read = |row: &Row| {
        let sealed = Sealed { key_id: row.text("seal_key_id")?, bytes: row.bytes("sealed")? };
        Ok(LiveKey { facts: facts(row)?, public: row.text("public_jwk")?, sealed })
    };
    conn.all(LIVE, params![]).await?.iter().map(read).collect()
}

pub(super) async fn public(conn: &mut Conn, kid: &str) -> Result<Option<(KeyFacts, Jwk)>, StoreError> {
    let row = conn.one(PUBLIC, params![kid]).await?;
    row.map(|row| Ok((facts(&row)?, jwk(&row.text("public_jwk")?)?))).transpose()
}

pub(super) async fn publics(conn: &mut Conn) -> Result<Vec<(String, Jwk)>, StoreError> {
    let rows = conn.all(PUBLICS, params![]).await?;
    rows.iter().map(|row| Ok((row.text("kid")?, jwk(&row.text("public_jwk")?)?))).collect()
}

/// Stores a new key as Active or as Next.
pub(super) async fn insert(tx: &mut Tx<'_>, fresh: &Fresh, state: State) -> Result<(), StoreError> {
    let sealed = tx.seals().seal(fresh.kid.as_bytes(), fresh.private.reveal());
    let (now, alg) = (tx.now(), fresh.alg.name());
    let activated_at = matches!(state, State::Active { .. }).then_some(now);
    let (kid, public) = (fresh.kid.as_str(), fresh.public.as_str());
    let params = params![kid, alg, state.word(), public, sealed.bytes, sealed.key_id, now, activated_at];
    tx.run(INSERT, params).await.map(|_| ())
}

/// The Active key stops signing; gives its `kid`.
pub(super) async fn retire(tx: &mut Tx<'_>, alg: Alg) -> Result<Option<String>, StoreError> {
    let now = tx.now();
    tx.one(RETIRE, params![now, alg.name()]).await?.map(|row| row.text("kid")).transpose()
}

/// The Next key begins to sign; gives its `kid`.
pub(super) async fn activate(tx: &mut Tx<'_>, alg: Alg) -> Result<Option<String>, StoreError> {
    let now = tx.now();
    tx.one(ACTIVATE, params![now, alg.name()]).await?.map(|row| row.text("kid")).transpose()
}

/// Ends a Retiring key; gives its algorithm.
pub(super) async fn destroy(tx: &mut Tx<'_>, kid: &str) -> Result<Option<Alg>, StoreError> {
    let now = tx.now();
    tx.one(DESTROY, params![now, kid]).await?.as_ref().map(alg).transpose()
}

/// Ends a key in whatever state it is; gives its algorithm. `None`: unknown, or revoked before.
pub(super) async fn revoke(tx: &mut Tx<'_>, kid: &str) -> Result<Option<Alg>, StoreError> {
    let now = tx.now();
    tx.one(REVOKE, params![now, kid]).await?.as_ref().map(alg).transpose()
}

fn alg(row: &Row) -> Result<Alg, StoreError> {
    Ok(Alg::from_name(&row.text("alg")?).ok_or(Fault::bug("reading the algorithm of a key"))?)
}

fn jwk(text: &str) -> Result<Jwk, StoreError> {
    Ok(Jwk::from_bytes(text).map_err(|error| Fault::new("reading a public key", error))?)
}

fn facts(row: &Row) -> Result<KeyFacts, StoreError> {
    let created_at = row.time("created_at")?;
    let since = |column: &str| -> Result<Timestamp, StoreError> { Ok(row.opt_time(column)?.unwrap_or(created_at)) };
    let state = match row.text("state")?.as_str() {
        "next" => State::Next { since: created_at },
        "active" => State::Active { since: since("activated_at")? },
        "retiring" => State::Retiring { since: since("retired_at")? },
        "gone" => State::Gone { at: since("gone_at")?, revoked_at: row.opt_time("revoked_at")? },
        _ => return Err(Fault::bug("reading the state of a key").into()),
    };
    Ok(KeyFacts { kid: row.text("kid")?, alg: alg(row)?, created_at, state })
}
