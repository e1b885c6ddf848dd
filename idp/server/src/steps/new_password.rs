//! Choosing a new password between the proof and the session: the one that was right does not meet the rule for a new one. Until another is
//! chosen there is no session; the transaction alone remembers, for ten minutes, what was proved.

use axum::{http::StatusCode, response::Response};
use idp_core::{
    authn::{self, Closed, Held, Opened, PasswordUse, notice, own_words_of},
    crypto::password::PasswordHash,
    people::{self, StoredAccount},
    session,
    signin::{self, Gone, Next, SignIn},
    store::{Actor, Conn, StoreError, Tx},
    types::Fault,
};

use super::{
    at::{At, Ticket, form},
    proved::{BrowserCan, Written, began, closed, write},
};
use crate::web::{
    Form, Halt, Visit, new_password,
    page::{Errors, NewPassword, render_with},
};

/// What a whole proof with a password led to.
pub(super) enum After {
    /// A session.
    Began(Written),
    /// Another step of this transaction.
    Asked,
}

/// Goes on from a whole proof: to a session, or to this step.
pub(super) async fn after_proof(
    tx: &mut Tx<'_>,
    at: &At,
    sign_in: &SignIn,
    (opened, can): (Opened, BrowserCan),
) -> Result<Result<After, Gone>, StoreError> {
    match opened {
        Opened::Proof(proof) => Ok(write(tx, at, &proof, can).await?.map(After::Began)),
        Opened::Held(held) => {
            signin::hold(tx, sign_in, &held).await?;
            if can == BrowserCan::KeepPasskeys {
                signin::browser_keeps_passkeys(tx, sign_in).await?;
            }
            Ok(Ok(After::Asked))
        }
        Opened::Replaced => {
            signin::begin_again(tx, sign_in).await?;
            Ok(Ok(After::Asked))
        }
    }
}

/// Whose password is chosen here.
struct Desk {
    held: Held,
    account: StoredAccount,
    usage: PasswordUse,
    may_choose: bool,
}

impl Desk {
    /// `None`: nothing waits here any more.
    async fn open(conn: &mut Conn, at: &At) -> Result<Option<Self>, StoreError> {
        let (house, now) = (&at.visit.house, at.visit.now());
        let Some(held) = signin::held(conn, &at.sign_in, now).await? else { return Ok(None) };
        let account = people::account_by_id(conn, held.account()).await?;
        let account = account.ok_or(Fault::bug("finding the account of a right password"))?;
        let usage = authn::password_use(conn, account.id, house.gate.policy).await?;
        let may_choose = held.may_choose(conn).await?;
        Ok(Some(Self { held, account, usage, may_choose }))
    }

    fn page(&self, at: &At, (status, errors): (StatusCode, Errors)) -> Result<Response, Fault> {
        let Next::NewPassword(why) = at.next else {
            return Err(Fault::bug("asking for a new password out of turn"));
        };
        let page = NewPassword {
            c: at.chrome("", &form(&at.t)),
            party: at.party_name(),
            why: at.why(why),
            errors,
            login: self.account.login.clone(),
            password_min: self.usage.shortest().to_string(),
            may_choose: self.may_choose,
            action: at.path("/new-password"),
            again_action: at.path("/second-factor/again"),
            cancel_action: at.path("/cancel"),
        };
        Ok(render_with(status, &page))
    }
}

/// The page of this step.
pub(super) async fn page(at: &At) -> Result<Response, Halt> {
    let desk = Desk::open(&mut at.visit.house.db.read().await?, at).await?;
    let Some(desk) = desk else { return Ok(at.to_page()) };
    Ok(desk.page(at, (StatusCode::OK, Errors::none()))?)
}

/// What the write of a new password found.
enum Found {
    Gone(Gone),
    /// Nothing waits for it any more.
    Nothing,
    Closed(Closed),
    Began(Written),
}

/// `POST /sign-in/{t}/new-password`: `new_password`, `new_password_again`.
pub(super) async fn answer(visit: Visit, ticket: Ticket, Form(params): Form) -> Result<Response, Halt> {
    let at = At::arrive_with(visit, ticket, &params).await?;
    let desk = Desk::open(&mut at.visit.house.db.read().await?, &at).await?;
    let Some(desk) = desk.filter(|desk| desk.may_choose && matches!(at.next, Next::NewPassword(_))) else {
        return Ok(at.to_page());
    };
    if let Err(used_up) = new_password::count(&at.visit, at.sign_in.digest.bytes()).await? {
        let (errors, seconds) = new_password::too_many(&at.visit, used_up);
        let page = desk.page(&at, (StatusCode::TOO_MANY_REQUESTS, errors))?;
        return Err(Halt::from(page).retry_after(seconds));
    }
    let own = own_words_of(&mut at.visit.house.db.read().await?, &desk.account).await?;
    let password = match new_password::both(&params, &own, desk.usage) {
        Ok(password) => password,
        Err(mistakes) => {
            return Ok(desk.page(&at, (StatusCode::UNPROCESSABLE_ENTITY, Errors::of_fields(mistakes)))?);
        }
    };
    let chosen = new_password::hash(&at.visit, password, |code| at.refuse(code)).await?;
    let cx = at.visit.cx.acting(Actor::Person(desk.held.person()));
    let written = at.visit.house.db.write(&cx, |tx| Box::pin(set(tx, &at, &chosen)));
    match written.await? {
        Found::Gone(gone) => Err(at.gone(&gone).await?),
        Found::Nothing => Ok(at.to_page()),
        Found::Closed(why) => Err(closed(&at, why)),
        Found::Began(written) => Ok(began(&at, written)),
    }
}

/// Sets the password, ends what the old one opened, and begins the session.
async fn set(tx: &mut Tx<'_>, at: &At, chosen: &(PasswordHash, PasswordUse)) -> Result<Found, StoreError> {
    let sign_in = match at.load(tx).await? {
        Ok(sign_in) => sign_in,
        Err(gone) => return Ok(Found::Gone(gone)),
    };
    let now = tx.now();
    let Some(held) = signin::held(tx, &sign_in, now).await? else { return Ok(Found::Nothing) };
    if !held.may_choose(tx).await? {
        return Ok(Found::Nothing);
    }
    let proof = match held.release(tx, (&chosen.0, chosen.1)).await? {
        Ok(proof) => proof,
        Err(why) => return Ok(Found::Closed(why)),
    };
    match &at.live {
        Some(live) if live.account == proof.account() => {
            session::end_others_of(tx, proof.person(), live.id, "password-changed").await?;
        }
        _ => {
            session::end_all_of(tx, proof.person(), "password-changed").await?;
        }
    }
    at.visit.house.grants.end_all_of(tx, proof.person(), "password-changed").await?;
    let time = now.show();
    notice::notify_all(tx, proof.account(), notice::PASSWORD_CHANGED, &[("time", &time)]).await?;
    Ok(match write(tx, at, &proof, BrowserCan::Unknown).await? {
        Ok(written) => Found::Began(written),
        Err(gone) => Found::Gone(gone),
    })
}
