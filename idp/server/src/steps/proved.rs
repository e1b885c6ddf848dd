//! What follows a proof, whichever method it came from: the session begins or is renewed, the transaction notes it, and the hall
//! decides again, all in one write.

use axum::{
    http::{StatusCode, header::SET_COOKIE},
    response::Response,
};
use idp_core::{
    authn::{Closed, Proof, device, notice},
    break_glass::{self, Opening, Raised},
    office,
    people::{self, Purpose},
    session::{self, Computer, Live, Population, Started},
    signin::{self, Gone, Next},
    store::{Actor, StoreError, Tx},
};

use super::at::At;
use crate::web::{Code, Cookie, Halt, alarm};

const LOCKED: Code = Code::new("account-locked", StatusCode::FORBIDDEN);
const DISABLED: Code = Code::new("account-disabled", StatusCode::FORBIDDEN);
const DECEASED: Code = Code::new("person-deceased", StatusCode::FORBIDDEN);
const MERGED: Code = Code::new("person-merged", StatusCode::FORBIDDEN);

/// The page for somebody who proved to be the holder of an account that is closed.
pub(super) fn closed(at: &At, why: Closed) -> Halt {
    at.refuse(match why {
        Closed::Locked => LOCKED,
        Closed::Disabled => DISABLED,
        Closed::Deceased => DECEASED,
        Closed::Merged => MERGED,
    })
}

/// What the one write leaves.
pub(super) struct Began {
    started: Started,
    /// The alarm of a break-glass account.
    raised: Option<Raised>,
    next: Next,
    /// The new value of the cookie by which the browser is known again; `None`: it stays.
    device: Option<String>,
}

/// `None`: the session that was to be renewed has ended.
pub(super) type Written = Option<Began>;

/// What is known of the browser that the proof came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum BrowserCan {
    /// Nothing.
    Unknown,
    /// A script found that it keeps passkeys.
    KeepPasskeys,
}

/// Goes on with a proof.
pub(super) async fn proved(at: &At, proof: &Proof, can: BrowserCan) -> Result<Response, Halt> {
    let visit = &at.visit;
    let cx = visit.cx.acting(Actor::Person(proof.person()));
    let written = visit.house.db.write(&cx, |tx| Box::pin(write(tx, at, proof, can)));
    match written.await? {
        Err(gone) => Err(at.gone(&gone).await?),
        Ok(written) => Ok(began(at, written)),
    }
}

/// The answer to a proof: on to the next step, with the cookies that it earned.
pub(super) fn began(at: &At, written: Written) -> Response {
    // The session ended while its holder typed: the page asks anew, as of anybody.
    let Some(Began { started, raised, next, device }) = written else {
        return at.to_page();
    };
    if let Some(raised) = raised {
        alarm::opened(raised);
    }
    let cookies = at.visit.house.cookies;
    let mut response = at.to_next(next);
    let device = device.map(|value| cookies.set(Cookie::Device, &value, Some(device::LIFETIME)));
    let session = cookies.set(Cookie::Session, started.cookie.reveal(), None);
    for cookie in [Some(session), device].into_iter().flatten() {
        response.headers_mut().append(SET_COOKIE, cookie);
    }
    response
}

/// Begins or renews the session, and asks the hall again.
pub(super) async fn write(
    tx: &mut Tx<'_>,
    at: &At,
    proof: &Proof,
    can: BrowserCan,
) -> Result<Result<Written, Gone>, StoreError> {
    // Hashing took its time: the person may have turned back in another tab.
    let computer = match at.load(tx).await? {
        Ok(sign_in) => sign_in.computer,
        Err(gone) => return Ok(Err(gone)),
    };
    let Some((started, raised)) = begin(tx, at, proof, computer).await? else {
        return Ok(Ok(None));
    };
    signin::proved(tx, &at.sign_in, &started.live).await?;
    // A shared computer is not remembered: no passkey is offered there, and nothing is left in its browser.
    if can == BrowserCan::KeepPasskeys && computer == Computer::Own {
        signin::browser_keeps_passkeys(tx, &at.sign_in).await?;
    }
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
    let device = match computer {
        Computer::Own => at.visit.house.devices(&at.visit.headers).signed_in(tx, proof.account()).await?,
        Computer::Shared => None,
    };
    if device.is_some() || computer == Computer::Shared {
        notice::new_browser(tx, proof.account()).await?;
    }
    Ok(Ok(Some(Began { started, raised, next, device })))
}

/// A session, and the alarm that it began with.
type Begun = (Started, Option<Raised>);

/// Renews the session of the same account; otherwise begins one, in place of the one that this browser had. Always
/// another cookie: one that was planted or seen before is worth nothing after (session fixation).
async fn begin(tx: &mut Tx<'_>, at: &At, proof: &Proof, computer: Computer) -> Result<Option<Begun>, StoreError> {
    // Whoever serves in a post has officials' limits, whatever they came for.
    let now = tx.now();
    let serves = office::serves(tx, proof.person(), now).await?;
    match &at.live {
        Some(live) if live.account == proof.account() => {
            let mut renewed = session::renew(tx, live, proof).await?;
            if let Some(started) = renewed.as_mut().filter(|_| serves) {
                session::hold_to_office(tx, &mut started.live, at.visit.house.limits()).await?;
            }
            Ok(renewed.map(|started| (started, None)))
        }
        live => {
            if let Some(Live { id, .. }) = live {
                session::end(tx, *id, "replaced").await?;
            }
            let (limits, alarm_to) = (at.visit.house.limits(), at.visit.house.settings.alarm_to.as_slice());
            if proof.purpose() == Purpose::BreakGlass {
                let (started, raised) = break_glass::open(tx, proof, Opening { computer, limits, alarm_to }).await?;
                return Ok(Some((started, Some(raised))));
            }
            let kind = (if serves { Population::Official } else { Population::Citizen }, computer);
            Ok(Some((session::start(tx, proof, kind, limits).await?, None)))
        }
    }
}
