//! SQL of what was done to somebody's posts in one act: they came, moved or left.

use super::super::StaffMove;
use crate::{
    params,
    store::{Conn, Row, StoreError, Tx},
    types::{Id, id},
};

type PostId = Id<id::Assignment>;

const INSERT_MOVE: &str = "insert into staff_move (id, person_id, workflow, ended, begun_id, decision_no, because, done_by, done_at) \
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
const MOVES: &str = "select id, workflow, ended, begun_id, decision_no, because, done_by, done_at from staff_move \
    where person_id = $1 order by id desc limit $2";

/// Every statement of this file.
pub(super) const ALL: &[&str] = &[INSERT_MOVE, MOVES];

/// A workflow that was carried out.
pub(crate) struct Moved<'a> {
    pub(crate) person: Id<id::Person>,
    pub(crate) workflow: &'static str,
    pub(crate) ended: i64,
    pub(crate) begun: Option<PostId>,
    pub(crate) decision: Option<&'a str>,
    pub(crate) because: Option<&'a str>,
}

pub(crate) async fn insert_move(tx: &mut Tx<'_>, moved: &Moved<'_>) -> Result<(), StoreError> {
    let now = tx.now();
    let id = crate::crypto::random::id::<()>(now);
    let by = tx.cx().actor.to_string();
    let params =
        params![id, moved.person, moved.workflow, moved.ended, moved.begun, moved.decision, moved.because, by, now];
    tx.run(INSERT_MOVE, params).await.map(|_| ())
}

/// The last workflows of somebody, the newest first.
pub(crate) async fn moves(conn: &mut Conn, person: Id<id::Person>, most: i64) -> Result<Vec<StaffMove>, StoreError> {
    let moved = |row: &Row| {
        Ok(StaffMove {
            workflow: row.text("workflow")?,
            ended: row.int("ended")?,
            begun: row.opt_id("begun_id")?,
            decision: row.opt_text("decision_no")?,
            because: row.opt_text("because")?,
            by: row.text("done_by")?,
            at: row.time("done_at")?,
        })
    };
    conn.all(MOVES, params![person, most]).await?.iter().map(moved).collect()
}
