//! Giving, changing, ending, deciding, moving, leaving.

use async_trait::async_trait;
use idp_core::{
    admin::{self, Allowed, Permission, Targets},
    office::{self, Confirmed, Edit, Kind, Limits, NewAssignment, PositionId, RoleGrant, Scope, Seen, Source, Verdict},
    org::{FOREVER, Span},
    people, signin,
    store::{Conn, Tx},
    types::{Day, Id, id},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    super::{
        act::{Act, Ask, Found, Is, Method, Nothing, Precondition, Reply, Touches, Writes},
        refuse::{self, Stop, invalid},
        wire::Line,
    },
    One, READ, asks, by, gone,
    look::answer,
    out, whole,
    wrong::refused,
};
use crate::web::{Mistake, Problem};

/// Bytes of a post.
const BODY: usize = 64 * 1024;

/// Whose a post shall be.
#[derive(Deserialize, JsonSchema)]
#[schemars(rename = "PostHolder")]
#[serde(rename_all = "snake_case")]
enum Whom {
    /// By id.
    Id(Id<id::Person>),
    /// By sign-in name.
    Login(Line<64>),
}

/// What a post is, as requests hold it.
#[derive(Deserialize, JsonSchema)]
#[schemars(rename = "PostForm")]
#[serde(deny_unknown_fields)]
pub(in crate::admin) struct Form {
    /// A word of the catalogue of positions.
    position: PositionId,
    roles: Vec<RoleGrant>,
    scope: Scope,
    /// From the beginning of this day.
    from: Day,
    /// Until the beginning of this day; absent: until it is ended.
    until: Option<Day>,
    /// The decision behind it. Without one it ends after ninety days and administers nothing.
    decision: Option<Confirmed>,
    #[serde(default)]
    limits: Limits,
}

impl Form {
    fn span(&self) -> Span {
        Span { from: self.from.start(), until: self.until.map_or(FOREVER, Day::start) }
    }

    fn check(&self) -> Result<(), Stop> {
        let line = |text: &str, most: usize| {
            !text.trim().is_empty() && text.chars().count() <= most && !text.contains(char::is_control)
        };
        let decided = self.decision.as_ref().is_none_or(|decision| line(&decision.number, 200));
        let narrowed = Limits::may_be(&self.limits.document_classes);
        let few = self.roles.len() <= 50 && self.scope.listed().count() <= 500;
        let wrong = [("/decision/number", decided), ("/limits", narrowed), ("/roles", few)];
        let mistakes = wrong.into_iter().filter(|(_, good)| !good);
        let mistakes: Vec<_> = mistakes.map(|(pointer, _)| Mistake::at(pointer, "wrong-value")).collect();
        if mistakes.is_empty() { Ok(()) } else { Err(invalid(mistakes).into()) }
    }
}

/// A post to be given.
#[derive(Deserialize, JsonSchema)]
#[schemars(rename = "NewPost")]
#[serde(deny_unknown_fields)]
pub(in crate::admin) struct New {
    person: Whom,
    unit: Id<id::Unit>,
    kind: Kind,
    post: Form,
}

fn new(person: Id<id::Person>, unit: Id<id::Unit>, kind: Kind, form: &Form) -> NewAssignment {
    NewAssignment {
        person,
        unit,
        position: form.position.clone(),
        kind,
        roles: form.roles.clone(),
        scope: form.scope.clone(),
        span: form.span(),
        decision: form.decision.clone(),
        limits: form.limits.clone(),
        source: Source::Office,
    }
}

/// Every unit that a body names: all of them must be the caller's, or nothing is there.
fn touched(unit: Id<id::Unit>, form: &Form) -> Vec<Id<id::Unit>> {
    std::iter::once(unit).chain(form.scope.listed()).collect()
}

/// `POST /posts`
pub(in crate::admin) struct Give;

#[async_trait]
impl Act for Give {
    type Path = Nothing;
    type Query = Nothing;
    type Body = New;
    type Answer = out::Whole;
    const IS: Is = Is {
        id: "give_post",
        method: Method::Post,
        path: "/posts",
        summary: "Gives somebody a post; where a role needs a second person, it waits (state pending)",
        demand: asks(Permission::AssignOfficials),
        status: 201,
        body: BODY,
        ..READ
    };

    async fn find(_: &mut Conn, ask: &Ask<Self>) -> Result<Option<Found>, Stop> {
        Ok(Some(Found::new(Targets::Units(touched(ask.body.unit, &ask.body.post)))))
    }
}

#[async_trait]
impl Writes for Give {
    async fn write(tx: &mut Tx<'_>, ask: &Ask<Self>, allowed: &Allowed) -> Result<Reply<out::Whole>, Stop> {
        let body = &ask.body;
        body.post.check()?;
        let person = holder(tx, &body.person).await?;
        let by = by(allowed, Permission::AssignOfficials, ask.now)?;
        let wanted = new(person, body.unit, body.kind, &body.post);
        let given = office::assign(tx, &by, wanted).await.map_err(refused)?;
        Ok(answer(tx, given.post).await?.made(format!("/posts/{}", given.post)))
    }
}

async fn holder(conn: &mut Conn, whom: &Whom) -> Result<Id<id::Person>, Stop> {
    let nobody = |pointer: &'static str| Stop::from(invalid([Mistake::at(pointer, "nobody")]));
    match whom {
        Whom::Id(person) => match people::person(conn, *person).await? {
            Some(found) => Ok(found.id),
            None => Err(nobody("/person/id")),
        },
        Whom::Login(login) => {
            let account = people::by_login(conn, &login.0).await?;
            let account = account.filter(|account| account.state == people::AccountState::Active);
            account.map(|account| account.person).ok_or_else(|| nobody("/person/login"))
        }
    }
}

/// The post as the caller saw it.
const fn seen<A: Act<Path = One>>(ask: &Ask<A>) -> Seen {
    Seen { post: ask.path.post, revision: ask.seen }
}

/// `PUT /posts/{post}`
pub(in crate::admin) struct Change;

#[async_trait]
impl Act for Change {
    type Path = One;
    type Query = Nothing;
    type Body = Form;
    type Answer = out::Whole;
    const IS: Is = Is {
        id: "change_post",
        method: Method::Put,
        path: "/posts/{post}",
        summary: "Writes a post anew; a decision that is not named stays",
        precondition: Precondition::IfMatch,
        status: 200,
        ..Give::IS
    };

    async fn find(conn: &mut Conn, ask: &Ask<Self>) -> Result<Option<Found>, Stop> {
        Ok(also(ask.path.found(conn).await?, ask.body.scope.listed()))
    }
}

/// What is touched, and further units.
fn also(found: Option<Found>, more: impl Iterator<Item = Id<id::Unit>>) -> Option<Found> {
    found.map(|found| {
        let Targets::Units(mut units) = found.targets else { return found };
        units.extend(more);
        Found { targets: Targets::Units(units), revision: found.revision }
    })
}

#[async_trait]
impl Writes for Change {
    async fn write(tx: &mut Tx<'_>, ask: &Ask<Self>, allowed: &Allowed) -> Result<Reply<out::Whole>, Stop> {
        let form = &ask.body;
        form.check()?;
        let stored = office::assignment(tx, ask.path.post).await?.ok_or_else(gone)?;
        let mut span = form.span();
        // A day that stays keeps its instant: a post given at noon does not begin at midnight.
        if stored.post.span.from.day() == form.from {
            span.from = stored.post.span.from;
        }
        let edit = Edit {
            position: Some(form.position.clone()),
            roles: Some(form.roles.clone()),
            scope: Some(form.scope.clone()),
            span: Some(span),
            decision: form.decision.clone(),
            limits: Some(form.limits.clone()),
        };
        let by = by(allowed, Permission::AssignOfficials, ask.now)?;
        office::change(tx, &by, seen(ask), edit).await.map_err(refused)?;
        answer(tx, ask.path.post).await
    }
}

/// When and why a post ends.
#[derive(Deserialize, JsonSchema)]
#[schemars(rename = "PostEnding")]
#[serde(deny_unknown_fields)]
pub(in crate::admin) struct Ending {
    /// At the beginning of this day; absent: at once.
    on: Option<Day>,
    because: Line<200>,
}

/// `POST /posts/{post}/end`
pub(in crate::admin) struct End;

impl Act for End {
    type Path = One;
    type Query = Nothing;
    type Body = Ending;
    type Answer = out::Whole;
    const IS: Is = Is {
        id: "end_post",
        method: Method::Post,
        path: "/posts/{post}/end",
        summary: "Ends a post at once or on a day ahead; what was handed on from it dies with it",
        ..Change::IS
    };
}

#[async_trait]
impl Writes for End {
    async fn write(tx: &mut Tx<'_>, ask: &Ask<Self>, allowed: &Allowed) -> Result<Reply<out::Whole>, Stop> {
        let at = ask.body.on.map_or(ask.now, Day::start);
        let by = by(allowed, Permission::AssignOfficials, ask.now)?;
        let because = &ask.body.because.0;
        office::end(tx, &by, seen(ask), (at, because)).await.map_err(refused)?;
        answer(tx, ask.path.post).await
    }
}

/// `POST /posts/{post}/withdraw`
pub(in crate::admin) struct Withdraw;

impl Act for Withdraw {
    type Path = One;
    type Query = Nothing;
    type Body = Nothing;
    type Answer = out::Whole;
    const IS: Is = Is {
        id: "withdraw_post",
        path: "/posts/{post}/withdraw",
        summary: "Takes back what one asked for oneself, before a second person decides",
        body: 0,
        ..End::IS
    };
}

#[async_trait]
impl Writes for Withdraw {
    async fn write(tx: &mut Tx<'_>, ask: &Ask<Self>, allowed: &Allowed) -> Result<Reply<out::Whole>, Stop> {
        let stored = office::assignment(tx, ask.path.post).await?.ok_or_else(gone)?;
        if !out::waits(&stored) || stored.post.requested_by != tx.cx().actor.to_string() {
            return Err(Problem::new(refuse::CONFLICT).with([Mistake::at("", "wrong-state")]).into());
        }
        let by = by(allowed, Permission::AssignOfficials, ask.now)?;
        office::end(tx, &by, seen(ask), (ask.now, "withdrawn")).await.map_err(refused)?;
        answer(tx, ask.path.post).await
    }
}

/// `POST /posts/{post}/approve`
pub(in crate::admin) struct Approve;

impl Act for Approve {
    type Path = One;
    type Query = Nothing;
    type Body = Nothing;
    type Answer = out::Whole;
    const IS: Is = Is {
        id: "approve_post",
        path: "/posts/{post}/approve",
        summary: "Signs as the second person, who must be able to give all of it",
        demand: asks(Permission::ApproveOfficials),
        ..Withdraw::IS
    };
}

#[async_trait]
impl Writes for Approve {
    async fn write(tx: &mut Tx<'_>, ask: &Ask<Self>, allowed: &Allowed) -> Result<Reply<out::Whole>, Stop> {
        let by = by(allowed, Permission::ApproveOfficials, ask.now)?;
        office::decide(tx, &by, seen(ask), Verdict::Approve).await.map_err(refused)?;
        signin::tell_decided(tx, ask.path.post, None).await?;
        answer(tx, ask.path.post).await
    }
}

/// Why a post is refused.
#[derive(Deserialize, JsonSchema)]
#[schemars(rename = "PostRefusal")]
#[serde(deny_unknown_fields)]
pub(in crate::admin) struct Reason {
    /// For who asked.
    because: Line<200>,
}

/// `POST /posts/{post}/refuse`
pub(in crate::admin) struct Refuse;

impl Act for Refuse {
    type Path = One;
    type Query = Nothing;
    type Body = Reason;
    type Answer = out::Whole;
    const IS: Is = Is {
        id: "refuse_post",
        path: "/posts/{post}/refuse",
        summary: "Refuses as the second person",
        body: BODY,
        ..Approve::IS
    };
}

#[async_trait]
impl Writes for Refuse {
    async fn write(tx: &mut Tx<'_>, ask: &Ask<Self>, allowed: &Allowed) -> Result<Reply<out::Whole>, Stop> {
        let by = by(allowed, Permission::ApproveOfficials, ask.now)?;
        let verdict = Verdict::Refuse(&ask.body.because.0);
        office::decide(tx, &by, seen(ask), verdict).await.map_err(refused)?;
        signin::tell_decided(tx, ask.path.post, Some(&ask.body.because.0)).await?;
        answer(tx, ask.path.post).await
    }
}

/// Where somebody goes.
#[derive(Deserialize, JsonSchema)]
#[schemars(rename = "PostMove")]
#[serde(deny_unknown_fields)]
pub(in crate::admin) struct Target {
    unit: Id<id::Unit>,
    kind: Kind,
    post: Form,
}

/// `POST /posts/{post}/move`
pub(in crate::admin) struct Move;

#[async_trait]
impl Act for Move {
    type Path = One;
    type Query = Nothing;
    type Body = Target;
    type Answer = out::Whole;
    const IS: Is = Is {
        id: "move_post",
        path: "/posts/{post}/move",
        summary: "Moves its holder: this post ends and another begins at one instant; answers with the new one",
        status: 201,
        ..End::IS
    };

    async fn find(conn: &mut Conn, ask: &Ask<Self>) -> Result<Option<Found>, Stop> {
        Ok(also(ask.path.found(conn).await?, touched(ask.body.unit, &ask.body.post).into_iter()))
    }
}

#[async_trait]
impl Writes for Move {
    async fn write(tx: &mut Tx<'_>, ask: &Ask<Self>, allowed: &Allowed) -> Result<Reply<out::Whole>, Stop> {
        let body = &ask.body;
        body.post.check()?;
        let stored = office::assignment(tx, ask.path.post).await?.ok_or_else(gone)?;
        let mut wanted = new(stored.post.person, body.unit, body.kind, &body.post);
        // A move on a day that has begun happens now: the old post counted until now.
        wanted.span.from = wanted.span.from.max(ask.now);
        let by = by(allowed, Permission::AssignOfficials, ask.now)?;
        let (_, begun) = office::transfer(tx, &by, seen(ask), wanted).await.map_err(refused)?;
        Ok(answer(tx, begun.post).await?.made(format!("/posts/{}", begun.post)))
    }
}

/// Who leaves.
#[derive(Deserialize, JsonSchema)]
#[schemars(rename = "Leaver")]
#[serde(deny_unknown_fields)]
pub(in crate::admin) struct Leaver {
    person: Id<id::Person>,
    because: Line<200>,
}

/// What ended.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "LeaverDone")]
pub(in crate::admin) struct Left {
    posts: usize,
    /// Offices of the register of administrators.
    appointments: usize,
    sessions: u64,
    /// Passkeys and apps. The password stays: they are a citizen still.
    credentials: usize,
}

/// `POST /leavers`
pub(in crate::admin) struct Leave;

#[async_trait]
impl Act for Leave {
    type Path = Nothing;
    type Query = Nothing;
    type Body = Leaver;
    type Answer = Left;
    const IS: Is = Is {
        id: "leave_office",
        path: "/leavers",
        summary: "Ends every post and office of somebody who leaves, their sessions, tokens and bound credentials, at once; all must be the caller's to end",
        precondition: Precondition::None,
        ..End::IS
    };

    async fn find(conn: &mut Conn, ask: &Ask<Self>) -> Result<Option<Found>, Stop> {
        whole(conn, ask.body.person, ask.now).await
    }
}

#[async_trait]
impl Writes for Leave {
    async fn write(tx: &mut Tx<'_>, ask: &Ask<Self>, allowed: &Allowed) -> Result<Reply<Left>, Stop> {
        let person = ask.body.person;
        let by = by(allowed, Permission::AssignOfficials, ask.now)?;
        let because = &ask.body.because.0;
        let appointments = admin::leave(tx, admin::By::Administrator(allowed), person, because).await?;
        let left = signin::leave_office(tx, &by, person, because).await.map_err(refused)?;
        ask.house.grants.end_all_of(tx, person, signin::LEFT_OFFICE).await?;
        let (posts, sessions, credentials) = (left.posts, left.sessions, left.credentials);
        Ok(Reply::new(Left { posts, appointments, sessions, credentials }))
    }
}
