//! Which services know me, on which basis, with which data; and taking consent back.

use std::{collections::HashMap, sync::Arc};

use axum::{extract::Path, http::StatusCode, response::Response};
use idp_core::{
    audit,
    consent::{self, Act, Entry, Notice},
    people,
    relying::{self, Party, Scope},
    session::Live,
    signin::{self, Attributes},
    store::StoreError,
    types::{Fault, Id, Locale, Timestamp, id},
};

use super::own::{holder, locale, nav, sender};
use crate::web::{
    Code, Form, Halt, Visit,
    page::{
        AccountService, AccountServices, Answered, NextStep, ServiceRow, ServiceState, Tab, Words, released, render,
    },
    visit::{name_of, onward},
};

const PATH: &str = "/account/services";
/// The codes looked at for the list; who uses more services in a year sees the latest.
const CODES: i64 = 300;
/// Rows of the ledger looked at.
const ENTRIES: i64 = 500;

/// What is known of a person's dealings with one party.
#[derive(Default)]
struct Dealings {
    last_at: Option<Timestamp>,
    scopes: Vec<Scope>,
    /// Newest first.
    entries: Vec<Entry>,
}

impl Dealings {
    fn state(&self, party: Option<&Party>) -> ServiceState {
        let asks = party.is_some_and(|party| party.definition.consent == relying::Consent::Explicit);
        let mut latest: HashMap<&str, Act> = HashMap::new();
        for entry in &self.entries {
            latest.entry(&entry.purpose).or_insert(entry.act);
        }
        match latest.values().any(|act| *act == Act::Given) {
            true => ServiceState::Agreed,
            false if asks || (party.is_none() && !latest.is_empty()) => ServiceState::Ended,
            false => ServiceState::ByLaw,
        }
    }

    fn last(&self) -> Option<Timestamp> {
        self.last_at.max(self.entries.first().map(|entry| entry.at))
    }
}

async fn dealings(visit: &Visit, live: &Live) -> Result<HashMap<Id<id::Party>, Dealings>, Fault> {
    let mut conn = visit.house.db.read().await?;
    let mut found: HashMap<Id<id::Party>, Dealings> = HashMap::new();
    for event in audit::latest_grants(&mut conn, live.person, CODES).await? {
        let Some(party) = event.party else { continue };
        let one = found.entry(party).or_default();
        if one.last_at.is_none() {
            one.last_at = Some(event.at);
            one.scopes = event.word("scopes").split(' ').filter_map(Scope::from_word).collect();
        }
    }
    for entry in consent::history(&mut conn, live.person, ENTRIES).await? {
        found.entry(entry.party).or_default().entries.push(entry);
    }
    Ok(found)
}

/// The name of a party, also of one that is no longer served.
pub(super) async fn name_of_party(visit: &Visit, party: Id<id::Party>, locale: Locale) -> Result<Words, Fault> {
    if let Some(party) = visit.house.register.by_id(party) {
        return Ok(name_of(&party, locale));
    }
    let mut conn = visit.house.db.read().await?;
    let stored = relying::by_id(&mut conn, party).await?;
    let name = stored.map(|stored| stored.definition.name.get(locale).to_owned());
    Ok(Words::new(locale, name.unwrap_or_default()))
}

/// `GET /account/services`.
pub(super) async fn list(visit: Visit) -> Result<Response, Halt> {
    let live = holder(&visit, PATH).await?;
    let locale = locale(&visit, &live).await?;
    let mut services = Vec::new();
    for (id, dealings) in dealings(&visit, &live).await? {
        let Some(party) = visit.house.register.by_id(id) else { continue };
        services.push(ServiceRow {
            party: name_of(&party, locale),
            href: visit.keep_locale(&format!("{PATH}/{}", party.client_id)),
            last_at: dealings.last(),
            state: dealings.state(Some(&party)),
        });
    }
    services.sort_by_key(|service| std::cmp::Reverse(service.last_at));
    let page = AccountServices {
        c: visit.house.chrome(visit.look(locale), visit.keep_locale(PATH), String::new()),
        nav: nav(&visit, Tab::Services),
        services,
    };
    Ok(render(&page))
}

fn form(client_id: &str) -> String {
    format!("withdraw {client_id}")
}

/// The party of an address. One that nobody knows, or that is served no more, is an address that does not exist.
fn party_of(visit: &Visit, client_id: &str) -> Result<Arc<Party>, Halt> {
    let gone = || {
        let href = visit.keep_locale(PATH);
        visit.refuse(visit.locale(None), Code::NOT_FOUND, NextStep::Again { href })
    };
    visit.house.register.by_client_id(client_id).ok_or_else(gone)
}

/// `GET /account/services/{client_id}`.
pub(super) async fn page(visit: Visit, Path(client_id): Path<String>) -> Result<Response, Halt> {
    let party = party_of(&visit, &client_id)?;
    let here = format!("{PATH}/{}", party.client_id);
    let live = holder(&visit, &here).await?;
    let locale = locale(&visit, &live).await?;
    let dealings = dealings(&visit, &live).await?.remove(&party.id).unwrap_or_default();
    let state = dealings.state(Some(&party));
    let scopes = scopes_now(&visit, &live, &party, &dealings).await?;
    let (attributes, account) = {
        let mut conn = visit.house.db.read().await?;
        let attributes = signin::attributes(&mut conn, live.person, &scopes).await?;
        (attributes.unwrap_or_default(), people::account_by_id(&mut conn, live.account).await?)
    };
    let binding = visit.binding();
    let c = visit.chrome(locale, &here, (&binding, &form(&party.client_id)));
    let of = |scopes: &[Scope], attributes: &Attributes| {
        released(&c, scopes, attributes, account.as_ref().and_then(|account| account.locale))
    };
    let values = of(&scopes, &attributes);
    let asked: &[Scope] = if scopes.is_empty() { &dealings.scopes } else { &scopes };
    let purposes = party.definition.purposes_for(asked);
    let page = AccountService {
        values,
        nav: nav(&visit, Tab::Services),
        party: name_of(&party, locale),
        state,
        last_at: dealings.last(),
        notice: Notice::of(&party, &purposes, asked, locale),
        answers: answers(&visit, &dealings.entries),
        withdraw_action: (state == ServiceState::Agreed).then(|| visit.keep_locale(&format!("{here}/withdraw"))),
        c,
    };
    Ok(visit.bound(render(&page), &binding))
}

/// What the party would get if it asked again as it did last, without asking the person.
async fn scopes_now(visit: &Visit, live: &Live, party: &Party, dealings: &Dealings) -> Result<Vec<Scope>, StoreError> {
    let agreed = dealings.entries.iter().flat_map(|entry| entry.scopes.iter().copied());
    let mut asked: Vec<Scope> = dealings.scopes.iter().copied().chain(agreed).chain([Scope::Openid]).collect();
    asked.sort_unstable();
    asked.dedup();
    let mut conn = visit.house.db.read().await?;
    let scopes = signin::released(&mut conn, live.person, (party, &asked), visit.now()).await?;
    Ok(scopes.unwrap_or_default())
}

/// One row for each answer of a page, and one for each end.
fn answers(visit: &Visit, entries: &[Entry]) -> Vec<Answered> {
    let mut seen = Vec::new();
    let mut answers = Vec::new();
    for entry in entries {
        if seen.contains(&(entry.receipt, entry.act)) {
            continue;
        }
        seen.push((entry.receipt, entry.act));
        answers.push(Answered {
            at: entry.at,
            what: key_of(entry.act),
            receipt_href: (entry.act == Act::Given)
                .then(|| visit.keep_locale(&format!("/account/receipts/{}", entry.receipt))),
        });
    }
    answers
}

/// The key of an act of the ledger.
pub(super) const fn key_of(act: Act) -> &'static str {
    match act {
        Act::Given => "consent-act-given",
        Act::Declined => "consent-act-declined",
        Act::Withdrawn => "consent-act-withdrawn",
        Act::Expired => "consent-act-expired",
    }
}

/// `POST /account/services/{client_id}/withdraw`.
pub(super) async fn withdraw(
    visit: Visit,
    Path(client_id): Path<String>,
    Form(params): Form,
) -> Result<Response, Halt> {
    let party = party_of(&visit, &client_id)?;
    let here = format!("{PATH}/{}", party.client_id);
    let live = sender(&visit, &form(&party.client_id), &params, &here).await?;
    let cx = visit.cx.acting(live.actor());
    let withdrawn = visit.house.db.write(&cx, |tx| Box::pin(signin::withdraw(tx, live.person, party.id))).await;
    withdrawn.map_err(|error: StoreError| Fault::from(error))?;
    let mut response = onward(&visit.keep_locale(&here));
    *response.status_mut() = StatusCode::SEE_OTHER;
    Ok(response)
}
