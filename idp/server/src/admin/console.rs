//! The way into the web console: through the hall, with two factors, as somebody who administers something.

use axum::{
    http::{StatusCode, header::SET_COOKIE},
    response::Response,
};
use idp_core::{
    admin::{self, LEVEL, Refusal, STALE},
    crypto::handle::{ConsoleCookie, Handle},
    session::Live,
    signin::{self, Asked, Outcome, SignIn},
    store::{StoreError, Tx},
    types::Aal,
};

use crate::web::{
    Code, Cookie, Halt, Visit,
    page::NextStep,
    through::{Back, Own},
    visit::onward,
};

/// Where the console's page is.
const HOME: &str = "/console/";
const NOBODY: Code = Code::new("no-administrator", StatusCode::FORBIDDEN);
const WEAK: Code = Code::new("second-factor-needed", StatusCode::FORBIDDEN);

/// What the console asks of a sign-in: the level, and where something is to be changed, a fresh proof.
pub(super) fn asked(max_age: Option<u64>) -> Asked {
    let reach = Aal::ALL.into_iter().filter(|level| *level >= LEVEL).map(|level| level.acr().to_owned());
    Asked {
        essential_acr: Some(reach.collect()),
        max_age: max_age.and_then(|seconds| i64::try_from(seconds).ok()),
        ..Asked::default()
    }
}

/// `GET /console/sign-in`: with `fresh` in the query also somebody who is signed in proves themself again.
pub(super) async fn sign_in(visit: Visit) -> Result<Response, Halt> {
    let max_age = visit.query.get("fresh").map(|_| STALE.as_secs());
    let asked = asked(max_age);
    let own = Own { door: "console", asked: &asked, payload: "", resume: "/console/resume?t=" };
    Ok(visit.through_the_hall(&own).await?)
}

/// `GET /console/resume`: the hall is done, or the person turned back.
pub(super) async fn resume(visit: Visit) -> Result<Response, Halt> {
    let t = visit.query.get("t").unwrap_or_default();
    match visit.back_from_the_hall(t).await? {
        Back::Done(sign_in, live) => enter(&visit, &sign_in, &live).await,
        Back::Open(step) => Ok(step),
        Back::Cancelled => Ok(onward(&visit.keep_locale("/"))),
        Back::Gone => Ok(onward(HOME)),
        Back::Impossible => Err(weak(&visit)),
    }
}

async fn enter(visit: &Visit, sign_in: &SignIn, live: &Live) -> Result<Response, Halt> {
    let cx = visit.cx.acting(live.actor());
    let opened = visit.house.db.write(&cx, |tx| Box::pin(open(tx, sign_in, live)));
    match opened.await? {
        Opened::Yes(cookie) => Ok(with_cookie(visit, &cookie)),
        Opened::No(refusal) => Err(turned_away(visit, refusal)),
        Opened::Over => Ok(onward(HOME)),
    }
}

enum Opened {
    Yes(Handle<ConsoleCookie>),
    No(Refusal),
    /// Another tab was faster.
    Over,
}

async fn open(tx: &mut Tx<'_>, sign_in: &SignIn, live: &Live) -> Result<Opened, StoreError> {
    if !signin::end_transaction(tx, sign_in, Outcome::Finished).await? {
        return Ok(Opened::Over);
    }
    Ok(match admin::open(tx, live).await? {
        Ok(cookie) => Opened::Yes(cookie),
        Err(refusal) => Opened::No(refusal),
    })
}

/// To the console, with its cookie.
pub(super) fn with_cookie(visit: &Visit, cookie: &Handle<ConsoleCookie>) -> Response {
    let mut response = onward(HOME);
    let line = visit.house.cookies.set(Cookie::Console, cookie.reveal(), None);
    response.headers_mut().append(SET_COOKIE, line);
    response
}

/// The page for somebody who may not enter.
pub(super) fn turned_away(visit: &Visit, refusal: Refusal) -> Halt {
    match refusal {
        Refusal::Level | Refusal::Stale => weak(visit),
        _ => visit.refuse(visit.locale(None), NOBODY, NextStep::Usual),
    }
}

/// The page for somebody who has no second factor.
pub(super) fn weak(visit: &Visit) -> Halt {
    visit.refuse(visit.locale(None), WEAK, NextStep::Usual)
}
