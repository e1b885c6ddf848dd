//! What a script on a page of ours asks the device, as JSON; for the doors on whose pages passkeys are used and made.

use std::time::Duration;

use axum::{
    Json,
    response::{IntoResponse, Response},
};
use idp_core::{
    authn::{
        ceremony::{self, Answer, Asked, Refusal},
        challenge::Bound,
        passkey::Wrong,
    },
    break_glass,
    store::{
        StoreError, Tx,
        quota::{Bucket, Limit, UsedUp, spend},
    },
    types::{Id, id},
};
use serde_json::json;

use super::{
    extract::Params,
    house::House,
    page::{Errors, Said},
    problem::{Code, Problem},
    visit::{Halt, Visit},
};

/// Questions at one place. A page that stays open asks every four minutes.
const QUESTIONS: Limit = Limit { most: 60, window: Duration::from_secs(30 * 60) };

/// What is asked of the device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Question {
    /// A passkey of this account; `None`: anybody's.
    Use(Option<Id<id::Account>>),
    /// A new passkey of this account.
    Creation(Id<id::Account>),
    /// The hardware key of this break-glass account.
    Sealed(Id<id::Account>),
}

/// Keeps a question and tells it to the script: `{"ceremony", "publicKey"}`.
pub async fn ask(visit: &Visit, bound: Bound, question: Question) -> Result<Response, Halt> {
    let house = &*visit.house;
    match house.db.write(&visit.cx, |tx| Box::pin(keep(tx, house, bound, question))).await? {
        Ok(asked) => Ok(Json(json!({ "ceremony": asked.handle.reveal(), "publicKey": asked.options })).into_response()),
        Err(used_up) => {
            let seconds = used_up.until.since(visit.now()).as_secs().max(1);
            let problem = Problem::new(Code::TOO_MANY_REQUESTS).retry_after(u32::try_from(seconds).unwrap_or(u32::MAX));
            Err(problem.into())
        }
    }
}

async fn keep(
    tx: &mut Tx<'_>,
    house: &House,
    bound: Bound,
    question: Question,
) -> Result<Result<Asked, UsedUp>, StoreError> {
    let bucket = match bound {
        Bound::SignIn(digest) => Bucket::new("passkey questions of a sign-in", &[digest.bytes()]),
        Bound::Session(session) => Bucket::new("passkey questions of a session", &[session.bytes()]),
    };
    if let Err(used_up) = spend(tx, bucket, QUESTIONS).await? {
        return Ok(Err(used_up));
    }
    Ok(Ok(match question {
        Question::Use(account) => ceremony::ask_use(tx, &house.passkeys, bound, account).await?,
        Question::Creation(account) => ceremony::ask_creation(tx, &house.passkeys, bound, account).await?,
        Question::Sealed(account) => break_glass::ask_key(tx, &house.passkeys, bound, account).await?,
    }))
}

/// The answer in a form of ours.
pub fn answer(params: &Params) -> Answer<'_> {
    let field = |name| params.get(name).unwrap_or_default();
    Answer { handle: field("ceremony"), json: field("answer") }
}

/// What the page says of a passkey that was not made. `word`: what the script saw, or why the server refused it.
pub fn not_created(word: &str) -> Errors {
    let key = match word {
        "exists" | "passkey-taken" => "err-passkey-exists",
        "passkey-full" => "err-passkey-full",
        "passkey-late" => "err-passkey-late",
        _ => "err-passkey-not-created",
    };
    Errors { notices: vec![Said::new(key)], ..Errors::none() }
}

/// The word under which a failure page speaks of a refusal.
pub const fn failure(refusal: Refusal) -> &'static str {
    match refusal {
        Refusal::Late => "late",
        Refusal::Unknown => "unknown",
        Refusal::Wrong(Wrong::Clone) => "clone",
        Refusal::Wrong(_) | Refusal::Closed(_) | Refusal::Taken | Refusal::Full => "refused",
    }
}
