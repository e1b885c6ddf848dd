//! SQL of reasons: why something was handed on, and what waits for a head of unit.

use std::collections::HashMap;

use crate::{
    params,
    store::{Conn, Param, StoreError, Tx},
    types::{Id, Timestamp, id},
};

type PostId = Id<id::Assignment>;

const INSERT: &str = "insert into post_reason (assignment_id, reason, written_at) values ($1, $2, $3)";
const OF_POSTS: &str = "select assignment_id, reason from post_reason where assignment_id in ($1)";
const LED: &str = "select unit_id from unit_leader where person_id = $1 and valid_from <= $2 and valid_until > $2";

/// Every statement of this file.
pub(super) const ALL: &[&str] = &[INSERT, OF_POSTS, LED];

pub(crate) async fn insert(tx: &mut Tx<'_>, post: PostId, reason: &str) -> Result<(), StoreError> {
    let now = tx.now();
    tx.run(INSERT, params![post, reason, now]).await.map(|_| ())
}

pub(crate) async fn of_posts(conn: &mut Conn, posts: &[PostId]) -> Result<HashMap<PostId, String>, StoreError> {
    let ids: Vec<Param> = posts.iter().map(|post| (*post).into()).collect();
    let rows = conn.all_in(OF_POSTS, &[], &ids).await?;
    rows.iter().map(|row| Ok((row.id("assignment_id")?, row.text("reason")?))).collect()
}

/// The units that a person leads.
pub(crate) async fn led(
    conn: &mut Conn,
    person: Id<id::Person>,
    at: Timestamp,
) -> Result<Vec<Id<id::Unit>>, StoreError> {
    conn.all(LED, params![person, at]).await?.iter().map(|row| row.id("unit_id")).collect()
}
