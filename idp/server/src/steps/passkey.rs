//! Passkeys in a sign-in: proving oneself with one, making one, going on without.

use axum::{http::StatusCode, response::Response};
use idp_core::{
    authn::{
        ceremony::{self, Refusal},
        challenge::Bound,
    },
    session::Live,
    signin::{self, Gone, Next},
    store::{StoreError, Tx},
    types::{Id, id},
};

use super::{
    at::{At, Ticket},
    password::note_computer,
    proved::{BrowserCan, closed, proved},
    show,
};
use crate::web::{
    Code, Form, Halt, Visit,
    ceremony::{Question, answer as given, ask, failure, not_created},
};

/// A script asks beside the page that its step belongs to: the back button, or a second tab.
const NOT_OPEN: Code = Code::new("sign-in-finished", StatusCode::CONFLICT);

const fn bound(at: &At) -> Bound {
    Bound::SignIn(at.sign_in.digest)
}

/// `POST /sign-in/{t}/passkey/options`: anybody's passkey where nobody is signed in, else the holder's.
pub(super) async fn options(visit: Visit, ticket: Ticket, Form(params): Form) -> Result<Response, Halt> {
    let at = At::arrive_with(visit, ticket, &params).await?;
    match whose(&at) {
        Whose::Nobodys => Err(at.refuse(NOT_OPEN)),
        Whose::Anybodys => ask(&at.visit, bound(&at), Question::Use(None)).await,
        Whose::Holders(account) => ask(&at.visit, bound(&at), Question::Use(Some(account))).await,
    }
}

/// Whose passkey the open step takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Whose {
    Nobodys,
    Anybodys,
    Holders(Id<id::Account>),
}

fn whose(at: &At) -> Whose {
    match (at.next, &at.live) {
        (Next::SignIn(_) | Next::SelectAccount(_), _) => Whose::Anybodys,
        (Next::Reauthenticate(_) | Next::StepUp(_), Some(live)) => Whose::Holders(live.account),
        _ => Whose::Nobodys,
    }
}

/// `POST /sign-in/{t}/passkey`: the device's answer.
pub(super) async fn answer(visit: Visit, ticket: Ticket, Form(params): Form) -> Result<Response, Halt> {
    let mut at = At::arrive_with(visit, ticket, &params).await?;
    note_computer(&mut at, &params).await?;
    let whose = whose(&at);
    if whose == Whose::Nobodys {
        return Ok(at.to_page());
    }
    let house = &*at.visit.house;
    let (place, params) = (bound(&at), &params);
    let judged =
        house.db.write(&at.visit.cx, |tx| Box::pin(ceremony::prove(tx, &house.passkeys, place, given(params)))).await;
    match judged? {
        // A question for anybody, answered after somebody signed in in another tab: who proves themself again is the holder.
        Ok(proof) if whose != Whose::Anybodys && whose != Whose::Holders(proof.account()) => {
            Ok(show::failed(&at, failure(Refusal::Unknown)))
        }
        Ok(proof) => proved(&at, &proof, BrowserCan::Unknown).await,
        Err(Refusal::Closed(why)) => Err(closed(&at, why)),
        Err(refusal) => Ok(show::failed(&at, failure(refusal))),
    }
}

/// Whose passkey is made now: the hall has seen to it that they proved themself a moment ago.
const fn creates(at: &At) -> Option<&Live> {
    match at.next {
        Next::CreatePasskey(_) | Next::OfferPasskey(_) => at.live.as_ref(),
        _ => None,
    }
}

/// `POST /sign-in/{t}/passkey/new/options`.
pub(super) async fn creation_options(visit: Visit, ticket: Ticket, Form(params): Form) -> Result<Response, Halt> {
    let at = At::arrive_with(visit, ticket, &params).await?;
    match creates(&at).map(|live| live.account) {
        Some(account) => ask(&at.visit, bound(&at), Question::Creation(account)).await,
        None => Err(at.refuse(NOT_OPEN)),
    }
}

/// `POST /sign-in/{t}/passkey/new`: the new passkey.
pub(super) async fn create(visit: Visit, ticket: Ticket, Form(params): Form) -> Result<Response, Halt> {
    let at = At::arrive_with(visit, ticket, &params).await?;
    let Some(live) = creates(&at) else {
        return Ok(at.to_page());
    };
    let label = at.visit.passkey_label(at.locale, &params);
    let (house, label) = (&*at.visit.house, label.as_str());
    let (params, place) = (&params, (bound(&at), live.person));
    let cx = at.visit.cx.acting(live.actor());
    let made =
        house.db.write(&cx, |tx| Box::pin(ceremony::create(tx, &house.passkeys, place, given(params), label))).await;
    match made? {
        Ok(_) => Ok(at.to_page()),
        Err(refusal) => {
            let errors = not_created(refusal.word());
            Ok(show::creation(&at, StatusCode::UNPROCESSABLE_ENTITY, errors))
        }
    }
}

/// `POST /sign-in/{t}/passkey/later`: no passkey now; asked again in a month at the earliest.
pub(super) async fn later(visit: Visit, ticket: Ticket, Form(params): Form) -> Result<Response, Halt> {
    let at = At::arrive_with(visit, ticket, &params).await?;
    match (at.next, &at.live) {
        (Next::OfferPasskey(_), Some(live)) => {
            let (cx, account) = (at.visit.cx.acting(live.actor()), live.account);
            at.visit.house.db.write(&cx, |tx| Box::pin(ceremony::put_off(tx, account))).await?;
            Ok(at.to_page())
        }
        _ => Ok(at.to_page()),
    }
}

/// `POST /sign-in/{t}/decline`: on without the level that would be welcome.
pub(super) async fn decline(visit: Visit, ticket: Ticket, Form(params): Form) -> Result<Response, Halt> {
    let at = At::arrive_with(visit, ticket, &params).await?;
    match (at.next, &at.live) {
        (Next::StepUp(signin::Why::LevelWelcome), Some(live)) => {
            let cx = at.visit.cx.acting(live.actor());
            match at.visit.house.db.write(&cx, |tx| Box::pin(note_declined(tx, &at))).await? {
                Ok(()) => Ok(at.to_page()),
                Err(gone) => Err(at.gone(&gone).await?),
            }
        }
        _ => Ok(at.to_page()),
    }
}

async fn note_declined(tx: &mut Tx<'_>, at: &At) -> Result<Result<(), Gone>, StoreError> {
    match at.load(tx).await? {
        Ok(sign_in) => signin::declined(tx, &sign_in).await.map(Ok),
        Err(gone) => Ok(Err(gone)),
    }
}
