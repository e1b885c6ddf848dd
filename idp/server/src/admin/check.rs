//! What a party asks about an official: may they, in this post, do this over that unit, now, and why.
//!
//! The party learns of its own roles and permissions only. Of a subject, a post or a unit that it cannot know it hears a plain no, the same
//! as of one that is there and has nothing to do with it.

use async_trait::async_trait;
use idp_core::{
    admin::{Allowed, Demand, Fresh, Subject, Who},
    office::{
        self, Wanted, Word,
        outbox::{self, Listener},
    },
    org::{self, AsOf, Code},
    relying::Party,
    signin,
    store::Conn,
    types::{Id, id},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    act::{Act, Ask, Is, Method, Nothing, Outside, Precondition, Reads, Reply},
    paging::{Cursor, Limit, Page},
    refuse::{Stop, invalid},
    wire::{Instant, Line},
};
use crate::web::{Code as Status, Mistake, Problem};

/// What is asked.
#[derive(Deserialize, JsonSchema)]
#[schemars(rename = "Check")]
#[serde(deny_unknown_fields)]
pub(super) struct Asked {
    /// The `sub` by which this party knows the official.
    subject: Line<255>,
    /// The post they act in, as the token says.
    post: Id<id::Assignment>,
    /// A word of this party's own permissions, without its `client_id`.
    permission: Line<64>,
    /// An id, or `SCHEME:CODE` as it stands now.
    unit: Line<64>,
}

/// A rule that was looked at.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "CheckReason")]
struct Reason {
    /// A stable word, such as `in-window`.
    rule: &'static str,
    holds: bool,
    /// The party's own word for the role; null: of the post as a whole.
    role: Option<String>,
}

/// Yes or no, and why.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "CheckAnswer")]
pub(super) struct Answer {
    allowed: bool,
    /// The first instant at which a yes may be a no: ask again then. Null for a no, and where nothing ends it.
    ends_at: Option<Instant>,
    reasons: Vec<Reason>,
}

impl Answer {
    const fn no() -> Self {
        Self { allowed: false, ends_at: None, reasons: Vec::new() }
    }
}

/// `POST /check`
pub(super) struct Check;

impl Act for Check {
    type Path = Nothing;
    type Query = Nothing;
    type Body = Asked;
    type Answer = Answer;
    const IS: Is = Is {
        id: "check_rights",
        method: Method::Post,
        path: "/check",
        summary: "May this official in this post do this over that unit now, and why: for parties, about their own permissions",
        demand: Demand { permission: None, who: Who::Party, fresh: Fresh::No },
        precondition: Precondition::None,
        outside: Outside::Refused,
        status: 200,
        body: 4 * 1_024,
    };
}

#[async_trait]
impl Reads for Check {
    async fn read(conn: &mut Conn, ask: &Ask<Self>, allowed: &Allowed) -> Result<Reply<Answer>, Stop> {
        let Subject::Party(party) = allowed.caller().subject else { return Err(nothing()) };
        let party = ask.house.register.by_id(party).ok_or_else(nothing)?;
        Ok(Reply::new(answer(conn, ask, &party).await?))
    }
}

fn nothing() -> Stop {
    Problem::new(Status::NOT_FOUND).into()
}

async fn answer(conn: &mut Conn, ask: &Ask<Check>, party: &Party) -> Result<Answer, Stop> {
    let body = &ask.body;
    let wrong = || Stop::from(invalid([Mistake::at("/permission", "wrong-value")]));
    let permission = Word::parse(&format!("{}/{}", party.client_id, body.permission.0)).map_err(|_| wrong())?;
    let Some(sector) = party.definition.sector() else { return Ok(Answer::no()) };
    let person = signin::person_of(conn, &sector, &body.subject.0).await?;
    let Some((person, unit)) = person.zip(unit(conn, &body.unit.0, ask).await?) else { return Ok(Answer::no()) };
    let wanted = Wanted { person, post: body.post, permission, unit, party: Some(party.id) };
    let Some(checked) = office::check(conn, (&wanted, &party.client_id), ask.now).await? else {
        return Ok(Answer::no());
    };
    let reasons = checked.findings.into_iter();
    let reason = |(finding, role): (office::Finding, Option<String>)| Reason {
        rule: finding.rule.word(),
        holds: finding.holds,
        role,
    };
    Ok(Answer {
        allowed: checked.allowed,
        ends_at: checked.until.filter(|until| *until != org::FOREVER).map(Instant),
        reasons: reasons.map(reason).collect(),
    })
}

async fn unit(conn: &mut Conn, named: &str, ask: &Ask<Check>) -> Result<Option<Id<id::Unit>>, Stop> {
    let Some(code) = Code::named(named) else { return Ok(named.parse().ok()) };
    Ok(org::by_code(conn, &code, AsOf::at(ask.now)).await?)
}

/// A post that speaks to the party.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "KnownPost")]
pub(super) struct Post {
    post: Id<id::Assignment>,
    revision: i64,
    /// The `sub` by which this party knows its holder; null where it does not know them yet.
    subject: Option<String>,
    /// Another one whenever what the post says to this party is otherwise: also by a role, a date or a unit, for which `revision` does
    /// not rise. Null: it says nothing now.
    mark: Option<String>,
}

/// Which page.
#[derive(Deserialize, JsonSchema)]
#[schemars(rename = "WhichKnown")]
#[serde(deny_unknown_fields)]
pub(super) struct Which {
    after: Option<Cursor>,
    limit: Option<Limit>,
}

/// `GET /check/posts`
pub(super) struct Reconcile;

impl Act for Reconcile {
    type Path = Nothing;
    type Query = Which;
    type Body = Nothing;
    type Answer = Page<Post>;
    const IS: Is = Is {
        id: "reconcile_posts",
        method: Method::Get,
        path: "/check/posts",
        summary: "Every post that speaks to the party, with its revision: what a party compares with its own after it missed events",
        body: 0,
        ..Check::IS
    };
}

#[async_trait]
impl Reads for Reconcile {
    async fn read(conn: &mut Conn, ask: &Ask<Self>, allowed: &Allowed) -> Result<Reply<Page<Post>>, Stop> {
        let Subject::Party(party) = allowed.caller().subject else { return Err(nothing()) };
        let party = ask.house.register.by_id(party).ok_or_else(nothing)?;
        let question = format!("known {}", party.id);
        let after = Cursor::read(ask.query.after.as_ref(), &question)?;
        let to = Listener { party: party.id, client_id: party.client_id.clone() };
        let limit = Limit::of(ask.query.limit) as usize;
        let (found, last) = outbox::known(conn, &to, (after, ask.now), limit).await?;
        let mut items = Vec::with_capacity(found.len());
        for one in found {
            let subject = match party.definition.sector() {
                Some(sector) => signin::known_subject(conn, one.person, &sector).await?,
                None => None,
            };
            let said = office::says(conn, (one.person, one.post), (party.id, &party.client_id), ask.now).await?;
            let mark = said.map(|capacity| capacity.mark().hex());
            items.push(Post { post: one.post, revision: one.revision, subject, mark });
        }
        let next = last.map(|last| Cursor::after(&question, &last.to_string()));
        Ok(Reply::new(Page { items, next }))
    }
}
