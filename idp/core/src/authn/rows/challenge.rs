//! SQL of challenges.

use super::super::challenge::{Bound, LIFETIME, New, Purpose, Taken, owner};
use crate::{
    crypto::seal::Sealed,
    params,
    store::{StoreError, Tx},
    types::{Digest, Fault, Id, Secret, id},
};

const INSERT: &str = "insert into challenge \
    (digest, purpose, sign_in, session_id, account_id, sealed, seal_key_id, created_at, ends_at) \
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
const TAKE: &str = "update challenge set taken_at = $5 \
    where digest = $1 and purpose = $2 and (sign_in = $3 or session_id = $4) and taken_at is null and ends_at > $5 \
    returning account_id, sealed, seal_key_id";
const SWEEP: &str = "delete from challenge where ends_at <= $1";

/// Every statement of this file.
pub(in crate::authn) const ALL: &[&str] = &[INSERT, TAKE, SWEEP];

const fn columns(bound: Bound) -> (Option<Digest>, Option<Id<id::Session>>) {
    match bound {
        Bound::SignIn(digest) => (Some(digest), None),
        Bound::Session(session) => (None, Some(session)),
    }
}

pub(in crate::authn) async fn insert(
    tx: &mut Tx<'_>,
    digest: Digest,
    new: &New<'_>,
    sealed: &Sealed,
) -> Result<(), StoreError> {
    let (now, ends_at) = (tx.now(), tx.now() + LIFETIME);
    let (sign_in, session) = columns(new.bound);
    let (purpose, bytes, key_id) = (new.purpose.word(), sealed.bytes.clone(), sealed.key_id.as_str());
    let params = params![digest, purpose, sign_in, session, new.account, bytes, key_id, now, ends_at];
    tx.run(INSERT, params).await.map(|_| ())
}

pub(in crate::authn) async fn take(
    tx: &mut Tx<'_>,
    digest: Digest,
    purpose: Purpose,
    bound: Bound,
) -> Result<Option<Taken>, StoreError> {
    let now = tx.now();
    let (sign_in, session) = columns(bound);
    let Some(row) = tx.one(TAKE, params![digest, purpose.word(), sign_in, session, now]).await? else {
        return Ok(None);
    };
    let sealed = Sealed { key_id: row.text("seal_key_id")?, bytes: row.bytes("sealed")? };
    let data = tx.seals().open(&owner(digest), &sealed).map_err(|error| Fault::new("opening a challenge", error))?;
    Ok(Some(Taken { account: row.opt_id("account_id")?, data: Secret::new(data) }))
}

pub(in crate::authn) async fn sweep(tx: &mut Tx<'_>) -> Result<u64, StoreError> {
    let now = tx.now();
    tx.run(SWEEP, params![now]).await
}
