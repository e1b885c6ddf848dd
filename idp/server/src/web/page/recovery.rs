//! A forgotten password.

use askama::Template;

use super::chrome::Chrome;
use super::enrol::Given;
use super::parts::{Errors, Said};

/// The page `recover`: who are you?
#[derive(Template)]
#[template(path = "recover.html")]
pub struct Recover {
    /// The frame.
    pub c: Chrome,
    /// What was wrong with the last form. Fields: those of `enrol`, and `login`.
    pub errors: Errors,
    /// What was typed.
    pub given: Given,
    /// The sign-in name that was typed; it may stay empty.
    pub login: String,
    /// Where the answer goes.
    pub action: String,
}

/// The page `recover-proof`: prove one factor. It is the same for data that fit nobody.
#[derive(Template)]
#[template(path = "recover-proof.html")]
pub struct RecoverProof {
    /// The frame.
    pub c: Chrome,
    /// What was wrong with the last answer. Field: `code`.
    pub errors: Errors,
    /// Whether a code was asked for.
    pub sent: bool,
    /// Whether the wait is over and a factor is proved a second time.
    pub again: bool,
    /// Where the answer goes.
    pub action: String,
    /// Where a code is asked for.
    pub send_action: String,
}

impl RecoverProof {
    fn label(&self) -> String {
        self.c.say("recover-code").into_owned()
    }
}

/// The page `recover-wait`.
#[derive(Template)]
#[template(path = "recover-wait.html")]
pub struct RecoverWait {
    /// The frame.
    pub c: Chrome,
    /// When a new password may be set, as people read it.
    pub due: String,
    /// Where it is set then.
    pub here: String,
}

/// The page `recover-password`.
#[derive(Template)]
#[template(path = "recover-password.html")]
pub struct RecoverPassword {
    /// The frame.
    pub c: Chrome,
    /// What was wrong with the last form. Fields: `new_password`, `new_password_again`.
    pub errors: Errors,
    /// The sign-in name: whoever came this far proved whose account it is.
    pub login: String,
    /// Characters at least.
    pub password_min: String,
    /// Where the answer goes.
    pub action: String,
}

/// The page `recover-stop`: a link of a notice was opened. Opening changes nothing, because mail scanners open links too.
#[derive(Template)]
#[template(path = "recover-stop.html")]
pub struct RecoverStop {
    /// The frame.
    pub c: Chrome,
    /// The handle of the notice.
    pub handle: String,
    /// Where stopping goes.
    pub action: String,
    /// Where somebody goes who asked for the new password themself.
    pub leave_href: String,
}

/// The page `recover-end`: what a recovery came to.
#[derive(Template)]
#[template(path = "recover-end.html")]
pub struct RecoverEnd {
    /// The frame.
    pub c: Chrome,
    /// `done` or `stopped`.
    pub state: &'static str,
    /// The heading.
    pub title: &'static str,
    /// What happened, and what to do.
    pub text: Said,
    /// Where the person goes on, and the key of what the link says.
    pub next: (String, &'static str),
}
