//! Why the admin API refuses, with the one status of each. Beside `web/problem.rs` and `oidc/error.rs` the only place where one is chosen.

use axum::http::StatusCode;
use idp_core::{
    admin::{LEVEL, Refusal, STALE},
    store::StoreError,
    types::Fault,
};

use crate::web::{Code, Mistake, Problem, problem};

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $word:literal, $status:ident;)*) => {
        $($(#[$doc])* pub(super) const $name: Code = Code::new($word, StatusCode::$status);)*

        /// The words of this door: each has the sentences `error-WORD-title` and `error-WORD-text`.
        #[cfg(test)]
        pub(crate) const WORDS: &[&str] = &[$($word),*];
    };
}

codes! {
    /// Nobody is known: no credentials, or none that are good now.
    SIGN_IN = "sign-in-needed", UNAUTHORIZED;
    /// Known, but not permitted. One word for every reason, so that nobody learns what there is to be permitted.
    NOT_PERMITTED = "not-permitted", FORBIDDEN;
    /// Permitted, once the caller proves themself better or again.
    STEP_UP = "step-up-needed", FORBIDDEN;
    /// A cookie without the header that only our own scripts can send, or sent from another site.
    NOT_OURS = "request-not-ours", FORBIDDEN;
    /// It would give or take more than the caller may.
    BEYOND = "beyond-your-rights", FORBIDDEN;
    /// The request can be read, and something in it is wrong: `errors` says what and where.
    INVALID = "invalid", UNPROCESSABLE_ENTITY;
    /// An update without `If-Match`.
    PRECONDITION_NEEDED = "precondition-needed", PRECONDITION_REQUIRED;
    /// Somebody else changed it since it was read.
    CHANGED = "changed-meanwhile", PRECONDITION_FAILED;
    /// The state of the thing does not allow it.
    CONFLICT = "conflict", CONFLICT;
    /// An `Idempotency-Key` that stood for another request.
    KEY_REUSED = "idempotency-key-reused", UNPROCESSABLE_ENTITY;
    /// Who wrote a set may not decide about it.
    SECOND_PERSON = "second-person-needed", FORBIDDEN;
    /// A set that cannot be what is so: `errors` names every reason.
    CLASHES = "clashes", UNPROCESSABLE_ENTITY;
    /// Things stand on units that end, and nobody said where they go.
    CHOICES_MISSING = "choices-missing", UNPROCESSABLE_ENTITY;
    /// A set by which somebody would gain what somebody who signs it could not give.
    WIDENS = "widens-rights", FORBIDDEN;
    /// A set that can no longer be undone.
    TOO_LATE = "too-late-to-undo", CONFLICT;
    /// The last platform owner stays.
    LAST_OWNER = "last-owner", CONFLICT;
    /// The office of a break-glass account goes with the account alone.
    BREAK_GLASS = "break-glass-office", CONFLICT;
}

/// How an act ends without an answer.
#[derive(Debug)]
pub(super) enum Stop {
    /// A problem for the caller.
    Problem(Problem),
    /// The gate closed: also for the audit log. `hidden`: to this caller the thing is not there.
    Gate { refusal: Refusal, hidden: bool },
    /// A rule of giving closed: also for the audit log. `pointer`: over what, in the body.
    Beyond { pointer: &'static str, because: &'static str },
    /// A change of units would give somebody what a signer could not: also for the audit log. How many would gain so.
    Widens { because: &'static str, gains: usize },
    /// The database.
    Store(StoreError),
}

impl From<Problem> for Stop {
    fn from(problem: Problem) -> Self {
        Self::Problem(problem)
    }
}

impl From<StoreError> for Stop {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<Fault> for Stop {
    fn from(fault: Fault) -> Self {
        Self::Problem(Problem::from(fault))
    }
}

impl Stop {
    /// What the caller is told.
    pub(super) fn problem(self) -> Problem {
        match self {
            Self::Problem(problem) => problem,
            Self::Gate { hidden: true, .. } => Problem::new(problem::Code::NOT_FOUND),
            Self::Gate { refusal, .. } => of_gate(refusal),
            Self::Beyond { pointer, because } => beyond(pointer, because),
            Self::Widens { because, gains } => widens(because, gains),
            Self::Store(error) => Problem::from(Fault::from(error)),
        }
    }
}

/// What was beyond the caller's rights, with the one reason that helps whoever asks in good faith.
fn beyond(pointer: &'static str, because: &'static str) -> Problem {
    let problem = Problem::new(BEYOND).because(because);
    if BEYONDS.contains(&because) { problem.with([Mistake::at(pointer, because)]) } else { problem }
}

/// A change of units by which so many would gain what somebody who signs could not give, and the first reason.
pub(super) fn widens(because: &'static str, gains: usize) -> Problem {
    Problem::new(WIDENS).because(because).member("gains", gains).with([Mistake::at("/operations", because)])
}

/// The words of rules of giving that are told.
const BEYONDS: &[&str] =
    &["oneself", "no-power", "too-high", "not-held", "other-unit", "too-long", "sets-free", "documents", "administers"];

/// Nobody is known. RFC 6750 section 3.1: without credentials no error is named.
pub(super) fn unknown_caller(token_was_bad: bool) -> Problem {
    let challenge = if token_was_bad { "Bearer error=\"invalid_token\"" } else { "Bearer realm=\"admin\"" };
    Problem::new(SIGN_IN).challenge(challenge)
}

/// The answer to each refusal of the gate.
pub(super) fn of_gate(refusal: Refusal) -> Problem {
    let because = refusal.word();
    match refusal {
        // The shape of RFC 9470 section 3; the status says that the caller is known.
        Refusal::Level => {
            let challenge =
                format!("Bearer error=\"insufficient_user_authentication\", acr_values=\"{}\"", LEVEL.acr());
            Problem::new(STEP_UP).because(because).challenge(challenge).member("acr_values", LEVEL.acr())
        }
        Refusal::Stale => {
            let seconds = STALE.as_secs();
            let challenge = format!("Bearer error=\"insufficient_user_authentication\", max_age=\"{seconds}\"");
            Problem::new(STEP_UP).because(because).challenge(challenge).member("max_age", seconds)
        }
        Refusal::NoAdministrator | Refusal::Machine | Refusal::NotPermitted | Refusal::Elsewhere => {
            Problem::new(NOT_PERMITTED).because(because)
        }
    }
}

/// What can be read and is wrong.
pub(super) fn invalid(mistakes: impl IntoIterator<Item = Mistake>) -> Problem {
    Problem::new(INVALID).with(mistakes)
}

/// The words of mistakes that this door finds itself; those of clashes are the room's.
#[cfg(test)]
pub(crate) const MISTAKES: &[&str] = &[
    "missing",
    "unknown-field",
    "unknown-word",
    "twice",
    "wrong-value",
    "not-a-tag",
    "not-a-key",
    "not-a-cursor",
    "nobody",
    "no-such-unit",
    "not-for-machines",
    "whole-role",
    "empty-period",
    "held-already",
    "separated",
    "does-not-fit",
    "decision-needed",
    "wrong-state",
    "nothing-changes",
    "oneself",
    "no-power",
    "too-high",
    "not-held",
    "other-unit",
    "too-long",
    "sets-free",
    "documents",
    "administers",
    "person-unclear",
    "owner-alone",
    "has-account",
    "move-waits",
    "file-large",
    "file-workbook",
    "file-text",
    "file-empty",
    "file-many-rows",
    "cell-missing",
    "cell-number",
    "cell-name",
    "cell-position",
    "cell-kind",
    "cell-role",
    "cell-scope",
    "cell-day",
    "cell-order",
    "cell-twice",
    "cell-unit",
    "cell-units",
    "cell-not-list",
    "cell-classes",
    "cell-yes-no",
    "cell-many",
    "cell-header",
];
