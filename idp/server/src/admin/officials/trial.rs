//! What a file of posts would do: every row with the post as it is and as it would be, and how many come to what.

use async_trait::async_trait;
use idp_core::{
    admin::{Allowed, Permission},
    office::{
        Confirmed, Kind, Limits, Post, RoleGrant, Scope,
        import::{self, Outcome},
    },
    types::{Id, id},
};
use schemars::JsonSchema;
use serde::Serialize;

use super::{
    super::{
        act::{Act, Ask, At, Is, Nothing, Reply, Works},
        refuse::Stop,
        wire::Instant,
    },
    by,
    files::{Sent, TRIAL, failed, outcomes, placed},
    out::{end, states},
};

/// What a decision about a post decides.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "PostTerms")]
pub(crate) struct Terms {
    unit: Id<id::Unit>,
    /// A word of the catalogue of positions.
    position: String,
    kind: Kind,
    roles: Vec<RoleGrant>,
    scope: Scope,
    limits: Limits,
    #[schemars(schema_with = "states")]
    state: &'static str,
    from: Instant,
    /// The first instant at which it counts no more; null: until it is ended.
    until: Option<Instant>,
    decision: Option<Confirmed>,
}

impl From<&Post> for Terms {
    fn from(post: &Post) -> Self {
        Self {
            unit: post.unit,
            position: post.position.as_str().to_owned(),
            kind: post.kind,
            roles: post.roles.clone(),
            scope: post.scope.clone(),
            limits: post.limits.clone(),
            state: post.state.word(),
            from: Instant(post.span.from),
            until: end(post.window().until),
            decision: post.decision.clone(),
        }
    }
}

/// What would become of a row.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "ImportTrialRow")]
pub(crate) struct Line {
    /// Its number in the file.
    row: usize,
    #[schemars(schema_with = "outcomes")]
    outcome: &'static str,
    /// Why it would be refused.
    why: Option<String>,
    /// The post that it means, where that is there.
    post: Option<Id<id::Assignment>>,
    /// The post as it is; null: there is none, or the row would be refused.
    before: Option<Terms>,
    /// The post as it would be; null: the row would be refused.
    after: Option<Terms>,
}

impl From<&import::Done> for Line {
    fn from(done: &import::Done) -> Self {
        Self {
            row: done.row,
            outcome: done.outcome.word(),
            why: done.outcome.why().map(str::to_owned),
            post: done.post,
            before: done.turn.as_ref().and_then(|turn| turn.before.as_ref()).map(Terms::from),
            after: done.turn.as_ref().map(|turn| Terms::from(&turn.after)),
        }
    }
}

/// How many rows would come to what.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "ImportTotals")]
struct Totals {
    /// New posts, those among them that would wait included.
    made: usize,
    /// New posts that would wait for a second person.
    waiting: usize,
    changed: usize,
    unchanged: usize,
    refused: usize,
}

/// What would become of every row.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "ImportTrial")]
pub(crate) struct Tried {
    rows: Vec<Line>,
    totals: Totals,
}

impl From<&[import::Done]> for Tried {
    fn from(done: &[import::Done]) -> Self {
        let count = |fits: fn(&Outcome) -> bool| done.iter().filter(|one| fits(&one.outcome)).count();
        let totals = Totals {
            made: count(|outcome| matches!(outcome, Outcome::New | Outcome::Waits)),
            waiting: count(|outcome| matches!(outcome, Outcome::Waits)),
            changed: count(|outcome| matches!(outcome, Outcome::Changed)),
            unchanged: count(|outcome| matches!(outcome, Outcome::Same)),
            refused: count(|outcome| matches!(outcome, Outcome::Refused(_))),
        };
        Self { rows: done.iter().map(Line::from).collect(), totals }
    }
}

/// `POST /imports/trial`
pub(in crate::admin) struct Trial;

impl Act for Trial {
    type Path = Nothing;
    type Query = Nothing;
    type Body = Sent;
    type Answer = Tried;
    const IS: Is = TRIAL;
}

#[async_trait]
impl Works for Trial {
    async fn work(at: At<'_>, ask: &Ask<Self>, allowed: &Allowed) -> Result<Reply<Tried>, Stop> {
        let by = by(allowed, Permission::AssignOfficials, ask.now)?;
        let (table, _) = placed(&mut ask.house.db.read().await?, &ask.body.file, ask.now).await?;
        let report = import::attempt(&ask.house.db, at.cx, &by, &table).await.map_err(failed)?;
        Ok(Reply::new(Tried::from(&report.done[..])))
    }
}
