//! Why a set cannot be what is so.

use super::{dependents::Dependent, set::SetState};
use crate::{
    store::StoreError,
    types::{Fault, Id, id},
};

macro_rules! reasons {
    ($($(#[$doc:meta])* $name:ident = $word:literal;)*) => {
        /// A reason why a set is refused. The words are stable: texts, the API and other systems hold them.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Why { $($(#[$doc])* $name),* }

        impl Why {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// The stable word.
            pub const fn word(self) -> &'static str {
                match self { $(Self::$name => $word),* }
            }
        }
    };
}

reasons! {
    /// No such unit exists at the instant.
    UnknownUnit = "unknown-unit";
    /// The unit has ended before, or ends in the same set.
    EndedUnit = "ended-unit";
    /// Another set says something of the unit from the same instant or later: sets on one unit apply in the order of their dates.
    ChangedLater = "changed-later";
    /// Another unit has the code at some instant from then on.
    CodeTaken = "code-taken";
    /// The unit gets two codes of one scheme.
    CodeTwice = "code-twice";
    /// The unit above it does not exist for all the time.
    NoParent = "no-parent";
    /// The unit would lie under itself.
    Cycle = "cycle";
    /// More than thirty units would lie above it.
    TooDeep = "too-deep";
    /// Units under one that ends are left behind.
    ChildrenLeft = "children-left";
    /// There is a root already.
    SecondRoot = "second-root";
    /// The root ends or comes under another unit.
    RootEnds = "root-ends";
    /// The level is not in force for all the time.
    LevelNotInForce = "level-not-in-force";
    /// The level is in force already.
    LevelInForce = "level-in-force";
    /// No such form.
    UnknownForm = "unknown-form";
    /// The form belongs to another level.
    FormOfOtherLevel = "form-of-other-level";
    /// The date lies further back than `org.backdate_days`, and the set is no correction.
    TooFarBack = "too-far-back";
    /// Two units made in the set have the same `ref`.
    RefTwice = "ref-twice";
    /// No unit made in the set has the `ref`.
    UnknownRef = "unknown-ref";
    /// The house knows no such person.
    UnknownHead = "unknown-head";
    /// A unit goes on wholly in one unit and also in another.
    TwoHeirs = "two-heirs";
    /// The set says nothing.
    Empty = "empty";
    /// The set to be undone says something of the unit, and a later one stands on it.
    StandsOn = "stands-on";
}

/// One clash.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Clash {
    /// Why.
    pub why: Why,
    /// Which operation, counted from 1; `None`: the set as a whole.
    pub operation: Option<usize>,
    /// The unit concerned.
    pub unit: Option<Id<id::Unit>>,
    /// Its name, or the code, ref, level or form that is wrong.
    pub named: Option<String>,
    /// The other set.
    pub set: Option<Id<id::ChangeSet>>,
}

impl Clash {
    pub(super) const fn new(why: Why) -> Self {
        Self { why, operation: None, unit: None, named: None, set: None }
    }

    pub(super) const fn of(mut self, unit: Id<id::Unit>) -> Self {
        self.unit = Some(unit);
        self
    }

    pub(super) const fn at(mut self, operation: Option<usize>) -> Self {
        self.operation = operation;
        self
    }

    pub(super) fn named(mut self, named: impl Into<String>) -> Self {
        self.named = Some(named.into());
        self
    }

    pub(super) const fn with(mut self, set: Id<id::ChangeSet>) -> Self {
        self.set = Some(set);
        self
    }
}

/// Why a step of a set is refused.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum Refusal {
    /// There is no such set.
    #[error("there is no such change set")]
    Unknown,
    /// The set stands where this step is not possible.
    #[error("the change set is {}", .0.word())]
    WrongState(SetState),
    /// Somebody changed the set since the caller saw it.
    #[error("the change set was changed since; it is at revision {0}")]
    Changed(i64),
    /// Nobody is signed in, or a job acts: a person must sign.
    #[error("a person must sign")]
    Nobody,
    /// Who wrote a set or asked for it may not approve it.
    #[error("a second person must sign")]
    SamePerson,
    /// Only who wrote a set may take it back.
    #[error("somebody else wrote the change set")]
    NotYours,
    /// A field that must be filled in is empty or too long.
    #[error("the field {0} is empty or too long")]
    Field(&'static str),
    /// The set cannot be what is so.
    #[error("the change set clashes with what is recorded ({} reasons)", .0.len())]
    Clashes(Vec<Clash>),
    /// Things stand on touched units, and nobody said where they go.
    #[error("{} dependents need a choice", .0.len())]
    ChoicesMissing(Vec<Dependent>),
    /// Somebody would come to reach more by it than somebody who signs could give them. The word is the first one's; how many there are.
    #[error("{} would gain what somebody who signs could not give: {}", .1, .0)]
    Widens(&'static str, usize),
    /// The time to undo is over, or the set is itself an undoing.
    #[error("the change set can no longer be undone")]
    TooLate,
}

impl Refusal {
    /// The stable word.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Unknown => "unknown-set",
            Self::WrongState(_) => "wrong-state",
            Self::Changed(_) => "changed-since",
            Self::Nobody => "nobody-signed",
            Self::SamePerson => "same-person",
            Self::NotYours => "not-yours",
            Self::Field(_) => "field",
            Self::Clashes(_) => "clashes",
            Self::ChoicesMissing(_) => "choices-missing",
            Self::Widens(..) => "widens-rights",
            Self::TooLate => "too-late-to-undo",
        }
    }
}

/// A step of a set failed.
#[derive(Debug, thiserror::Error)]
pub enum ChangeError {
    /// It is refused, and the caller can act on it.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<Fault> for ChangeError {
    fn from(fault: Fault) -> Self {
        Self::Store(fault.into())
    }
}
