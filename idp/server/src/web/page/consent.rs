//! The consent step: the values themselves, not scope names.

use askama::Template;

use super::chrome::Chrome;
use super::parts::{Why, Words};

/// One value that the party would get.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReleasedValue {
    /// The key of its label; see [`label_of_claim`].
    pub label: &'static str,
    /// The value as the person reads it; empty when there is none yet.
    pub value: String,
}

/// The label of a claim of `docs/contract.md` section 3; `None` for a name that is no claim of ours.
pub fn label_of_claim(claim: &str) -> Option<&'static str> {
    Some(match claim {
        "sub" => "scope-account",
        "name" => "scope-name",
        "birthdate" => "scope-dob",
        "locale" => "scope-locale",
        "updated_at" => "scope-updated-at",
        "personal_number" => "scope-id-number",
        "identity_assurance" => "scope-identity-assurance",
        "data_match" => "scope-data-match",
        "data_matched_at" => "scope-data-matched-at",
        _ => return None,
    })
}

/// The page `consent`.
#[derive(Template)]
#[template(path = "consent.html")]
pub struct Consent {
    /// The frame.
    pub c: Chrome,
    /// Who asks.
    pub party: Words,
    /// The organisation that answers for the data there, where it is registered.
    pub controller: Option<Words>,
    /// What would be released, value by value.
    pub values: Vec<ReleasedValue>,
    /// What for, in the party's words.
    pub purposes: Vec<Words>,
    /// Whether the party may come back for it while the person is away (`offline_access`).
    pub offline: bool,
    /// Why the person is asked.
    pub why: Why,
    /// Where the decision goes: `/sign-in/{t}/consent`.
    pub action: String,
}
