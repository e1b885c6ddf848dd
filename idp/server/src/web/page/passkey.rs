//! Passkeys: using one, making one, what to do when neither went well, and the list of one's own.

#[cfg(test)]
pub(super) mod samples;

use askama::Template;
use idp_core::types::Timestamp;

use super::chrome::Chrome;
use super::parts::{Errors, Why, Words};

/// Where a script fetches a question and where the form with the answer goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ceremony {
    /// The form's own address.
    pub action: String,
    /// The address of the question.
    pub options: String,
    /// Where the browser goes when the device gave no answer.
    pub failed: String,
}

/// The page `step-up`: somebody who is signed in proves more.
#[derive(Template)]
#[template(path = "step-up.html")]
pub struct StepUp {
    /// The frame.
    pub c: Chrome,
    /// Who asked; `None` when the person came for their own account.
    pub party: Option<Words>,
    /// Why the person is asked.
    pub why: Why,
    /// The name of the person who is signed in.
    pub account: String,
    /// How a passkey is used.
    pub ceremony: Ceremony,
    /// The app whose browser this is: it keeps no passkeys.
    pub in_app: Option<&'static str>,
    /// Whether the other ways are shown at once.
    pub other_ways: bool,
    /// Where the password and a code are asked for instead; `None`: the account has no app for codes.
    pub codes_href: Option<String>,
    /// Where going on without leads; `None`: the level is required.
    pub decline_action: Option<String>,
    /// `/sign-in/{t}/cancel`.
    pub cancel_action: String,
}

/// Why a passkey did not do it, and the sentence that says so.
pub(super) const REASONS: [(&str, &str); 5] = [
    ("device", "passkey-failed-device"),
    ("refused", "passkey-failed-refused"),
    ("unknown", "passkey-failed-unknown"),
    ("late", "passkey-failed-late"),
    ("clone", "passkey-failed-clone"),
];

/// The page `passkey-failed`.
#[derive(Template)]
#[template(path = "passkey-failed.html")]
pub struct PasskeyFailed {
    /// The frame.
    pub c: Chrome,
    /// What happened, as one of the words of [`REASONS`].
    pub reason: &'static str,
    /// Where the person tries again.
    pub again_href: String,
    /// Where they find the other ways.
    pub other_href: String,
    /// The request's reference and when it was, for the help desk.
    pub trace: (String, Timestamp),
}

impl PasskeyFailed {
    fn reason_key(&self) -> &'static str {
        REASONS.iter().find(|(reason, _)| *reason == self.reason).map_or("passkey-failed-refused", |(_, key)| key)
    }
}

/// The page `passkey-create`: offered, needed, or asked for.
#[derive(Template)]
#[template(path = "passkey-create.html")]
pub struct PasskeyCreate {
    /// The frame.
    pub c: Chrome,
    /// Why the person is asked; `None` when they came for it.
    pub why: Option<Why>,
    /// Who lets nobody on without one; `None`: nobody does.
    pub needed_by: Option<Words>,
    /// What was wrong with the last try.
    pub errors: Errors,
    /// How a passkey is made.
    pub ceremony: Ceremony,
    /// A first name for it.
    pub label: String,
    /// The app whose browser this is: it keeps no passkeys.
    pub in_app: Option<&'static str>,
    /// Where an app for codes is set up instead: it reaches the same level in every browser, without a script. `None`: "later" is the other
    /// way.
    pub app_href: Option<String>,
    /// Where "later" goes; `None`: it is not an offer.
    pub later_action: Option<String>,
    /// `/sign-in/{t}/cancel`; `None` on one's own pages.
    pub cancel_action: Option<String>,
    /// Where a person who came by themself goes back to.
    pub back_href: Option<String>,
}

/// One passkey of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PasskeyRow {
    /// Its id in addresses.
    pub id: String,
    /// What its holder calls it.
    pub label: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last used.
    pub last_used_at: Option<Timestamp>,
    /// Whether the device may copy it to others of its holder.
    pub synced: bool,
    /// Where another name for it goes.
    pub rename_action: String,
    /// The page that asks before removing it.
    pub remove_href: String,
}

/// Which passkeys of an account still count (WebAuthn Level 3 section 5.1.10), each value in base64url.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Accepted {
    /// The name under which they are kept.
    pub rp_id: String,
    /// The handle of the account.
    pub user: String,
    /// The credential ids, separated by spaces.
    pub ids: String,
}

/// The page `passkeys`.
#[derive(Template)]
#[template(path = "passkeys.html")]
pub struct PasskeyList {
    /// The frame.
    pub c: Chrome,
    /// What was just done, as a key.
    pub done: Option<&'static str>,
    /// The passkeys, oldest first.
    pub passkeys: Vec<PasskeyRow>,
    /// What the device's password manager is told; `None`: the account was never named to one.
    pub accepted: Option<Accepted>,
    /// Where another one is made; `None`: no more fit.
    pub create_href: Option<String>,
    /// My account.
    pub back_href: String,
}

/// The page `passkey-remove`.
#[derive(Template)]
#[template(path = "passkey-remove.html")]
pub struct PasskeyRemove {
    /// The frame.
    pub c: Chrome,
    /// What its holder calls it.
    pub label: String,
    /// Whether it is the last strong credential of the account.
    pub last: bool,
    /// Whether the account has no other way in, not even a password: then it stays.
    pub only_way: bool,
    /// Whether this session ends with it.
    pub ends_this: bool,
    /// Where the answer goes.
    pub action: String,
    /// The list.
    pub back_href: String,
}
