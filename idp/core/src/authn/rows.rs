//! SQL of passwords; of what came later in the files below.

pub(super) mod challenge;
pub(super) mod credential;

use crate::{
    crypto::password::PasswordHash,
    params,
    store::{Conn, StoreError, Tx},
    types::{Id, id},
};

const PASSWORD: &str = "select phc, pepper_key_id from password where account_id = $1";
const SET_PASSWORD: &str = "insert into password (account_id, phc, pepper_key_id, changed_at) values ($1, $2, $3, $4) \
    on conflict (account_id) do update set phc = excluded.phc, pepper_key_id = excluded.pepper_key_id, \
    changed_at = excluded.changed_at";
const REHASH: &str = "update password set phc = $2, pepper_key_id = $3 where account_id = $1 and phc = $4";

/// Every statement of this file.
pub(super) const ALL: &[&str] = &[PASSWORD, SET_PASSWORD, REHASH];

pub(super) async fn password(conn: &mut Conn, account: Id<id::Account>) -> Result<Option<PasswordHash>, StoreError> {
    let row = conn.one(PASSWORD, params![account]).await?;
    row.map(|row| Ok(PasswordHash { phc: row.text("phc")?, pepper_key_id: row.text("pepper_key_id")? })).transpose()
}

pub(super) async fn set_password(
    tx: &mut Tx<'_>,
    account: Id<id::Account>,
    hash: &PasswordHash,
) -> Result<(), StoreError> {
    let now = tx.now();
    let params = params![account, hash.phc.as_str(), hash.pepper_key_id.as_str(), now];
    tx.run(SET_PASSWORD, params).await.map(|_| ())
}

/// Replaces a hash by one of the same password, unless the password was changed meanwhile.
pub(super) async fn rehash(
    tx: &mut Tx<'_>,
    account: Id<id::Account>,
    old: &PasswordHash,
    new: &PasswordHash,
) -> Result<(), StoreError> {
    let params = params![account, new.phc.as_str(), new.pepper_key_id.as_str(), old.phc.as_str()];
    tx.run(REHASH, params).await.map(|_| ())
}
