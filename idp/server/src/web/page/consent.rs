//! The consent step: the values themselves, not scope names.

use askama::Template;
use idp_core::consent::{Notice, PurposeNotice};

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

/// One purpose: what it is told in, and the values that it would get.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PurposeCard {
    /// Its words.
    pub notice: PurposeNotice,
    /// What would be released for it, value by value.
    pub values: Vec<ReleasedValue>,
}

/// The page `consent`. Its words are those of a [`Notice`], which is kept by digest: what is kept is what was shown.
#[derive(Template)]
#[template(path = "consent.html")]
pub struct Consent {
    /// The frame.
    pub c: Chrome,
    /// Who asks.
    pub party: Words,
    /// The words.
    pub notice: Notice,
    /// What for, and with which values.
    pub cards: Vec<PurposeCard>,
    /// Why the person is asked.
    pub why: Why,
    /// Where the decision goes: `/sign-in/{t}/consent`.
    pub action: String,
}
