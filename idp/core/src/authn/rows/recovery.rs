//! SQL of recoveries.

use super::super::recovery::{Case, State};
use crate::{
    params,
    store::{Conn, StoreError, Tx},
    types::{Digest, Fault, Id, Timestamp, id},
};

const INSERT: &str = "insert into recovery (digest, account_id, state, state_at, tries, created_at, ends_at) \
    values ($1, $2, 'asked', $3, 0, $3, $4)";
const LOAD: &str = "select account_id, state, due_at, opened_at, ends_at from recovery where digest = $1";
const COUNT: &str = "update recovery set tries = tries + 1 where digest = $1 and tries < $2 and ends_at > $3 \
    and (state = 'asked' or (state = 'proved' and opened_at is null and due_at <= $3))";
/// The tries after the wait are counted anew.
const PROVED: &str = "update recovery set state = 'proved', state_at = $2, cancel_digest = $3, due_at = $4, ends_at = $5, \
    tries = 0 \
    where digest = $1 and state = 'asked' and ends_at > $2 and account_id is not null";
const OPEN: &str = "update recovery set opened_at = $2, ends_at = $3 \
    where digest = $1 and state = 'proved' and opened_at is null and due_at <= $2 and ends_at > $2";
const FINISH: &str = "update recovery set state = 'done', state_at = $2 \
    where digest = $1 and state = 'proved' and opened_at <= $2 and ends_at > $2 returning account_id";
const CAN_BE_STOPPED: &str =
    "select state from recovery where cancel_digest = $1 and state = 'proved' and ends_at > $2";
const STOP: &str = "update recovery set state = 'cancelled', state_at = $2 \
    where cancel_digest = $1 and state = 'proved' and ends_at > $2 returning account_id";
const STOP_ALL: &str = "update recovery set state = 'cancelled', state_at = $2 \
    where account_id = $1 and state in ('asked', 'proved') and ends_at > $2";
const SWEEP: &str = "delete from recovery where ends_at < $1";

/// Every statement of this file.
pub(in crate::authn) const ALL: &[&str] =
    &[INSERT, LOAD, COUNT, PROVED, OPEN, FINISH, CAN_BE_STOPPED, STOP, STOP_ALL, SWEEP];

pub(in crate::authn) async fn insert(
    tx: &mut Tx<'_>,
    digest: Digest,
    account: Option<Id<id::Account>>,
    ends_at: Timestamp,
) -> Result<(), StoreError> {
    let now = tx.now();
    tx.run(INSERT, params![digest, account, now, ends_at]).await.map(|_| ())
}

pub(in crate::authn) async fn load(conn: &mut Conn, digest: Digest) -> Result<Option<Case>, StoreError> {
    let Some(row) = conn.one(LOAD, params![digest]).await? else {
        return Ok(None);
    };
    let unreadable = Fault::bug("reading the state of a recovery");
    let state = match (row.text("state")?.as_str(), row.opt_time("due_at")?, row.opt_time("opened_at")?) {
        ("asked", ..) => State::Asked,
        ("proved", _, Some(_)) => State::Open,
        ("proved", Some(due_at), None) => State::Waiting(due_at),
        ("done", ..) => State::Done,
        ("cancelled", ..) => State::Cancelled,
        _ => return Err(unreadable.into()),
    };
    Ok(Some(Case { digest, account: row.opt_id("account_id")?, state, ends_at: row.time("ends_at")? }))
}

pub(in crate::authn) async fn count_try(tx: &mut Tx<'_>, digest: Digest, most: i64) -> Result<bool, StoreError> {
    let now = tx.now();
    Ok(tx.run(COUNT, params![digest, most, now]).await? == 1)
}

pub(in crate::authn) async fn proved(
    tx: &mut Tx<'_>,
    (digest, cancel): (Digest, Digest),
    (due_at, ends_at): (Timestamp, Timestamp),
) -> Result<bool, StoreError> {
    let now = tx.now();
    Ok(tx.run(PROVED, params![digest, now, cancel, due_at, ends_at]).await? == 1)
}

pub(in crate::authn) async fn open(tx: &mut Tx<'_>, digest: Digest, ends_at: Timestamp) -> Result<bool, StoreError> {
    let now = tx.now();
    Ok(tx.run(OPEN, params![digest, now, ends_at]).await? == 1)
}

pub(in crate::authn) async fn finish(tx: &mut Tx<'_>, digest: Digest) -> Result<Option<Id<id::Account>>, StoreError> {
    let now = tx.now();
    tx.one(FINISH, params![digest, now]).await?.map(|row| row.id("account_id")).transpose()
}

pub(in crate::authn) async fn can_be_stopped(
    conn: &mut Conn,
    cancel: Digest,
    now: Timestamp,
) -> Result<bool, StoreError> {
    Ok(conn.one(CAN_BE_STOPPED, params![cancel, now]).await?.is_some())
}

pub(in crate::authn) async fn stop(tx: &mut Tx<'_>, cancel: Digest) -> Result<Option<Id<id::Account>>, StoreError> {
    let now = tx.now();
    tx.one(STOP, params![cancel, now]).await?.map(|row| row.id("account_id")).transpose()
}

pub(in crate::authn) async fn stop_all(tx: &mut Tx<'_>, account: Id<id::Account>) -> Result<u64, StoreError> {
    let now = tx.now();
    tx.run(STOP_ALL, params![account, now]).await
}

pub(in crate::authn) async fn sweep(tx: &mut Tx<'_>, before: Timestamp) -> Result<u64, StoreError> {
    tx.run(SWEEP, params![before]).await
}
