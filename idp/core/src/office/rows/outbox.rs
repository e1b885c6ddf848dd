//! SQL of what is told to parties: what changed, and what each of them has of it.

use std::time::Duration;

use super::super::RoleId;
use crate::{
    params,
    store::{Conn, Param, Row, StoreError, Tx},
    types::{Id, Timestamp, id},
};

type PostId = Id<id::Assignment>;

const INSERT: &str = "insert into rights_event (assignment_id, person_id, revision, change, also, happened_at) \
    values ($1, $2, $3, $4, $5, $6)";
const INSERT_OF: &str = "insert into rights_event (assignment_id, person_id, revision, change, happened_at) \
    select id, person_id, revision, $1, $2 from assignment where id in ($3)";
const INSERT_OF_ROLE: &str = "insert into rights_event (assignment_id, person_id, revision, change, happened_at) \
    select a.id, a.person_id, a.revision, 'role-changed', $2 from assignment a \
    join assignment_role g on g.assignment_id = a.id and g.role_id = $1 where a.state = 'active' and a.valid_until > $2";
const INSERT_OF_PERSON: &str = "insert into rights_event (assignment_id, person_id, revision, change, happened_at) \
    select id, person_id, revision, 'person-changed', $2 from assignment \
    where person_id = $1 and state = 'active' and valid_until > $2 order by id";
/// What was handed on from these posts: it has no more than they have.
const INSERT_HANDED_ON: &str = "insert into rights_event (assignment_id, person_id, revision, change, happened_at) \
    select id, person_id, revision, 'source-changed', $1 from assignment \
    where state = 'active' and valid_until > $1 and delegator_id in ($2)";
const BESIDE: &str = "select a.id, a.person_id, g.role_id from assignment a join assignment_role g on g.assignment_id = a.id \
    where a.state = 'active' and a.valid_until > $1 and a.person_id in ($2)";
const TOLD_UNTIL: &str = "select told_until from rights_clock";
const TOLD: &str = "insert into rights_clock (one, told_until) values (1, $1) on conflict (one) do update set told_until = excluded.told_until";
/// Who was recorded before its first instant hears of it a second time then; who was recorded later was told all by the record.
const TOOK_EFFECT: &str = "insert into rights_event (assignment_id, person_id, revision, change, happened_at) \
    select id, person_id, revision, 'took-effect', valid_from from assignment \
    where state = 'active' and valid_from > $1 and valid_from <= $2 and created_at < valid_from order by valid_from, id";
const RAN_OUT: &str = "insert into rights_event (assignment_id, person_id, revision, change, happened_at) \
    select id, person_id, revision, 'ran-out', valid_until from assignment \
    where state = 'active' and valid_until > $1 and valid_until <= $2 order by valid_until, id";
/// Without a decision a post counts for `$3` milliseconds.
const RAN_OUT_UNCONFIRMED: &str = "insert into rights_event (assignment_id, person_id, revision, change, happened_at) \
    select id, person_id, revision, 'ran-out', valid_from + $3 from assignment \
    where state = 'active' and decision_no is null and valid_from + $3 > $1 and valid_from + $3 <= $2 and valid_until > valid_from + $3 \
    order by valid_from, id";
/// Roles of the catalogue have dates, too.
const ROLE_TURNED: &str = "insert into rights_event (assignment_id, person_id, revision, change, happened_at) \
    select a.id, a.person_id, a.revision, 'role-changed', case when r.valid_from > $1 then r.valid_from else r.valid_until end \
    from role r join assignment_role g on g.role_id = r.id join assignment a on a.id = g.assignment_id \
    where ((r.valid_from > $1 and r.valid_from <= $2) or (r.valid_until > $1 and r.valid_until <= $2)) \
        and a.state = 'active' and a.valid_until > $2 order by a.id";
const OPEN: &str = "select seq, assignment_id, person_id, change, also from rights_event where handed_out_at is null order by seq limit $1";
const HANDED_OUT: &str = "update rights_event set handed_out_at = $1 where handed_out_at is null and seq in ($2)";
const DELIVER: &str = "insert into rights_delivery (event_seq, party_id, person_id, tries, due_at, created_at) \
    values ($1, $2, $3, $4, $5, $6)";
const DUE: &str =
    "select distinct party_id from rights_delivery where delivered_at is null and dead_at is null and due_at <= $1";
/// Of each person the first that a party has not: what comes after waits for it, so the party hears everything in its order.
const CLAIM: &str = "update rights_delivery set due_at = $2 where party_id = $3 and event_seq in ( \
        select d.event_seq from rights_delivery d \
        where d.party_id = $3 and d.delivered_at is null and d.dead_at is null and d.due_at <= $1 and not exists ( \
            select 1 from rights_delivery e where e.party_id = d.party_id and e.person_id = d.person_id \
                and e.event_seq < d.event_seq and e.delivered_at is null and e.dead_at is null) \
        order by d.event_seq limit $4) \
    returning event_seq, party_id, person_id, tries";
const EVENTS: &str = "select seq, assignment_id, revision, change, happened_at from rights_event where seq in ($1)";
const DELIVERED: &str =
    "update rights_delivery set delivered_at = $3 where event_seq = $1 and party_id = $2 and delivered_at is null";
const POSTPONE: &str = "update rights_delivery set tries = $3, due_at = $4 where event_seq = $1 and party_id = $2";
const BURY: &str = "update rights_delivery set tries = tries + 1, dead_at = $3 where event_seq = $1 and party_id = $2";
const UNDELIVERED: &str = "select d.event_seq, d.party_id, d.person_id, d.tries, d.due_at, d.dead_at, e.assignment_id, e.revision, e.change, \
        e.happened_at \
    from rights_delivery d join rights_event e on e.seq = d.event_seq \
    where d.delivered_at is null order by d.event_seq, d.party_id limit $1";
const REPLAY: &str = "update rights_delivery set delivered_at = null, dead_at = null, tries = 0, due_at = $3 \
    where party_id = $1 and event_seq >= $2 and (delivered_at is not null or dead_at is not null)";
const SPEAKING: &str = "select a.id, a.person_id, a.revision, g.role_id, g.parties from assignment a \
    join assignment_role g on g.assignment_id = a.id \
    where a.id in (select p.id from assignment p where p.state = 'active' and p.valid_until > $1 and p.id > $2 order by p.id limit $3) \
    order by a.id, g.role_id";
const SWEEP_DELIVERIES: &str = "delete from rights_delivery where delivered_at < $1";
const SWEEP_EVENTS: &str = "delete from rights_event where handed_out_at < $1 \
    and not exists (select 1 from rights_delivery d where d.event_seq = rights_event.seq)";

/// Every statement of this file.
pub(super) const ALL: &[&str] = &[
    INSERT,
    INSERT_OF,
    INSERT_OF_ROLE,
    INSERT_OF_PERSON,
    INSERT_HANDED_ON,
    BESIDE,
    TOLD_UNTIL,
    TOLD,
    TOOK_EFFECT,
    RAN_OUT,
    RAN_OUT_UNCONFIRMED,
    ROLE_TURNED,
    OPEN,
    HANDED_OUT,
    DELIVER,
    DUE,
    CLAIM,
    EVENTS,
    DELIVERED,
    POSTPONE,
    BURY,
    UNDELIVERED,
    REPLAY,
    SPEAKING,
    SWEEP_DELIVERIES,
    SWEEP_EVENTS,
];

/// Notes a change of one post, with the roles that it had and has no more.
pub(crate) async fn changed(
    tx: &mut Tx<'_>,
    (post, person, revision): (PostId, Id<id::Person>, i64),
    change: &str,
    also: Option<String>,
) -> Result<(), StoreError> {
    let now = tx.now();
    tx.run(INSERT, params![post, person, revision, change, also, now]).await.map(|_| ())
}

/// Notes a change of these posts, as they are now.
pub(crate) async fn changed_all(tx: &mut Tx<'_>, change: &'static str, posts: &[PostId]) -> Result<(), StoreError> {
    let now = tx.now();
    let posts: Vec<Param> = posts.iter().map(|post| Param::from(*post)).collect();
    tx.run_in(INSERT_OF, &[change.into(), now.into()], &posts).await.map(|_| ())
}

/// Notes that a role of the catalogue changed, for every post that holds it.
pub(crate) async fn role_changed(tx: &mut Tx<'_>, role: &RoleId) -> Result<(), StoreError> {
    let now = tx.now();
    tx.run(INSERT_OF_ROLE, params![role.as_str(), now]).await.map(|_| ())
}

/// Notes that a person changed, for every post of theirs that counts or will.
pub(crate) async fn person_changed(tx: &mut Tx<'_>, person: Id<id::Person>) -> Result<(), StoreError> {
    let now = tx.now();
    tx.run(INSERT_OF_PERSON, params![person, now]).await.map(|_| ())
}

/// Notes that these posts changed, for what was handed on from them.
pub(crate) async fn sources_changed(tx: &mut Tx<'_>, posts: &[PostId]) -> Result<u64, StoreError> {
    let now = tx.now();
    let posts: Vec<Param> = posts.iter().map(|post| Param::from(*post)).collect();
    tx.run_in(INSERT_HANDED_ON, &[now.into()], &posts).await
}

/// A role of a post that counts or will.
pub(crate) struct Beside {
    pub(crate) post: PostId,
    pub(crate) person: Id<id::Person>,
    pub(crate) role: RoleId,
}

/// Every role in every post of these people.
pub(crate) async fn beside(
    conn: &mut Conn,
    people: &[Id<id::Person>],
    at: Timestamp,
) -> Result<Vec<Beside>, StoreError> {
    let people: Vec<Param> = people.iter().map(|person| Param::from(*person)).collect();
    let beside = |row: &Row| {
        let role = super::catalogue::role_id(row, "role_id")?;
        Ok(Beside { post: row.id("id")?, person: row.id("person_id")?, role })
    };
    conn.all_in(BESIDE, &[at.into()], &people).await?.iter().map(beside).collect()
}

/// Until when dates were noted; `None`: never yet.
pub(crate) async fn told_until(tx: &mut Tx<'_>) -> Result<Option<Timestamp>, StoreError> {
    tx.one(TOLD_UNTIL, params![]).await?.map(|row| row.time("told_until")).transpose()
}

/// Notes what began and ended by its date after `since` and up to now; gives how many changes that were. `unconfirmed`: how long a post
/// without a decision counts.
pub(crate) async fn note_dates(
    tx: &mut Tx<'_>,
    since: Option<Timestamp>,
    unconfirmed: Duration,
) -> Result<u64, StoreError> {
    let (now, capped) = (tx.now(), i64::try_from(unconfirmed.as_millis()).unwrap_or(i64::MAX));
    let mut noted = 0;
    if let Some(since) = since {
        noted += tx.run(RAN_OUT, params![since, now]).await?;
        noted += tx.run(RAN_OUT_UNCONFIRMED, params![since, now, capped]).await?;
        noted += tx.run(TOOK_EFFECT, params![since, now]).await?;
        noted += tx.run(ROLE_TURNED, params![since, now]).await?;
    }
    tx.run(TOLD, params![now]).await?;
    Ok(noted)
}

/// A change that nobody was told of yet.
pub(crate) struct Open {
    pub(crate) seq: i64,
    pub(crate) change: String,
    pub(crate) post: PostId,
    pub(crate) person: Id<id::Person>,
    pub(crate) also: Option<String>,
}

pub(crate) async fn open(tx: &mut Tx<'_>, most: i64) -> Result<Vec<Open>, StoreError> {
    let open = |row: &Row| {
        Ok(Open {
            seq: row.int("seq")?,
            change: row.text("change")?,
            post: row.id("assignment_id")?,
            person: row.id("person_id")?,
            also: row.opt_text("also")?,
        })
    };
    tx.all(OPEN, params![most]).await?.iter().map(open).collect()
}

pub(crate) async fn hand_out(
    tx: &mut Tx<'_>,
    seqs: &[i64],
    to: &[(i64, Id<id::Party>, Id<id::Person>)],
) -> Result<(), StoreError> {
    let now = tx.now();
    let rows = to.iter().map(|(seq, party, person)| params![*seq, *party, *person, 0_i64, now, now]).collect();
    tx.insert_all(DELIVER, rows).await?;
    let seqs: Vec<Param> = seqs.iter().map(|seq| Param::from(*seq)).collect();
    tx.run_in(HANDED_OUT, &[now.into()], &seqs).await.map(|_| ())
}

/// A delivery that was taken to be tried now.
pub(crate) struct Claimed {
    pub(crate) seq: i64,
    pub(crate) party: Id<id::Party>,
    pub(crate) person: Id<id::Person>,
    pub(crate) tries: i64,
}

/// The parties for which something is due.
pub(crate) async fn due(conn: &mut Conn, now: Timestamp) -> Result<Vec<Id<id::Party>>, StoreError> {
    conn.all(DUE, params![now]).await?.iter().map(|row| row.id("party_id")).collect()
}

pub(crate) async fn claim(
    tx: &mut Tx<'_>,
    (party, most): (Id<id::Party>, i64),
    held_until: Timestamp,
) -> Result<Vec<Claimed>, StoreError> {
    let now = tx.now();
    let claimed = |row: &Row| {
        Ok(Claimed {
            seq: row.int("event_seq")?,
            party: row.id("party_id")?,
            person: row.id("person_id")?,
            tries: row.int("tries")?,
        })
    };
    tx.all(CLAIM, params![now, held_until, party, most]).await?.iter().map(claimed).collect()
}

/// What a change was.
pub(crate) struct Event {
    pub(crate) seq: i64,
    pub(crate) post: PostId,
    pub(crate) revision: i64,
    pub(crate) change: String,
    pub(crate) happened_at: Timestamp,
}

fn event(row: &Row, seq: &str) -> Result<Event, StoreError> {
    Ok(Event {
        seq: row.int(seq)?,
        post: row.id("assignment_id")?,
        revision: row.int("revision")?,
        change: row.text("change")?,
        happened_at: row.time("happened_at")?,
    })
}

pub(crate) async fn events(conn: &mut Conn, seqs: &[i64]) -> Result<Vec<Event>, StoreError> {
    let seqs: Vec<Param> = seqs.iter().map(|seq| Param::from(*seq)).collect();
    conn.all_in(EVENTS, &[], &seqs).await?.iter().map(|row| event(row, "seq")).collect()
}

pub(crate) async fn delivered(tx: &mut Tx<'_>, seq: i64, party: Id<id::Party>) -> Result<(), StoreError> {
    let now = tx.now();
    tx.run(DELIVERED, params![seq, party, now]).await.map(|_| ())
}

pub(crate) async fn postpone(
    tx: &mut Tx<'_>,
    (seq, party): (i64, Id<id::Party>),
    tries: i64,
    due_at: Timestamp,
) -> Result<(), StoreError> {
    tx.run(POSTPONE, params![seq, party, tries, due_at]).await.map(|_| ())
}

pub(crate) async fn bury(tx: &mut Tx<'_>, seq: i64, party: Id<id::Party>) -> Result<(), StoreError> {
    let now = tx.now();
    tx.run(BURY, params![seq, party, now]).await.map(|_| ())
}

/// A delivery that a party does not have.
pub(crate) struct Missing {
    pub(crate) event: Event,
    pub(crate) party: Id<id::Party>,
    pub(crate) person: Id<id::Person>,
    pub(crate) tries: i64,
    pub(crate) due_at: Timestamp,
    pub(crate) dead_at: Option<Timestamp>,
}

pub(crate) async fn undelivered(conn: &mut Conn, most: i64) -> Result<Vec<Missing>, StoreError> {
    let missing = |row: &Row| {
        Ok(Missing {
            event: event(row, "event_seq")?,
            party: row.id("party_id")?,
            person: row.id("person_id")?,
            tries: row.int("tries")?,
            due_at: row.time("due_at")?,
            dead_at: row.opt_time("dead_at")?,
        })
    };
    conn.all(UNDELIVERED, params![most]).await?.iter().map(missing).collect()
}

/// Makes deliveries due again, those that arrived and those that were given up; gives how many.
pub(crate) async fn replay(tx: &mut Tx<'_>, party: Id<id::Party>, from: i64) -> Result<u64, StoreError> {
    let now = tx.now();
    tx.run(REPLAY, params![party, from, now]).await
}

/// A role of a post that counts or will.
pub(crate) struct Speaking {
    pub(crate) post: PostId,
    pub(crate) person: Id<id::Person>,
    pub(crate) revision: i64,
    pub(crate) role: RoleId,
    pub(crate) parties: super::super::Parties,
}

/// The roles of the next `most` posts after one, post by post.
pub(crate) async fn speaking(
    conn: &mut Conn,
    at: Timestamp,
    after: Option<PostId>,
    most: i64,
) -> Result<Vec<Speaking>, StoreError> {
    let after = after.unwrap_or(Id::from_uuid(uuid::Uuid::nil()));
    let speaking = |row: &Row| {
        Ok(Speaking {
            post: row.id("id")?,
            person: row.id("person_id")?,
            revision: row.int("revision")?,
            role: super::catalogue::role_id(row, "role_id")?,
            parties: super::world::parties(row.opt_text("parties")?)?,
        })
    };
    conn.all(SPEAKING, params![at, after, most]).await?.iter().map(speaking).collect()
}

pub(crate) async fn sweep(tx: &mut Tx<'_>, before: Timestamp) -> Result<u64, StoreError> {
    let deliveries = tx.run(SWEEP_DELIVERIES, params![before]).await?;
    Ok(deliveries + tx.run(SWEEP_EVENTS, params![before]).await?)
}
