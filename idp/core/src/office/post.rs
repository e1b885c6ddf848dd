//! Posts: one person in one position of one unit, for one span of time, by one decision.

use std::{collections::BTreeSet, time::Duration};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{PositionId, RoleId, role::OnlyParties};
use crate::{
    org::{FOREVER, Span},
    types::{Day, Fault, Id, Timestamp, id},
};

type Unit = Id<id::Unit>;

/// A post that no decision stands behind counts for so long at most.
pub(super) const UNCONFIRMED: Duration = Duration::from_secs(90 * 86_400);

macro_rules! words {
    ($name:ident, $what:literal, $($variant:ident $word:literal),+) => {
        impl $name {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// The word that rows, files and requests hold.
            pub const fn word(self) -> &'static str {
                match self {
                    $(Self::$variant => $word),+
                }
            }

            /// Reads such a word.
            pub fn from_word(word: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|one| one.word() == word)
            }

            pub(super) fn stored(word: &str) -> Result<Self, Fault> {
                Self::from_word(word).ok_or(Fault::bug($what))
            }
        }
    };
}

/// How somebody came to a post.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "PostKind")]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// The post that they are paid for.
    Primary,
    /// Beside it.
    Concurrent,
    /// Lent to another unit; the sending post goes on.
    Secondment,
    /// Acting head (`Q.`).
    Acting,
    /// Placed in charge without the title.
    InCharge,
    /// Handed on by somebody for a while (`TUQ.`).
    Delegated,
    /// A seat in a body (`TM.`).
    BodyMember,
    /// From outside: staff of the post office at a one-stop desk.
    External,
}

words! { Kind, "reading the kind of a post",
Primary "primary", Concurrent "concurrent", Secondment "secondment", Acting "acting", InCharge "in-charge",
Delegated "delegated", BodyMember "body-member", External "external" }

/// Where a post was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "PostSource")]
#[serde(rename_all = "kebab-case")]
pub enum Source {
    /// By an administrator.
    Office,
    /// From a file.
    Import,
    /// By the one who handed it on.
    Delegation,
    /// By a decision that changed units.
    ChangeSet,
    /// By the system of the personnel department.
    Personnel,
}

words! { Source, "reading where a post was written",
Office "office", Import "import", Delegation "delegation", ChangeSet "change-set", Personnel "personnel" }

/// Over which units the roles of a post count.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "PostScope")]
#[serde(rename_all = "kebab-case", tag = "kind", content = "units")]
pub enum Scope {
    /// Only what is one's own in the unit.
    #[serde(rename = "self")]
    Own,
    /// The unit alone.
    Unit,
    /// The unit and all below it.
    Subtree,
    /// These units, each alone. After a merger also units that are gone: what was theirs.
    #[serde(rename = "list")]
    Listed(BTreeSet<Unit>),
    /// The territory that the unit serves: the nearest territory above it, and all below that.
    Territory,
    /// Everywhere: one-stop desks take files for any place.
    NonTerritorial,
}

impl Scope {
    /// The word that rows hold.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Own => "self",
            Self::Unit => "unit",
            Self::Subtree => "subtree",
            Self::Listed(_) => "list",
            Self::Territory => "territory",
            Self::NonTerritorial => "non-territorial",
        }
    }

    /// Reads a word; a list gets its units later.
    pub fn from_word(word: &str) -> Option<Self> {
        let all = [
            Self::Own,
            Self::Unit,
            Self::Subtree,
            Self::Listed(BTreeSet::new()),
            Self::Territory,
            Self::NonTerritorial,
        ];
        all.into_iter().find(|one| one.word() == word)
    }

    pub(super) fn stored(word: &str) -> Result<Self, Fault> {
        Self::from_word(word).ok_or(Fault::bug("reading the scope of a post"))
    }

    /// The listed units; empty for every other scope.
    pub fn listed(&self) -> impl Iterator<Item = Unit> + '_ {
        let units = if let Self::Listed(units) = self { Some(units) } else { None };
        units.into_iter().flatten().copied()
    }
}

/// The parties towards which a role of a post counts; `None`: all that the role speaks to.
pub type Parties = OnlyParties;

/// A role of a post.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RoleGrant {
    /// Which.
    pub role: RoleId,
    /// Towards whom.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parties: Parties,
}

/// What narrows a post beside its scope.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "PostLimits")]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    /// The classes of documents that may be signed; empty: no such limit.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub document_classes: Vec<String>,
    /// Its holder may hand nothing on. What was handed on itself can never be handed on, whatever stands here.
    pub no_redelegate: bool,
}

/// Classes of documents that one post may name at most, and the longest of them, in characters.
const MOST_CLASSES: usize = 50;
const LONGEST_CLASS: usize = 64;

impl Limits {
    /// Whether these may be the classes of documents of a post: few, each a short line.
    pub fn may_be(classes: &[String]) -> bool {
        let line = |class: &String| {
            !class.trim().is_empty() && class.chars().count() <= LONGEST_CLASS && !class.contains(char::is_control)
        };
        classes.len() <= MOST_CLASSES && classes.iter().all(line)
    }

    /// The classes of documents that may be signed; `None`: no such limit.
    pub(super) fn classes(&self) -> Option<BTreeSet<String>> {
        (!self.document_classes.is_empty()).then(|| self.document_classes.iter().cloned().collect())
    }
}

/// What a file or another system says of limits; `None`: it does not say, and what stands stays. A system that does not know of limits
/// would else lift them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Said {
    /// The classes of documents; none of them: no such limit.
    pub document_classes: Option<Vec<String>>,
    /// Whether nothing may be handed on.
    pub no_redelegate: Option<bool>,
}

impl Said {
    /// The limits that it means where these stand. Classes in another order are the same.
    pub fn over(&self, known: &Limits) -> Limits {
        let differs = |classes: &&Vec<String>| {
            let as_set = |classes: &[String]| classes.iter().cloned().collect::<BTreeSet<_>>();
            as_set(classes) != as_set(&known.document_classes)
        };
        let other = self.document_classes.as_ref().filter(differs).cloned();
        Limits {
            document_classes: other.unwrap_or_else(|| known.document_classes.clone()),
            no_redelegate: self.no_redelegate.unwrap_or(known.no_redelegate),
        }
    }
}

/// The decision behind a post. A post without one is unconfirmed: it lets nobody administer and ends after ninety days.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "PostDecision")]
#[serde(deny_unknown_fields)]
pub struct Confirmed {
    /// Its number.
    pub number: String,
    /// Its day.
    pub date: Day,
}

/// Where a post stands. A post that ended early keeps the window that it really had.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PostState {
    /// Waits for a second person; grants nothing.
    Pending,
    /// Counts within its window.
    Active,
    /// Was ended; its window was cut there.
    Ended {
        /// Why.
        because: String,
    },
    /// The second person said no.
    Refused {
        /// Why.
        because: String,
    },
}

impl PostState {
    /// The word that rows hold.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Active => "active",
            Self::Ended { .. } => "ended",
            Self::Refused { .. } => "refused",
        }
    }

    /// Why it ended or was refused.
    pub fn because(&self) -> Option<&str> {
        match self {
            Self::Pending | Self::Active => None,
            Self::Ended { because } | Self::Refused { because } => Some(because),
        }
    }

    pub(super) fn stored(word: &str, because: Option<String>) -> Result<Self, Fault> {
        let because = because.unwrap_or_default();
        Ok(match word {
            "pending" => Self::Pending,
            "active" => Self::Active,
            "ended" => Self::Ended { because },
            "refused" => Self::Refused { because },
            _ => return Err(Fault::bug("reading the state of a post")),
        })
    }

    /// Whether the window counts: a post that was ended did count before.
    pub const fn counts(&self) -> bool {
        matches!(self, Self::Active | Self::Ended { .. })
    }
}

/// A post, as rules see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Post {
    /// Its id.
    pub id: Id<id::Assignment>,
    /// The post with which it began, before units ended and it was carried over; itself where that never was.
    pub elder: Id<id::Assignment>,
    /// Whose.
    pub person: Id<id::Person>,
    /// Where.
    pub unit: Unit,
    /// As what.
    pub position: PositionId,
    /// How they came to it.
    pub kind: Kind,
    /// With which roles, by word.
    pub roles: Vec<RoleGrant>,
    /// Over which units.
    pub scope: Scope,
    /// When.
    pub span: Span,
    /// By which decision.
    pub decision: Option<Confirmed>,
    /// The post from which it was handed on.
    pub delegator: Option<Id<id::Assignment>>,
    /// What narrows it.
    pub limits: Limits,
    /// Where it stands.
    pub state: PostState,
    /// The actor who asked for it, as in the audit log.
    pub requested_by: String,
    /// Rises with every change.
    pub revision: i64,
}

impl Post {
    /// Who asked for it, as the record names them; `None`: the operator, a party or a job.
    pub fn asker(&self) -> Option<Id<id::Person>> {
        self.requested_by.strip_prefix("person:").and_then(|id| id.parse().ok())
    }

    /// How old it is: of two posts the one with the smaller answer is the older one. Being carried over makes no post younger, or the
    /// reform of units would turn round which of two posts a separation of duties silences.
    pub const fn age(&self) -> (Id<id::Assignment>, Id<id::Assignment>) {
        (self.elder, self.id)
    }

    /// Its window as it counts: unconfirmed, it ends after ninety days.
    pub fn window(&self) -> Span {
        let capped = if self.decision.is_some() { FOREVER } else { self.span.from + UNCONFIRMED };
        Span { from: self.span.from, until: self.span.until.min(capped) }
    }

    /// Whether it counts at that instant, as far as its own row says.
    pub fn counts_at(&self, at: Timestamp) -> bool {
        self.state.counts() && self.window().contains(at)
    }
}

/// A post, as readers see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assignment {
    /// What rules see, too.
    pub post: Post,
    /// Where it was written.
    pub source: Source,
    /// Since when it stands as it stands.
    pub state_at: Timestamp,
    /// The second person.
    pub approved_by: Option<String>,
    /// When it was written.
    pub created_at: Timestamp,
    /// When its holder last acted in it.
    pub last_used_at: Option<Timestamp>,
    /// Since when it is dormant: nobody acted in it for 45 days.
    pub dormant_at: Option<Timestamp>,
    /// The post on a unit that ended, from which it was carried over.
    pub carried_from: Option<Id<id::Assignment>>,
}

/// A post to be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewAssignment {
    /// Whose.
    pub person: Id<id::Person>,
    /// Where.
    pub unit: Unit,
    /// As what.
    pub position: PositionId,
    /// How they come to it; [`Kind::Delegated`] is for `delegate` alone.
    pub kind: Kind,
    /// With which roles.
    pub roles: Vec<RoleGrant>,
    /// Over which units.
    pub scope: Scope,
    /// When.
    pub span: Span,
    /// By which decision.
    pub decision: Option<Confirmed>,
    /// What narrows it.
    pub limits: Limits,
    /// Where it is written.
    pub source: Source,
}

impl NewAssignment {
    /// The post that it would be.
    pub(super) fn post(self, id: Id<id::Assignment>, requested_by: String) -> Post {
        let mut roles = self.roles;
        roles.sort_by(|one, other| one.role.cmp(&other.role));
        roles.dedup_by(|one, other| one.role == other.role);
        Post {
            id,
            elder: id,
            person: self.person,
            unit: self.unit,
            position: self.position,
            kind: self.kind,
            roles,
            scope: self.scope,
            span: self.span,
            decision: self.decision,
            delegator: None,
            limits: self.limits,
            state: PostState::Active,
            requested_by,
            revision: 1,
        }
    }
}
