//! SQL of what is watched: ends that come near, posts that nobody uses, reviews.

use super::super::Place;
use crate::{
    crypto::random,
    params,
    store::{Conn, Row, StoreError, Tx},
    types::{Id, Timestamp, id},
};

type PostId = Id<id::Assignment>;
type ReviewId = Id<id::Review>;

const ENDING: &str = "select a.id, a.person_id, a.unit_id, a.valid_until, a.revision from assignment a \
    where a.state = 'active' and a.valid_from <= $1 and a.valid_until > $2 and a.valid_until <= $3 \
    and not exists (select 1 from post_warning w where w.assignment_id = a.id and w.days = $4 and w.valid_until = a.valid_until) \
    order by a.valid_until, a.id limit $5";
const WARNED: &str = "insert into post_warning (assignment_id, days, valid_until, queued_at) values ($1, $2, $3, $4) \
    on conflict (assignment_id, days, valid_until) do nothing";
const SLEEPING: &str = "update assignment set dormant_at = $1 where id in ( \
        select id from assignment where state = 'active' and dormant_at is null and valid_until > $1 and valid_from <= $2 \
            and created_at <= $2 and (last_used_at is null or last_used_at <= $2) order by id limit $3) \
    returning id, person_id, unit_id, revision";
const UNREVIEWED: &str = "select distinct a.unit_id from assignment a \
    where a.state = 'active' and a.valid_from <= $1 and a.valid_until > $1 and a.created_at <= $2 \
    and not exists (select 1 from post_review r where r.unit_id = a.unit_id and r.opened_at > $2) \
    and not exists (select 1 from post_review r where r.unit_id = a.unit_id and r.closed_at is null) \
    order by a.unit_id limit $3";
const OPEN: &str = "insert into post_review (id, unit_id, opened_at, due_at) values ($1, $2, $3, $4) \
    on conflict do nothing";
const FILL: &str = "insert into post_review_item (review_id, assignment_id) \
    select r.id, a.id from post_review r join assignment a on a.unit_id = r.unit_id \
    where r.id = $1 and a.state = 'active' and a.valid_from <= $2 and a.valid_until > $2";
const REVIEWS: &str = "select r.id, r.unit_id, r.opened_at, r.due_at, r.closed_at from post_review r \
    join unit_under c on c.unit_id = r.unit_id and c.ancestor_id = $1 and c.valid_from <= $2 and c.valid_until > $2 \
    and c.depth <= $3 where r.closed_at is null and (r.due_at > $4 or r.due_at = $4 and r.id > $5) \
    order by r.due_at, r.id limit $6";
const REVIEWS_OF_HEAD: &str = "select r.id, r.unit_id, r.opened_at, r.due_at, r.closed_at from post_review r \
    join unit_leader h on h.unit_id = r.unit_id and h.person_id = $1 and h.valid_from <= $2 and h.valid_until > $2 \
    where r.closed_at is null order by r.due_at, r.id limit 1000";
const ITEMS: &str = "select assignment_id, verdict, answered_by, answered_at from post_review_item where review_id = $1 \
    order by assignment_id limit 10000";
const ASKED: &str = "select assignment_id from post_review_item where review_id = $1 and assignment_id = $2";
const ANSWER: &str = "update post_review_item set verdict = $3, answered_by = $4, answered_at = $5 \
    where review_id = $1 and assignment_id = $2 and verdict is null";
const CLOSE: &str = "update post_review set closed_at = $2 where id = $1 and closed_at is null \
    and not exists (select 1 from post_review_item i where i.review_id = $1 and i.verdict is null)";
const REVIEW_UNIT: &str = "select unit_id from post_review where id = $1 and closed_at is null";
const LEADS: &str =
    "select unit_id from unit_leader where unit_id = $1 and person_id = $2 and valid_from <= $3 and valid_until > $3";

const HEADS: &str = "select distinct person_id from unit_leader where unit_id = $1 and valid_from <= $2 and valid_until > $2 \
    order by person_id";

/// Every statement of this file.
pub(super) const ALL: &[&str] = &[
    ENDING,
    WARNED,
    SLEEPING,
    UNREVIEWED,
    OPEN,
    FILL,
    REVIEWS,
    REVIEWS_OF_HEAD,
    ITEMS,
    ASKED,
    ANSWER,
    CLOSE,
    REVIEW_UNIT,
    LEADS,
    HEADS,
];

/// A post that a job looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Watched {
    pub(crate) post: PostId,
    pub(crate) person: Id<id::Person>,
    pub(crate) unit: Id<id::Unit>,
    pub(crate) revision: i64,
}

fn watched(row: &Row) -> Result<Watched, StoreError> {
    Ok(Watched {
        post: row.id("id")?,
        person: row.id("person_id")?,
        unit: row.id("unit_id")?,
        revision: row.int("revision")?,
    })
}

/// Posts that end after `after` and not after `until`, about which nobody was warned at this distance.
pub(crate) async fn ending(
    tx: &mut Tx<'_>,
    (after, until): (Timestamp, Timestamp),
    days: i64,
    limit: i64,
) -> Result<Vec<(Watched, Timestamp)>, StoreError> {
    let now = tx.now();
    let found = tx.all(ENDING, params![now, after, until, days, limit]).await?;
    found.iter().map(|row| Ok((watched(row)?, row.time("valid_until")?))).collect()
}

pub(crate) async fn warned(tx: &mut Tx<'_>, post: PostId, days: i64, until: Timestamp) -> Result<bool, StoreError> {
    let now = tx.now();
    Ok(tx.run(WARNED, params![post, days, until, now]).await? == 1)
}

/// Marks posts that nobody acted in since an instant.
pub(crate) async fn sleeping(tx: &mut Tx<'_>, since: Timestamp, limit: i64) -> Result<Vec<Watched>, StoreError> {
    let now = tx.now();
    tx.all(SLEEPING, params![now, since, limit]).await?.iter().map(watched).collect()
}

pub(crate) async fn unreviewed(tx: &mut Tx<'_>, since: Timestamp, limit: i64) -> Result<Vec<Id<id::Unit>>, StoreError> {
    let now = tx.now();
    tx.all(UNREVIEWED, params![now, since, limit]).await?.iter().map(|row| row.id("unit_id")).collect()
}

/// Opens a review of everything that counts in a unit now. `None`: another node was faster.
pub(crate) async fn open(tx: &mut Tx<'_>, unit: Id<id::Unit>, due: Timestamp) -> Result<Option<ReviewId>, StoreError> {
    let now = tx.now();
    let review: ReviewId = random::id(now);
    if tx.run(OPEN, params![review, unit, now, due]).await? == 0 {
        return Ok(None);
    }
    tx.run(FILL, params![review, now]).await?;
    Ok(Some(review))
}

/// A review in a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReviewRow {
    /// Which.
    pub id: ReviewId,
    /// Of which unit.
    pub unit: Id<id::Unit>,
    /// Since when it waits.
    pub opened_at: Timestamp,
    /// Until when it is to be answered.
    pub due_at: Timestamp,
}

fn review(row: &Row) -> Result<ReviewRow, StoreError> {
    Ok(ReviewRow {
        id: row.id("id")?,
        unit: row.id("unit_id")?,
        opened_at: row.time("opened_at")?,
        due_at: row.time("due_at")?,
    })
}

pub(crate) async fn reviews(
    conn: &mut Conn,
    (place, at): (Place, Timestamp),
    after: Option<(Timestamp, ReviewId)>,
    limit: i64,
) -> Result<Vec<ReviewRow>, StoreError> {
    let ((top, depth), (due, id)) = (place.bounds(), after.unzip());
    let params = params![top, at, depth, due.unwrap_or_default(), id, limit];
    conn.all(REVIEWS, params).await?.iter().map(review).collect()
}

pub(crate) async fn reviews_of_head(
    conn: &mut Conn,
    head: Id<id::Person>,
    at: Timestamp,
) -> Result<Vec<ReviewRow>, StoreError> {
    conn.all(REVIEWS_OF_HEAD, params![head, at]).await?.iter().map(review).collect()
}

/// One post of a review.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReviewItem {
    /// Which.
    pub post: PostId,
    /// `keep` or `end`; `None`: nobody has answered.
    pub verdict: Option<String>,
    /// Who answered.
    pub answered_by: Option<String>,
    /// When.
    pub answered_at: Option<Timestamp>,
}

pub(crate) async fn items(conn: &mut Conn, review: ReviewId) -> Result<Vec<ReviewItem>, StoreError> {
    let item = |row: &Row| {
        Ok(ReviewItem {
            post: row.id("assignment_id")?,
            verdict: row.opt_text("verdict")?,
            answered_by: row.opt_text("answered_by")?,
            answered_at: row.opt_time("answered_at")?,
        })
    };
    conn.all(ITEMS, params![review]).await?.iter().map(item).collect()
}

/// Whether a review asks about a post.
pub(crate) async fn asks_about(conn: &mut Conn, review: ReviewId, post: PostId) -> Result<bool, StoreError> {
    Ok(conn.one(ASKED, params![review, post]).await?.is_some())
}

pub(crate) async fn answer(
    tx: &mut Tx<'_>,
    review: ReviewId,
    post: PostId,
    verdict: &'static str,
) -> Result<bool, StoreError> {
    let (now, by) = (tx.now(), tx.cx().actor.to_string());
    Ok(tx.run(ANSWER, params![review, post, verdict, by, now]).await? == 1)
}

/// Closes a review in which nothing is open any more.
pub(crate) async fn close(tx: &mut Tx<'_>, review: ReviewId) -> Result<bool, StoreError> {
    let now = tx.now();
    Ok(tx.run(CLOSE, params![review, now]).await? == 1)
}

/// The unit of an open review.
pub(crate) async fn review_unit(conn: &mut Conn, review: ReviewId) -> Result<Option<Id<id::Unit>>, StoreError> {
    conn.one(REVIEW_UNIT, params![review]).await?.map(|row| row.id("unit_id")).transpose()
}

/// Who leads a unit.
pub(crate) async fn heads(
    conn: &mut Conn,
    unit: Id<id::Unit>,
    at: Timestamp,
) -> Result<Vec<Id<id::Person>>, StoreError> {
    conn.all(HEADS, params![unit, at]).await?.iter().map(|row| row.id("person_id")).collect()
}

/// Whether a person leads a unit.
pub(crate) async fn leads(
    conn: &mut Conn,
    unit: Id<id::Unit>,
    person: Id<id::Person>,
    at: Timestamp,
) -> Result<bool, StoreError> {
    Ok(conn.one(LEADS, params![unit, person, at]).await?.is_some())
}
