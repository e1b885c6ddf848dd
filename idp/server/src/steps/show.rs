//! The page of the next step.

use axum::{http::StatusCode, response::Response};
use idp_core::{
    consent::{Notice, Shown},
    people,
    relying::Scope,
    session::{Computer, Live},
    signin::{self, Next},
    types::Fault,
};

use super::at::{At, Holder, Ticket, consent_form, form};
use crate::web::{
    Halt, Visit,
    house::LocalPasswords,
    page::{Consent, Errors, PurposeCard, SelectAccount, SignIn, released, render, render_with},
    visit::name_of,
};

/// The query with which the person asks for the sign-in form although they are signed in.
pub(super) const OTHER: &str = "?other=1";

/// `GET /sign-in/{t}`.
pub(super) async fn page(visit: Visit, ticket: Ticket) -> Result<Response, Halt> {
    let at = At::arrive(visit, ticket).await?;
    let other = at.visit.query.get("other").is_some();
    match (at.next, &at.live) {
        (Next::SelectAccount(why), Some(live)) if !other => Ok(select_account(&at, why, at.holder(live).await?)),
        (Next::Reauthenticate(why), Some(live)) => {
            let holder = at.holder(live).await?;
            Ok(Asked::again(why, holder).page(&at, StatusCode::OK, Errors::none()))
        }
        (Next::Consent(why), Some(live)) => consent(&at, why, live).await,
        (Next::SignIn(why) | Next::SelectAccount(why), _) => {
            let hint = at.sign_in.asked.login_hint.clone().unwrap_or_default();
            Ok(Asked::anybody(why, hint).page(&at, StatusCode::OK, Errors::none()))
        }
        _ => Ok(at.to_door()),
    }
}

/// Whose password the sign-in page asks for.
pub(super) struct Asked {
    why: signin::Why,
    login: String,
    account: Option<String>,
}

impl Asked {
    /// Anybody's, under the name they type.
    pub(super) const fn anybody(why: signin::Why, login: String) -> Self {
        Self { why, login, account: None }
    }

    /// That of the person who is signed in.
    pub(super) fn again(why: signin::Why, holder: Holder) -> Self {
        Self { why, login: holder.login, account: Some(holder.name) }
    }

    /// The sign-in name of the one who is signed in; `None` where the form says who it is.
    pub(super) fn login(&self) -> Option<&str> {
        self.account.as_ref().map(|_| self.login.as_str())
    }

    /// The page.
    pub(super) fn page(self, at: &At, status: StatusCode, errors: Errors) -> Response {
        let passwords = at.visit.house.settings.local_passwords;
        let may_enrol = passwords == LocalPasswords::On && self.account.is_none();
        let here = match at.next {
            Next::SelectAccount(_) => OTHER,
            _ => "",
        };
        let page = SignIn {
            c: at.chrome(here, &form(&at.t)),
            party: at.party_name(),
            why: at.why(self.why),
            errors,
            open: passwords != LocalPasswords::Off,
            login: self.login,
            account: self.account,
            shared: at.sign_in.computer == Computer::Shared,
            action: at.path("/password"),
            cancel_action: at.path("/cancel"),
            enrol_href: may_enrol.then(|| at.visit.keep_locale(&format!("/enrol?t={}", at.t))),
        };
        render_with(status, &page)
    }
}

fn select_account(at: &At, why: signin::Why, holder: Holder) -> Response {
    render(&SelectAccount {
        c: at.chrome("", &form(&at.t)),
        party: at.party_name(),
        why: at.why(why),
        account_name: holder.name,
        account_login: holder.login,
        action: at.path("/account"),
        cancel_action: Some(at.path("/cancel")),
    })
}

async fn consent(at: &At, why: signin::Why, live: &Live) -> Result<Response, Halt> {
    let scopes = &at.sign_in.asked.scopes;
    let (attributes, account) = {
        let mut conn = at.visit.house.db.read().await?;
        let attributes = signin::attributes(&mut conn, live.person, scopes).await?;
        (attributes.unwrap_or_default(), people::account_by_id(&mut conn, live.account).await?)
    };
    let party = at.party.as_deref().ok_or(Fault::bug("asking for consent without a party"))?;
    let purposes = at.purposes();
    let shown = Shown::of(party, &purposes, scopes, at.locale)?;
    let notice = Notice::of(party, &purposes, scopes, at.locale);
    let c = at.chrome("", &consent_form(&at.t, live, &shown));
    let locale = account.and_then(|account| account.locale);
    let cards = purposes.iter().zip(&notice.purposes).enumerate().map(|(index, (purpose, notice))| {
        let mut needs = purpose.needs(scopes);
        if index == 0 && !needs.contains(&Scope::Openid) {
            // The account code goes with whatever is released.
            needs.insert(0, Scope::Openid);
        }
        PurposeCard { notice: notice.clone(), values: released(&c, &needs, &attributes, locale) }
    });
    let cards = cards.collect();
    Ok(render(&Consent {
        c,
        party: name_of(party, at.locale),
        notice,
        cards,
        why: at.why(why),
        action: at.path("/consent"),
    }))
}
