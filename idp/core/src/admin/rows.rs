//! SQL of the office of administration.

use super::{
    appointment::{Appointment, Scope, Subject},
    offer::Offer,
    once::{Answer, OnceKey},
    role::Role,
};
use crate::{
    crypto::seal::Sealed,
    params,
    session::Live,
    store::{Conn, Param, Row, StoreError, Tx},
    types::{Digest, Fault, Id, Timestamp, id, time::Interval},
};

const INSERT: &str = "insert into appointment (id, subject_kind, subject_id, role, unit_id, valid_from, valid_until, decision, \
    appointed_by, appointed_at, revision) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
const END: &str = "update appointment set ended_at = $2, ended_by = $3, ended_because = $4, revision = revision + 1 \
    where id = $1 and ended_at is null";
const ONE: &str = "select id, subject_kind, subject_id, role, unit_id, valid_from, valid_until, decision, appointed_by, appointed_at, \
    ended_at, revision from appointment where id = $1";
const OF_SUBJECT: &str = "select id, subject_kind, subject_id, role, unit_id, valid_from, valid_until, decision, appointed_by, \
    appointed_at, ended_at, revision from appointment where subject_kind = $1 and subject_id = $2 order by id limit 500";
const OF_ROLE: &str = "select id, subject_kind, subject_id, role, unit_id, valid_from, valid_until, decision, appointed_by, \
    appointed_at, ended_at, revision from appointment where role = $1 and ended_at is null order by id limit 500";
const LIST: &str = "select id, subject_kind, subject_id, role, unit_id, valid_from, valid_until, decision, appointed_by, appointed_at, \
    ended_at, revision from appointment where ended_at is null and (valid_until is null or valid_until > $1) and id > $2 \
    order by id limit $3";
const INSERT_CONSOLE: &str = "insert into console_session (id, digest, session_id, person_id, started_at, last_used_at, ends_at) \
    values ($1, $2, $3, $4, $5, $5, $6)";
const CONSOLE: &str = "select id, session_id, person_id, last_used_at from console_session \
    where digest = $1 and ended_at is null and ends_at > $2 and last_used_at > $3";
const TOUCH_CONSOLE: &str =
    "update console_session set last_used_at = $2 where id = $1 and ended_at is null and last_used_at < $2";
const END_CONSOLES: &str =
    "update console_session set ended_at = $2, ended_because = $3 where session_id = $1 and ended_at is null";
const END_CONSOLES_OF_PERSON: &str = "update console_session set ended_at = $2, ended_because = $3 \
    where person_id = $1 and ended_at is null returning session_id";
const SWEEP_CONSOLES: &str = "delete from console_session where ends_at < $1 or ended_at < $1";
const INSERT_OFFER: &str = "insert into owner_offer (digest, offered_at, offered_by, expires_at, because) \
    values ($1, $2, $3, $4, $5)";
const END_OFFERS: &str = "update owner_offer set expires_at = $1 where used_at is null and expires_at > $1";
const OFFER: &str =
    "select expires_at, because from owner_offer where digest = $1 and used_at is null and expires_at > $2";
const SPEND_OFFER: &str =
    "update owner_offer set used_at = $2, used_by = $3 where digest = $1 and used_at is null and expires_at > $2";
const SWEEP_OFFERS: &str = "delete from owner_offer where expires_at < $1";
const ANSWER: &str = "select request, status, etag, location, sealed, seal_key_id from admin_answer \
    where subject_kind = $1 and subject_id = $2 and answer_key = $3 and expires_at > $4";
/// Two requests under one key meet here: without `on conflict` PostgreSQL calls that a broken rule; with it, a meeting of two transactions,
/// and the second is run again and finds the answer. An answer over its time gives its place away.
const INSERT_ANSWER: &str = "insert into admin_answer \
    (subject_kind, subject_id, answer_key, request, status, etag, location, sealed, seal_key_id, answered_at, expires_at) \
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) \
    on conflict (subject_kind, subject_id, answer_key) do update set request = excluded.request, status = excluded.status, \
    etag = excluded.etag, location = excluded.location, sealed = excluded.sealed, seal_key_id = excluded.seal_key_id, answered_at = excluded.answered_at, \
    expires_at = excluded.expires_at where admin_answer.expires_at <= excluded.answered_at";
const SWEEP_ANSWERS: &str = "delete from admin_answer where expires_at <= $1";

const OVER: &str = "select id, subject_kind, subject_id, role, unit_id, valid_from, valid_until, decision, appointed_by, appointed_at, \
    ended_at, revision from appointment where ended_at is null and (valid_until is null or valid_until > $1) \
    and (carried_by is null or carried_by <> $2) and unit_id in ($3)";
const CUT: &str = "update appointment set until_before = valid_until, cut_by = $2, revision = revision + 1, \
    valid_until = case when valid_from > $1 then valid_from else $1 end where id in ($3)";
const CARRIED: &str = "update appointment set carried_from = $2, carried_by = $3 where id = $1";
/// What somebody ended after it was carried over does not come back.
const KEEP_ENDED: &str = "update appointment set ended_at = $2, ended_by = $3, ended_because = 'ended-since' \
    where cut_by = $1 and ended_at is null and exists (select 1 from appointment n \
        where n.carried_from = appointment.id and n.carried_by = $1 and n.ended_at is not null)";
const BRING_HOME: &str = "update appointment set valid_until = until_before, until_before = null, cut_by = null, \
    revision = revision + 1 where cut_by = $1";
const CLOSE: &str = "update appointment set ended_at = $2, ended_by = $3, ended_because = 'units-restored', \
    revision = revision + 1 where carried_by = $1 and ended_at is null";

/// Every statement of this file.
pub(super) const ALL: &[&str] = &[
    OVER,
    CUT,
    CARRIED,
    KEEP_ENDED,
    BRING_HOME,
    CLOSE,
    INSERT,
    END,
    ONE,
    OF_SUBJECT,
    OF_ROLE,
    LIST,
    INSERT_CONSOLE,
    CONSOLE,
    TOUCH_CONSOLE,
    END_CONSOLES,
    END_CONSOLES_OF_PERSON,
    SWEEP_CONSOLES,
    INSERT_OFFER,
    END_OFFERS,
    OFFER,
    SPEND_OFFER,
    SWEEP_OFFERS,
    ANSWER,
    INSERT_ANSWER,
    SWEEP_ANSWERS,
];

const fn id_of(subject: Subject) -> uuid::Uuid {
    match subject {
        Subject::Person(id) => id.uuid(),
        Subject::Party(id) => id.uuid(),
    }
}

fn read(row: &Row) -> Result<Appointment, StoreError> {
    let subject = match row.text("subject_kind")?.as_str() {
        "person" => Subject::Person(row.id("subject_id")?),
        "party" => Subject::Party(row.id("subject_id")?),
        _ => return Err(Fault::bug("reading the subject of an appointment").into()),
    };
    Ok(Appointment {
        id: row.id("id")?,
        subject,
        role: Role::stored(&row.text("role")?)?,
        scope: row.opt_id("unit_id")?.map_or(Scope::Whole, Scope::Below),
        window: Interval { from: row.time("valid_from")?, until: row.opt_time("valid_until")? },
        decision: row.text("decision")?,
        appointed_by: row.text("appointed_by")?,
        appointed_at: row.time("appointed_at")?,
        ended_at: row.opt_time("ended_at")?,
        revision: row.int("revision")?,
    })
}

pub(super) async fn insert(tx: &mut Tx<'_>, new: &Appointment) -> Result<(), StoreError> {
    let (subject, window) = (new.subject, new.window);
    let params = params![
        new.id,
        subject.kind(),
        id_of(subject),
        new.role.word(),
        new.scope.unit(),
        window.from,
        window.until,
        new.decision.as_str(),
        new.appointed_by.as_str(),
        new.appointed_at,
        new.revision,
    ];
    tx.run(INSERT, params).await.map(|_| ())
}

pub(super) async fn end(tx: &mut Tx<'_>, id: Id<id::Appointment>, because: &str) -> Result<bool, StoreError> {
    let (now, by) = (tx.now(), tx.cx().actor.to_string());
    Ok(tx.run(END, params![id, now, by, because]).await? == 1)
}

pub(super) async fn appointment(conn: &mut Conn, id: Id<id::Appointment>) -> Result<Option<Appointment>, StoreError> {
    conn.one(ONE, params![id]).await?.as_ref().map(read).transpose()
}

pub(super) async fn of_subject(conn: &mut Conn, subject: Subject) -> Result<Vec<Appointment>, StoreError> {
    conn.all(OF_SUBJECT, params![subject.kind(), id_of(subject)]).await?.iter().map(read).collect()
}

pub(super) async fn of_role(conn: &mut Conn, role: Role) -> Result<Vec<Appointment>, StoreError> {
    conn.all(OF_ROLE, params![role.word()]).await?.iter().map(read).collect()
}

pub(super) async fn list(
    conn: &mut Conn,
    after: Option<Id<id::Appointment>>,
    most: u32,
    now: Timestamp,
) -> Result<Vec<Appointment>, StoreError> {
    let after = after.map_or(uuid::Uuid::nil(), Id::uuid);
    conn.all(LIST, params![now, after, i64::from(most)]).await?.iter().map(read).collect()
}

/// Offices over these units that end after an instant, without those that a set carried there.
pub(super) async fn over(
    conn: &mut Conn,
    at: Timestamp,
    but: Option<Id<id::ChangeSet>>,
    units: &[Id<id::Unit>],
) -> Result<Vec<Appointment>, StoreError> {
    let but = but.unwrap_or(Id::from_uuid(uuid::Uuid::nil()));
    let units: Vec<Param> = units.iter().map(|unit| (*unit).into()).collect();
    let mut found: Vec<Appointment> =
        conn.all_in(OVER, &[at.into(), but.into()], &units).await?.iter().map(read).collect::<Result<_, _>>()?;
    found.sort_by_key(|one| one.id.uuid());
    Ok(found)
}

/// Ends offices with their units, by the decision of a set.
pub(super) async fn cut(
    tx: &mut Tx<'_>,
    (set, at): (Id<id::ChangeSet>, Timestamp),
    offices: &[Id<id::Appointment>],
) -> Result<(), StoreError> {
    let offices: Vec<Param> = offices.iter().map(|office| (*office).into()).collect();
    tx.run_in(CUT, &[at.into(), set.into()], &offices).await.map(|_| ())
}

/// Notes of an office from which it was carried, and by which set.
pub(super) async fn carried(
    tx: &mut Tx<'_>,
    id: Id<id::Appointment>,
    (from, set): (Id<id::Appointment>, Id<id::ChangeSet>),
) -> Result<(), StoreError> {
    tx.run(CARRIED, params![id, from, set]).await.map(|_| ())
}

/// Puts back what a set carried over or ended; gives how many offices came home.
pub(super) async fn bring_home(tx: &mut Tx<'_>, set: Id<id::ChangeSet>) -> Result<u64, StoreError> {
    let (now, by) = (tx.now(), tx.cx().actor.to_string());
    tx.run(KEEP_ENDED, params![set, now, by.as_str()]).await?;
    let home = tx.run(BRING_HOME, params![set]).await?;
    tx.run(CLOSE, params![set, now, by]).await?;
    Ok(home)
}

/// A session of the console as stored.
pub(super) struct StoredConsole {
    pub(super) id: Id<id::Console>,
    pub(super) session: Id<id::Session>,
    pub(super) person: Id<id::Person>,
    pub(super) last_used_at: Timestamp,
}

pub(super) async fn insert_console(
    tx: &mut Tx<'_>,
    id: Id<id::Console>,
    cookie: Digest,
    live: &Live,
    ends_at: Timestamp,
) -> Result<(), StoreError> {
    let now = tx.now();
    tx.run(INSERT_CONSOLE, params![id, cookie, live.id, live.person, now, ends_at]).await.map(|_| ())
}

pub(super) async fn console(
    conn: &mut Conn,
    cookie: Digest,
    now: Timestamp,
    used_after: Timestamp,
) -> Result<Option<StoredConsole>, StoreError> {
    let Some(row) = conn.one(CONSOLE, params![cookie, now, used_after]).await? else {
        return Ok(None);
    };
    Ok(Some(StoredConsole {
        id: row.id("id")?,
        session: row.id("session_id")?,
        person: row.id("person_id")?,
        last_used_at: row.time("last_used_at")?,
    }))
}

pub(super) async fn touch_console(tx: &mut Tx<'_>, id: Id<id::Console>) -> Result<(), StoreError> {
    let now = tx.now();
    tx.run(TOUCH_CONSOLE, params![id, now]).await.map(|_| ())
}

/// Ends every session of the console that stands on this session; gives how many there were.
pub(super) async fn end_consoles_of(
    tx: &mut Tx<'_>,
    session: Id<id::Session>,
    because: &str,
) -> Result<u64, StoreError> {
    let now = tx.now();
    tx.run(END_CONSOLES, params![session, now, because]).await
}

/// Ends every session of the console of a person; gives the sessions that they stood on.
pub(super) async fn end_consoles_of_person(
    tx: &mut Tx<'_>,
    person: Id<id::Person>,
    because: &str,
) -> Result<Vec<Id<id::Session>>, StoreError> {
    let now = tx.now();
    tx.all(END_CONSOLES_OF_PERSON, params![person, now, because])
        .await?
        .iter()
        .map(|row| row.id("session_id"))
        .collect()
}

pub(super) async fn sweep_consoles(tx: &mut Tx<'_>, before: Timestamp) -> Result<u64, StoreError> {
    tx.run(SWEEP_CONSOLES, params![before]).await
}

pub(super) async fn insert_offer(
    tx: &mut Tx<'_>,
    digest: Digest,
    expires_at: Timestamp,
    because: Option<&str>,
) -> Result<(), StoreError> {
    let (now, by) = (tx.now(), tx.cx().actor.to_string());
    tx.run(INSERT_OFFER, params![digest, now, by, expires_at, because]).await.map(|_| ())
}

/// Ends offers that nobody accepted.
pub(super) async fn end_offers(tx: &mut Tx<'_>) -> Result<(), StoreError> {
    let now = tx.now();
    tx.run(END_OFFERS, params![now]).await.map(|_| ())
}

pub(super) async fn offer(conn: &mut Conn, digest: Digest, now: Timestamp) -> Result<Option<Offer>, StoreError> {
    let Some(row) = conn.one(OFFER, params![digest, now]).await? else {
        return Ok(None);
    };
    Ok(Some(Offer { digest, expires_at: row.time("expires_at")?, because: row.opt_text("because")? }))
}

pub(super) async fn spend_offer(tx: &mut Tx<'_>, digest: Digest, by: Id<id::Person>) -> Result<bool, StoreError> {
    let now = tx.now();
    Ok(tx.run(SPEND_OFFER, params![digest, now, by]).await? == 1)
}

pub(super) async fn sweep_offers(tx: &mut Tx<'_>, before: Timestamp) -> Result<u64, StoreError> {
    tx.run(SWEEP_OFFERS, params![before]).await
}

/// The table and row that a sealed answer belongs to.
fn answer_owner(key: &OnceKey) -> Vec<u8> {
    [b"admin_answer:", &id_of(key.caller).as_bytes()[..], key.key.as_bytes()].concat()
}

pub(super) async fn answer(
    conn: &mut Conn,
    key: &OnceKey,
    now: Timestamp,
) -> Result<Option<(Digest, Answer)>, StoreError> {
    let params = params![key.caller.kind(), id_of(key.caller), key.key.as_str(), now];
    let Some(row) = conn.one(ANSWER, params).await? else {
        return Ok(None);
    };
    let sealed = Sealed { key_id: row.text("seal_key_id")?, bytes: row.bytes("sealed")? };
    let opened = conn.seals().open(&answer_owner(key), &sealed);
    let body = String::from_utf8(opened.map_err(|error| Fault::new("opening a kept answer", error))?);
    let answer = Answer {
        status: u16::try_from(row.int("status")?).map_err(|_| Fault::bug("reading the status of an answer"))?,
        etag: row.opt_text("etag")?,
        location: row.opt_text("location")?,
        body: body.map_err(|error| Fault::new("reading a kept answer", error))?,
    };
    Ok(Some((row.digest("request")?, answer)))
}

pub(super) async fn insert_answer(
    tx: &mut Tx<'_>,
    key: &OnceKey,
    request: Digest,
    answer: &Answer,
    until: Timestamp,
) -> Result<(), StoreError> {
    let now = tx.now();
    let sealed = tx.seals().seal(&answer_owner(key), answer.body.as_bytes());
    let params = params![
        key.caller.kind(),
        id_of(key.caller),
        key.key.as_str(),
        request,
        i64::from(answer.status),
        answer.etag.as_deref(),
        answer.location.as_deref(),
        sealed.bytes,
        sealed.key_id,
        now,
        until,
    ];
    tx.run(INSERT_ANSWER, params).await.map(|_| ())
}

pub(super) async fn sweep_answers(tx: &mut Tx<'_>) -> Result<u64, StoreError> {
    let now = tx.now();
    tx.run(SWEEP_ANSWERS, params![now]).await
}
