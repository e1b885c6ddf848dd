//! When and from where somebody signed in with my account, and saying that it was not me.

use std::collections::HashMap;

use axum::response::Response;
use idp_core::{
    audit::{self, Own, Topic},
    authn::notice,
    session::{self, Live, Report},
    store::{StoreError, Tx},
    types::{Agent, Fault, Id, id},
};

use super::own::{holder, locale, nav, sender};
use crate::web::{
    Code, Cookie, Form, Halt, Visit,
    page::{AccountHistory, AccountReported, Act, NextStep, Tab, render},
    visit::onward,
};

const PATH: &str = "/account/history";
const FORM: &str = "account report";
/// Rows of one page.
const MOST: i64 = 20;

/// `GET /account/history`.
pub(super) async fn page(visit: Visit) -> Result<Response, Halt> {
    let live = holder(&visit, PATH).await?;
    let before = visit.query.get("before").and_then(|text| text.parse().ok());
    let (events, reports) = {
        let mut conn = visit.house.db.read().await?;
        // One more than is shown tells whether there are older ones.
        let events = audit::own(&mut conn, live.person, Topic::SignIns, (before, MOST + 1)).await?;
        (events, session::reports(&mut conn, live.person).await?)
    };
    let reports: HashMap<Id<id::AuditEvent>, Report> = reports.into_iter().collect();
    let shown = usize::try_from(MOST).unwrap_or(usize::MAX);
    let older = (events.len() > shown).then(|| events.get(shown - 1).map(|event| event.seq)).flatten();
    let acts = events.iter().take(shown).map(|event| act(event, &reports, &live)).collect();
    let binding = visit.binding();
    let page = AccountHistory {
        c: visit.chrome(locale(&visit, &live).await?, PATH, (&binding, FORM)),
        nav: nav(&visit, Tab::History),
        acts,
        older_href: older.map(|seq| visit.keep_locale(&format!("{PATH}?before={seq}"))),
        action: visit.keep_locale("/account/history/report"),
    };
    Ok(visit.bound(render(&page), &binding))
}

fn act(event: &Own, reports: &HashMap<Id<id::AuditEvent>, Report>, live: &Live) -> Act {
    let personal = event.personal.as_ref();
    let is_sign_in = is_sign_in(event);
    Act {
        event: event.id.to_string(),
        at: event.at,
        what: what(event),
        methods: if is_sign_in { event.word("amr").split(' ').filter_map(method).collect() } else { Vec::new() },
        agent: personal.and_then(|personal| personal.agent.as_deref()).map(Agent::from_word),
        address: personal.and_then(|personal| personal.address.clone()),
        may_report: is_sign_in,
        reported: reports.get(&event.id).map(|report| report.number.clone()),
        here: is_sign_in && event.session() == Some(live.id),
    }
}

fn is_sign_in(event: &Own) -> bool {
    matches!(event.kind.as_str(), "signed-in" | "reauthenticated")
}

fn what(event: &Own) -> &'static str {
    match (event.kind.as_str(), event.word("because")) {
        ("signed-in", _) => "act-signed-in",
        ("reauthenticated", _) => "act-reauthenticated",
        ("sign-in-reported", _) => "act-reported",
        ("signed-out-everywhere", _) => "act-everywhere",
        (_, "signed-out" | "signed-out-everywhere" | "ended-by-holder") => "act-signed-out",
        (_, "reported") => "act-ended-reported",
        _ => "act-ended",
    }
}

/// The words of RFC 8176 that a person would use; the others say what the first ones say already.
fn method(word: &str) -> Option<&'static str> {
    Some(match word {
        "pwd" => "amr-pwd",
        "hwk" | "swk" => "amr-passkey",
        "otp" => "amr-otp",
        "sms" => "amr-sms",
        _ => return None,
    })
}

async fn write(tx: &mut Tx<'_>, live: &Live, event: &Own) -> Result<Option<Report>, StoreError> {
    let report = session::report(tx, live.person, event).await?;
    if let Some(report) = &report {
        notice::reported(tx, live.account, &report.number).await?;
    }
    Ok(report)
}

/// `POST /account/history/report`: locks the session of that sign-in and opens a case.
pub(super) async fn report(visit: Visit, Form(params): Form) -> Result<Response, Halt> {
    let live = sender(&visit, FORM, &params, PATH).await?;
    let event = params.get("event").and_then(|text| text.parse::<Id<id::AuditEvent>>().ok());
    let found = match event {
        Some(event) => {
            let mut conn = visit.house.db.read().await?;
            audit::own_event(&mut conn, live.person, event).await?
        }
        None => None,
    };
    // Another person's event, or one that is no sign-in, is as good as none.
    let Some(event) = found.filter(is_sign_in) else {
        let href = visit.keep_locale(PATH);
        return Err(visit.refuse(visit.locale(None), Code::NOT_FOUND, NextStep::Again { href }));
    };
    let cx = visit.cx.acting(live.actor());
    let written = visit.house.db.write(&cx, |tx| Box::pin(write(tx, &live, &event))).await;
    let report = written.map_err(|error: StoreError| Fault::from(error))?;
    let Some(report) = report else { return Ok(onward(&visit.keep_locale(PATH))) };
    let here = event.session() == Some(live.id);
    let binding = visit.binding();
    let page = AccountReported {
        c: visit.chrome(locale(&visit, &live).await?, PATH, (&binding, super::sessions::FORM)),
        number: report.number,
        at: report.at,
        signed_out: here,
        everywhere_action: visit.keep_locale("/account/sessions/end-all"),
        href: visit.keep_locale(PATH),
    };
    let mut response = render(&page);
    if here {
        let cleared = visit.house.cookies.clear(Cookie::Session);
        response.headers_mut().append(axum::http::header::SET_COOKIE, cleared);
    }
    Ok(response)
}
