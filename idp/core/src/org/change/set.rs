//! A dated set of changes: what somebody asks for, and where it stands.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::operation::{Operation, UnitRef};
use crate::types::{Day, Digest, Fault, Id, Timestamp, id};

/// The decision behind a set.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Decision {
    /// Its number, as printed on it.
    pub number: String,
    /// Its day.
    pub date: Day,
    /// Who signed it.
    pub signer: String,
    /// SHA-256 of its file, hexadecimal.
    #[serde(with = "hexadecimal")]
    #[schemars(with = "String", regex(pattern = "^[0-9a-f]{64}$"))]
    pub file_sha256: Digest,
}

mod hexadecimal {
    use serde::{Deserialize as _, Deserializer, Serializer, de::Error as _};

    use crate::types::Digest;

    pub(super) fn serialize<S: Serializer>(digest: &Digest, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&digest.hex())
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Digest, D::Error> {
        let mut bytes = [0; 32];
        hex::decode_to_slice(String::deserialize(deserializer)?, &mut bytes).map_err(D::Error::custom)?;
        Ok(Digest::from_bytes(bytes))
    }
}

/// Why a set is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Purpose {
    /// A decision is put into effect.
    #[default]
    Change,
    /// What was recorded was wrong or is late: it may lie further back than `org.backdate_days`.
    Correction,
    /// Lists of the country are loaded at the command line, by one operator.
    Load,
    /// Another set is taken back.
    Undo,
}

impl Purpose {
    /// The word that rows and the API hold.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Change => "change",
            Self::Correction => "correction",
            Self::Load => "load",
            Self::Undo => "undo",
        }
    }

    pub(in crate::org) fn from_word(word: &str) -> Result<Self, Fault> {
        let all = [Self::Change, Self::Correction, Self::Load, Self::Undo];
        all.into_iter().find(|purpose| purpose.word() == word).ok_or(Fault::bug("reading the purpose of a change set"))
    }
}

/// Where something goes that stands on a touched unit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Choice {
    /// The touched unit.
    pub unit: UnitRef,
    /// One dependent of it, by the key that its room gave; absent: all that have no choice of their own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// Where it goes.
    pub to: UnitRef,
}

/// What is asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NewSet {
    /// What it is about, for lists.
    pub title: String,
    /// Why it is written: `change` or `correction`.
    #[serde(default)]
    pub purpose: Purpose,
    /// The decision behind it.
    pub decision: Decision,
    /// The day at whose 00:00 +07:00 it takes effect.
    pub effective_on: Day,
    /// What the decision says.
    pub operations: Vec<Operation>,
    /// Where things go that no whole successor says.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub choices: Vec<Choice>,
}

/// Who did something, and when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signature {
    /// The actor as in the audit log: `person:…`, `operator:…`.
    pub by: String,
    /// When.
    pub at: Timestamp,
}

/// Where a set stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SetState {
    /// It is being written.
    Draft,
    /// It waits for a second person.
    Submitted,
    /// It is recorded and takes effect by its date alone.
    Approved {
        /// The second person.
        signed: Signature,
        /// Since when the house believes it.
        believed_at: Timestamp,
        /// Until when it can be undone; `None`: not at all.
        undo_until: Option<Timestamp>,
        /// When its taking effect was noted; `None`: it lies ahead.
        effect_noted_at: Option<Timestamp>,
    },
    /// The second person refused it.
    Refused {
        /// Who refused.
        signed: Signature,
        /// Their reason.
        because: String,
    },
    /// Somebody who wrote it took it back before it was approved.
    Withdrawn {
        /// Who.
        signed: Signature,
    },
    /// It was approved, and another set took it back.
    Undone {
        /// Who signed that set.
        signed: Signature,
        /// That set.
        by_set: Id<id::ChangeSet>,
    },
}

impl SetState {
    /// The word that rows and the API hold.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Submitted => "submitted",
            Self::Approved { .. } => "approved",
            Self::Refused { .. } => "refused",
            Self::Withdrawn { .. } => "withdrawn",
            Self::Undone { .. } => "undone",
        }
    }
}

/// A set in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SetRow {
    /// Its id.
    pub id: Id<id::ChangeSet>,
    /// Where it stands.
    pub state: SetState,
    /// Why it is written.
    pub purpose: Purpose,
    /// What it is about.
    pub title: String,
    /// The decision behind it; of an undoing, that of the set it takes back.
    pub decision: Decision,
    /// When it takes effect.
    pub effective_at: Timestamp,
    /// How many operations it holds.
    pub operations: i64,
    /// Rises with every change of the set; a caller who names it changes what they have seen.
    pub revision: i64,
    /// Everybody who wrote on it. None of them may approve it.
    pub written_by: Vec<String>,
    /// When it was begun.
    pub drafted_at: Timestamp,
    /// Who asked for approval.
    pub requested: Option<Signature>,
    /// The set that this one takes back.
    pub undoes: Option<Id<id::ChangeSet>>,
}

/// A set with what it says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredSet {
    /// What lists show, too.
    pub row: SetRow,
    /// What it says.
    pub operations: Vec<Operation>,
    /// Where things go.
    pub choices: Vec<Choice>,
}

/// A set, as the caller has seen it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seen {
    /// Which.
    pub set: Id<id::ChangeSet>,
    /// Its revision when they saw it; `None`: whatever it is now.
    pub revision: Option<i64>,
}

/// The body of a row.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Body {
    pub(super) operations: Vec<Operation>,
    #[serde(default)]
    pub(super) choices: Vec<Choice>,
}
