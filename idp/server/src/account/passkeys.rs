//! One's own passkeys: seeing them, making one, naming and removing them.

use std::convert::Infallible;

use axum::{
    extract::{FromRequestParts, Path},
    http::{StatusCode, header::SET_COOKIE, request::Parts},
    response::Response,
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use idp_core::{
    authn::{
        ceremony,
        challenge::Bound,
        credential::{self, Credential, Kind},
        passkey, password,
    },
    session::{self, Live},
    store::{StoreError, Tx},
    types::{Id, id},
};

use super::{factors, gate, own};
use crate::web::{
    Cookie, Form, Halt, Visit,
    ceremony::{Question, answer, ask, not_created},
    house::House,
    in_app,
    page::{Accepted, Ceremony, Errors, PasskeyCreate, PasskeyList, PasskeyRemove, PasskeyRow, render, render_with},
    visit::onward,
};

const LIST: &str = "/account/passkeys";
const NEW: &str = "/account/passkeys/new";
/// The name of the forms of these pages, for their tokens.
const FORM: &str = "account passkeys";

/// What was just done, as the list says it, by the word in its query.
const DONE: [(&str, &str); 3] =
    [("created", "passkeys-done-created"), ("renamed", "passkeys-done-renamed"), ("removed", "passkeys-done-removed")];

/// The passkey that an address names; `None` where it can be none.
pub(super) struct Named(Option<Id<id::Credential>>);

impl<S: Send + Sync> FromRequestParts<S> for Named {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Infallible> {
        let path = Path::<String>::from_request_parts(parts, state).await;
        Ok(Self(path.ok().and_then(|Path(text)| text.parse().ok())))
    }
}

fn remove_path(id: Id<id::Credential>) -> String {
    format!("{LIST}/{id}/remove")
}

/// `GET /account/passkeys`.
pub(super) async fn list(visit: Visit) -> Result<Response, Halt> {
    let Some(live) = visit.session().await? else {
        return own::sign_in(&visit, &idp_core::signin::Asked::default(), LIST).await;
    };
    gate::own_account(&visit, &live)?;
    let (held, handle) = {
        let mut conn = visit.house.db.read().await?;
        let held = credential::held(&mut conn, live.account, Kind::Passkey).await?;
        (held, ceremony::handle(&mut conn, live.account).await?)
    };
    let binding = visit.binding();
    let done = visit.query.get("done").and_then(|word| DONE.iter().find(|(known, _)| *known == word));
    let row = |held: &credential::Held| PasskeyRow {
        id: held.credential.id.to_string(),
        label: held.credential.label.clone(),
        created_at: held.credential.created_at,
        last_used_at: held.credential.last_used_at,
        synced: passkey::is_synced(held.data.reveal()).unwrap_or_default(),
        rename_action: visit.keep_locale(&format!("{LIST}/{}/label", held.credential.id)),
        remove_href: visit.keep_locale(&remove_path(held.credential.id)),
    };
    let page = PasskeyList {
        c: visit.chrome(visit.locale(None), LIST, (&binding, FORM)),
        done: done.map(|(_, key)| *key),
        create_href: (held.len() < credential::MOST).then(|| visit.keep_locale(NEW)),
        accepted: handle.map(|handle| accepted(&visit, &handle, &held)),
        passkeys: held.iter().map(row).collect(),
        back_href: visit.keep_locale("/account"),
    };
    Ok(visit.bound(render(&page), &binding))
}

fn accepted(visit: &Visit, handle: &[u8], held: &[credential::Held]) -> Accepted {
    let ids = held.iter().filter_map(|held| held.credential.public_id.as_deref());
    let ids: Vec<String> = ids.map(|id| URL_SAFE_NO_PAD.encode(id)).collect();
    let rp_id = visit.house.passkeys.rp_id().to_owned();
    Accepted { rp_id, user: URL_SAFE_NO_PAD.encode(handle), ids: ids.join(" ") }
}

/// `GET /account/passkeys/new`.
pub(super) async fn creation(visit: Visit) -> Result<Response, Halt> {
    gate::fresh(&visit, NEW).await?;
    let errors = visit.query.get("passkey").map_or_else(Errors::none, not_created);
    Ok(creation_page(&visit, StatusCode::OK, errors))
}

fn creation_page(visit: &Visit, status: StatusCode, errors: Errors) -> Response {
    let (binding, locale) = (visit.binding(), visit.locale(None));
    let again = visit.keep_locale(NEW);
    let glue = if again.contains('?') { '&' } else { '?' };
    let page = PasskeyCreate {
        c: visit.chrome(locale, NEW, (&binding, FORM)),
        why: None,
        needed_by: None,
        errors,
        ceremony: Ceremony {
            action: visit.keep_locale(LIST),
            options: visit.keep_locale("/account/passkeys/options"),
            failed: format!("{again}{glue}passkey="),
        },
        label: visit.usual_label(locale),
        in_app: in_app::in_app(&visit.headers),
        app_href: Some(visit.keep_locale(factors::PATH)),
        later_action: None,
        cancel_action: None,
        back_href: Some(visit.keep_locale(LIST)),
    };
    visit.bound(render_with(status, &page), &binding)
}

/// `POST /account/passkeys/options`.
pub(super) async fn options(visit: Visit, Form(params): Form) -> Result<Response, Halt> {
    visit.check_form(FORM, &params, NEW)?;
    let live = gate::fresh(&visit, NEW).await?;
    ask(&visit, Bound::Session(live.id), Question::Creation(live.account)).await
}

/// `POST /account/passkeys`.
pub(super) async fn create(visit: Visit, Form(params): Form) -> Result<Response, Halt> {
    visit.check_form(FORM, &params, NEW)?;
    let live = gate::fresh(&visit, NEW).await?;
    let label = visit.passkey_label(visit.locale(None), &params);
    let (house, place) = (&*visit.house, (Bound::Session(live.id), live.person));
    let (cx, params, label) = (visit.cx.acting(live.actor()), &params, label.as_str());
    let made =
        house.db.write(&cx, |tx| Box::pin(ceremony::create(tx, &house.passkeys, place, answer(params), label))).await;
    match made? {
        Ok(_) => Ok(onward(&done(&visit, "created"))),
        Err(refusal) => {
            let errors = not_created(refusal.word());
            Ok(creation_page(&visit, StatusCode::UNPROCESSABLE_ENTITY, errors))
        }
    }
}

fn done(visit: &Visit, word: &str) -> String {
    visit.keep_locale(&format!("{LIST}?done={word}"))
}

/// `POST /account/passkeys/{id}/label`. A name proves nothing, so any session of the holder may change it.
pub(super) async fn rename(visit: Visit, Named(id): Named, Form(params): Form) -> Result<Response, Halt> {
    visit.check_form(FORM, &params, LIST)?;
    let live = visit.session().await?;
    let label = params.get("label").and_then(credential::label);
    let (Some(live), Some(id), Some(label)) = (live, id, label) else {
        return Ok(onward(&visit.keep_locale(LIST)));
    };
    let (cx, account, label) = (visit.cx.acting(live.actor()), live.account, label.as_str());
    let renamed = visit.house.db.write(&cx, |tx| Box::pin(credential::rename(tx, account, id, label))).await?;
    Ok(onward(&if renamed { done(&visit, "renamed") } else { visit.keep_locale(LIST) }))
}

/// `GET /account/passkeys/{id}/remove`: what it would mean.
pub(super) async fn removal(visit: Visit, Named(id): Named) -> Result<Response, Halt> {
    let Some(id) = id else {
        return Ok(onward(&visit.keep_locale(LIST)));
    };
    let live = gate::fresh(&visit, &remove_path(id)).await?;
    let (all, ends_this, has_password) = {
        let mut conn = visit.house.db.read().await?;
        let all = credential::list(&mut conn, live.account).await?;
        let ends_this = session::is_opened_with(&mut conn, live.id, id).await?;
        (all, ends_this, password::stored(&mut conn, live.account).await?.is_some())
    };
    let Some(found) = all.iter().find(|credential| is_passkey(credential, id)) else {
        return Ok(onward(&visit.keep_locale(LIST)));
    };
    let binding = visit.binding();
    let page = PasskeyRemove {
        c: visit.chrome(visit.locale(None), &remove_path(id), (&binding, FORM)),
        label: found.label.clone(),
        last: all.len() == 1,
        only_way: all.len() == 1 && !has_password,
        ends_this,
        action: visit.keep_locale(&remove_path(id)),
        back_href: visit.keep_locale(LIST),
    };
    Ok(visit.bound(render(&page), &binding))
}

fn is_passkey(credential: &Credential, id: Id<id::Credential>) -> bool {
    credential.id == id && credential.kind == Kind::Passkey
}

/// `POST /account/passkeys/{id}/remove`. The gate asks for a proof at the account's highest level, so the last passkey is removed by
/// somebody who has it; whoever lost it recovers the account first.
pub(super) async fn remove(visit: Visit, Named(id): Named, Form(params): Form) -> Result<Response, Halt> {
    visit.check_form(FORM, &params, LIST)?;
    let Some(id) = id else {
        return Ok(onward(&visit.keep_locale(LIST)));
    };
    let live = gate::fresh(&visit, &remove_path(id)).await?;
    let cx = visit.cx.acting(live.actor());
    let who = &live;
    let removed = visit.house.db.write(&cx, |tx| Box::pin(take_away(tx, &visit.house, who, id))).await?;
    let mut response = onward(&if removed { done(&visit, "removed") } else { visit.keep_locale(LIST) });
    if visit.session().await?.is_none() {
        response.headers_mut().append(SET_COOKIE, visit.house.cookies.clear(Cookie::Session));
    }
    Ok(response)
}

/// The passkey goes, and with it everything that it opened: who removes a stolen one removes the thief too.
async fn take_away(tx: &mut Tx<'_>, house: &House, live: &Live, id: Id<id::Credential>) -> Result<bool, StoreError> {
    let all = credential::list(tx, live.account).await?;
    let only_way = all.len() == 1 && password::stored(tx, live.account).await?.is_none();
    if only_way || !all.iter().any(|credential| is_passkey(credential, id)) {
        return Ok(false);
    }
    let removed = credential::remove(tx, (live.person, live.account), id, "by-holder").await?;
    own::end_proved_with(tx, house, id).await?;
    Ok(removed)
}
