//! Proof of what I agreed to: a page to print, and a file that we signed, which holds without us.

use axum::{
    extract::Path,
    http::{
        HeaderValue,
        header::{CONTENT_DISPOSITION, CONTENT_TYPE},
    },
    response::{IntoResponse, Response},
};
use idp_core::{
    consent::{self, Act, Entry, Kept},
    crypto::jws::{self, Alg},
    people, relying,
    session::Live,
    types::{Fault, Id, Locale, Timestamp, id},
};
use serde_json::{Value, json};

use super::{
    own::{holder, locale},
    services::{key_of, name_of_party},
};
use crate::web::{
    Code, Halt, Visit,
    page::{AccountReceipt, Answered, NextStep, ReceiptRow, render},
};

/// A receipt as it is in the ledger.
struct Receipt {
    number: Id<id::Receipt>,
    /// The answers of one page; never empty.
    answers: Vec<Entry>,
    /// What became of them.
    since: Vec<Entry>,
    kept: Option<Kept>,
}

impl Receipt {
    fn first(&self) -> Option<&Entry> {
        self.answers.first()
    }
}

/// Reads a receipt of the person who is signed in. Another's is as good as none.
async fn read(visit: &Visit, live: &Live, number: &str) -> Result<Receipt, Halt> {
    let missing = || {
        let href = visit.keep_locale("/account/services");
        visit.refuse(visit.locale(None), Code::NOT_FOUND, NextStep::Again { href })
    };
    let number = number.parse::<Id<id::Receipt>>().map_err(|_| missing())?;
    let mut conn = visit.house.db.read().await?;
    let entries = consent::receipt(&mut conn, live.person, number).await?;
    let is_answer = |entry: &Entry| matches!(entry.act, Act::Given | Act::Declined);
    let (answers, since): (Vec<Entry>, Vec<Entry>) = entries.into_iter().partition(is_answer);
    let text = answers.first().ok_or_else(missing)?.text;
    let kept = match text {
        Some(digest) => consent::proof(&mut conn, digest).await?,
        None => None,
    };
    Ok(Receipt { number, answers, since, kept })
}

/// The kept words of a purpose in one language.
fn words(kept: Option<&Kept>, locale: Locale, purpose: &str) -> Option<Value> {
    let text = kept.map(|kept| match locale {
        Locale::Vi => kept.vi.as_str(),
        Locale::En => kept.en.as_str(),
    })?;
    let notice: Value = serde_json::from_str(text).ok()?;
    notice["purposes"].as_array()?.iter().find(|one| one["id"] == purpose).cloned()
}

fn row(entry: &Entry, receipt: &Receipt, locale: Locale) -> ReceiptRow {
    let words = words(receipt.kept.as_ref(), locale, &entry.purpose).unwrap_or_default();
    let text = |name: &str| words[name].as_str().unwrap_or_default().to_owned();
    let kinds = words["kinds"].as_array().into_iter().flatten();
    let say = |key: &&str| idp_core::text::say(locale, key).into_owned();
    let labels = || entry.scopes.iter().flat_map(|scope| consent::kinds(*scope)).map(say).collect();
    let kinds: Vec<String> = kinds.filter_map(|kind| kind.as_str().map(str::to_owned)).collect();
    ReceiptRow {
        purpose: words["text"].as_str().map_or_else(|| entry.purpose.clone(), str::to_owned),
        controller: text("controller"),
        basis: text("basis"),
        retention: text("retention"),
        kinds: if kinds.is_empty() { labels() } else { kinds },
        what: key_of(entry.act),
    }
}

/// `GET /account/receipts/{id}`.
pub(super) async fn page(visit: Visit, Path(number): Path<String>) -> Result<Response, Halt> {
    let live = holder(&visit, "/account/services").await?;
    let receipt = read(&visit, &live, &number).await?;
    let locale = locale(&visit, &live).await?;
    let first = receipt.first().ok_or(Fault::bug("showing a receipt without answers"))?;
    let name = name(&visit, &live).await?;
    let party = visit.house.register.by_id(first.party);
    let back = party.map_or_else(String::new, |party| format!("/{}", party.client_id));
    let here = format!("/account/receipts/{}", receipt.number);
    let page = AccountReceipt {
        c: visit.house.chrome(visit.look(locale), visit.keep_locale(&here), String::new()),
        party: name_of_party(&visit, first.party, locale).await?,
        name,
        at: first.at,
        number: receipt.number.to_string(),
        reference: first.reference.clone(),
        digest: first.text.map(|digest| digest.hex()),
        rows: receipt.answers.iter().map(|entry| row(entry, &receipt, locale)).collect(),
        since: receipt
            .since
            .iter()
            .map(|entry| Answered { at: entry.at, what: key_of(entry.act), receipt_href: None })
            .collect(),
        download_href: format!("{here}/file"),
        back_href: visit.keep_locale(&format!("/account/services{back}")),
    };
    Ok(render(&page))
}

async fn name(visit: &Visit, live: &Live) -> Result<String, Fault> {
    let mut conn = visit.house.db.read().await?;
    let person = people::person(&mut conn, live.person).await?;
    let profile = person.and_then(|person| person.profile);
    Ok(profile.map(|profile| profile.name.as_str().to_owned()).unwrap_or_default())
}

/// `GET /account/receipts/{id}/file`: the receipt as JSON, and the same as a JWS of ours, which anybody checks with our published keys.
pub(super) async fn file(visit: Visit, Path(number): Path<String>) -> Result<Response, Halt> {
    let live = holder(&visit, "/account/services").await?;
    let receipt = read(&visit, &live, &number).await?;
    let claims = claims(&visit, &live, &receipt).await?;
    let signer = visit.house.keyring.signer(Alg::Es256)?;
    let jws = jws::sign(&*signer, "consent-receipt+jwt", &claims)?;
    let body = json!({ "receipt": claims, "jws": jws });
    let body = serde_json::to_string_pretty(&body).map_err(|error| Fault::new("writing a receipt", error))?;
    let name = format!("attachment; filename=\"receipt-{}.json\"", receipt.number);
    let name = HeaderValue::try_from(name).map_err(|error| Fault::new("naming a receipt", error))?;
    Ok(([(CONTENT_TYPE, HeaderValue::from_static("application/json")), (CONTENT_DISPOSITION, name)], body)
        .into_response())
}

async fn claims(visit: &Visit, live: &Live, receipt: &Receipt) -> Result<Value, Fault> {
    let first = receipt.first().ok_or(Fault::bug("signing a receipt without answers"))?;
    let stored = {
        let mut conn = visit.house.db.read().await?;
        relying::by_id(&mut conn, first.party).await?
    };
    let (client_id, names) = stored.map(|party| (party.client_id, party.definition.name)).unzip();
    let answer = |entry: &Entry| {
        let texts = |locale| words(receipt.kept.as_ref(), locale, &entry.purpose);
        json!({
            "purpose": entry.purpose,
            "version": entry.version,
            "answer": entry.act.word(),
            "scopes": entry.scopes,
            "until": entry.until.map(Timestamp::rfc3339),
            "shown": { "vi": texts(Locale::Vi), "en": texts(Locale::En) },
        })
    };
    let end = |entry: &Entry| json!({ "purpose": entry.purpose, "act": entry.act.word(), "at": entry.at.rfc3339() });
    Ok(json!({
        "iss": visit.house.issuer,
        "iat": visit.now().seconds(),
        "jti": receipt.number,
        "person": name(visit, live).await?,
        "client_id": client_id,
        "service": names,
        "given_at": first.at.rfc3339(),
        "read_in": first.locale.map(Locale::tag),
        "reference": first.reference,
        "text_sha256": first.text.map(|digest| digest.hex()),
        "answers": receipt.answers.iter().map(answer).collect::<Vec<_>>(),
        "since": receipt.since.iter().map(end).collect::<Vec<_>>(),
    }))
}
