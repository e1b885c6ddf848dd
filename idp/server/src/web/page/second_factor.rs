//! The second factor: asking for it after the password.

use askama::Template;
use idp_core::types::Timestamp;

use super::chrome::Chrome;
use super::parts::{Errors, Why, Words};

/// A way to prove the second factor, as a page names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SecondWay {
    /// A code from an app.
    App,
    /// A code from the paper of recovery codes.
    Paper,
    /// A code that we send.
    Message {
        /// Enough of the address for its holder to know it.
        masked: String,
        /// Whether it is a telephone: the weakest way, and the page says so.
        is_sms: bool,
        /// Whether a code is under way.
        sent: bool,
    },
    /// None: what the account has is switched off here, and it has no recovery code left. The page is a way on, not an end.
    Off {
        /// What the help line finds this request by.
        reference: String,
        /// When it was.
        at: Timestamp,
        /// Where somebody proves who they are by other means; `None`: only at the counter.
        recover_href: Option<String>,
    },
}

/// Another way than the one on the page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OtherWay {
    /// Where it is asked for.
    pub href: String,
    /// Which it is.
    pub way: SecondWay,
}

/// The page `second-factor`.
#[derive(Template)]
#[template(path = "second-factor.html")]
pub struct SecondFactor {
    /// The frame.
    pub c: Chrome,
    /// Who asked for the sign-in; `None` when the person came for their own account.
    pub party: Option<Words>,
    /// Why the person is asked.
    pub why: Why,
    /// What was wrong with the last answer. Field: `code`.
    pub errors: Errors,
    /// The way that this page asks for.
    pub way: SecondWay,
    /// Its word in forms: `app`, `paper`, `message-0` …
    pub word: String,
    /// The other ways.
    pub others: Vec<OtherWay>,
    /// Addresses, masked, to which no code goes at present.
    pub resting: Vec<String>,
    /// Where the answer goes.
    pub action: String,
    /// Where another code is asked for.
    pub send_action: String,
    /// Where the person goes back to the password.
    pub again_action: String,
    /// Where cancelling goes.
    pub cancel_action: String,
}

impl SecondFactor {
    /// The sentence over the field.
    fn label(&self) -> String {
        match &self.way {
            SecondWay::App => self.c.say("second-factor-app").into_owned(),
            SecondWay::Paper => self.c.say("second-factor-paper").into_owned(),
            SecondWay::Message { masked, .. } => self.c.say_with("second-factor-message", "masked", masked),
            SecondWay::Off { .. } => self.c.say("second-factor-off-title").into_owned(),
        }
    }

    /// Whether a code can be typed: one that we send has to be sent first, and one that is switched off never comes.
    const fn can_answer(&self) -> bool {
        !matches!(self.way, SecondWay::Message { sent: false, .. } | SecondWay::Off { .. })
    }

    /// The name of another way, as its link says it.
    fn other(&self, other: &OtherWay) -> String {
        match &other.way {
            SecondWay::App => self.c.say("second-factor-other-app").into_owned(),
            SecondWay::Paper => self.c.say("second-factor-other-paper").into_owned(),
            SecondWay::Message { masked, .. } => self.c.say_with("second-factor-other-message", "masked", masked),
            SecondWay::Off { .. } => self.c.say("second-factor-off-title").into_owned(),
        }
    }
}
