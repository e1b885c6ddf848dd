//! SQL of the break-glass accounts.

use super::{Account, Drill, Number, Outcome, State};
use crate::{
    notify::Fate,
    params,
    store::{Conn, Row, StoreError, Tx},
    types::{Digest, Fault, Id, Timestamp, id},
};

macro_rules! account {
    ($rest:literal) => {
        concat!(
            "select id, number, person_id, account_id, state, state_at, link_ends_at, created_at, last_used_at from break_glass ",
            $rest
        )
    };
}

const ACCOUNTS: &str = account!("where state <> 'retired' order by number");
const OF_ACCOUNT: &str = account!("where account_id = $1");
const BY_LINK: &str = account!("where link_digest = $1 and link_ends_at > $2 and state = 'made'");
const INSERT: &str = "insert into break_glass \
    (id, number, person_id, account_id, state, state_at, link_digest, link_ends_at, created_at) \
    values ($1, $2, $3, $4, 'made', $7, $5, $6, $7)";
const LINK: &str = "update break_glass set link_digest = $2, link_ends_at = $3 where id = $1 and state = 'made'";
const BIND: &str = "update break_glass set state = 'sealed', state_at = $2, link_digest = null, link_ends_at = null \
    where link_digest = $1 and link_ends_at > $2 and state = 'made'";
const OPENED: &str = "update break_glass set state_at = case when state = 'opened' then state_at else $2 end, \
    state = 'opened', last_used_at = $2 where id = $1 and state in ('sealed', 'opened')";
const SEAL: &str = "update break_glass set state = 'sealed', state_at = $2 where id = $1 and state = 'opened'";
const RETIRE: &str = "update break_glass set state = 'retired', state_at = $2, link_digest = null, link_ends_at = null \
    where id = $1 and state <> 'retired'";
const INSERT_ALARM: &str = "insert into break_glass_alarm (id, break_glass_id, kind, drill_id, event_id, at) \
    values ($1, $2, $3, $4, $5, $6) on conflict (event_id) do nothing";
const LAST_ALARM: &str =
    "select id, kind, at from break_glass_alarm where break_glass_id = $1 order by at desc, id desc limit 1";
const INSERT_MESSAGE: &str = "insert into break_glass_message (alarm_id, message_id) values ($1, $2)";
const MESSAGES_OF: &str = "select message_id from break_glass_message where alarm_id = $1";
const MESSAGES_IN: &str = "select m.message_id from break_glass_message m join break_glass_alarm a on a.id = m.alarm_id \
    where a.drill_id = $1 and a.break_glass_id = $2 and a.kind = 'used'";
const USED_IN: &str = "select max(at) as at from break_glass_alarm \
    where drill_id = $1 and break_glass_id = $2 and kind = 'used'";
const INSERT_DRILL: &str = "insert into break_glass_drill (id, began_at, began_by, ends_at) values ($1, $2, $3, $4)";
const OPEN_DRILL: &str = "select id, began_at, ends_at, ended_at from break_glass_drill \
    where ended_at is null order by began_at desc limit 1";
const LAST_DRILL: &str = "select id, began_at, ends_at, ended_at from break_glass_drill \
    where ended_at is not null order by began_at desc limit 1";
const END_DRILL: &str = "update break_glass_drill set ended_at = $2 where id = $1 and ended_at is null";
const INSERT_OUTCOME: &str = "insert into break_glass_result \
    (drill_id, break_glass_id, used_at, delivered, waiting, failed) values ($1, $2, $3, $4, $5, $6)";
const OUTCOMES: &str = "select b.number, r.used_at, r.delivered, r.waiting, r.failed from break_glass_result r \
    join break_glass b on b.id = r.break_glass_id where r.drill_id = $1 order by b.number";
/// The condition is that of [`Outcome::is_good`].
const DRILLED_AT: &str = "select max(used_at) as at from break_glass_result \
    where break_glass_id = $1 and delivered > 0 and waiting = 0 and failed = 0";

/// Every statement of this file.
pub(super) const ALL: &[&str] = &[
    ACCOUNTS,
    OF_ACCOUNT,
    BY_LINK,
    INSERT,
    LINK,
    BIND,
    OPENED,
    SEAL,
    RETIRE,
    INSERT_ALARM,
    LAST_ALARM,
    INSERT_MESSAGE,
    MESSAGES_OF,
    MESSAGES_IN,
    USED_IN,
    INSERT_DRILL,
    OPEN_DRILL,
    LAST_DRILL,
    END_DRILL,
    INSERT_OUTCOME,
    OUTCOMES,
    DRILLED_AT,
];

type Key = Id<id::BreakGlass>;

fn number(row: &Row) -> Result<Number, StoreError> {
    let number = Number::from_number(row.int("number")?);
    Ok(number.ok_or(Fault::bug("reading the number of a break-glass account"))?)
}

fn account(row: &Row) -> Result<Account, StoreError> {
    Ok(Account {
        id: row.id("id")?,
        number: number(row)?,
        person: row.id("person_id")?,
        account: row.id("account_id")?,
        state: State::from_word(&row.text("state")?)?,
        state_at: row.time("state_at")?,
        link_ends_at: row.opt_time("link_ends_at")?,
        created_at: row.time("created_at")?,
        last_used_at: row.opt_time("last_used_at")?,
    })
}

fn drill(row: &Row) -> Result<Drill, StoreError> {
    Ok(Drill {
        id: row.id("id")?,
        began_at: row.time("began_at")?,
        ends_at: row.time("ends_at")?,
        ended_at: row.opt_time("ended_at")?,
        outcomes: Vec::new(),
    })
}

pub(super) async fn accounts(conn: &mut Conn) -> Result<Vec<Account>, StoreError> {
    conn.all(ACCOUNTS, params![]).await?.iter().map(account).collect()
}

pub(super) async fn of_account(conn: &mut Conn, of: Id<id::Account>) -> Result<Option<Account>, StoreError> {
    conn.one(OF_ACCOUNT, params![of]).await?.as_ref().map(account).transpose()
}

pub(super) async fn by_link(conn: &mut Conn, link: Digest, now: Timestamp) -> Result<Option<Account>, StoreError> {
    conn.one(BY_LINK, params![link, now]).await?.as_ref().map(account).transpose()
}

pub(super) async fn insert(
    tx: &mut Tx<'_>,
    (id, number): (Key, Number),
    (person, account): (Id<id::Person>, Id<id::Account>),
    (link, until): (Digest, Timestamp),
) -> Result<(), StoreError> {
    let now = tx.now();
    let params = params![id, i64::from(number.get()), person, account, link, until, now];
    tx.run(INSERT, params).await.map(|_| ())
}

pub(super) async fn link(tx: &mut Tx<'_>, id: Key, (link, until): (Digest, Timestamp)) -> Result<(), StoreError> {
    tx.run(LINK, params![id, link, until]).await.map(|_| ())
}

/// Spends a link. `false`: it was spent, replaced, or is over its time.
pub(super) async fn bind(tx: &mut Tx<'_>, link: Digest) -> Result<bool, StoreError> {
    let now = tx.now();
    Ok(tx.run(BIND, params![link, now]).await? == 1)
}

pub(super) async fn opened(tx: &mut Tx<'_>, id: Key) -> Result<(), StoreError> {
    let now = tx.now();
    if tx.run(OPENED, params![id, now]).await? == 1 {
        Ok(())
    } else {
        Err(Fault::bug("opening a break-glass account").into())
    }
}

pub(super) async fn seal(tx: &mut Tx<'_>, id: Key) -> Result<bool, StoreError> {
    let now = tx.now();
    Ok(tx.run(SEAL, params![id, now]).await? == 1)
}

pub(super) async fn retire(tx: &mut Tx<'_>, id: Key) -> Result<(), StoreError> {
    let now = tx.now();
    tx.run(RETIRE, params![id, now]).await.map(|_| ())
}

/// Writes an alarm. `false`: this failed attempt was alarmed before.
pub(super) async fn insert_alarm(
    tx: &mut Tx<'_>,
    (id, of): (Id<id::Alarm>, Key),
    (kind, drill): (&str, Option<Id<id::Drill>>),
    event: Option<Id<id::AuditEvent>>,
) -> Result<bool, StoreError> {
    let now = tx.now();
    Ok(tx.run(INSERT_ALARM, params![id, of, kind, drill, event, now]).await? == 1)
}

/// The last alarm, whether it was a failed attempt, and when it was.
pub(super) async fn last_alarm(
    conn: &mut Conn,
    of: Key,
) -> Result<Option<(Id<id::Alarm>, bool, Timestamp)>, StoreError> {
    let row = conn.one(LAST_ALARM, params![of]).await?;
    row.map(|row| Ok((row.id("id")?, row.text("kind")? == "failed", row.time("at")?))).transpose()
}

pub(super) async fn insert_message(
    tx: &mut Tx<'_>,
    alarm: Id<id::Alarm>,
    message: Id<id::Delivery>,
) -> Result<(), StoreError> {
    tx.run(INSERT_MESSAGE, params![alarm, message]).await.map(|_| ())
}

pub(super) async fn messages_of(conn: &mut Conn, alarm: Id<id::Alarm>) -> Result<Vec<Id<id::Delivery>>, StoreError> {
    conn.all(MESSAGES_OF, params![alarm]).await?.iter().map(|row| row.id("message_id")).collect()
}

pub(super) async fn messages_in(
    conn: &mut Conn,
    drill: Id<id::Drill>,
    of: Key,
) -> Result<Vec<Id<id::Delivery>>, StoreError> {
    conn.all(MESSAGES_IN, params![drill, of]).await?.iter().map(|row| row.id("message_id")).collect()
}

pub(super) async fn used_in(conn: &mut Conn, drill: Id<id::Drill>, of: Key) -> Result<Option<Timestamp>, StoreError> {
    let row = conn.one(USED_IN, params![drill, of]).await?;
    Ok(row.map(|row| row.opt_time("at")).transpose()?.flatten())
}

pub(super) async fn insert_drill(tx: &mut Tx<'_>, drill: &Drill) -> Result<(), StoreError> {
    let by = tx.cx().actor.to_string();
    tx.run(INSERT_DRILL, params![drill.id, drill.began_at, by, drill.ends_at]).await.map(|_| ())
}

/// The drill that nobody has ended, also one whose hour is over.
pub(super) async fn open_drill(conn: &mut Conn) -> Result<Option<Drill>, StoreError> {
    conn.one(OPEN_DRILL, params![]).await?.as_ref().map(drill).transpose()
}

pub(super) async fn last_drill(conn: &mut Conn) -> Result<Option<Drill>, StoreError> {
    conn.one(LAST_DRILL, params![]).await?.as_ref().map(drill).transpose()
}

pub(super) async fn end_drill(tx: &mut Tx<'_>, id: Id<id::Drill>, at: Timestamp) -> Result<bool, StoreError> {
    Ok(tx.run(END_DRILL, params![id, at]).await? == 1)
}

pub(super) async fn insert_outcome(
    tx: &mut Tx<'_>,
    drill: Id<id::Drill>,
    of: Key,
    outcome: &Outcome,
) -> Result<(), StoreError> {
    let Fate { delivered, waiting, failed } = outcome.fate;
    let params = params![drill, of, outcome.used_at, delivered, waiting, failed];
    tx.run(INSERT_OUTCOME, params).await.map(|_| ())
}

pub(super) async fn outcomes(conn: &mut Conn, drill: Id<id::Drill>) -> Result<Vec<Outcome>, StoreError> {
    let read = |row: &Row| {
        let fate = Fate { delivered: row.int("delivered")?, waiting: row.int("waiting")?, failed: row.int("failed")? };
        Ok(Outcome { number: number(row)?, used_at: row.opt_time("used_at")?, fate })
    };
    conn.all(OUTCOMES, params![drill]).await?.iter().map(read).collect()
}

/// When an account was last opened in a drill that was good.
pub(super) async fn drilled_at(conn: &mut Conn, of: Key) -> Result<Option<Timestamp>, StoreError> {
    let row = conn.one(DRILLED_AT, params![of]).await?;
    Ok(row.map(|row| row.opt_time("at")).transpose()?.flatten())
}
