//! The two times of a fact, and the facts themselves.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::types::{Day, Id, Interval, Timestamp, id};

/// The end of what has no end. One number, so that every question about time is two comparisons on an index.
pub const FOREVER: Timestamp = Timestamp::from_millis(i64::MAX);

/// Of which instant a question is, and as believed when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AsOf {
    /// What was, is or will be so then.
    pub at: Timestamp,
    /// As the house believed it then; `None`: as it believes it now.
    pub known: Option<Timestamp>,
}

impl AsOf {
    /// As believed now.
    pub const fn at(at: Timestamp) -> Self {
        Self { at, known: None }
    }

    /// As questions name days: one means its beginning, at which decisions take effect; what was known on one is what was known at its
    /// end.
    pub fn days(at: Option<Day>, known: Option<Day>, now: Timestamp) -> Self {
        let known = known.map(|day| Timestamp::from_millis(day.end().millis() - 1));
        Self { at: at.map_or(now, Day::start), known }
    }

    /// The instant for `recorded_at <= $k and superseded_at > $k`. The last instant of all sees only what stands for ever.
    pub(super) fn belief(self) -> Timestamp {
        self.known.unwrap_or(NOW_BELIEVED).min(NOW_BELIEVED)
    }
}

/// The belief of now: one before [`FOREVER`], so that `superseded_at > $k` holds only for facts that nothing superseded.
pub(super) const NOW_BELIEVED: Timestamp = Timestamp::from_millis(i64::MAX - 1);

/// A half-open span `from ≤ t < until`, where [`FOREVER`] as `until` means open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// The first instant inside.
    pub from: Timestamp,
    /// The first instant after it.
    pub until: Timestamp,
}

impl Span {
    /// From an instant on, for ever.
    pub const fn since(from: Timestamp) -> Self {
        Self { from, until: FOREVER }
    }

    /// Whether `at` lies inside.
    pub fn contains(self, at: Timestamp) -> bool {
        self.from <= at && at < self.until
    }

    /// The instant inside that is nearest to one inside or outside.
    pub fn nearest(self, at: Timestamp) -> Timestamp {
        if at < self.from { self.from } else { at.min(Timestamp::from_millis(self.until.millis() - 1)) }
    }

    /// What both have; `None` where they share no instant.
    pub fn shared(self, other: Self) -> Option<Self> {
        let both = Self { from: self.from.max(other.from), until: self.until.min(other.until) };
        (both.from < both.until).then_some(both)
    }

    /// For readers, who know an open end as none.
    pub fn interval(self) -> Interval {
        Interval { from: self.from, until: (self.until != FOREVER).then_some(self.until) }
    }
}

/// A row of the ledger.
#[derive(Debug)]
pub(super) enum FactRow {}

/// Something that is said of a unit, or of a level, for a span.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Fact<V> {
    /// Its row; `None`: it is to be written.
    pub(super) row: Option<Id<FactRow>>,
    /// What is so.
    pub(super) value: V,
    /// When it is so.
    pub(super) span: Span,
    /// The set that decided it.
    pub(super) set: Id<id::ChangeSet>,
}

/// Where a unit stands in the tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Place {
    /// `None` for the one root.
    pub(super) parent: Option<Id<id::Unit>>,
    pub(super) level: String,
    pub(super) form: String,
}

/// Who leads a unit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Head {
    /// `None`: the post is named and not filled, or filled by somebody whom the house does not know.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<Id<id::Person>>,
    /// What the post is called.
    pub title: String,
}

/// A level of the tree in force: data, because the country abolished one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct LevelFact {
    pub(super) rank: i64,
    pub(super) label_vi: String,
    pub(super) label_en: String,
}
