//! The end of a recovery: a new password, or a stop.

use axum::{http::StatusCode, response::Response};
use idp_core::{
    authn::{self, PasswordUse, ceremony, device, notice, own_words_of, recovery},
    crypto::password::PasswordHash,
    people::{self, AccountState, StoredAccount, StoredPerson},
    session,
    store::{StoreError, Tx},
    types::{Fault, Id, id},
};

use super::recover::{At, Desk, Ticket};
use crate::web::{
    Form, Halt, Visit, new_password,
    page::{Errors, RecoverEnd, RecoverPassword, RecoverStop, Said, render_with},
};

const STOP_FORM: &str = "recover stop";

/// Whose password it is, and how long it has to be.
pub(super) struct Whose {
    account: StoredAccount,
    usage: PasswordUse,
}

/// Loads it again at each step: an account that was locked meanwhile gets no further.
pub(super) async fn whose(at: &At) -> Result<Whose, Halt> {
    let house = &at.desk.visit.house;
    let Some(id) = at.case.account else { return Err(at.desk.expired()) };
    let mut conn = house.db.read().await?;
    let account = people::account_by_id(&mut conn, id).await?;
    let account = account.filter(|account| account.state == AccountState::Active);
    let person = match &account {
        Some(account) => people::person(&mut conn, account.person).await?.filter(StoredPerson::is_active),
        None => None,
    };
    let usage = authn::password_use(&mut conn, id, house.gate.policy).await?;
    match (account, person) {
        (Some(account), Some(_active)) => Ok(Whose { account, usage }),
        _ => Err(at.desk.expired()),
    }
}

/// The form for the new password.
pub(super) async fn form(at: &At, (status, errors): (StatusCode, Errors)) -> Result<Response, Halt> {
    let whose = whose(at).await?;
    Ok(page(at, &whose, (status, errors)))
}

fn page(at: &At, whose: &Whose, (status, errors): (StatusCode, Errors)) -> Response {
    let page = RecoverPassword {
        c: at.chrome(""),
        errors,
        login: whose.account.login.clone(),
        password_min: whose.usage.shortest().to_string(),
        action: at.path("/password"),
    };
    at.desk.bound(render_with(status, &page))
}

/// `POST /recover/{t}/password`: `new_password`, `new_password_again`.
pub(super) async fn set(visit: Visit, ticket: Ticket, Form(params): Form) -> Result<Response, Halt> {
    let at = At::arrive_with(visit, ticket, &params).await?;
    if at.case.state != recovery::State::Open {
        // Somebody jumps to this step without the ones before it.
        return Err(at.desk.expired());
    }
    let whose = whose(&at).await?;
    let own = own_words_of(&mut at.desk.visit.house.db.read().await?, &whose.account).await?;
    let password = match new_password::both(&params, &own, whose.usage) {
        Ok(password) => password,
        Err(mistakes) => {
            return Ok(page(&at, &whose, (StatusCode::UNPROCESSABLE_ENTITY, Errors::of_fields(mistakes))));
        }
    };
    let (hash, usage) = new_password::hash(&at.desk.visit, password, |code| at.desk.refuse(code)).await?;
    let visit = &at.desk.visit;
    let written = visit.house.db.write(&visit.cx, |tx| Box::pin(write(tx, &at, (&hash, usage))));
    if written.await.map_err(|error: StoreError| Fault::from(error))? {
        Ok(done(&at, &whose))
    } else {
        Err(at.desk.expired())
    }
}

/// Sets the password and ends everything that the old one may have opened. Second factors, identity and level stay as they are.
/// `false`: the recovery was stopped, finished or is over.
async fn write(tx: &mut Tx<'_>, at: &At, (hash, usage): (&PasswordHash, PasswordUse)) -> Result<bool, StoreError> {
    let Some(account) = recovery::finish(tx, &at.case).await? else {
        return Ok(false);
    };
    let person = people::account_by_id(tx, account).await?.ok_or(Fault::bug("finding a recovered account"))?.person;
    authn::password::set(tx, account, person, (hash, usage)).await?;
    ceremony::recovered(tx, account).await?;
    end_everything(tx, at, (person, account)).await?;
    let time = tx.now().show();
    notice::notify_all(tx, account, notice::PASSWORD_RECOVERED, &[("time", &time)]).await?;
    Ok(true)
}

async fn end_everything(
    tx: &mut Tx<'_>,
    at: &At,
    (person, account): (Id<id::Person>, Id<id::Account>),
) -> Result<(), StoreError> {
    session::end_all_of(tx, person, "password-recovered").await?;
    at.desk.visit.house.grants.end_all_of(tx, person, "password-recovered").await?;
    device::forget_all(tx, account).await?;
    authn::forgive(tx, account).await?;
    Ok(())
}

fn done(at: &At, whose: &Whose) -> Response {
    let page = RecoverEnd {
        c: at.desk.chrome("/recover", ""),
        state: "done",
        title: "recover-done-title",
        text: Said::new("recover-done-text").with("login", &whose.account.login),
        next: (at.desk.visit.keep_locale("/account"), "recover-done-next"),
    };
    at.desk.bound(render_with(StatusCode::OK, &page))
}

/// `GET /recover/stop?k=…`: changes nothing, because programs open the links of mails before people do.
pub(super) async fn ask_stop(visit: Visit) -> Result<Response, Halt> {
    let desk = Desk::open(visit)?;
    let shown = desk.visit.query.get("k").unwrap_or_default().to_owned();
    let now = desk.visit.now();
    if !recovery::can_be_stopped(&mut desk.visit.house.db.read().await?, &shown, now).await? {
        return Err(desk.expired());
    }
    let page = RecoverStop {
        c: desk.chrome(&format!("/recover/stop?k={shown}"), STOP_FORM),
        action: desk.visit.keep_locale("/recover/stop"),
        leave_href: desk.visit.keep_locale("/"),
        handle: shown,
    };
    Ok(desk.bound(render_with(StatusCode::OK, &page)))
}

/// `POST /recover/stop`: `k`.
pub(super) async fn stop(visit: Visit, Form(params): Form) -> Result<Response, Halt> {
    visit.check_form(STOP_FORM, &params, "/recover")?;
    let desk = Desk::open(visit)?;
    let shown = params.get("k").unwrap_or_default();
    let visit = &desk.visit;
    let written = visit.house.db.write(&visit.cx, |tx| {
        Box::pin(async move {
            let Some(account) = recovery::stop(tx, shown).await? else {
                return Ok(false);
            };
            let time = tx.now().show();
            notice::notify_all(tx, account, notice::RECOVERY_STOPPED, &[("time", &time)]).await?;
            Ok(true)
        })
    });
    if !written.await.map_err(|error: StoreError| Fault::from(error))? {
        return Err(desk.expired());
    }
    let page = RecoverEnd {
        c: desk.chrome("/recover", ""),
        state: "stopped",
        title: "recover-stopped-title",
        text: Said::new("recover-stopped-text").with("phone", &visit.house.settings.support_phone),
        next: (visit.keep_locale("/account"), "recover-stopped-next"),
    };
    Ok(desk.bound(render_with(StatusCode::OK, &page)))
}
