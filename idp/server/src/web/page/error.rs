//! The error page and its stable codes. Each code has three texts: `error-{code}-title`, `-text` and `-next`.

use askama::Template;
use idp_core::types::Timestamp;

use super::chrome::Chrome;
use super::parts::Words;

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $word:literal),+ $(,)?) => {
        /// Why a page could not be shown: a stable word that people read out and documentation explains.
        /// The HTTP status is chosen where the refusal is translated, not here.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum ErrorCode { $($(#[$doc])* $name),+ }

        impl ErrorCode {
            /// Every code.
            pub const ALL: &'static [Self] = &[$(Self::$name),+];

            /// The stable word of `#error-code`.
            pub const fn word(self) -> &'static str {
                match self { $(Self::$name => $word),+ }
            }

            /// The key of the heading.
            pub const fn title_key(self) -> &'static str {
                match self { $(Self::$name => concat!("error-", $word, "-title")),+ }
            }

            /// The key of the explanation.
            pub const fn text_key(self) -> &'static str {
                match self { $(Self::$name => concat!("error-", $word, "-text")),+ }
            }

            /// The key of the usual next step's label.
            pub const fn next_key(self) -> &'static str {
                match self { $(Self::$name => concat!("error-", $word, "-next")),+ }
            }
        }
    };
}

codes! {
    /// No such address.
    NotFound = "not-found",
    /// The address does not take this method.
    MethodNotAllowed = "method-not-allowed",
    /// The request cannot be read.
    BadRequest = "bad-request",
    /// The body or a header is too large.
    TooLarge = "too-large",
    /// Rate limited by address.
    TooMany = "too-many",
    /// The form's `csrf` field does not belong to this browser.
    ForbiddenForm = "forbidden-form",
    /// The transaction is over its time.
    SignInExpired = "sign-in-expired",
    /// The transaction belongs to another browser.
    SignInOtherBrowser = "sign-in-other-browser",
    /// The transaction has been finished: back button or parallel tab.
    SignInFinished = "sign-in-finished",
    /// The browser sends no cookie back.
    CookiesRefused = "cookies-refused",
    /// The `client_id` is not registered or not active.
    PartyUnknown = "party-unknown",
    /// The `redirect_uri` is not registered, so the error must stay here.
    RedirectUriUnregistered = "redirect-uri-unregistered",
    /// The request is malformed before a return address is known.
    RequestInvalid = "request-invalid",
    /// A kept POST request was used or is over its time.
    PostedExpired = "posted-expired",
    /// The `id_token_hint` of a logout request is not ours.
    IdTokenHintInvalid = "id-token-hint-invalid",
    /// The `post_logout_redirect_uri` is not registered.
    LogoutRedirectUnregistered = "logout-redirect-unregistered",
    /// The account is locked.
    AccountLocked = "account-locked",
    /// The account is disabled.
    AccountDisabled = "account-disabled",
    /// The person is recorded as deceased.
    PersonDeceased = "person-deceased",
    /// The person was merged into another record.
    PersonMerged = "person-merged",
    /// Nobody signs in by password here now.
    SignInOff = "sign-in-off",
    /// Nobody can make an account here now.
    EnrolOff = "enrol-off",
    /// A quota of enrolments is used up.
    EnrolQuota = "enrol-quota",
    /// People cannot recover by themselves here.
    RecoverOff = "recover-off",
    /// A quota of recoveries is used up.
    RecoverQuota = "recover-quota",
    /// A recovery is over: done, stopped, too late, or answered wrongly too often.
    RecoverExpired = "recover-expired",
    /// The password pool's queue is full.
    Busy = "busy",
    /// Something needed does not answer.
    Unavailable = "unavailable",
    /// Who signed in administers nothing.
    NoAdministrator = "no-administrator",
    /// The console needs a second factor, and the person has none.
    SecondFactorNeeded = "second-factor-needed",
    /// The link that makes a platform owner is used up or over its time.
    OwnerOfferGone = "owner-offer-gone",
    /// Who opened the link holds what the owner may not.
    OwnerSeparated = "owner-separated",
    /// The link at which the key of a break-glass account is registered is used up, replaced, or over its time.
    BreakGlassLinkGone = "break-glass-link-gone",
    /// The link to the account of a record is used up, replaced, over its time, or met too many wrong numbers.
    InvitationGone = "invitation-gone",
    /// A break-glass account has its key and nothing else.
    BreakGlassAccount = "break-glass-account",
    /// A fault of ours.
    Internal = "internal",
}

impl ErrorCode {
    /// Where the usual next step leads.
    pub const fn usual_href(self) -> &'static str {
        match self {
            Self::SignInFinished
            | Self::IdTokenHintInvalid
            | Self::LogoutRedirectUnregistered
            | Self::SecondFactorNeeded
            | Self::BreakGlassAccount => "/account",
            _ => "/",
        }
    }
}

/// The way on from an error; there always is one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NextStep {
    /// What the code suggests.
    Usual,
    /// Starting the same thing again, where its address is known.
    Again {
        /// A path of ours.
        href: String,
    },
    /// Back to the party, where its registered address is known.
    BackTo {
        /// The party's name.
        party: Words,
        /// A registered address, with the error response where the protocol has one.
        href: String,
    },
}

/// The page `error`.
#[derive(Template)]
#[template(path = "error.html")]
pub struct ErrorPage {
    /// The frame.
    pub c: Chrome,
    /// What happened.
    pub code: ErrorCode,
    /// The request's reference, also in `X-Request-Id` and the log.
    pub reference: String,
    /// When it happened.
    pub at: Timestamp,
    /// The way on.
    pub next: NextStep,
}

impl ErrorPage {
    fn next_href(&self) -> &str {
        match &self.next {
            NextStep::Usual => self.code.usual_href(),
            NextStep::Again { href } | NextStep::BackTo { href, .. } => href,
        }
    }
}
