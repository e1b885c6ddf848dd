//! Posts as they are answered. Only what stands here leaves: no number, no address, no sign-in name of a person.

use std::collections::HashMap;

use idp_core::{
    office::{
        self, Assignment, Confirmed, Finding, Judged, Kind, Limits, PostState, Reach, Remedy, RoleGrant, Scope, Source,
    },
    org::FOREVER,
    people,
    store::{Conn, StoreError},
    types::{FullName, Id, Timestamp, id},
};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

use super::super::wire::Instant;

/// Where a post stands.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[schemars(rename = "PostState")]
#[serde(rename_all = "kebab-case")]
pub(in crate::admin) enum StateWord {
    /// Waits for a second person.
    Pending,
    /// Counts within its window.
    Active,
    /// Was ended.
    Ended,
    /// The second person said no.
    Refused,
}

impl StateWord {
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Active => "active",
            Self::Ended => "ended",
            Self::Refused => "refused",
        }
    }
}

pub(super) fn states(_: &mut SchemaGenerator) -> Schema {
    json_schema!({"type": "string", "enum": ["pending", "active", "ended", "refused"]})
}

/// A person as lists name them.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "OfficialName")]
pub(super) struct Who {
    id: Id<id::Person>,
    /// Null where it is not known any more.
    name: Option<String>,
}

/// A post in a list.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "PostRow")]
pub(in crate::admin) struct Row {
    id: Id<id::Assignment>,
    person: Who,
    unit: Id<id::Unit>,
    /// A word of the catalogue of positions.
    position: String,
    kind: Kind,
    roles: Vec<RoleGrant>,
    scope: Scope,
    #[schemars(schema_with = "states")]
    state: &'static str,
    from: Instant,
    /// The first instant at which it counts no more; null: until it is ended. Without a decision it is ninety days after the beginning.
    until: Option<Instant>,
    decision: Option<Confirmed>,
    /// Since when nobody acted in it for 45 days.
    dormant_at: Option<Instant>,
    revision: i64,
}

/// Null for what has no end.
pub(super) fn end(until: Timestamp) -> Option<Instant> {
    (until != FOREVER).then_some(Instant(until))
}

impl Row {
    fn of(stored: &Assignment, names: &HashMap<Id<id::Person>, FullName>) -> Self {
        let post = &stored.post;
        Self {
            id: post.id,
            person: Who { id: post.person, name: names.get(&post.person).map(|name| name.as_str().to_owned()) },
            unit: post.unit,
            position: post.position.as_str().to_owned(),
            kind: post.kind,
            roles: post.roles.clone(),
            scope: post.scope.clone(),
            state: post.state.word(),
            from: Instant(post.span.from),
            until: end(post.window().until),
            decision: post.decision.clone(),
            dormant_at: stored.dormant_at.map(Instant),
            revision: post.revision,
        }
    }
}

/// The names of the holders of posts.
pub(super) async fn names(
    conn: &mut Conn,
    posts: &[Assignment],
) -> Result<HashMap<Id<id::Person>, FullName>, StoreError> {
    let mut ids: Vec<Id<id::Person>> = posts.iter().map(|one| one.post.person).collect();
    ids.sort_unstable();
    ids.dedup();
    people::names(conn, &ids).await
}

/// Posts for a list.
pub(super) async fn rows(conn: &mut Conn, posts: &[Assignment]) -> Result<Vec<Row>, StoreError> {
    let names = names(conn, posts).await?;
    Ok(posts.iter().map(|one| Row::of(one, &names)).collect())
}

/// One post with everything about it.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Post")]
pub(in crate::admin) struct Whole {
    #[serde(flatten)]
    row: Row,
    limits: Limits,
    source: Source,
    /// The post from which it was handed on.
    delegator: Option<Id<id::Assignment>>,
    /// Who asked for it: `person:…`, `operator:…`.
    requested_by: String,
    /// The second person.
    approved_by: Option<String>,
    /// Since when it stands as it stands.
    state_at: Instant,
    /// Why it ended or was refused.
    because: Option<String>,
    created_at: Instant,
    /// When its holder last acted in it.
    last_used_at: Option<Instant>,
    /// The post on a unit that ended, from which it was carried over.
    carried_from: Option<Id<id::Assignment>>,
}

/// One post, whole.
pub(super) async fn whole(conn: &mut Conn, stored: &Assignment) -> Result<Whole, StoreError> {
    let names = people::names(conn, &[stored.post.person]).await?;
    Ok(Whole {
        row: Row::of(stored, &names),
        limits: stored.post.limits.clone(),
        source: stored.source,
        delegator: stored.post.delegator,
        requested_by: stored.post.requested_by.clone(),
        approved_by: stored.approved_by.clone(),
        state_at: Instant(stored.state_at),
        because: stored.post.state.because().map(str::to_owned),
        created_at: Instant(stored.created_at),
        last_used_at: stored.last_used_at.map(Instant),
        carried_from: stored.carried_from,
    })
}

/// Whether a post waits for a second person.
pub(super) const fn waits(stored: &Assignment) -> bool {
    matches!(stored.post.state, PostState::Pending)
}

/// One rule that was looked at.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Finding")]
struct Rule {
    /// A stable word, such as `in-window`.
    rule: &'static str,
    holds: bool,
    /// Of which role; null: of the post as a whole.
    role: Option<String>,
    /// Since when what the rule looks at is so; null where it has no span.
    from: Option<Instant>,
    until: Option<Instant>,
    /// What would turn it: `nothing`, `waits`, `approval`, `decision`, `another-post`, `catalogue`, `other-post-ends`, `delegator`.
    remedy: &'static str,
    /// When it turns by itself.
    turns_at: Option<Instant>,
}

impl From<&Finding> for Rule {
    fn from(finding: &Finding) -> Self {
        let (remedy, turns_at) = match finding.remedy {
            Remedy::None => ("nothing", None),
            Remedy::Waits(at) => ("waits", end(at)),
            Remedy::Approval => ("approval", None),
            Remedy::Decision => ("decision", None),
            Remedy::AnotherPost => ("another-post", None),
            Remedy::Catalogue => ("catalogue", None),
            Remedy::OtherPostEnds(_) => ("other-post-ends", None),
            Remedy::Delegator(_) => ("delegator", None),
        };
        Self {
            rule: finding.rule.word(),
            holds: finding.holds,
            role: finding.role.as_ref().map(|role| role.as_str().to_owned()),
            from: finding.span.map(|span| Instant(span.from)),
            until: finding.span.and_then(|span| end(span.until)),
            remedy,
            turns_at,
        }
    }
}

/// A role that counts.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "HeldRole")]
struct Counts {
    role: String,
    permissions: Vec<String>,
    /// `self`, `unit`, `subtree`, `list` or `everywhere`.
    reach: &'static str,
    /// The units of the reach; empty for `everywhere`.
    units: Vec<Id<id::Unit>>,
    until: Option<Instant>,
}

/// The rights of one post at an instant, with every reason.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "PostRights")]
pub(in crate::admin) struct Reasons {
    post: Id<id::Assignment>,
    person: Id<id::Person>,
    at: Instant,
    /// Whether the post counts at all.
    counts: bool,
    /// The first instant at which any of it may end.
    ends_at: Option<Instant>,
    roles: Vec<Counts>,
    findings: Vec<Rule>,
}

impl Reasons {
    pub(super) fn of(person: Id<id::Person>, judged: &Judged) -> Self {
        let held = judged.rights.iter().flat_map(|rights| &rights.held);
        let counts = |held: &office::Held| {
            let (reach, units) = match &held.reach {
                Reach::Own(unit) => ("self", vec![*unit]),
                Reach::Unit(unit) => ("unit", vec![*unit]),
                Reach::Under(unit) => ("subtree", vec![*unit]),
                Reach::Listed(units) => ("list", units.iter().copied().collect()),
                Reach::Anywhere => ("everywhere", Vec::new()),
            };
            Counts {
                role: held.role.as_str().to_owned(),
                permissions: held.permissions.iter().map(|word| word.as_str().to_owned()).collect(),
                reach,
                units,
                until: end(held.until),
            }
        };
        Self {
            post: judged.post,
            person,
            at: Instant(judged.at),
            counts: judged.rights.is_some(),
            ends_at: judged.rights.as_ref().and_then(|rights| end(rights.ends_at)),
            roles: held.map(counts).collect(),
            findings: judged.findings.iter().map(Rule::from).collect(),
        }
    }
}
