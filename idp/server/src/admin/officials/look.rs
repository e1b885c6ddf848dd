//! Questions: lists within the caller's own units, one post, and why somebody may do something.

use async_trait::async_trait;
use idp_core::{
    admin::{self, Allowed, Targets},
    office::{self, Filter, PositionId, RoleId, Word},
    store::Conn,
    types::{Day, Id, id},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    super::{
        act::{Act, Ask, Found, Is, Nothing, Reads, Reply},
        paging::{Cursor, Limit, Page},
        refuse::{Stop, invalid},
        wire::{Line, Truth},
    },
    One, OnePerson, READ, gone, out, view,
};
use crate::web::{Mistake, Place};

/// Which posts.
#[derive(Deserialize, JsonSchema)]
#[schemars(rename = "WhichPosts")]
#[serde(deny_unknown_fields)]
pub(in crate::admin) struct Which {
    /// In this unit and all below it; absent: everywhere that the caller may look.
    unit: Option<Id<id::Unit>>,
    /// Whole words of the holder's name, in any order, with or without marks.
    q: Option<Line<100>>,
    role: Option<RoleId>,
    position: Option<PositionId>,
    state: Option<out::StateWord>,
    /// true: those in which nobody acted for 45 days; false: the others.
    dormant: Option<Truth>,
    after: Option<Cursor>,
    limit: Option<Limit>,
}

/// A page of posts.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Posts")]
pub(in crate::admin) struct Posts {
    #[serde(flatten)]
    page: Page<out::Row>,
    /// How many units of those asked about the caller may not look into.
    hidden_units: i64,
}

/// `GET /posts`
pub(in crate::admin) struct List;

impl Act for List {
    type Path = Nothing;
    type Query = Which;
    type Body = Nothing;
    type Answer = Posts;
    const IS: Is = Is {
        id: "list_posts",
        path: "/posts",
        summary: "Posts that have not ended, in the units that the caller reads; state=pending is the queue of second persons",
        ..READ
    };
}

#[async_trait]
impl Reads for List {
    async fn read(conn: &mut Conn, ask: &Ask<Self>, allowed: &Allowed) -> Result<Reply<Posts>, Stop> {
        let query = &ask.query;
        let filter = Filter {
            state: query.state.map(|state| state.word().to_owned()),
            position: query.position.clone(),
            role: query.role.clone(),
            dormant: query.dormant.map(|truth| truth.0),
            name: query.q.as_ref().map(|line| line.0.clone()),
        };
        let question = format!("posts {:?} {filter:?}", query.unit);
        let after = Cursor::read(query.after.as_ref(), &question)?;
        let visible = view(conn, allowed, query.unit, (ask.now, ask.now)).await?;
        let limit = Limit::of(query.limit);
        let found = office::posts_in(conn, (&visible.places, ask.now), &filter, after, i64::from(limit) + 1).await?;
        let page = Page::of(found, limit, &question, |one| one.post.id.to_string());
        let items = out::rows(conn, &page.items).await?;
        Ok(Reply::new(Posts { page: Page { items, next: page.next }, hidden_units: visible.hidden_units }))
    }
}

/// `GET /posts/{post}`
pub(in crate::admin) struct Get;

impl Act for Get {
    type Path = One;
    type Query = Nothing;
    type Body = Nothing;
    type Answer = out::Whole;
    const IS: Is = Is { id: "get_post", path: "/posts/{post}", summary: "One post", ..READ };
}

#[async_trait]
impl Reads for Get {
    async fn read(conn: &mut Conn, ask: &Ask<Self>, _: &Allowed) -> Result<Reply<out::Whole>, Stop> {
        answer(conn, ask.path.post).await
    }
}

/// A post as it is now.
pub(super) async fn answer(conn: &mut Conn, post: Id<id::Assignment>) -> Result<Reply<out::Whole>, Stop> {
    let stored = office::assignment(conn, post).await?.ok_or_else(gone)?;
    Ok(Reply::at(out::whole(conn, &stored).await?, stored.post.revision))
}

/// `GET /posts/{post}/delegations`
pub(in crate::admin) struct Delegations;

impl Act for Delegations {
    type Path = One;
    type Query = Nothing;
    type Body = Nothing;
    type Answer = Vec<out::Row>;
    const IS: Is = Is {
        id: "list_post_delegations",
        path: "/posts/{post}/delegations",
        summary: "What was handed on from a post, the latest first; each is a post and is ended like one",
        ..READ
    };
}

#[async_trait]
impl Reads for Delegations {
    async fn read(conn: &mut Conn, ask: &Ask<Self>, _: &Allowed) -> Result<Reply<Vec<out::Row>>, Stop> {
        let found = office::handed_on(conn, ask.path.post).await?;
        Ok(Reply::new(out::rows(conn, &found).await?))
    }
}

/// At which instant.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::admin) struct At {
    /// The day, before, today or ahead; absent: now.
    at: Option<Day>,
}

/// `GET /persons/{person}/rights`
pub(in crate::admin) struct Explain;

impl Act for Explain {
    type Path = OnePerson;
    type Query = At;
    type Body = Nothing;
    type Answer = Vec<out::Reasons>;
    const IS: Is = Is {
        id: "explain_rights",
        path: "/persons/{person}/rights",
        summary: "What somebody may do and why, post by post, as far as the posts lie in the units that the caller reads",
        ..READ
    };
}

#[async_trait]
impl Reads for Explain {
    async fn read(conn: &mut Conn, ask: &Ask<Self>, allowed: &Allowed) -> Result<Reply<Vec<out::Reasons>>, Stop> {
        let at = ask.query.at.map_or(ask.now, Day::start);
        let world = office::world(conn, ask.path.person, at).await?;
        let mut seen = Vec::new();
        for post in world.posts_of(ask.path.person) {
            if admin::sees(conn, allowed, READ.demand, &Targets::Units(vec![post.unit]), ask.now).await? {
                seen.push(out::Reasons::of(post.person, &office::judge(&world, post.id, at)));
            }
        }
        // Somebody without a post here is answered like nobody: ids are not told apart.
        if seen.is_empty() { Err(gone()) } else { Ok(Reply::new(seen)) }
    }
}

/// To do what, where.
#[derive(Deserialize, JsonSchema)]
#[schemars(rename = "WhoMay")]
#[serde(deny_unknown_fields)]
pub(in crate::admin) struct Wanted {
    /// One of ours, such as `officials.assign`, or a party's own: `client_id/word`.
    permission: Line<200>,
    unit: Id<id::Unit>,
    /// The day, before, today or ahead; absent: now.
    at: Option<Day>,
    after: Option<Cursor>,
    limit: Option<Limit>,
}

/// A page of who may do something.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "WhoMayPage")]
pub(in crate::admin) struct Those {
    #[serde(flatten)]
    page: Page<out::Reasons>,
    /// How many units of the whole tree the caller may not look into: whoever serves there is not in the answer.
    hidden_units: i64,
}

/// `GET /who`
pub(in crate::admin) struct WhoMay;

#[async_trait]
impl Act for WhoMay {
    type Path = Nothing;
    type Query = Wanted;
    type Body = Nothing;
    type Answer = Those;
    const IS: Is = Is {
        id: "list_who_may",
        path: "/who",
        summary: "Who may do something over a unit, and why, among the posts in the units that the caller reads",
        ..READ
    };

    async fn find(_: &mut Conn, ask: &Ask<Self>) -> Result<Option<Found>, Stop> {
        Ok(Some(Found::new(Targets::Units(vec![ask.query.unit]))))
    }
}

#[async_trait]
impl Reads for WhoMay {
    async fn read(conn: &mut Conn, ask: &Ask<Self>, allowed: &Allowed) -> Result<Reply<Those>, Stop> {
        let query = &ask.query;
        let wrong = || Stop::from(invalid([Mistake::new(Place::Parameter("permission".into()), "unknown-word")]));
        let word = Word::parse(&query.permission.0).map_err(|_| wrong())?;
        let at = query.at.map_or(ask.now, Day::start);
        let question = format!("who {word:?} {} {:?}", query.unit, query.at);
        let mut after = Cursor::read(query.after.as_ref(), &question)?;
        let limit = Limit::of(query.limit);
        let visible = view(conn, allowed, None, (ask.now, at)).await?;
        let mut seen = Vec::new();
        loop {
            let asked = (&word, query.unit, at);
            let part = office::who(conn, &visible.places, asked, after, i64::from(limit) + 1).await?;
            after = part.next;
            seen.extend(part.found);
            if after.is_none() || seen.len() > limit as usize {
                break;
            }
        }
        let page = Page::of(seen, limit, &question, |found| found.judged.post.to_string());
        let items = page.items.iter().map(|found| out::Reasons::of(found.person, &found.judged)).collect();
        let page = Page { items, next: page.next };
        Ok(Reply::new(Those { page, hidden_units: visible.hidden_units }))
    }
}
