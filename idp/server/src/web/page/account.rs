//! My account.

use askama::Template;

use super::chrome::Chrome;
use super::enrol::DataMatch;

/// How well we know who the holder is (`docs/contract.md` section 2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Assurance {
    /// Claimed by the person.
    Ial0,
    /// `urn:idp:ial1`.
    Ial1,
    /// `urn:idp:ial2`.
    Ial2,
    /// `urn:idp:ial3`.
    Ial3,
}

impl Assurance {
    /// The stable word of `data-level`.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Ial0 => "ial0",
            Self::Ial1 => "ial1",
            Self::Ial2 => "ial2",
            Self::Ial3 => "ial3",
        }
    }

    /// Its sentence.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Ial0 => "ial-0",
            Self::Ial1 => "ial-1",
            Self::Ial2 => "ial-2",
            Self::Ial3 => "ial-3",
        }
    }
}

/// The page `account`.
#[derive(Template)]
#[template(path = "account.html")]
pub struct Account {
    /// The frame.
    pub c: Chrome,
    /// The person's name.
    pub name: String,
    /// Their sign-in name.
    pub login_name: String,
    /// How well we know them.
    pub assurance: Assurance,
    /// What the registry said about the data.
    pub data_match: DataMatch,
    /// When it said so, by [`super::show_time`].
    pub matched_at: Option<String>,
    /// `/account/sign-out`.
    pub sign_out_action: String,
}
