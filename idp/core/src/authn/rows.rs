//! SQL of passwords; of what came later in the files below.

pub(super) mod challenge;
pub(super) mod credential;
pub(super) mod factors;
pub(super) mod recovery;

use super::{PasswordUse, password::Fresh};
use crate::{
    crypto::password::{Inner, PasswordHash, Scheme},
    params,
    store::{Conn, StoreError, Tx},
    types::{Id, id},
};

const PASSWORD: &str = "select phc, pepper_key_id, inner_scheme, inner_salt from password where account_id = $1";
const SET_PASSWORD: &str = "insert into password \
    (account_id, phc, pepper_key_id, inner_scheme, inner_salt, usage, changed_at) values ($1, $2, $3, $4, $5, $6, $7) \
    on conflict (account_id) do update set phc = excluded.phc, pepper_key_id = excluded.pepper_key_id, \
    inner_scheme = excluded.inner_scheme, inner_salt = excluded.inner_salt, usage = excluded.usage, \
    changed_at = excluded.changed_at, weak_at = null";
const REHASH: &str = "update password set phc = $2, pepper_key_id = $3, inner_scheme = null, inner_salt = null, usage = $5, \
    weak_at = coalesce(weak_at, $6) where account_id = $1 and phc = $4";
const IMPORTED: &str = "select scheme from password_import order by scheme";
const NOTE_IMPORTED: &str = "insert into password_import (scheme, imported_at) values ($1, $2) \
    on conflict (scheme) do nothing";
const SWEEP_IMPORTED: &str = "delete from password_import where not exists \
    (select 1 from password p where p.inner_scheme = password_import.scheme)";

const OLD_PEPPERS: &str = "select pepper_key_id, count(*) as n from password where pepper_key_id <> $1 \
    group by pepper_key_id order by pepper_key_id";

/// Every statement of this file.
pub(super) const ALL: &[&str] = &[PASSWORD, SET_PASSWORD, REHASH, IMPORTED, NOTE_IMPORTED, SWEEP_IMPORTED, OLD_PEPPERS];

pub(super) async fn password(conn: &mut Conn, account: Id<id::Account>) -> Result<Option<PasswordHash>, StoreError> {
    let Some(row) = conn.one(PASSWORD, params![account]).await? else {
        return Ok(None);
    };
    let inner = row.opt_text("inner_scheme")?.zip(row.opt_bytes("inner_salt")?);
    let inner =
        inner.map(|(scheme, salt)| Scheme::from_text(&scheme).map(|scheme| Inner { scheme, salt })).transpose()?;
    Ok(Some(PasswordHash { phc: row.text("phc")?, pepper_key_id: row.text("pepper_key_id")?, inner }))
}

pub(super) async fn set_password(
    tx: &mut Tx<'_>,
    account: Id<id::Account>,
    (hash, usage): (&PasswordHash, PasswordUse),
) -> Result<(), StoreError> {
    let now = tx.now();
    let scheme = hash.inner.as_ref().map(|inner| inner.scheme.text());
    let salt = hash.inner.as_ref().map(|inner| inner.salt.clone());
    if let Some(scheme) = &scheme {
        tx.run(NOTE_IMPORTED, params![scheme.as_str(), now]).await?;
    }
    let (phc, key_id) = (hash.phc.as_str(), hash.pepper_key_id.as_str());
    tx.run(SET_PASSWORD, params![account, phc, key_id, scheme, salt, usage.word(), now]).await.map(|_| ())
}

/// Replaces a hash by one of the same password, unless the password was changed meanwhile. What is known to be weak stays so.
pub(super) async fn rehash(
    tx: &mut Tx<'_>,
    account: Id<id::Account>,
    old: &PasswordHash,
    Fresh { hash: new, usage, weak }: &Fresh,
) -> Result<(), StoreError> {
    let weak_at = weak.then(|| tx.now());
    let params =
        params![account, new.phc.as_str(), new.pepper_key_id.as_str(), old.phc.as_str(), usage.word(), weak_at];
    tx.run(REHASH, params).await.map(|_| ())
}

pub(super) async fn old_peppers(conn: &mut Conn) -> Result<Vec<(String, u64)>, StoreError> {
    let active = conn.seals().active_id().to_owned();
    let rows = conn.all(OLD_PEPPERS, params![active]).await?;
    rows.iter().map(|row| Ok((row.text("pepper_key_id")?, row.int("n")?.unsigned_abs()))).collect()
}

/// The schemes of imported passwords that somebody may still sign in with.
pub(super) async fn imported_schemes(conn: &mut Conn) -> Result<Vec<Scheme>, StoreError> {
    let rows = conn.all(IMPORTED, params![]).await?;
    rows.iter().map(|row| Ok(Scheme::from_text(&row.text("scheme")?)?)).collect()
}

pub(super) async fn sweep_imported(tx: &mut Tx<'_>) -> Result<u64, StoreError> {
    tx.run(SWEEP_IMPORTED, params![]).await
}
