//! Where I am signed in, and signing out there or everywhere.

use axum::{http::header::SET_COOKIE, response::Response};
use idp_core::{
    audit::{self, Event},
    people,
    session::{self, Computer, Live},
    store::{StoreError, Tx},
    types::{Fault, Id, id},
};

use super::own::{holder, locale, nav, sender, signed_out};
use crate::web::{
    Form, Halt, Visit,
    page::{AccountSessions, SessionRow, Tab, render},
    visit::onward,
};

/// Sessions on one page: more weigh too much for an old phone.
const MOST: usize = 12;
const PATH: &str = "/account/sessions";
/// The name of both forms, for their tokens; the page after a report carries one of them too.
pub(super) const FORM: &str = "account sessions";

/// `GET /account/sessions`.
pub(super) async fn page(visit: Visit) -> Result<Response, Halt> {
    let live = holder(&visit, PATH).await?;
    let from = visit.query.get("from").and_then(|text| text.parse().ok()).unwrap_or(0_usize);
    let open = {
        let mut conn = visit.house.db.read().await?;
        session::open_of(&mut conn, live.person, visit.house.limits(), visit.now()).await?
    };
    let older = from.saturating_add(MOST);
    let older = (open.len() > older).then_some(older);
    let sessions = open.into_iter().skip(from).take(MOST).map(|one| SessionRow {
        id: one.id.to_string(),
        agent: one.agent,
        started_at: one.started_at,
        last_used_at: one.last_used_at,
        ends_at: one.ends_at,
        services: one.parties,
        shared: one.computer == Computer::Shared,
        here: one.id == live.id,
    });
    let binding = visit.binding();
    let page = AccountSessions {
        c: visit.chrome(locale(&visit, &live).await?, PATH, (&binding, FORM)),
        nav: nav(&visit, Tab::Sessions),
        sessions: sessions.collect(),
        older_href: older.map(|from| visit.keep_locale(&format!("{PATH}?from={from}"))),
        action: visit.keep_locale("/account/sessions/end"),
        everywhere_action: visit.keep_locale("/account/sessions/end-all"),
    };
    Ok(visit.bound(render(&page), &binding))
}

/// `POST /account/sessions/end`: one session of mine.
pub(super) async fn end(visit: Visit, Form(params): Form) -> Result<Response, Halt> {
    let live = sender(&visit, FORM, &params, PATH).await?;
    let Some(session) = params.get("session").and_then(|text| text.parse::<Id<id::Session>>().ok()) else {
        return Ok(onward(&visit.keep_locale(PATH)));
    };
    let cx = visit.cx.acting(live.actor());
    let ended =
        visit.house.db.write(&cx, |tx| Box::pin(session::end_own(tx, live.person, session, "ended-by-holder"))).await;
    ended.map_err(|error: StoreError| Fault::from(error))?;
    Ok(if session == live.id { signed_out(&visit, Some(&live)) } else { onward(&visit.keep_locale(PATH)) })
}

/// `POST /account/sessions/end-all`: every session, and whatever was given out in this account's name until now.
pub(super) async fn end_all(visit: Visit, Form(params): Form) -> Result<Response, Halt> {
    let live = sender(&visit, FORM, &params, PATH).await?;
    let cx = visit.cx.acting(live.actor());
    let ended = visit.house.db.write(&cx, |tx| Box::pin(everywhere(tx, &live))).await;
    ended.map_err(|error: StoreError| Fault::from(error))?;
    let mut response = signed_out(&visit, Some(&live));
    // The display cookie says nothing about anybody; the binding does not either, but a lost browser should begin anew.
    response.headers_mut().append(SET_COOKIE, visit.house.cookies.clear(crate::web::Cookie::Browser));
    Ok(response)
}

async fn everywhere(tx: &mut Tx<'_>, live: &Live) -> Result<(), StoreError> {
    session::end_all_of(tx, live.person, "signed-out-everywhere").await?;
    people::cut(tx, live.account).await?;
    audit::record(tx, Event::SignedOutEverywhere { person: live.person, account: live.account }).await?;
    Ok(())
}
