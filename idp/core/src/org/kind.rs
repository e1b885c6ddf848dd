//! What sort of thing a unit is.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::types::Fault;

/// The sort of a unit. It never changes: what becomes another sort of thing is another unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum UnitKind {
    /// A piece of the country: the country itself, a province, a commune.
    Territory,
    /// An agency of the state.
    Agency,
    /// A part of an agency.
    Department,
    /// A board, a council of experts, a working group.
    Body,
    /// A public service unit: a school, a hospital, a service centre.
    ServiceUnit,
    /// An organisation of the Party.
    PartyBody,
    /// A People's Council.
    Council,
    /// A People's Committee.
    Committee,
}

impl UnitKind {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Territory,
        Self::Agency,
        Self::Department,
        Self::Body,
        Self::ServiceUnit,
        Self::PartyBody,
        Self::Council,
        Self::Committee,
    ];

    /// The word that rows, the API and files hold.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Territory => "territory",
            Self::Agency => "agency",
            Self::Department => "department",
            Self::Body => "body",
            Self::ServiceUnit => "service-unit",
            Self::PartyBody => "party-body",
            Self::Council => "council",
            Self::Committee => "committee",
        }
    }

    pub(super) fn from_word(word: &str) -> Result<Self, Fault> {
        Self::ALL.into_iter().find(|kind| kind.word() == word).ok_or(Fault::bug("reading the kind of a unit"))
    }
}

#[cfg(test)]
mod tests {
    use super::UnitKind;

    #[test]
    fn a_kind_is_one_word_in_rows_and_in_json() {
        for kind in UnitKind::ALL {
            let json = serde_json::to_value(kind).expect("is JSON");
            assert_eq!(json.as_str(), Some(kind.word()));
            assert_eq!(UnitKind::from_word(kind.word()).ok(), Some(kind));
        }
    }
}
