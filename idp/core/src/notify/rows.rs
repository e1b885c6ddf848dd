//! SQL of the outbox.

use crate::{
    crypto::seal::Sealed,
    params,
    store::{Conn, Param, Row, StoreError, Tx},
    types::{Id, Timestamp, id},
};

use super::Fate;

const INSERT: &str = "insert into message (id, sealed, seal_key_id, tries, due_at, created_at) \
    values ($1, $2, $3, 0, $4, $5)";
const DUE: &str = "select id, tries, due_at from message \
    where sent_at is null and given_up_at is null and due_at <= $1 order by due_at, id limit 100";
const CLAIM: &str = "update message set tries = tries + 1, due_at = $1 \
    where id = $2 and due_at = $3 and tries = $4 and sent_at is null and given_up_at is null \
    returning sealed, seal_key_id";
const SENT: &str =
    "update message set sent_at = $1, sealed = $2 where id = $3 and sent_at is null and given_up_at is null";
const GIVE_UP: &str =
    "update message set given_up_at = $1, sealed = $2 where id = $3 and sent_at is null and given_up_at is null";
const STATES: &str = "select id, sent_at, given_up_at from message where id in ($1)";
const SWEEP: &str = "delete from message where sent_at < $1 or given_up_at < $1";

pub(super) const COUNT_STALE: &str =
    "select count(*) as n from message where sent_at is null and given_up_at is null and seal_key_id <> $1";
pub(super) const STALE: &str = "select id as key, sealed, seal_key_id from message \
    where sent_at is null and given_up_at is null and seal_key_id <> $1 order by id limit $2";
pub(super) const RESEAL: &str =
    "update message set sealed = $2, seal_key_id = $3 where id = $1 and sent_at is null and given_up_at is null";

/// Every statement of this file.
pub(super) const ALL: &[&str] = &[INSERT, DUE, CLAIM, SENT, GIVE_UP, STATES, SWEEP, COUNT_STALE, STALE, RESEAL];

/// A message whose time has come.
#[derive(Clone, Copy)]
pub(super) struct Due {
    pub(super) id: Id<id::Delivery>,
    pub(super) tries: i64,
    pub(super) due_at: Timestamp,
}

/// How a delivery ended.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    Sent,
    GivenUp,
}

pub(super) async fn insert(
    tx: &mut Tx<'_>,
    message: Id<id::Delivery>,
    sealed: Sealed,
    due_at: Timestamp,
) -> Result<(), StoreError> {
    let now = tx.now();
    let params = params![message, sealed.bytes, sealed.key_id, due_at, now];
    tx.run(INSERT, params).await.map(|_| ())
}

pub(super) async fn due(conn: &mut Conn, now: Timestamp) -> Result<Vec<Due>, StoreError> {
    let read = |row: &Row| Ok(Due { id: row.id("id")?, tries: row.int("tries")?, due_at: row.time("due_at")? });
    conn.all(DUE, params![now]).await?.iter().map(read).collect()
}

/// Takes a message: until `again` nobody else will. `None`: somebody was first.
pub(super) async fn claim(tx: &mut Tx<'_>, due: Due, again: Timestamp) -> Result<Option<Sealed>, StoreError> {
    let row = tx.one(CLAIM, params![again, due.id, due.due_at, due.tries]).await?;
    row.map(|row| Ok(Sealed { key_id: row.text("seal_key_id")?, bytes: row.bytes("sealed")? })).transpose()
}

/// Ends a delivery; its content leaves the row.
pub(super) async fn end(tx: &mut Tx<'_>, message: Id<id::Delivery>, end: End) -> Result<(), StoreError> {
    let sql = match end {
        End::Sent => SENT,
        End::GivenUp => GIVE_UP,
    };
    let now = tx.now();
    tx.run(sql, params![now, Vec::<u8>::new(), message]).await.map(|_| ())
}

pub(super) async fn states(conn: &mut Conn, messages: &[Id<id::Delivery>]) -> Result<Fate, StoreError> {
    let ids: Vec<Param> = messages.iter().map(|id| Param::from(*id)).collect();
    let mut fate = Fate::default();
    for row in conn.all_in(STATES, &[], &ids).await? {
        match (row.opt_time("sent_at")?, row.opt_time("given_up_at")?) {
            (Some(_), _) => fate.delivered += 1,
            (None, Some(_)) => fate.failed += 1,
            (None, None) => fate.waiting += 1,
        }
    }
    Ok(fate)
}

/// Deletes what ended before `before`.
pub(super) async fn sweep(tx: &mut Tx<'_>, before: Timestamp) -> Result<u64, StoreError> {
    tx.run(SWEEP, params![before]).await
}
