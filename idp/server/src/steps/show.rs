//! The page of the next step.

use axum::{http::StatusCode, response::Response};
use idp_core::{
    authn::credential::{self, Kind},
    consent::{Notice, Shown},
    people,
    relying::Scope,
    session::{Computer, Live},
    signin::{self, Next},
    types::Fault,
};

use super::{
    at::{At, Holder, Ticket, consent_form, form},
    capacity::{choose_post, shown as shown_post},
    second_factor,
};
use crate::web::{
    Halt, Visit,
    ceremony::not_created,
    house::LocalPasswords,
    in_app,
    page::{
        Ceremony, Consent, Errors, PasskeyCreate, PasskeyFailed, PurposeCard, SelectAccount, SignIn, StepUp, released,
        render, render_with,
    },
    visit::name_of,
};

/// The query with which the person asks for the sign-in form although they are signed in.
pub(super) const OTHER: &str = "?other=1";

/// The query with which the script, and the page after a failure, come back.
const PASSKEY: &str = "passkey";

/// Its value for somebody who proves more by password and code.
const CODES: &str = "codes";

/// `GET /sign-in/{t}`.
pub(super) async fn page(visit: Visit, ticket: Ticket) -> Result<Response, Halt> {
    let at = At::arrive(visit, ticket).await?;
    let other = at.visit.query.get("other").is_some();
    let takes_a_passkey =
        matches!(at.next, Next::SignIn(_) | Next::SelectAccount(_) | Next::Reauthenticate(_) | Next::StepUp(_));
    if takes_a_passkey && tried(&at) == Some("failed") {
        return Ok(at_failed(&at, StatusCode::OK, "device"));
    }
    match (at.next, &at.live) {
        (Next::SecondFactor(_), _) => second_factor::page(&at).await,
        (Next::SelectAccount(why), Some(live)) if !other => Ok(select_account(&at, why, at.holder(live).await?)),
        (Next::Reauthenticate(why), Some(live)) => {
            let holder = at.holder(live).await?;
            Ok(Asked::again(why, holder).page(&at, StatusCode::OK, Errors::none()))
        }
        (Next::ChoosePost(why), Some(live)) => choose_post(&at, (why, live), StatusCode::OK, Errors::none()).await,
        (Next::Consent(why), Some(live)) => consent(&at, why, live).await,
        (Next::StepUp(why), Some(live)) => Ok(step_up(&at, why, live).await?),
        (Next::CreatePasskey(_) | Next::OfferPasskey(_), Some(_)) => {
            let errors = tried(&at).map_or_else(Errors::none, not_created);
            Ok(creation(&at, StatusCode::OK, errors))
        }
        (Next::SignIn(why) | Next::SelectAccount(why), _) => {
            let hint = at.sign_in.asked.login_hint.clone().unwrap_or_default();
            Ok(Asked::anybody(why, hint).page(&at, StatusCode::OK, Errors::none()))
        }
        _ => Ok(at.to_door()),
    }
}

/// What the script saw, or what the person chose after it.
fn tried(at: &At) -> Option<&str> {
    at.visit.query.get(PASSKEY)
}

/// The page after a passkey that was not accepted.
pub(super) fn failed(at: &At, reason: &'static str) -> Response {
    at_failed(at, StatusCode::UNAUTHORIZED, reason)
}

fn at_failed(at: &At, status: StatusCode, reason: &'static str) -> Response {
    let page = PasskeyFailed {
        c: at.chrome("", &form(&at.t)),
        reason,
        again_href: at.path(""),
        other_href: at.path_with((PASSKEY, "other")),
        trace: at.visit.trace(),
    };
    render_with(status, &page)
}

fn ceremony(at: &At, path: &str) -> Ceremony {
    Ceremony {
        action: at.path(path),
        options: at.path(&format!("{path}/options")),
        failed: at.path_with((PASSKEY, "")),
    }
}

async fn step_up(at: &At, why: signin::Why, live: &Live) -> Result<Response, Fault> {
    let holder = at.holder(live).await?;
    let has_app = {
        let mut conn = at.visit.house.db.read().await?;
        credential::kinds(&mut conn, live.account).await?.contains(&Kind::Totp)
    };
    if has_app && tried(at) == Some(CODES) {
        return Ok(Asked::again(why, holder).page(at, StatusCode::OK, Errors::none()));
    }
    Ok(render(&StepUp {
        c: at.chrome("", &form(&at.t)),
        party: at.party_name(),
        why: at.why(why),
        account: holder.name,
        ceremony: ceremony(at, "/passkey"),
        in_app: in_app::in_app(&at.visit.headers),
        other_ways: tried(at) == Some("other"),
        codes_href: has_app.then(|| at.path_with((PASSKEY, CODES))),
        decline_action: (why == signin::Why::LevelWelcome).then(|| at.path("/decline")),
        cancel_action: at.path("/cancel"),
    }))
}

/// The page on which a passkey is made.
pub(super) fn creation(at: &At, status: StatusCode, errors: Errors) -> Response {
    let (why, offered) = match at.next {
        Next::OfferPasskey(why) => (Some(why), true),
        Next::CreatePasskey(why) => (Some(why), false),
        _ => (None, false),
    };
    let page = PasskeyCreate {
        c: at.chrome("", &form(&at.t)),
        why: why.map(|why| at.why(why)),
        needed_by: (!offered).then(|| at.party_name().unwrap_or_else(|| at.chrome("", "").site)),
        errors,
        ceremony: ceremony(at, "/passkey/new"),
        label: at.visit.usual_label(at.locale),
        in_app: in_app::in_app(&at.visit.headers),
        app_href: (!offered).then(|| at.visit.keep_locale(&format!("/account/factors?t={}", at.t))),
        later_action: offered.then(|| at.path("/passkey/later")),
        cancel_action: (!offered).then(|| at.path("/cancel")),
        back_href: None,
    };
    render_with(status, &page)
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
            passkey: (tried(at) != Some("other")).then(|| ceremony(at, "/passkey")),
            action: at.path("/password"),
            cancel_action: at.path("/cancel"),
            recover_href: at.visit.house.recovers().then(|| at.visit.keep_locale("/recover")),
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
    let post = shown_post(at, live).await?;
    let cards = purposes.iter().zip(&notice.purposes).enumerate().map(|(index, (purpose, notice))| {
        let mut needs = purpose.needs(scopes);
        if index == 0 && !needs.contains(&Scope::Openid) {
            // The account code goes with whatever is released.
            needs.insert(0, Scope::Openid);
        }
        let mut values = released(&c, &needs, &attributes, locale);
        values.extend(post.iter().filter(|_| needs.contains(&Scope::Officials)).cloned());
        PurposeCard { notice: notice.clone(), values }
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
