//! SQL of sessions.

use std::time::Duration;

use super::{Case, CaseState, Computer, Limits, Live, LogoutDelivery, Open, Population, Report};
use crate::{
    crypto::random,
    params,
    store::{Conn, Row, StoreError, Tx, meta::Epoch},
    types::{Aal, Agent, Digest, Fault, Id, Timestamp, id},
};

const INSERT: &str = "insert into session \
    (id, digest, account_id, person_id, started_at, last_used_at, ends_at, auth_at, acr, amr, epoch, credential_id, \
    population, computer, agent, purpose) values ($1, $2, $3, $4, $5, $5, $6, $5, $7, $8, $9, $10, $11, $12, $13, $14)";
/// The column `credential_id` is kept for the release before; what counts is `session_proof`.
const RENEW: &str = "update session set digest = $2, auth_at = $3, acr = $4, amr = $5, last_used_at = $3, \
    credential_id = coalesce($6, credential_id) \
    where id = $1 and ended_at is null";
const HOLD_TO_OFFICE: &str = "update session set population = $2, \
    ends_at = case when started_at + $3 < ends_at then started_at + $3 else ends_at end where id = $1 and ended_at is null";
const FIND: &str = "select s.id, s.account_id, s.person_id, s.auth_at, s.acr, s.amr, s.last_used_at, \
    coalesce(s.purpose, s.population) as population, s.computer from session s join account_standing a on a.account_id = s.account_id \
    where s.digest = $1 and s.ended_at is null and s.ends_at > $2 and s.epoch = $3 \
    and a.account_state = 'active' and a.person_state = 'active'";
const ALIVE: &str = "select s.id, s.account_id, s.person_id, s.auth_at, s.acr, s.amr, s.last_used_at, \
    coalesce(s.purpose, s.population) as population, s.computer from session s join account_standing a on a.account_id = s.account_id \
    where s.id = $1 and s.ended_at is null and s.ends_at > $2 and s.epoch = $3 \
    and a.account_state = 'active' and a.person_state = 'active'";
const TOUCH: &str = "update session set last_used_at = $2 where id = $1 and ended_at is null and last_used_at < $2";
const JOIN: &str = "insert into session_party (session_id, party_id, sid, subject, joined_at) values ($1, $2, $3, $4, $5) \
    on conflict (session_id, party_id) do update set subject = excluded.subject returning sid";
const END: &str = "update session set ended_at = $2, ended_because = $3 where id = $1 and ended_at is null \
    returning person_id";
const PARTIES: &str = "select party_id, sid, subject from session_party where session_id = $1";
const QUEUE: &str = "insert into logout_delivery (id, party_id, session_id, sid, subject, tries, due_at, created_at) \
    values ($1, $2, $3, $4, $5, 0, $6, $6)";
const OF_SID: &str = "select session_id from session_party where sid = $1";
const OPEN_SESSIONS: &str = "select id from session where person_id = $1 and ended_at is null";
const OPENED_WITH: &str = "select s.id from session_proof p join session s on s.id = p.session_id \
    where p.credential_id = $1 and s.ended_at is null";
/// Every credential that ever proved the holder of a session counts: a thief who adds a passkey of their own and proves themself with it
/// does not outlive the stolen one.
const NOTE_PROOF: &str = "insert into session_proof (session_id, credential_id) values ($1, $2) on conflict (session_id, credential_id) do nothing";
const IS_OPENED_WITH: &str = "select session_id from session_proof where session_id = $1 and credential_id = $2";
const OPEN_OF: &str = "select s.id, s.started_at, s.last_used_at, s.ends_at, s.acr, s.agent, coalesce(s.purpose, s.population) as population, s.computer, \
    (select count(*) from session_party p where p.session_id = s.id) as parties from session s \
    where s.person_id = $1 and s.ended_at is null and s.ends_at > $2 and s.epoch = $3 \
    order by s.last_used_at desc limit 100";
const PERSON_OF: &str = "select person_id from session where id = $1";
const JOINED: &str = "select p.session_id, p.sid, p.subject from session_party p join session s on s.id = p.session_id \
    where s.person_id = $1 and p.party_id = $2 and s.ended_at is null";
const LEAVE: &str = "delete from session_party where session_id = $1 and party_id = $2";
const INSERT_REPORT: &str = "insert into sign_in_report (number, event_id, person_id, session_id, state, created_at) \
    values ($1, $2, $3, $4, 'open', $5) on conflict (event_id) do nothing";
const REPORT_OF: &str = "select number from sign_in_report where event_id = $1";
const REPORTS: &str = "select event_id, number, created_at, state, closed_at, found from sign_in_report where person_id = $1 \
    order by created_at desc limit 100";
const CASE: &str = "select number, event_id, person_id, session_id, created_at, state, closed_at, found from sign_in_report \
    where number = $1";
const CASES: &str = "select number, event_id, person_id, session_id, created_at, state, closed_at, found from sign_in_report \
    where state = $1 and (created_at, number) > ($2, $3) order by created_at, number limit $4";
const CLOSE_CASE: &str = "update sign_in_report set state = 'closed', closed_at = $2, found = $3 \
    where number = $1 and state = 'open' returning person_id";
const SOME_OPEN_SESSIONS: &str = "select id from session where ended_at is null order by id limit $1";
const CLAIM: &str = "update logout_delivery set due_at = $2 where id in (\
        select id from logout_delivery where delivered_at is null and given_up_at is null and due_at <= $1 \
        order by due_at limit $3) \
    returning id, party_id, session_id, sid, subject, tries";
const DELIVERED: &str = "update logout_delivery set delivered_at = $2 where id = $1";
const POSTPONE: &str = "update logout_delivery set tries = $2, due_at = $3 where id = $1";
const GIVE_UP: &str = "update logout_delivery set given_up_at = $2 where id = $1";

/// Every statement of this file.
pub(super) const ALL: &[&str] = &[
    INSERT,
    RENEW,
    HOLD_TO_OFFICE,
    FIND,
    ALIVE,
    TOUCH,
    JOIN,
    END,
    PARTIES,
    QUEUE,
    OF_SID,
    OPEN_SESSIONS,
    OPENED_WITH,
    NOTE_PROOF,
    IS_OPENED_WITH,
    OPEN_OF,
    PERSON_OF,
    JOINED,
    LEAVE,
    INSERT_REPORT,
    REPORT_OF,
    REPORTS,
    CASE,
    CASES,
    CLOSE_CASE,
    SOME_OPEN_SESSIONS,
    CLAIM,
    DELIVERED,
    POSTPONE,
    GIVE_UP,
];

pub(super) async fn insert(
    tx: &mut Tx<'_>,
    live: &Live,
    (cookie, credential): (Digest, Option<Id<id::Credential>>),
    limits: Limits,
) -> Result<(), StoreError> {
    let now = tx.now();
    let ends_at = now + limits.of(live.population, live.computer).absolute;
    let agent = tx.cx().agent.map(Agent::word);
    let purpose = (live.population == Population::BreakGlass).then_some(Population::BreakGlass.word());
    let params = params![
        live.id,
        cookie,
        live.account,
        live.person,
        now,
        ends_at,
        live.aal.acr(),
        live.amr.as_str(),
        limits.epoch.0,
        credential,
        // The release before knows two populations: it holds a break-glass session to officials' limits.
        purpose.map_or(live.population, |_| Population::Official).word(),
        live.computer.word(),
        agent,
        purpose
    ];
    tx.later(INSERT, params).await?;
    note_proof(tx, live.id, credential).await
}

async fn note_proof(
    tx: &mut Tx<'_>,
    session: Id<id::Session>,
    credential: Option<Id<id::Credential>>,
) -> Result<(), StoreError> {
    match credential {
        Some(credential) => tx.later(NOTE_PROOF, params![session, credential]).await,
        None => Ok(()),
    }
}

pub(super) async fn renew(
    tx: &mut Tx<'_>,
    live: &Live,
    (cookie, credential): (Digest, Option<Id<id::Credential>>),
) -> Result<bool, StoreError> {
    let params = params![live.id, cookie, live.auth_at, live.aal.acr(), live.amr.as_str(), credential];
    if tx.run(RENEW, params).await? == 0 {
        return Ok(false);
    }
    note_proof(tx, live.id, credential).await?;
    Ok(true)
}

pub(super) async fn hold_to_office(tx: &mut Tx<'_>, live: &Live, limits: Limits) -> Result<(), StoreError> {
    let absolute = limits.of(live.population, live.computer).absolute;
    let longest = i64::try_from(absolute.as_millis()).unwrap_or(i64::MAX);
    tx.run(HOLD_TO_OFFICE, params![live.id, live.population.word(), longest]).await.map(|_| ())
}

pub(super) async fn find(
    conn: &mut Conn,
    cookie: Digest,
    limits: Limits,
    now: Timestamp,
) -> Result<Option<Live>, StoreError> {
    let row = conn.one(FIND, params![cookie, now, limits.epoch.0]).await?;
    let live = row.as_ref().map(read).transpose()?;
    Ok(live.filter(|live| !limits.is_idle((live.population, live.computer), live.last_used_at, now)))
}

pub(super) async fn alive(
    conn: &mut Conn,
    id: Id<id::Session>,
    limits: Limits,
    now: Timestamp,
) -> Result<Option<Live>, StoreError> {
    let row = conn.one(ALIVE, params![id, now, limits.epoch.0]).await?;
    let live = row.as_ref().map(read).transpose()?;
    Ok(live.filter(|live| !limits.is_idle((live.population, live.computer), live.last_used_at, now)))
}

fn read(row: &Row) -> Result<Live, StoreError> {
    Ok(Live {
        id: row.id("id")?,
        account: row.id("account_id")?,
        person: row.id("person_id")?,
        auth_at: row.time("auth_at")?,
        aal: Aal::from_acr(&row.text("acr")?).ok_or(Fault::bug("reading the acr of a session"))?,
        amr: row.text("amr")?,
        last_used_at: row.time("last_used_at")?,
        population: Population::from_word(&row.text("population")?)?,
        computer: Computer::from_word(&row.text("computer")?),
    })
}

pub(super) async fn touch(tx: &mut Tx<'_>, id: Id<id::Session>) -> Result<(), StoreError> {
    let now = tx.now();
    tx.later(TOUCH, params![id, now]).await
}

pub(super) async fn join(
    tx: &mut Tx<'_>,
    session: Id<id::Session>,
    party: Id<id::Party>,
    (sid, subject): (&str, &str),
) -> Result<String, StoreError> {
    let now = tx.now();
    let row = tx.one(JOIN, params![session, party, sid, subject, now]).await?;
    row.ok_or(Fault::bug("joining a session"))?.text("sid")
}

pub(super) async fn end(
    tx: &mut Tx<'_>,
    id: Id<id::Session>,
    because: &str,
) -> Result<Option<Id<id::Person>>, StoreError> {
    let now = tx.now();
    let row = tx.one(END, params![id, now, because]).await?;
    row.map(|row| row.id("person_id")).transpose()
}

pub(super) async fn queue_deliveries(tx: &mut Tx<'_>, session: Id<id::Session>) -> Result<u64, StoreError> {
    let now = tx.now();
    let parties = tx.all(PARTIES, params![session]).await?;
    for row in &parties {
        let (party, sid, subject) = (row.uuid("party_id")?, row.text("sid")?, row.text("subject")?);
        tx.run(QUEUE, params![random::id::<id::Delivery>(now), party, session, sid, subject, now]).await?;
    }
    Ok(parties.len() as u64)
}

pub(super) async fn open_sessions(conn: &mut Conn, person: Id<id::Person>) -> Result<Vec<Id<id::Session>>, StoreError> {
    conn.all(OPEN_SESSIONS, params![person]).await?.iter().map(|row| row.id("id")).collect()
}

/// What is open by word and by its absolute end; idleness is judged by the caller.
pub(super) async fn open_of(
    conn: &mut Conn,
    person: Id<id::Person>,
    epoch: Epoch,
    now: Timestamp,
) -> Result<Vec<Open>, StoreError> {
    let open = |row: &Row| {
        Ok(Open {
            id: row.id("id")?,
            started_at: row.time("started_at")?,
            last_used_at: row.time("last_used_at")?,
            ends_at: row.time("ends_at")?,
            aal: Aal::from_acr(&row.text("acr")?).ok_or(Fault::bug("reading the acr of a session"))?,
            agent: row.opt_text("agent")?.as_deref().map(Agent::from_word),
            population: Population::from_word(&row.text("population")?)?,
            computer: Computer::from_word(&row.text("computer")?),
            parties: row.int("parties")?,
        })
    };
    conn.all(OPEN_OF, params![person, now, epoch.0]).await?.iter().map(open).collect()
}

pub(super) async fn person_of(conn: &mut Conn, session: Id<id::Session>) -> Result<Option<Id<id::Person>>, StoreError> {
    conn.one(PERSON_OF, params![session]).await?.map(|row| row.id("person_id")).transpose()
}

/// Takes a party out of the open sessions of a person; each gets its logout token.
pub(super) async fn leave(tx: &mut Tx<'_>, person: Id<id::Person>, party: Id<id::Party>) -> Result<u64, StoreError> {
    let now = tx.now();
    let joined = tx.all(JOINED, params![person, party]).await?;
    for row in &joined {
        let (session, sid, subject) = (row.uuid("session_id")?, row.text("sid")?, row.text("subject")?);
        tx.run(QUEUE, params![random::id::<id::Delivery>(now), party, session, sid, subject, now]).await?;
        tx.run(LEAVE, params![session, party]).await?;
    }
    Ok(joined.len() as u64)
}

/// Opens a case, and gives its number: that of the first report of this event.
pub(super) async fn insert_report(
    tx: &mut Tx<'_>,
    (person, session): (Id<id::Person>, Option<Id<id::Session>>),
    event: Id<id::AuditEvent>,
    number: &str,
) -> Result<String, StoreError> {
    let now = tx.now();
    tx.run(INSERT_REPORT, params![number, event, person, session, now]).await?;
    let row = tx.one(REPORT_OF, params![event]).await?;
    row.ok_or(Fault::bug("reading a report just written"))?.text("number")
}

pub(super) async fn reports(
    conn: &mut Conn,
    person: Id<id::Person>,
) -> Result<Vec<(Id<id::AuditEvent>, Report)>, StoreError> {
    let report = |row: &Row| {
        let (number, at) = (row.text("number")?, row.time("created_at")?);
        Ok((row.id("event_id")?, Report { number, at, state: case_state(row)? }))
    };
    conn.all(REPORTS, params![person]).await?.iter().map(report).collect()
}

fn case_state(row: &Row) -> Result<CaseState, StoreError> {
    match (row.text("state")?.as_str(), row.opt_time("closed_at")?) {
        ("open", _) => Ok(CaseState::Open),
        ("closed", Some(at)) => Ok(CaseState::Closed { at, found: row.opt_text("found")?.unwrap_or_default() }),
        _ => Err(Fault::bug("reading the state of a case").into()),
    }
}

fn read_case(row: &Row) -> Result<Case, StoreError> {
    Ok(Case {
        number: row.text("number")?,
        event: row.id("event_id")?,
        person: row.id("person_id")?,
        session: row.opt_id("session_id")?,
        at: row.time("created_at")?,
        state: case_state(row)?,
    })
}

pub(super) async fn case(conn: &mut Conn, number: &str) -> Result<Option<Case>, StoreError> {
    conn.one(CASE, params![number]).await?.as_ref().map(read_case).transpose()
}

/// Cases of a state that were opened after a place, the oldest first.
pub(super) async fn cases(
    conn: &mut Conn,
    state: &str,
    (after, number): (Timestamp, &str),
    most: i64,
) -> Result<Vec<Case>, StoreError> {
    conn.all(CASES, params![state, after, number, most]).await?.iter().map(read_case).collect()
}

/// Closes a case; the statement is the judge. `None`: it is not open.
pub(super) async fn close_case(
    tx: &mut Tx<'_>,
    number: &str,
    found: &str,
) -> Result<Option<Id<id::Person>>, StoreError> {
    let now = tx.now();
    tx.one(CLOSE_CASE, params![number, now, found]).await?.map(|row| row.id("person_id")).transpose()
}

/// Open sessions whose holder ever proved themself with a credential.
pub(super) async fn opened_with(
    conn: &mut Conn,
    credential: Id<id::Credential>,
) -> Result<Vec<Id<id::Session>>, StoreError> {
    conn.all(OPENED_WITH, params![credential]).await?.iter().map(|row| row.id("id")).collect()
}

pub(super) async fn is_opened_with(
    conn: &mut Conn,
    session: Id<id::Session>,
    credential: Id<id::Credential>,
) -> Result<bool, StoreError> {
    Ok(conn.one(IS_OPENED_WITH, params![session, credential]).await?.is_some())
}

/// Some sessions that have not ended, whoever they belong to; oldest first.
pub(super) async fn some_open_sessions(conn: &mut Conn, most: i64) -> Result<Vec<Id<id::Session>>, StoreError> {
    let rows = conn.all(SOME_OPEN_SESSIONS, params![most]).await?;
    rows.iter().map(|row| row.id("id")).collect()
}

pub(super) async fn claim_deliveries(
    tx: &mut Tx<'_>,
    most: i64,
    hold: Duration,
) -> Result<Vec<LogoutDelivery>, StoreError> {
    let (now, held_until) = (tx.now(), tx.now() + hold);
    let rows = tx.all(CLAIM, params![now, held_until, most]).await?;
    let delivery = |row: &Row| {
        Ok(LogoutDelivery {
            id: row.id("id")?,
            party: row.id("party_id")?,
            session: row.id("session_id")?,
            sid: row.text("sid")?,
            subject: row.text("subject")?,
            tries: row.int("tries")?,
        })
    };
    rows.iter().map(delivery).collect()
}

pub(super) async fn delivered(tx: &mut Tx<'_>, id: Id<id::Delivery>) -> Result<(), StoreError> {
    let now = tx.now();
    tx.run(DELIVERED, params![id, now]).await.map(|_| ())
}

pub(super) async fn postpone(
    tx: &mut Tx<'_>,
    id: Id<id::Delivery>,
    tries: i64,
    wait: Duration,
) -> Result<(), StoreError> {
    let due_at = tx.now() + wait;
    tx.run(POSTPONE, params![id, tries, due_at]).await.map(|_| ())
}

pub(super) async fn give_up(tx: &mut Tx<'_>, id: Id<id::Delivery>) -> Result<(), StoreError> {
    let now = tx.now();
    tx.run(GIVE_UP, params![id, now]).await.map(|_| ())
}

pub(super) async fn of_sid(conn: &mut Conn, sid: &str) -> Result<Option<Id<id::Session>>, StoreError> {
    conn.one(OF_SID, params![sid]).await?.map(|row| row.id("session_id")).transpose()
}
