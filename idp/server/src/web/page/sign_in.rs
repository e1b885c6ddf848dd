//! The password step, the same step for somebody we already know, and the choice of an account.

use askama::Template;

use super::chrome::Chrome;
use super::parts::{Errors, Why, Words};
use super::passkey::Ceremony;

/// The page `sign-in`; also the re-authentication form.
#[derive(Template)]
#[template(path = "sign-in.html")]
pub struct SignIn {
    /// The frame.
    pub c: Chrome,
    /// Who asked for the sign-in; `None` when the person came for their own account.
    pub party: Option<Words>,
    /// Why the person is asked.
    pub why: Why,
    /// What was wrong with the last answer. Fields: `login`, `password`.
    pub errors: Errors,
    /// Whether passwords are taken at present; where not, the page says so and has no form for them.
    pub open: bool,
    /// The sign-in name to show in the field, or that of `account`.
    pub login: String,
    /// The name of the person who has to prove themself again; then the field `login` is not asked.
    pub account: Option<String>,
    /// How a passkey is used instead; `None`: the person wants another way.
    pub passkey: Option<Ceremony>,
    /// Where the answer goes: `/sign-in/{t}/password`.
    pub action: String,
    /// Where cancelling goes: `/sign-in/{t}/cancel`.
    pub cancel_action: String,
    /// Whether the box "others use this computer too" is ticked.
    pub shared: bool,
    /// Where an account can be made, while that is allowed.
    pub enrol_href: Option<String>,
    /// Where a forgotten password is replaced, while that is possible.
    pub recover_href: Option<String>,
}

impl SignIn {
    /// The heading as plain text, for the title.
    fn heading(&self) -> String {
        match (&self.account, &self.party) {
            (Some(_), _) => self.c.say("login-again-title").into_owned(),
            (None, Some(party)) => self.c.say_with("login-continue-to", "rp", &party.text),
            (None, None) => self.c.say_with("login-title", "site", &self.c.site.text),
        }
    }
}

/// The value of the choice to act in no post.
pub const AS_CITIZEN: &str = "citizen";

/// A post as its holder chooses it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PostChoice {
    /// Its id.
    pub value: String,
    /// What its holder is called there.
    pub position: String,
    /// How they came to it, as a key.
    pub kind: &'static str,
    /// The unit and those above it, the nearest first.
    pub place: String,
    /// The last instant of its rights, as people write it; `None`: no end is known.
    pub until: Option<String>,
    /// For whom they act, where somebody handed it on.
    pub on_behalf_of: Option<String>,
}

/// The page `choose-post`.
#[derive(Template)]
#[template(path = "choose-post.html")]
pub struct ChoosePost {
    /// The frame.
    pub c: Chrome,
    /// Who asked.
    pub party: Words,
    /// Why the person is asked.
    pub why: Why,
    /// What was wrong with the last answer. Field: `post`.
    pub errors: Errors,
    /// The posts, the oldest first.
    pub posts: Vec<PostChoice>,
    /// What they acted as the last time: the id of a post, or [`AS_CITIZEN`].
    pub last: Option<String>,
    /// Where the choice goes: `/sign-in/{t}/post`.
    pub action: String,
    /// Where cancelling goes: `/sign-in/{t}/cancel`.
    pub cancel_action: String,
}

impl ChoosePost {
    fn was(&self, value: &str) -> bool {
        self.last.as_deref() == Some(value)
    }
}

/// The page `select-account`.
#[derive(Template)]
#[template(path = "select-account.html")]
pub struct SelectAccount {
    /// The frame.
    pub c: Chrome,
    /// Who asked.
    pub party: Option<Words>,
    /// Why the person is asked.
    pub why: Why,
    /// The name of the person who is signed in.
    pub account_name: String,
    /// Their sign-in name.
    pub account_login: String,
    /// Where the choice goes: `/sign-in/{t}/account`.
    pub action: String,
    /// Where cancelling goes: `/sign-in/{t}/cancel`; `None` shows no such button.
    pub cancel_action: Option<String>,
}
