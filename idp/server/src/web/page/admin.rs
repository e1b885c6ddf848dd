//! Pages of the ways into the console, and of the keys of break-glass accounts.

use askama::Template;
use idp_core::types::Timestamp;

use super::{chrome::Chrome, parts::Errors, passkey::Ceremony};

/// The page `break-glass`: registering the hardware key of a break-glass account.
#[derive(Template)]
#[template(path = "break-glass.html")]
pub struct BreakGlassKey {
    /// The frame.
    pub c: Chrome,
    /// Which of the two.
    pub number: String,
    /// When the link is over.
    pub until: Timestamp,
    /// What was wrong with the last key.
    pub errors: Errors,
    /// How the key is registered.
    pub ceremony: Ceremony,
}

/// The page `break-glass-done`: the key is registered.
#[derive(Template)]
#[template(path = "break-glass-done.html")]
pub struct BreakGlassDone {
    /// The frame.
    pub c: Chrome,
    /// Which of the two.
    pub number: String,
    /// The way on.
    pub continue_href: String,
}

/// The page `owner-offered`: becoming the platform owner.
#[derive(Template)]
#[template(path = "owner-offered.html")]
pub struct OwnerOffered {
    /// The frame.
    pub c: Chrome,
    /// Who is signed in.
    pub name: String,
    /// Their sign-in name.
    pub login_name: String,
    /// When the offer is over.
    pub expires_at: Timestamp,
    /// Where the answer goes.
    pub action: String,
    /// Where somebody goes who does not want it.
    pub leave_href: String,
}

/// The page `problem`: what the `type` of a problem leads to.
#[derive(Template)]
#[template(path = "problem.html")]
pub struct ProblemPage {
    /// The frame.
    pub c: Chrome,
    /// The code.
    pub word: String,
}

impl ProblemPage {
    fn title(&self) -> String {
        self.c.say(&format!("error-{}-title", self.word)).into_owned()
    }

    fn text(&self) -> String {
        self.c.say(&format!("error-{}-text", self.word)).into_owned()
    }
}
