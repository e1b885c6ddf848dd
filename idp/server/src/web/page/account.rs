//! My account.

use askama::Template;
use idp_core::types::{Ial, Timestamp};

use super::chrome::Chrome;
use super::enrol::DataMatch;

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
    pub assurance: Ial,
    /// What the registry said about the data.
    pub data_match: DataMatch,
    /// When it said so.
    pub matched_at: Option<Timestamp>,
    /// The list of passkeys.
    pub passkeys_href: String,
    /// Second factors, addresses, the password.
    pub factors_href: String,
    /// `/account/sign-out`.
    pub sign_out_action: String,
}

impl Account {
    /// The key of the assurance level's sentence.
    fn level_key(&self) -> &'static str {
        label_of_level(self.assurance)
    }
}

/// The sentence of an identity assurance level (`docs/contract.md` section 2); also for the consent page.
pub const fn label_of_level(level: Ial) -> &'static str {
    match level {
        Ial::Ial0 => "ial-0",
        Ial::Ial1 => "ial-1",
        Ial::Ial2 => "ial-2",
        Ial::Ial3 => "ial-3",
    }
}
