//! When and from where somebody signed in with my account, and saying that it was not me.

use std::{collections::HashMap, net::IpAddr};

use axum::response::Response;
use idp_core::{
    audit::{self, Own, Topic},
    authn::notice,
    session::{self, CaseState, Live, Report},
    store::{StoreError, Tx},
    types::{Agent, Fault, Id, id},
};

use super::own::{holder, locale, nav, sender};
use crate::web::{
    Code, Cookie, Form, Halt, Visit,
    house::House,
    page::{AccountHistory, AccountReported, Act, NextStep, Reported, Tab, render},
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
    let acts = fold(events.iter().take(shown).map(|event| act(event, &reports, &live)));
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

/// Failures that differ in their time alone are one row: whoever guesses a hundred times shall not push a true sign-in off the page.
fn fold(acts: impl Iterator<Item = Act>) -> Vec<Act> {
    let mut rows: Vec<Act> = Vec::new();
    for act in acts {
        match rows.last_mut() {
            Some(last) if act.is_like(last) => last.times += 1,
            _ => rows.push(act),
        }
    }
    rows
}

fn act(event: &Own, reports: &HashMap<Id<id::AuditEvent>, Report>, live: &Live) -> Act {
    let personal = event.personal.as_ref();
    let (is_sign_in, failed) = (is_sign_in(event), is_failure(event));
    let address = personal.and_then(|personal| personal.address.clone());
    Act {
        event: event.id.to_string(),
        at: event.at,
        what: what(event),
        methods: match (is_sign_in, failed) {
            (true, _) => event.word("amr").split(' ').filter_map(method).collect(),
            (_, true) => method(event.word("with")).into_iter().collect(),
            _ => Vec::new(),
        },
        agent: personal.and_then(|personal| personal.agent.as_deref()).map(Agent::from_word),
        address: if failed { address.as_deref().and_then(network) } else { address },
        failed,
        times: 1,
        may_report: is_sign_in || failed,
        reported: reports.get(&event.id).map(reported),
        here: is_sign_in && event.session() == Some(live.id),
    }
}

fn reported(report: &Report) -> Reported {
    let closed = match &report.state {
        CaseState::Open => None,
        CaseState::Closed { at, found } => Some((*at, found.clone())),
    };
    Reported { number: report.number.clone(), closed }
}

fn is_sign_in(event: &Own) -> bool {
    matches!(event.kind.as_str(), "signed-in" | "reauthenticated")
}

fn is_failure(event: &Own) -> bool {
    event.kind == "sign-in-failed"
}

/// Where an attempt came from, without its last part: somebody who mistyped their own name is a person too.
fn network(address: &str) -> Option<String> {
    match address.parse::<IpAddr>().ok()?.to_canonical() {
        IpAddr::V4(address) => {
            let [a, b, c, _] = address.octets();
            Some(format!("{a}.{b}.{c}.x"))
        }
        IpAddr::V6(address) => {
            let [a, b, c, ..] = address.segments();
            Some(format!("{a:x}:{b:x}:{c:x}:x"))
        }
    }
}

fn what(event: &Own) -> &'static str {
    match (event.kind.as_str(), event.word("because")) {
        ("signed-in", _) => "act-signed-in",
        ("reauthenticated", _) => "act-reauthenticated",
        ("sign-in-failed", _) => "act-failed",
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
        "hwk" | "swk" | "passkey" => "amr-passkey",
        "second" => "amr-second",
        "otp" => "amr-otp",
        "sms" => "amr-sms",
        _ => return None,
    })
}

async fn write(tx: &mut Tx<'_>, (house, live): (&House, &Live), event: &Own) -> Result<Option<Report>, StoreError> {
    let report = session::report(tx, live.person, event).await?;
    if let Some(session) = event.session() {
        // The thief may hold tokens that outlive the session.
        house.grants.end_of_session(tx, session, "reported").await?;
    }
    if let Some(report) = &report {
        notice::reported(tx, live.account, &report.number).await?;
    }
    Ok(report)
}

/// `POST /account/history/report`: locks the session of that sign-in, if there was one, and opens a case.
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
    let Some(event) = found.filter(|event| is_sign_in(event) || is_failure(event)) else {
        let href = visit.keep_locale(PATH);
        return Err(visit.refuse(visit.locale(None), Code::NOT_FOUND, NextStep::Again { href }));
    };
    let cx = visit.cx.acting(live.actor());
    let written = visit.house.db.write(&cx, |tx| Box::pin(write(tx, (&visit.house, &live), &event))).await;
    let report = written.map_err(|error: StoreError| Fault::from(error))?;
    let Some(report) = report else { return Ok(onward(&visit.keep_locale(PATH))) };
    let here = event.session() == Some(live.id);
    let binding = visit.binding();
    let page = AccountReported {
        c: visit.chrome(locale(&visit, &live).await?, PATH, (&binding, super::sessions::FORM)),
        number: report.number,
        at: report.at,
        signed_out: here,
        failed: is_failure(&event),
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

#[cfg(test)]
mod tests {
    use super::network;

    #[test]
    fn of_an_address_that_failed_only_the_network_is_told() {
        for (address, told) in [
            ("203.0.113.77", Some("203.0.113.x")),
            ("::ffff:203.0.113.77", Some("203.0.113.x")),
            ("2001:db8:85a3::8a2e:370:7334", Some("2001:db8:85a3:x")),
            ("no address", None),
        ] {
            assert_eq!(network(address).as_deref(), told, "{address}");
        }
    }
}
