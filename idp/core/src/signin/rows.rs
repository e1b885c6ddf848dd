//! SQL of the hall.

use super::transaction::{Asked, NewSignIn, Outcome, SignIn};
use crate::{
    params,
    session::Computer,
    store::{Conn, StoreError, Tx},
    types::{Digest, Fault, Id, Timestamp, id},
};

const INSERT: &str = "insert into sign_in (digest, browser, door, party_id, asked, payload, resume, created_at, ends_at) \
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
const LOAD: &str = "select browser, party_id, asked, payload, resume, session_id, proved_at, chosen_at, consented_at, \
    declined_at, browser_can, outcome, ends_at, computer, pending_account_id, pending_at, pending_proof from sign_in where digest = $1";
const PROVED: &str = "update sign_in set session_id = $2, proved_at = $3, pending_account_id = null, pending_at = null, \
    pending_proof = null, chosen_at = case when session_id = $2 then chosen_at end, \
    consented_at = case when session_id = $2 then consented_at end \
    where digest = $1 and outcome is null";
const PEND: &str = "update sign_in set pending_account_id = $2, pending_at = $3, pending_proof = $4 \
    where digest = $1 and outcome is null";
const UNPEND: &str = "update sign_in set pending_account_id = null, pending_at = null, pending_proof = null \
    where digest = $1 and outcome is null";
const CHOSE: &str = "update sign_in set session_id = $2, chosen_at = $3, \
    proved_at = case when session_id = $2 then proved_at end, \
    consented_at = case when session_id = $2 then consented_at end \
    where digest = $1 and outcome is null";
const CONSENTED: &str = "update sign_in set session_id = $2, consented_at = $3, \
    proved_at = case when session_id = $2 then proved_at end, \
    chosen_at = case when session_id = $2 then chosen_at end \
    where digest = $1 and outcome is null";
const BROWSER_CAN: &str = "update sign_in set browser_can = 'passkeys' where digest = $1 and outcome is null";
const DECLINED: &str = "update sign_in set declined_at = $2 where digest = $1 and outcome is null";
const HINT: &str = "update sign_in set asked = $2 where digest = $1 and outcome is null";
const END: &str = "update sign_in set outcome = $2, outcome_at = $3 where digest = $1 and outcome is null";
const SET_COMPUTER: &str = "update sign_in set computer = $2 where digest = $1 and outcome is null";
const SWEEP: &str = "delete from sign_in where ends_at < $1";
const SET_CONSENT: &str = "insert into consent (person_id, party_id, scopes, given_at) values ($1, $2, $3, $4) \
    on conflict (person_id, party_id) do update set scopes = excluded.scopes, given_at = excluded.given_at, \
    withdrawn_at = null";
const WITHDRAW_CONSENT: &str =
    "update consent set withdrawn_at = $3 where person_id = $1 and party_id = $2 and withdrawn_at is null";
const SUBJECT: &str = "select sub from subject where person_id = $1 and sector = $2";
const PERSON_OF: &str = "select person_id from subject where sector = $1 and sub = $2";
/// As with the audit keys: two first requests for one sector meet, and the second is run again.
const INSERT_SUBJECT: &str = "insert into subject (person_id, sector, sub, created_at) values ($1, $2, $3, $4) \
    on conflict (person_id, sector) do nothing";

/// Every statement of this file.
pub(super) const ALL: &[&str] = &[
    INSERT,
    LOAD,
    PROVED,
    PEND,
    UNPEND,
    CHOSE,
    CONSENTED,
    BROWSER_CAN,
    DECLINED,
    HINT,
    END,
    SWEEP,
    SET_COMPUTER,
    SET_CONSENT,
    WITHDRAW_CONSENT,
    SUBJECT,
    PERSON_OF,
    INSERT_SUBJECT,
];

pub(super) async fn insert(
    tx: &mut Tx<'_>,
    digest: Digest,
    new: &NewSignIn<'_>,
    ends_at: Timestamp,
) -> Result<(), StoreError> {
    let now = tx.now();
    let asked = serde_json::to_string(new.asked).map_err(|error| Fault::new("writing a transaction", error))?;
    let params = params![digest, new.browser, new.door, new.party, asked, new.payload, new.resume, now, ends_at];
    tx.later(INSERT, params).await
}

pub(super) async fn load(
    conn: &mut Conn,
    digest: Digest,
) -> Result<Option<(SignIn, Digest, Option<String>)>, StoreError> {
    let Some(row) = conn.one(LOAD, params![digest]).await? else {
        return Ok(None);
    };
    let asked = serde_json::from_str(&row.text("asked")?);
    let sign_in = SignIn {
        digest,
        party: row.opt_id("party_id")?,
        asked: asked.map_err(|error| Fault::new("reading a transaction", error))?,
        payload: row.text("payload")?,
        resume: row.text("resume")?,
        session: row.opt_id("session_id")?,
        proved_at: row.opt_time("proved_at")?,
        chosen_at: row.opt_time("chosen_at")?,
        consented_at: row.opt_time("consented_at")?,
        pending: row.opt_id("pending_account_id")?.zip(row.opt_time("pending_at")?),
        held: row.opt_text("pending_proof")?,
        declined_at: row.opt_time("declined_at")?,
        browser_keeps_passkeys: row.opt_text("browser_can")?.is_some(),
        ends_at: row.time("ends_at")?,
        computer: Computer::from_word(&row.opt_text("computer")?.unwrap_or_default()),
    };
    Ok(Some((sign_in, row.digest("browser")?, row.opt_text("outcome")?)))
}

pub(super) async fn proved(tx: &mut Tx<'_>, digest: Digest, session: Id<id::Session>) -> Result<(), StoreError> {
    let now = tx.now();
    tx.later(PROVED, params![digest, session, now]).await
}

/// Keeps that the password of an account was right; with `held`, that everything was proved and a new password is to be chosen.
pub(super) async fn pend(
    tx: &mut Tx<'_>,
    digest: Digest,
    (account, at): (Id<id::Account>, Timestamp),
    held: Option<&str>,
) -> Result<(), StoreError> {
    tx.run(PEND, params![digest, account, at, held]).await.map(|_| ())
}

pub(super) async fn unpend(tx: &mut Tx<'_>, digest: Digest) -> Result<(), StoreError> {
    tx.run(UNPEND, params![digest]).await.map(|_| ())
}

pub(super) async fn chose(tx: &mut Tx<'_>, digest: Digest, session: Id<id::Session>) -> Result<(), StoreError> {
    let now = tx.now();
    tx.later(CHOSE, params![digest, session, now]).await
}

pub(super) async fn consented(tx: &mut Tx<'_>, digest: Digest, session: Id<id::Session>) -> Result<(), StoreError> {
    let now = tx.now();
    tx.later(CONSENTED, params![digest, session, now]).await
}

pub(super) async fn browser_keeps_passkeys(tx: &mut Tx<'_>, digest: Digest) -> Result<(), StoreError> {
    tx.run(BROWSER_CAN, params![digest]).await.map(|_| ())
}

pub(super) async fn declined(tx: &mut Tx<'_>, digest: Digest) -> Result<(), StoreError> {
    let now = tx.now();
    tx.run(DECLINED, params![digest, now]).await.map(|_| ())
}

pub(super) async fn set_asked(tx: &mut Tx<'_>, digest: Digest, asked: &Asked) -> Result<(), StoreError> {
    let asked = serde_json::to_string(asked).map_err(|error| Fault::new("writing a transaction", error))?;
    tx.later(HINT, params![digest, asked]).await
}

pub(super) async fn end(tx: &mut Tx<'_>, digest: Digest, outcome: Outcome) -> Result<bool, StoreError> {
    let now = tx.now();
    Ok(tx.run(END, params![digest, outcome.word(), now]).await? == 1)
}

pub(super) async fn sweep(tx: &mut Tx<'_>, before: Timestamp) -> Result<u64, StoreError> {
    tx.run(SWEEP, params![before]).await
}

pub(super) async fn set_computer(tx: &mut Tx<'_>, digest: Digest, computer: Computer) -> Result<(), StoreError> {
    tx.run(SET_COMPUTER, params![digest, computer.word()]).await.map(|_| ())
}

pub(super) async fn set_consent(
    tx: &mut Tx<'_>,
    person: Id<id::Person>,
    party: Id<id::Party>,
    scopes: &str,
) -> Result<(), StoreError> {
    let now = tx.now();
    tx.run(SET_CONSENT, params![person, party, scopes, now]).await.map(|_| ())
}

/// The table that the release before reads.
pub(super) async fn withdraw_consent(
    tx: &mut Tx<'_>,
    person: Id<id::Person>,
    party: Id<id::Party>,
) -> Result<(), StoreError> {
    let now = tx.now();
    tx.run(WITHDRAW_CONSENT, params![person, party, now]).await.map(|_| ())
}

pub(super) async fn subject(
    conn: &mut Conn,
    person: Id<id::Person>,
    sector: &str,
) -> Result<Option<String>, StoreError> {
    conn.one(SUBJECT, params![person, sector]).await?.map(|row| row.text("sub")).transpose()
}

pub(super) async fn insert_subject(
    tx: &mut Tx<'_>,
    person: Id<id::Person>,
    sector: &str,
    sub: &str,
) -> Result<(), StoreError> {
    let now = tx.now();
    tx.run(INSERT_SUBJECT, params![person, sector, sub, now]).await.map(|_| ())
}

pub(super) async fn person_of(conn: &mut Conn, sector: &str, sub: &str) -> Result<Option<Id<id::Person>>, StoreError> {
    conn.one(PERSON_OF, params![sector, sub]).await?.map(|row| row.id("person_id")).transpose()
}
