//! What a set does, worked out from what is recorded. Pure.

use super::super::{Code, Share, UnitName};
use super::{clash::Clash, dependents::Dependent};
use crate::types::{Id, id};

/// A unit before or after a set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Brief {
    /// Its name.
    pub name: UnitName,
    /// Its codes, by scheme.
    pub codes: Vec<Code>,
    /// The unit above it.
    pub parent: Option<Id<id::Unit>>,
    /// Its level.
    pub level: String,
    /// Its form.
    pub form: String,
}

/// What happens to a unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Turn {
    /// It begins.
    Begins,
    /// It stays, and something of it changes.
    Changes,
    /// It ends.
    Ends,
}

impl Turn {
    /// The stable word.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Begins => "begins",
            Self::Changes => "changes",
            Self::Ends => "ends",
        }
    }
}

/// A unit that a set touches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Touched {
    /// The unit. One that the set makes has this id from the dry run on.
    pub unit: Id<id::Unit>,
    /// What happens to it.
    pub turn: Turn,
    /// Just before the set; `None`: it begins.
    pub before: Option<Brief>,
    /// From the set's instant on; `None`: it ends.
    pub after: Option<Brief>,
    /// In which units it goes on, the default first.
    pub heirs: Vec<(Id<id::Unit>, Share)>,
    /// Where what stands on it goes unless somebody chooses otherwise.
    pub proposed: Option<Id<id::Unit>>,
}

/// What a set would do if it were approved now.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DryRun {
    /// Every reason why it would be refused; empty: it would not.
    pub clashes: Vec<Clash>,
    /// Every unit it touches.
    pub touched: Vec<Touched>,
    /// Everything that stands on units that end; where `to` is missing, a choice is needed.
    pub dependents: Vec<Dependent>,
}
