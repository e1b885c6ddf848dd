//! The answer to the password step.

use axum::{
    http::{StatusCode, header::SET_COOKIE},
    response::Response,
};
use idp_core::{
    authn::{self, Proof, password::Refusal},
    people,
    session::{self, Live, Started},
    signin::{self, Gone, Next},
    store::{Actor, StoreError, Tx},
    types::{Secret, Timestamp},
};

use super::{
    at::{At, Ticket},
    show::Asked,
};
use crate::web::{Code, Cookie, Form, Halt, Visit, house::LocalPasswords, page::Errors};

const OFF: Code = Code::new("sign-in-off", StatusCode::FORBIDDEN);
const LOCKED: Code = Code::new("account-locked", StatusCode::FORBIDDEN);
const DISABLED: Code = Code::new("account-disabled", StatusCode::FORBIDDEN);
const DECEASED: Code = Code::new("person-deceased", StatusCode::FORBIDDEN);
const MERGED: Code = Code::new("person-merged", StatusCode::FORBIDDEN);

/// Seconds after which the password pool has surely worked its queue off.
const BUSY_SECONDS: u64 = 10;

/// The longest sign-in name that a page shows again, in characters.
const LONGEST_SHOWN: usize = 200;

/// `POST /sign-in/{t}/password`.
pub(super) async fn answer(visit: Visit, ticket: Ticket, Form(params): Form) -> Result<Response, Halt> {
    let at = At::arrive_with(visit, ticket, &params).await?;
    let typed = params.get("login").unwrap_or_default().trim();
    let asked = match (at.next, &at.live) {
        (Next::SignIn(why) | Next::SelectAccount(why), _) => {
            Asked::anybody(why, typed.chars().take(LONGEST_SHOWN).collect())
        }
        // Whoever proves themself again is the holder of the session: the form cannot name another.
        (Next::Reauthenticate(why), Some(live)) => Asked::again(why, at.holder(live).await?),
        // The back button or a second submit: this step is done.
        _ => return Ok(at.to_page()),
    };
    if at.visit.house.settings.local_passwords == LocalPasswords::Off {
        return Err(at.refuse(OFF));
    }
    let login = asked.login().unwrap_or(typed).to_owned();
    let password = Secret::new(params.get("password").unwrap_or_default().to_owned());
    let (login_missing, password_missing) = (login.is_empty(), password.reveal().is_empty());
    if login_missing || password_missing {
        let errors = Errors::empty_credentials(login_missing, password_missing);
        return Ok(asked.page(&at, StatusCode::UNPROCESSABLE_ENTITY, errors));
    }
    let house = &at.visit.house;
    match authn::password::prove(&house.db, &house.passwords, &at.visit.cx, &login, &password).await {
        Ok(proof) => proved(&at, &proof).await,
        Err(refusal) => refused(&at, asked, refusal),
    }
}

/// What the one write leaves: the session with its new cookie, and the step after it. `None`: the session that was to be
/// renewed has ended.
type Written = Option<(Started, Next)>;

async fn proved(at: &At, proof: &Proof) -> Result<Response, Halt> {
    let visit = &at.visit;
    let cx = visit.cx.acting(Actor::Person(proof.person()));
    let written = visit.house.db.write(&cx, |tx| Box::pin(write(tx, at, proof)));
    match written.await? {
        Err(gone) => Err(at.gone(&gone).await?),
        // The session ended while its holder typed: the page asks anew, as of anybody.
        Ok(None) => Ok(at.to_page()),
        Ok(Some((started, next))) => {
            let mut response = at.to_next(next);
            let cookie = visit.house.cookies.set(Cookie::Session, started.cookie.reveal(), None);
            response.headers_mut().append(SET_COOKIE, cookie);
            Ok(response)
        }
    }
}

async fn write(tx: &mut Tx<'_>, at: &At, proof: &Proof) -> Result<Result<Written, Gone>, StoreError> {
    // Hashing took its time: the person may have turned back in another tab.
    if let Err(gone) = at.load(tx).await? {
        return Ok(Err(gone));
    }
    let Some(started) = begin(tx, at, proof).await? else {
        return Ok(Ok(None));
    };
    signin::proved(tx, &at.sign_in, &started.live).await?;
    if let Some(locale) = at.visit.chosen_locale() {
        people::set_locale(tx, started.live.account, locale).await?;
    }
    let sign_in = match at.load(tx).await? {
        Ok(sign_in) => sign_in,
        Err(gone) => return Ok(Err(gone)),
    };
    let session = (Some(&started.live), tx.now());
    let facts = signin::gather(tx, &sign_in.asked, sign_in.party, Some(&sign_in), session).await?;
    let next = signin::next(&facts);
    Ok(Ok(Some((started, next))))
}

/// Renews the session of the same account; otherwise begins one, in place of the one that this browser had. Always
/// another cookie: one that was planted or seen before is worth nothing after (session fixation).
async fn begin(tx: &mut Tx<'_>, at: &At, proof: &Proof) -> Result<Option<Started>, StoreError> {
    match &at.live {
        Some(live) if live.account == proof.account() => session::renew(tx, live, proof).await,
        live => {
            if let Some(Live { id, .. }) = live {
                session::end(tx, *id, "replaced").await?;
            }
            // Officials sign in with their posts; until then everybody here is a citizen.
            let kind = (Population::Citizen, sign_in.computer);
            session::start(tx, proof, kind, at.visit.house.limits()).await.map(Some)
        }
    }
}

fn refused(at: &At, asked: Asked, refusal: Refusal) -> Result<Response, Halt> {
    let code = match refusal {
        Refusal::Wrong => return Ok(asked.page(at, StatusCode::UNPROCESSABLE_ENTITY, Errors::bad_credentials())),
        Refusal::Throttled(until) => return Err(throttled(at, asked, until)),
        Refusal::Busy => return Err(at.refuse(Code::BUSY).retry_after(BUSY_SECONDS)),
        Refusal::Fault(fault) => return Err(fault.into()),
        Refusal::Locked => LOCKED,
        Refusal::Disabled => DISABLED,
        Refusal::Deceased => DECEASED,
        Refusal::Merged => MERGED,
    };
    Err(at.refuse(code))
}

fn throttled(at: &At, asked: Asked, until: Timestamp) -> Halt {
    let seconds = until.since(at.visit.now()).as_secs().max(1);
    let errors = Errors::throttled(seconds.div_ceil(60));
    Halt::from(asked.page(at, StatusCode::TOO_MANY_REQUESTS, errors)).retry_after(seconds)
}
