//! Changing the password. Whoever is here proved themself just now, so the old one is not asked again.

use axum::{http::StatusCode, response::Response};
use idp_core::{
    authn::{self, PasswordUse, notice, own_words_of},
    session,
    store::StoreError,
    types::Fault,
};

use super::{
    factors,
    fresh::{Member, fresh, member},
    gate,
};
use crate::web::{
    Form, Halt, Params, Visit, new_password,
    page::{ChangePassword, Errors, Mistake, NextStep, render_with},
};

const PATH: &str = "/account/password";

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
    if let Err(used_up) = new_password::count(&member.visit, member.live.id.bytes()).await? {
        let (errors, seconds) = new_password::too_many(&member.visit, used_up);
        let page = form(&member, usage, (StatusCode::TOO_MANY_REQUESTS, errors));
        return Err(Halt::from(page).retry_after(seconds));
    }
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
    let own = own_words_of(&mut member.visit.house.db.read().await?, &member.account).await?;
    Ok(new_password::both(params, &own, usage))
}

async fn set(member: &Member, password: idp_core::types::Secret<String>) -> Result<Response, Halt> {
    let house = &member.visit.house;
    let busy = |code| member.visit.refuse(member.locale, code, NextStep::Again { href: member.path(PATH) });
    let (hash, usage) = new_password::hash(&member.visit, password, busy).await?;
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
