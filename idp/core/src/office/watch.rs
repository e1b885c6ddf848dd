//! What a job watches: posts that end soon, posts that nobody uses, and reviews that the heads of units owe.

use std::time::Duration;

use super::{
    Actor, Beyond, By, DeskError, Permission, Place, PostState, Refused, admit_change,
    desk::{bench, ended, with},
    ending::{Loss, REVIEWED, save},
    rows::{
        posts::{self, Origin},
        watch as rows,
    },
};
use crate::{
    audit::{self, Event},
    store::{Actor as Who, Conn, StoreError, Tx},
    types::{Id, Timestamp, id},
};

pub use rows::{ReviewItem, ReviewRow};

type PostId = Id<id::Assignment>;
type ReviewId = Id<id::Review>;

const DAY: Duration = Duration::from_secs(86_400);
/// How many days before its end a post is warned about, and the word in the record.
const WARNINGS: [(u32, &str); 3] = [(60, "ends-in-60-days"), (30, "ends-in-30-days"), (7, "ends-in-7-days")];
/// A post is dormant when nobody acted in it for so long.
const DORMANT: Duration = Duration::from_secs(45 * 86_400);
/// A unit's posts are reviewed so often: half a year.
const REVIEW_EVERY: Duration = Duration::from_secs(182 * 86_400);
/// A review is to be answered within this time.
const REVIEW_WITHIN: Duration = Duration::from_secs(30 * 86_400);
/// How many posts or units one run looks at: a transaction stays short, the next run goes on.
const AT_ONCE: i64 = 200;

/// A post that ends soon; whoever calls tells its holder and the head of its unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EndsSoon {
    /// Which.
    pub post: PostId,
    /// Whose.
    pub person: Id<id::Person>,
    /// Where.
    pub unit: Id<id::Unit>,
    /// The distance that was reached: 60, 30 or 7 days.
    pub days: u32,
    /// When.
    pub until: Timestamp,
}

/// Notes posts that end within 60, 30 or 7 days, each distance once; gives those that are new. A post given for less than a distance
/// is warned about at the nearest one only.
pub async fn warn(tx: &mut Tx<'_>) -> Result<Vec<EndsSoon>, StoreError> {
    let mut found = Vec::new();
    for (place, (days, change)) in WARNINGS.into_iter().enumerate() {
        let now = tx.now();
        let nearer = WARNINGS.get(place + 1).map_or(0, |(days, _)| *days);
        let span = (now + DAY * nearer, now + DAY * days);
        for (one, until) in rows::ending(tx, span, i64::from(days), AT_ONCE).await? {
            if rows::warned(tx, one.post, i64::from(days), until).await? {
                let (person, unit) = (one.person, one.unit);
                let event = Event::PostChanged { person, post: one.post, unit, change, revision: one.revision };
                audit::record(tx, event).await?;
                found.push(EndsSoon { post: one.post, person, unit, days, until });
            }
        }
    }
    Ok(found)
}

/// Marks posts in which nobody acted for 45 days; gives how many. The mark goes when somebody acts in them.
pub async fn mark_dormant(tx: &mut Tx<'_>) -> Result<u64, StoreError> {
    let since = tx.now() - DORMANT;
    let found = rows::sleeping(tx, since, AT_ONCE).await?;
    for one in &found {
        let (person, unit) = (one.person, one.unit);
        let event = Event::PostChanged { person, post: one.post, unit, change: "dormant", revision: one.revision };
        audit::record(tx, event).await?;
    }
    Ok(found.len() as u64)
}

/// Opens a review for each unit whose posts nobody reviewed for half a year; gives them, so that whoever calls tells the heads.
pub async fn open_reviews(tx: &mut Tx<'_>) -> Result<Vec<ReviewRow>, StoreError> {
    let (opened_at, since) = (tx.now(), tx.now() - REVIEW_EVERY);
    let due_at = opened_at + REVIEW_WITHIN;
    let mut opened = Vec::new();
    for unit in rows::unreviewed(tx, since, AT_ONCE).await? {
        if let Some(id) = rows::open(tx, unit, due_at).await? {
            audit::record(tx, Event::PostsReviewed { review: id, unit, change: "opened" }).await?;
            opened.push(ReviewRow { id, unit, opened_at, due_at });
        }
    }
    Ok(opened)
}

/// Who leads a unit now.
pub async fn heads(conn: &mut Conn, unit: Id<id::Unit>, at: Timestamp) -> Result<Vec<Id<id::Person>>, StoreError> {
    rows::heads(conn, unit, at).await
}

/// Open reviews at these places, the most urgent first, at most `limit` after the one that was due then.
pub async fn reviews(
    conn: &mut Conn,
    (places, at): (&[Place], Timestamp),
    after: Option<(Timestamp, ReviewId)>,
    limit: i64,
) -> Result<Vec<ReviewRow>, StoreError> {
    let mut found = Vec::new();
    for place in places {
        found.extend(rows::reviews(conn, (*place, at), after, limit).await?);
    }
    found.sort_by_key(|row| (row.due_at, row.id));
    found.dedup_by_key(|row| row.id);
    found.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    Ok(found)
}

/// Open reviews that the head of a unit owes.
pub async fn reviews_of_head(
    conn: &mut Conn,
    head: Id<id::Person>,
    at: Timestamp,
) -> Result<Vec<ReviewRow>, StoreError> {
    rows::reviews_of_head(conn, head, at).await
}

/// The posts of a review.
pub async fn review_items(conn: &mut Conn, review: ReviewId) -> Result<Vec<ReviewItem>, StoreError> {
    rows::items(conn, review).await
}

/// The unit of an open review.
pub async fn unit_of(conn: &mut Conn, review: ReviewId) -> Result<Option<Id<id::Unit>>, StoreError> {
    rows::review_unit(conn, review).await
}

/// An answer about one post.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keep {
    /// It is still right.
    Keep,
    /// It ends at once.
    End,
}

/// Answers about one post of a review: who may review there, or the head of the unit in a post of theirs. Nobody answers about
/// themself. With the last answer the review is closed.
pub async fn answer(tx: &mut Tx<'_>, by: &By, (review, post): (ReviewId, PostId), keep: Keep) -> Result<(), DeskError> {
    let unit = rows::review_unit(tx, review).await?.ok_or(DeskError::Unknown)?;
    // A post that the review does not ask about is not there, or its answer would tell which ids of other units are.
    if !rows::asks_about(tx, review, post).await? {
        return Err(DeskError::Unknown);
    }
    let known = posts::one(tx, post).await?.ok_or(DeskError::Unknown)?.post;
    let person = known.person;
    let mut bench = bench(tx, by, person, (&[], &[unit])).await?;
    let now = tx.now();
    if let Who::Person(who) = tx.cx().actor
        && rows::leads(tx, unit, who, now).await?
    {
        bench.giver.leads(unit, Permission::ReviewOfficials);
    }
    // Keeping is judged like ending: who may not take it away may not say that it is right, either.
    let before = bench.before(person);
    let live = before.0.iter().any(|one| one.id == post && matches!(one.state, PostState::Active));
    if live {
        let after = with(&before, ended(known, now, now, REVIEWED))?;
        let actor = Actor::Reviewer(&bench.giver);
        let admitted = admit_change(&bench.world, (&before, &after), &actor, bench.facts)?;
        if keep == Keep::End {
            let source = super::Source::Office;
            let origin = Origin { source, carried_by: None, import: None };
            save(tx, &admitted, (origin, Loss::Noted(REVIEWED))).await?;
        }
    } else if bench.giver.person == Some(person) {
        return Err(Beyond::Oneself.into());
    }
    let verdict = if keep == Keep::Keep { "keep" } else { "end" };
    if !rows::answer(tx, review, post, verdict).await? {
        return Err(Refused::State.into());
    }
    audit::record(tx, Event::PostsReviewed { review, unit, change: verdict }).await?;
    if rows::close(tx, review).await? {
        audit::record(tx, Event::PostsReviewed { review, unit, change: "closed" }).await?;
    }
    Ok(())
}
