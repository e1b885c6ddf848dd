//! A new password before the session begins.

use askama::Template;

use super::chrome::Chrome;
use super::parts::{Errors, Why, Words};

/// The page `new-password`.
#[derive(Template)]
#[template(path = "new-password.html")]
pub struct NewPassword {
    /// The frame.
    pub c: Chrome,
    /// Who asked for the sign-in; `None` when the person came for their own account.
    pub party: Option<Words>,
    /// Why the person is asked.
    pub why: Why,
    /// What was wrong with the last answer. Fields: `new_password`, `new_password_again`.
    pub errors: Errors,
    /// The sign-in name, for password managers.
    pub login: String,
    /// Characters at least.
    pub password_min: String,
    /// Whether one may be chosen here; else the account has a passkey, which has to be used.
    pub may_choose: bool,
    /// Where the answer goes.
    pub action: String,
    /// Where the person goes back to the sign-in form.
    pub again_action: String,
    /// Where cancelling goes.
    pub cancel_action: String,
}
