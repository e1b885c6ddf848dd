//! SQL of the consent ledger.

use std::time::Duration;

use super::{Act, Entry, Kept, Shown};
use crate::{
    crypto::random,
    params,
    relying::Scope,
    store::{Conn, Row, StoreError, Tx},
    types::{Fault, Id, Locale, id},
};

const INSERT_TEXT: &str = "insert into consent_text (digest, vi, en, created_at) values ($1, $2, $3, $4) \
    on conflict (digest) do nothing";
const INSERT: &str = "insert into consent_event (id, receipt_id, at, person_id, party_id, act, purpose, version, scopes, \
    until_at, text_digest, locale, reference) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)";
const LATEST: &str = "select e.seq, e.receipt_id, e.at, e.person_id, e.party_id, e.act, e.purpose, e.version, e.scopes, \
    e.until_at, e.text_digest, e.locale, e.reference from consent_event e \
    where e.person_id = $1 and e.party_id = $2 and not exists (select 1 from consent_event l \
        where l.person_id = e.person_id and l.party_id = e.party_id and l.purpose = e.purpose and l.seq > e.seq) \
    order by e.seq";
const DUE: &str = "select e.seq, e.receipt_id, e.at, e.person_id, e.party_id, e.act, e.purpose, e.version, e.scopes, \
    e.until_at, e.text_digest, e.locale, e.reference from consent_event e \
    where e.act = 'given' and e.until_at is not null and e.until_at <= $1 and e.until_at > $3 and not exists (select 1 from consent_event l \
        where l.person_id = e.person_id and l.party_id = e.party_id and l.purpose = e.purpose and l.seq > e.seq) \
    order by e.seq limit $2";
const HISTORY: &str = "select seq, receipt_id, at, person_id, party_id, act, purpose, version, scopes, until_at, \
    text_digest, locale, reference from consent_event where person_id = $1 order by seq desc limit $2";
const RECEIPT: &str = "select seq, receipt_id, at, person_id, party_id, act, purpose, version, scopes, until_at, \
    text_digest, locale, reference from consent_event where person_id = $1 and receipt_id = $2 order by seq";
const TEXT: &str = "select vi, en from consent_text where digest = $1";

/// Every statement of this file.
pub(super) const ALL: &[&str] = &[INSERT_TEXT, INSERT, LATEST, DUE, HISTORY, RECEIPT, TEXT];

pub(super) async fn insert_text(tx: &mut Tx<'_>, shown: &Shown) -> Result<(), StoreError> {
    let now = tx.now();
    tx.run(INSERT_TEXT, params![shown.digest, shown.vi.as_str(), shown.en.as_str(), now]).await.map(|_| ())
}

pub(super) async fn insert(tx: &mut Tx<'_>, person: Id<id::Person>, entry: &Entry) -> Result<(), StoreError> {
    let id = random::id::<id::ConsentEvent>(tx.now());
    let scopes = Scope::join(&entry.scopes);
    let params = params![
        id,
        entry.receipt,
        entry.at,
        person,
        entry.party,
        entry.act.word(),
        entry.purpose.as_str(),
        i64::from(entry.version),
        scopes,
        entry.until,
        entry.text,
        entry.locale.map(Locale::tag),
        entry.reference.as_str()
    ];
    tx.run(INSERT, params).await.map(|_| ())
}

fn entry(row: &Row) -> Result<Entry, StoreError> {
    let version = u32::try_from(row.int("version")?).map_err(|error| Fault::new("reading a version", error))?;
    Ok(Entry {
        seq: row.int("seq")?,
        receipt: row.id("receipt_id")?,
        at: row.time("at")?,
        party: row.id("party_id")?,
        act: Act::from_word(&row.text("act")?)?,
        purpose: row.text("purpose")?,
        version,
        scopes: row.text("scopes")?.split(' ').filter_map(Scope::from_word).collect(),
        until: row.opt_time("until_at")?,
        text: row.opt_bytes("text_digest")?.is_some().then(|| row.digest("text_digest")).transpose()?,
        locale: row.opt_text("locale")?.as_deref().and_then(Locale::from_tags),
        reference: row.text("reference")?,
    })
}

/// The latest row of each purpose.
pub(super) async fn latest(
    conn: &mut Conn,
    person: Id<id::Person>,
    party: Id<id::Party>,
) -> Result<Vec<Entry>, StoreError> {
    conn.all(LATEST, params![person, party]).await?.iter().map(entry).collect()
}

/// What lapsed longer ago than this was noted then: without a lower end every sweep would read all that ever lapsed.
const LOOKED_BACK: Duration = Duration::from_secs(60 * 86_400);

/// Consents that are the latest word and whose time is over.
pub(super) async fn due(tx: &mut Tx<'_>, most: i64) -> Result<Vec<(Id<id::Person>, Entry)>, StoreError> {
    let now = tx.now();
    let rows = tx.all(DUE, params![now, most, now - LOOKED_BACK]).await?;
    rows.iter().map(|row| Ok((row.id("person_id")?, entry(row)?))).collect()
}

pub(super) async fn history(conn: &mut Conn, person: Id<id::Person>, most: i64) -> Result<Vec<Entry>, StoreError> {
    conn.all(HISTORY, params![person, most]).await?.iter().map(entry).collect()
}

pub(super) async fn receipt(
    conn: &mut Conn,
    person: Id<id::Person>,
    receipt: Id<id::Receipt>,
) -> Result<Vec<Entry>, StoreError> {
    conn.all(RECEIPT, params![person, receipt]).await?.iter().map(entry).collect()
}

pub(super) async fn text(conn: &mut Conn, digest: crate::types::Digest) -> Result<Option<Kept>, StoreError> {
    let row = conn.one(TEXT, params![digest]).await?;
    row.map(|row| Ok(Kept { vi: row.text("vi")?, en: row.text("en")? })).transpose()
}
