//! Changing the password. Whoever is here proved themself just now, so the old one is not asked again.

use axum::{http::StatusCode, response::Response};
use idp_core::{
    authn::{self, PasswordUse, notice, own_words},
    crypto::password::PasswordError,
    people, session,
    store::StoreError,
    types::Fault,
};

use super::{
    application::new_password,
    factors,
    fresh::{Member, fresh, member},
    gate,
};
use crate::web::{
    Code, Form, Halt, Params, Visit,
    page::{ChangePassword, Errors, Mistake, NextStep, render_with},
};

const PATH: &str = "/account/password";

/// Seconds after which the password pool has surely worked its queue off.
const BUSY_SECONDS: u64 = 10;

/// `GET /account/password`.
pub(super) async fn page(visit: Visit) -> Result<Response, Halt> {
    let member = match member(visit, PATH).await? {
        Ok(member) => member,
        Err(response) => return Ok(response),
    };
    // Asked before the form is filled, not after.
    gate::fresh(&member.visit, PATH).await?;
    let usage = usage(&member).await?;
    Ok(form(&member, usage, (StatusCode::OK, Errors::none())))
}

async fn usage(member: &Member) -> Result<PasswordUse, StoreError> {
    let mut conn = member.visit.house.db.read().await?;
    authn::password_use(&mut conn, member.account.id, member.visit.house.gate.policy).await
}

fn form(member: &Member, usage: PasswordUse, (status, errors): (StatusCode, Errors)) -> Response {
    let page = ChangePassword {
        c: member.chrome(PATH),
        errors,
        login: member.account.login.clone(),
        password_min: usage.shortest().to_string(),
        action: member.path(PATH),
        back_href: member.path(factors::PATH),
    };
    member.bound(render_with(status, &page))
}

/// `POST /account/password`: `new_password`, `new_password_again`.
pub(super) async fn change(visit: Visit, form_sent: Form) -> Result<Response, Halt> {
    let (member, params) = match fresh(visit, form_sent, PATH).await? {
        Ok(fresh) => fresh,
        Err(response) => return Ok(response),
    };
    let usage = usage(&member).await?;
    let mistakes = match read(&member, &params, usage).await? {
        Ok(password) => return set(&member, password).await,
        Err(mistakes) => mistakes,
    };
    Ok(form(&member, usage, (StatusCode::UNPROCESSABLE_ENTITY, Errors::of_fields(mistakes))))
}

async fn read(
    member: &Member,
    params: &Params,
    usage: PasswordUse,
) -> Result<Result<idp_core::types::Secret<String>, Vec<Mistake>>, StoreError> {
    let person = people::person(&mut member.visit.house.db.read().await?, member.live.person).await?;
    let person = person.as_ref();
    let own = own_words(
        person.and_then(|person| person.profile.as_ref()),
        person.and_then(|person| person.number.as_ref()),
        &[&member.account.login],
    );
    Ok(both(params, &own, usage))
}

/// Reads a new password that was typed twice.
pub(crate) fn both(
    params: &Params,
    own: &[String],
    usage: PasswordUse,
) -> Result<idp_core::types::Secret<String>, Vec<Mistake>> {
    let text = |name| params.get(name).unwrap_or_default();
    let again = (text("new_password") != text("new_password_again")).then_some(Mistake::PasswordMismatch);
    match (new_password(text("new_password"), own, usage), again) {
        (Ok(password), None) => Ok(password),
        (password, again) => Err(password.err().into_iter().chain(again).collect()),
    }
}

async fn set(member: &Member, password: idp_core::types::Secret<String>) -> Result<Response, Halt> {
    let house = &member.visit.house;
    let usage = PasswordUse::of(&password);
    let hash = match house.passwords.hash(password).await {
        Ok(hash) => hash,
        Err(PasswordError::Busy) => {
            let href = member.path(PATH);
            let halt = member.visit.refuse(member.locale, Code::BUSY, NextStep::Again { href });
            return Err(halt.retry_after(BUSY_SECONDS));
        }
        Err(PasswordError::Fault(fault)) => return Err(fault.into()),
    };
    let (cx, hash) = (member.cx(), &hash);
    let written = house.db.write(&cx, |tx| {
        Box::pin(async move {
            let (person, account) = (member.live.person, member.account.id);
            authn::password::set(tx, account, person, (hash, usage)).await?;
            // Whoever knew the old one may be signed in with it.
            session::end_others_of(tx, person, member.live.id, "password-changed").await?;
            house.grants.end_all_of(tx, person, "password-changed").await?;
            let time = tx.now().show();
            notice::notify_all(tx, account, notice::PASSWORD_CHANGED, &[("time", &time)]).await?;
            Ok::<(), StoreError>(())
        })
    });
    written.await.map_err(|error: StoreError| Fault::from(error))?;
    Ok(member.to(&format!("{}?done=password", factors::PATH)))
}
