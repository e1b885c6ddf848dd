//! SQL of who lost a post through somebody else and was not told of it yet.

use crate::{
    params,
    store::{Conn, Row, StoreError, Tx},
    types::{Id, Timestamp, id},
};

const NOTE: &str = "insert into post_ending (assignment_id, ended_from_at, because, noted_at) values ($1, $2, $3, $4)";
const WAIT: &str = "select seq from post_ending limit 1";
const TAKE: &str = "delete from post_ending where seq in (select seq from post_ending order by seq limit $1) \
    returning seq, assignment_id, ended_from_at, because";

/// Every statement of this file.
pub(super) const ALL: &[&str] = &[NOTE, WAIT, TAKE];

/// A post that somebody lost.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ending {
    /// Its place in the order of all of them.
    pub seq: i64,
    /// Which.
    pub post: Id<id::Assignment>,
    /// From when it counts no more.
    pub from: Timestamp,
    /// What an administrator wrote, or a word of ours.
    pub because: String,
}

fn ending(row: &Row) -> Result<Ending, StoreError> {
    Ok(Ending {
        seq: row.int("seq")?,
        post: row.id("assignment_id")?,
        from: row.time("ended_from_at")?,
        because: row.text("because")?,
    })
}

pub(crate) async fn note(
    tx: &mut Tx<'_>,
    post: Id<id::Assignment>,
    from: Timestamp,
    because: &str,
) -> Result<(), StoreError> {
    let now = tx.now();
    tx.run(NOTE, params![post, from, because, now]).await.map(|_| ())
}

pub(crate) async fn wait(conn: &mut Conn) -> Result<bool, StoreError> {
    Ok(conn.one(WAIT, params![]).await?.is_some())
}

pub(crate) async fn take(tx: &mut Tx<'_>, most: i64) -> Result<Vec<Ending>, StoreError> {
    let mut taken = tx.all(TAKE, params![most]).await?.iter().map(ending).collect::<Result<Vec<_>, StoreError>>()?;
    taken.sort_by_key(|ending| ending.seq);
    Ok(taken)
}
