//! Pages: one context per template of `idp/templates`, and how a context becomes a response.
//!
//! Handlers fill a context and call [`render`]; templates hold no sentence and contexts hold no HTML. Element ids are those of
//! `docs/contract.md` section 5. Scripts, styles and fonts come from `/assets/…` only, so the policy needs no nonce.
//!
//! What the headers layer must know: [`FormPost`] submits to the party's address, which `form-action` has to allow on that
//! page alone; all other forms go to ourselves.

mod account;
mod admin;
mod chrome;
mod consent;
mod enrol;
mod error;
mod home;
mod new_password;
mod onward;
mod parts;
mod passkey;
mod recovery;
mod released;
mod second_factor;
mod sign_in;
mod sign_out;
mod ways;

#[cfg(test)]
mod samples;
#[cfg(test)]
mod tests;

use askama::Template;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};

pub use account::{
    Account, AccountAccess, AccountApprovals, AccountDelegations, AccountHistory, AccountPosts, AccountReceipt,
    AccountReported, AccountService, AccountServices, AccountSessions, AccountSettings, Act, Answered, Choice, Datum,
    DelegationNew, DelegationReview, DelegationRow, DelegationTyped, Nav, PostCard, PostLines, ReceiptRow,
    RefusedLines, Release, Reported, ReviewCard, ReviewPart, RightLines, ServiceRow, ServiceState, SessionRow, Tab,
    WaitingCard, label_of_level, left, masked,
};
pub use admin::{BreakGlassDone, BreakGlassKey, OwnerOffered, ProblemPage};
pub use chrome::{Banner, Chrome, show_time};
pub use consent::{Consent, PurposeCard, ReleasedValue, label_of_claim};
pub use enrol::{DataMatch, Enrol, Enrolled, Given, Invited, InvitedDone, Mistake, NotEnrolled};
pub use error::{ErrorCode, ErrorPage, NextStep};
pub use home::Home;
pub use new_password::NewPassword;
pub use onward::{Continue, FormPost};
pub use parts::{Errors, FieldError, Said, Why, Words};
pub use passkey::{Accepted, Ceremony, PasskeyCreate, PasskeyFailed, PasskeyList, PasskeyRemove, PasskeyRow, StepUp};
pub use recovery::{Recover, RecoverEnd, RecoverPassword, RecoverProof, RecoverStop, RecoverWait};
pub use released::released;
pub use second_factor::{OtherWay, SecondFactor, SecondWay};
pub use sign_in::{AS_CITIZEN, ChoosePost, PostChoice, SelectAccount, SignIn};
pub use sign_out::{SignOut, SignedOut};
pub use ways::{
    AppRow, ChangePassword, ContactProof, ContactRow, Factors, Picture, RecoveryCodes, TotpSetup, WayPaths,
};

/// A page with status 200. See [`render_with`].
pub fn render<P: Template>(page: &P) -> Response {
    render_with(StatusCode::OK, page)
}

/// A page as a response. Pages carry personal data and one-time forms, so no cache may keep them.
///
/// A template that fails (it cannot: our contexts format without errors) gives an empty 500 and a line in the log.
pub fn render_with<P: Template>(status: StatusCode, page: &P) -> Response {
    match page.render() {
        Ok(html) => {
            let headers = [(header::CONTENT_TYPE, "text/html; charset=utf-8"), (header::CACHE_CONTROL, "no-store")];
            (status, headers, html).into_response()
        }
        Err(error) => {
            tracing::error!(%error, "a page could not be rendered");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}
