//! Reviews: every half year somebody says of each post whether it is still right.

use async_trait::async_trait;
use idp_core::{
    admin::{Allowed, Permission, Targets},
    office::watch::{self, Keep, ReviewItem, ReviewRow},
    store::{Conn, Tx},
    types::{Id, Timestamp, id},
};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

use super::{
    super::{
        act::{Act, Ask, Found, Is, Method, Nothing, Reads, Reply, Touches, Writes},
        paging::{Cursor, Limit, Page},
        refuse::Stop,
        wire::Instant,
    },
    READ, asks, by, view,
    wrong::refused,
};

/// Which reviews.
#[derive(Deserialize, JsonSchema)]
#[schemars(rename = "WhichReviews")]
#[serde(deny_unknown_fields)]
pub(in crate::admin) struct Which {
    /// Of this unit and all below it; absent: everywhere that the caller may look.
    unit: Option<Id<id::Unit>>,
    after: Option<Cursor>,
    limit: Option<Limit>,
}

/// An open review.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "ReviewRow")]
pub(in crate::admin) struct Open {
    id: Id<id::Review>,
    unit: Id<id::Unit>,
    opened_at: Instant,
    /// Until when it is to be answered.
    due_at: Instant,
}

/// Open reviews, the most urgent first.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Reviews")]
pub(in crate::admin) struct Many {
    #[serde(flatten)]
    page: Page<Open>,
    /// How many units of those asked about the caller may not look into.
    hidden_units: i64,
}

/// `GET /reviews`
pub(in crate::admin) struct Reviews;

impl Act for Reviews {
    type Path = Nothing;
    type Query = Which;
    type Body = Nothing;
    type Answer = Many;
    const IS: Is = Is {
        id: "list_reviews",
        path: "/reviews",
        summary: "Open reviews of posts in the units that the caller reads, the most urgent first",
        ..READ
    };
}

#[async_trait]
impl Reads for Reviews {
    async fn read(conn: &mut Conn, ask: &Ask<Self>, allowed: &Allowed) -> Result<Reply<Many>, Stop> {
        let question = format!("reviews {:?}", ask.query.unit);
        let after = Cursor::read_with(ask.query.after.as_ref(), &question, place_of)?;
        let visible = view(conn, allowed, ask.query.unit, (ask.now, ask.now)).await?;
        let limit = Limit::of(ask.query.limit);
        let found = watch::reviews(conn, (&visible.places, ask.now), after, i64::from(limit) + 1).await?;
        let page = Page::of(found, limit, &question, |row| format!("{} {}", row.due_at.millis(), row.id));
        let open = |row: ReviewRow| Open {
            id: row.id,
            unit: row.unit,
            opened_at: Instant(row.opened_at),
            due_at: Instant(row.due_at),
        };
        let items = page.items.into_iter().map(open).collect();
        Ok(Reply::new(Many { page: Page { items, next: page.next }, hidden_units: visible.hidden_units }))
    }
}

/// Where a page of reviews ended: when the last one was due, and which it was.
fn place_of(key: &str) -> Option<(Timestamp, Id<id::Review>)> {
    let (due, review) = key.split_once(' ')?;
    Some((Timestamp::from_millis(due.parse().ok()?), review.parse().ok()?))
}

/// One open review.
#[derive(Deserialize, JsonSchema)]
#[schemars(rename = "OneReview")]
#[serde(deny_unknown_fields)]
pub(in crate::admin) struct One {
    review: Id<id::Review>,
}

#[async_trait]
impl Touches for One {
    async fn found(&self, conn: &mut Conn) -> Result<Option<Found>, Stop> {
        let unit = watch::unit_of(conn, self.review).await?;
        Ok(unit.map(|unit| Found::new(Targets::Units(vec![unit]))))
    }
}

/// A post of a review.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "ReviewItem")]
pub(in crate::admin) struct Item {
    post: Id<id::Assignment>,
    /// Null: nobody has answered.
    #[schemars(schema_with = "verdicts")]
    verdict: Option<String>,
    answered_by: Option<String>,
    answered_at: Option<Instant>,
}

fn verdicts(_: &mut SchemaGenerator) -> Schema {
    json_schema!({"enum": ["keep", "end", null]})
}

impl From<ReviewItem> for Item {
    fn from(item: ReviewItem) -> Self {
        let answered_at = item.answered_at.map(Instant);
        Self { post: item.post, verdict: item.verdict, answered_by: item.answered_by, answered_at }
    }
}

/// `GET /reviews/{review}`
pub(in crate::admin) struct Review;

impl Act for Review {
    type Path = One;
    type Query = Nothing;
    type Body = Nothing;
    type Answer = Vec<Item>;
    const IS: Is = Is { id: "get_review", path: "/reviews/{review}", summary: "The posts of an open review", ..READ };
}

#[async_trait]
impl Reads for Review {
    async fn read(conn: &mut Conn, ask: &Ask<Self>, _: &Allowed) -> Result<Reply<Vec<Item>>, Stop> {
        let items = watch::review_items(conn, ask.path.review).await?;
        Ok(Reply::new(items.into_iter().map(Item::from).collect()))
    }
}

/// What becomes of a post.
#[derive(Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
enum Verdict {
    /// It is still right.
    Keep,
    /// It ends at once.
    End,
}

/// An answer about one post.
#[derive(Deserialize, JsonSchema)]
#[schemars(rename = "ReviewAnswer")]
#[serde(deny_unknown_fields)]
pub(in crate::admin) struct Said {
    post: Id<id::Assignment>,
    verdict: Verdict,
}

/// `POST /reviews/{review}/answers`
pub(in crate::admin) struct Answer;

impl Act for Answer {
    type Path = One;
    type Query = Nothing;
    type Body = Said;
    type Answer = ();
    const IS: Is = Is {
        id: "answer_review",
        method: Method::Post,
        path: "/reviews/{review}/answers",
        summary: "Says of one post whether it stays; each is answered once, by somebody who could end it",
        demand: asks(Permission::ReviewOfficials),
        status: 204,
        body: 1_024,
        ..READ
    };
}

#[async_trait]
impl Writes for Answer {
    async fn write(tx: &mut Tx<'_>, ask: &Ask<Self>, allowed: &Allowed) -> Result<Reply<()>, Stop> {
        let by = by(allowed, Permission::ReviewOfficials, ask.now)?;
        let keep = match ask.body.verdict {
            Verdict::Keep => Keep::Keep,
            Verdict::End => Keep::End,
        };
        watch::answer(tx, &by, (ask.path.review, ask.body.post), keep).await.map_err(refused)?;
        Ok(Reply::new(()))
    }
}
