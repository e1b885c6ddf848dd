//! Who looked at my data: what went to which service, from the audit log.

use std::collections::{HashMap, hash_map::Entry};

use axum::response::Response;
use idp_core::{
    audit::{self, Own, Topic},
    consent,
    relying::Scope,
    types::{Id, Locale, id},
};

use super::{
    own::{holder, locale, nav},
    services::name_of_party,
};
use crate::web::{
    Halt, Visit,
    page::{AccountAccess, Release, Said, Tab, Words, render},
};

const PATH: &str = "/account/access";
/// Rows of one page.
const MOST: i64 = 20;

/// `GET /account/access`.
pub(super) async fn page(visit: Visit) -> Result<Response, Halt> {
    let live = holder(&visit, PATH).await?;
    let locale = locale(&visit, &live).await?;
    let before = visit.query.get("before").and_then(|text| text.parse().ok());
    let events = {
        let mut conn = visit.house.db.read().await?;
        audit::own(&mut conn, live.person, Topic::Releases, (before, MOST + 1)).await?
    };
    let shown = usize::try_from(MOST).unwrap_or(usize::MAX);
    let older = (events.len() > shown).then(|| events.get(shown - 1).map(|event| event.seq)).flatten();
    let mut names: HashMap<Id<id::Party>, Words> = HashMap::new();
    let mut releases = Vec::new();
    for event in events.iter().take(shown) {
        let Some(party) = event.party else { continue };
        if let Entry::Vacant(entry) = names.entry(party) {
            entry.insert(name_of_party(&visit, party, locale).await?);
        }
        let party = names.get(&party).cloned().unwrap_or_else(|| Words::new(Locale::Vi, ""));
        releases.push(Release { at: event.at, party, what: what(event), kinds: kinds(event) });
    }
    let page = AccountAccess {
        c: visit.house.chrome(visit.look(locale), visit.keep_locale(PATH), String::new()),
        nav: nav(&visit, Tab::Access),
        releases,
        older_href: older.map(|seq| visit.keep_locale(&format!("{PATH}?before={seq}"))),
    };
    Ok(render(&page))
}

fn what(event: &Own) -> Said {
    match event.kind.as_str() {
        "code-redeemed" => Said::new("release-signed-in"),
        "refreshed" => Said::new("release-refreshed"),
        "consented" => Said::new("release-consented"),
        "consent-withdrawn" => Said::new("release-withdrawn"),
        "consent-expired" => Said::new("release-expired"),
        _ => {
            let count = event.body.get("count").and_then(serde_json::Value::as_u64).unwrap_or(1);
            Said::new("release-told").with("count", &count)
        }
    }
}

fn kinds(event: &Own) -> Vec<&'static str> {
    let scopes = event.word("scopes").split(' ').filter_map(Scope::from_word);
    scopes
        .filter(|scope| *scope != Scope::OfflineAccess)
        .flat_map(|scope| consent::kinds(scope).iter().copied())
        .collect()
}
