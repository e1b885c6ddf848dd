//! What became of a unit.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::types::{Fault, Id, Timestamp, id};

/// How much of the one unit went on in the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Share {
    /// All of it: everybody and everything may be carried over without asking.
    Whole,
    /// A part: a person says who goes where.
    Part,
}

impl Share {
    /// The word that rows and the API hold.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Whole => "whole",
            Self::Part => "part",
        }
    }

    pub(super) fn from_word(word: &str) -> Result<Self, Fault> {
        [Self::Whole, Self::Part].into_iter().find(|share| share.word() == word).ok_or(Fault::bug("reading a share"))
    }
}

/// One unit that went on, wholly or partly, in another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Succession {
    /// The unit before.
    pub from: Id<id::Unit>,
    /// The unit after.
    pub to: Id<id::Unit>,
    /// How much.
    pub share: Share,
    /// Whether this is the one to propose where there are several.
    pub is_default: bool,
    /// Whether a second source or a person says so too. One that is not checked is never shown as a fact.
    pub checked: bool,
    /// Since when.
    pub at: Timestamp,
    /// Where it was read: a decision, a file.
    pub source: Option<String>,
    /// The set that says so.
    pub set: Id<id::ChangeSet>,
}
