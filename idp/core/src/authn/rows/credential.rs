//! SQL of credentials.

use uuid::Uuid;

use super::super::ceremony::Answers;
use super::super::credential::{Credential, Held, Kind, New, owner};
use crate::{
    crypto::{
        random,
        seal::{Sealed, Seals},
    },
    params,
    store::{Conn, Row, StoreError, Tx},
    types::{Fault, Id, Secret, id},
};

const INSERT: &str = "insert into credential \
    (id, account_id, kind, label, public_id, sealed, seal_key_id, state, state_at, created_at) \
    values ($1, $2, $3, $4, $5, $6, $7, 'active', $8, $8)";
const OF_ACCOUNT: &str = "select id, account_id, kind, label, public_id, sealed, seal_key_id, created_at, last_used_at \
    from credential where account_id = $1 and state = 'active' order by created_at, id limit 100";
const KINDS: &str = "select distinct kind from credential where account_id = $1 and state = 'active'";
const BY_PUBLIC_ID: &str = "select id, account_id, kind, label, public_id, sealed, seal_key_id, created_at, last_used_at \
    from credential where public_id = $1 and state = 'active'";
const IS_KNOWN: &str = "select id from credential where public_id = $1";
const USED: &str = "update credential set sealed = $2, seal_key_id = $3, last_used_at = $4 \
    where id = $1 and state = 'active'";
const RENAME: &str = "update credential set label = $3 where id = $1 and account_id = $2 and state = 'active'";
const REMOVE: &str = "update credential set state = 'removed', state_at = $3, sealed = null, seal_key_id = null \
    where id = $1 and account_id = $2 and state = 'active'";
const HANDLE: &str = "select handle from webauthn_user where account_id = $1";
/// Two first ceremonies of one person may meet: one of the two handles stays.
const INSERT_HANDLE: &str = "insert into webauthn_user (account_id, handle, created_at) values ($1, $2, $3) \
    on conflict (account_id) do nothing";
const PUT_OFF: &str = "update webauthn_user set put_off_at = $2, recovered_at = null where account_id = $1";
const RECOVERED: &str = "update webauthn_user set recovered_at = $2, put_off_at = null where account_id = $1";
const ANSWERS: &str = "select put_off_at, recovered_at from webauthn_user where account_id = $1";

pub(in crate::authn) const COUNT_STALE: &str =
    "select count(*) as n from credential where sealed is not null and seal_key_id <> $1";
pub(in crate::authn) const STALE: &str = "select id as key, sealed, seal_key_id from credential \
    where sealed is not null and seal_key_id <> $1 order by id limit $2";
pub(in crate::authn) const RESEAL: &str =
    "update credential set sealed = $2, seal_key_id = $3 where id = $1 and sealed is not null";

/// Every statement of this file.
pub(in crate::authn) const ALL: &[&str] = &[
    INSERT,
    OF_ACCOUNT,
    KINDS,
    BY_PUBLIC_ID,
    IS_KNOWN,
    USED,
    RENAME,
    REMOVE,
    HANDLE,
    INSERT_HANDLE,
    PUT_OFF,
    RECOVERED,
    ANSWERS,
    COUNT_STALE,
    STALE,
    RESEAL,
];

/// Rows with and without a secret look alike until they are opened: a list needs none.
type Found = (Credential, Sealed);

fn kind(row: &Row) -> Result<Kind, StoreError> {
    let word = row.text("kind")?;
    let kind = Kind::ALL.into_iter().find(|known| known.word() == word);
    Ok(kind.ok_or(Fault::bug("reading the kind of a credential"))?)
}

fn read(row: &Row) -> Result<Found, StoreError> {
    let credential = Credential {
        id: row.id("id")?,
        account: row.id("account_id")?,
        kind: kind(row)?,
        label: row.text("label")?,
        public_id: row.opt_bytes("public_id")?,
        created_at: row.time("created_at")?,
        last_used_at: row.opt_time("last_used_at")?,
    };
    Ok((credential, Sealed { key_id: row.text("seal_key_id")?, bytes: row.bytes("sealed")? }))
}

/// Opens what the method keeps.
pub(in crate::authn) fn open(seals: &Seals, credential: Credential, sealed: &Sealed) -> Result<Held, StoreError> {
    let opened = seals.open(&owner(credential.id), sealed);
    let data = opened.map_err(|error| Fault::new("opening a credential", error))?;
    Ok(Held { credential, data: Secret::new(data) })
}

pub(in crate::authn) async fn insert(
    tx: &mut Tx<'_>,
    id: Id<id::Credential>,
    new: &New<'_>,
    sealed: &Sealed,
) -> Result<(), StoreError> {
    let now = tx.now();
    let (kind, bytes, key_id) = (new.kind.word(), sealed.bytes.clone(), sealed.key_id.as_str());
    let params = params![id, new.account, kind, new.label, new.public_id, bytes, key_id, now];
    tx.run(INSERT, params).await.map(|_| ())
}

pub(in crate::authn) async fn of_account(conn: &mut Conn, account: Id<id::Account>) -> Result<Vec<Found>, StoreError> {
    conn.all(OF_ACCOUNT, params![account]).await?.iter().map(read).collect()
}

pub(in crate::authn) async fn kinds(conn: &mut Conn, account: Id<id::Account>) -> Result<Vec<Kind>, StoreError> {
    conn.all(KINDS, params![account]).await?.iter().map(kind).collect()
}

pub(in crate::authn) async fn by_public_id(conn: &mut Conn, public_id: &[u8]) -> Result<Option<Found>, StoreError> {
    conn.one(BY_PUBLIC_ID, params![public_id]).await?.as_ref().map(read).transpose()
}

/// Whether anybody has or had it.
pub(in crate::authn) async fn is_known(conn: &mut Conn, public_id: &[u8]) -> Result<bool, StoreError> {
    Ok(conn.one(IS_KNOWN, params![public_id]).await?.is_some())
}

pub(in crate::authn) async fn used(
    tx: &mut Tx<'_>,
    id: Id<id::Credential>,
    sealed: &Sealed,
) -> Result<bool, StoreError> {
    let now = tx.now();
    Ok(tx.run(USED, params![id, sealed.bytes.clone(), sealed.key_id.as_str(), now]).await? == 1)
}

pub(in crate::authn) async fn rename(
    tx: &mut Tx<'_>,
    account: Id<id::Account>,
    id: Id<id::Credential>,
    label: &str,
) -> Result<bool, StoreError> {
    Ok(tx.run(RENAME, params![id, account, label]).await? == 1)
}

pub(in crate::authn) async fn remove(
    tx: &mut Tx<'_>,
    account: Id<id::Account>,
    id: Id<id::Credential>,
) -> Result<bool, StoreError> {
    let now = tx.now();
    Ok(tx.run(REMOVE, params![id, account, now]).await? == 1)
}

/// The handle of an account, made at first need.
pub(in crate::authn) async fn handle(tx: &mut Tx<'_>, account: Id<id::Account>) -> Result<Uuid, StoreError> {
    if let Some(row) = tx.one(HANDLE, params![account]).await? {
        return row.uuid("handle");
    }
    let (now, handle) = (tx.now(), Uuid::from_bytes(random::bytes()));
    tx.run(INSERT_HANDLE, params![account, handle, now]).await?;
    let row = tx.one(HANDLE, params![account]).await?;
    row.ok_or(Fault::bug("making the handle of an account"))?.uuid("handle")
}

pub(in crate::authn) async fn known_handle(
    conn: &mut Conn,
    account: Id<id::Account>,
) -> Result<Option<Uuid>, StoreError> {
    conn.one(HANDLE, params![account]).await?.map(|row| row.uuid("handle")).transpose()
}

pub(in crate::authn) async fn put_off(tx: &mut Tx<'_>, account: Id<id::Account>) -> Result<(), StoreError> {
    let now = tx.now();
    tx.run(PUT_OFF, params![account, now]).await.map(|_| ())
}

pub(in crate::authn) async fn recovered(tx: &mut Tx<'_>, account: Id<id::Account>) -> Result<(), StoreError> {
    let now = tx.now();
    tx.run(RECOVERED, params![account, now]).await.map(|_| ())
}

pub(in crate::authn) async fn answers(conn: &mut Conn, account: Id<id::Account>) -> Result<Answers, StoreError> {
    let Some(row) = conn.one(ANSWERS, params![account]).await? else {
        return Ok(Answers::default());
    };
    Ok(Answers { put_off_at: row.opt_time("put_off_at")?, recovered_at: row.opt_time("recovered_at")? })
}
