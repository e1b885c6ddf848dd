//! The alarm. A use is alarmed in the write that begins its session: where the one cannot be written, the other is not. A failed attempt is
//! alarmed by a job from what the audit log recorded: so every door is covered, and no answer takes longer for a name that is watched.

use std::{collections::BTreeSet, time::Duration};

use super::{Account, Drill, Number, State, drill, rows};
use crate::{
    admin,
    audit::{self, Event},
    authn::{Proof, contact, notice},
    crypto::random,
    notify::{self, Message, Recipient, Template},
    office::{self, Permission, Place, Word},
    org::{self, AsOf},
    people,
    session::{self, Computer, Limits, Started},
    store::{
        Conn, StoreError, Tx,
        quota::{self, Bucket, Limit},
    },
    types::{Address, Fault, Id, Locale, Timestamp, id},
};

/// How far back failed attempts are looked for: longer than a server is ever away unnoticed.
const LOOK_BACK: Duration = Duration::from_secs(86_400);

/// Alarms of failed attempts that are sent. Each is recorded; but whoever learnt a name must not be able to bury a real alarm under others.
const SENT: Limit = Limit { most: 5, window: Duration::from_secs(3_600) };

/// Posts looked at in one question.
const PAGE: i64 = 100;

/// What a session of a break-glass account begins with.
#[derive(Clone, Copy)]
pub struct Opening<'a> {
    /// On whose computer.
    pub computer: Computer,
    /// How long sessions live.
    pub limits: Limits,
    /// Who is told beside the platform owners.
    pub alarm_to: &'a [Address],
}

/// An alarm that was raised.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Raised {
    /// Of which account.
    pub number: Number,
    /// Whether a drill was held.
    pub drill: bool,
    /// How many messages were queued.
    pub told: usize,
}

/// Failed attempts that were alarmed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Failed {
    /// At which account.
    pub number: Number,
    /// How many.
    pub count: usize,
    /// How many messages were queued.
    pub told: usize,
}

/// What a look at the accounts found.
#[derive(Debug, Default)]
pub struct Watched {
    /// New failed attempts.
    pub failed: Vec<Failed>,
    /// A drill whose hour was over.
    pub ended: Option<Drill>,
}

/// Opens an account for somebody who proved to hold its key: alarm and session, or neither.
///
/// # Errors
/// A [`Fault`] where the account is not one whose key opens it.
pub async fn open(tx: &mut Tx<'_>, proof: &Proof, opening: Opening<'_>) -> Result<(Started, Raised), StoreError> {
    let now = tx.now();
    let account = rows::of_account(tx, proof.account()).await?.filter(|account| account.state.opens());
    let account = account.ok_or(Fault::bug("opening an account that is no break-glass account"))?;
    let drill = rows::open_drill(tx).await?.filter(|drill| now < drill.ends_at).map(|drill| drill.id);
    let alarm = random::id(now);
    rows::insert_alarm(tx, (alarm, account.id), ("used", drill), None).await?;
    let (number, time) = (account.number.get().to_string(), now.show());
    let address = tx.cx().address().map_or_else(|| "-".to_owned(), |address| address.to_string());
    let with = [("number", number.as_str()), ("time", time.as_str()), ("address", address.as_str())];
    let template = if drill.is_some() { notice::BREAK_GLASS_DRILL } else { notice::BREAK_GLASS_USED };
    let told = tell(tx, alarm, (template, &with), opening.alarm_to).await?;
    rows::opened(tx, account.id).await?;
    let started = session::start_alarmed(tx, proof, opening.computer, opening.limits).await?;
    let (person, session) = (account.person, started.live.id);
    let event = Event::BreakGlassUsed { person, session, number: account.number.get(), drill, told };
    audit::record(tx, event).await?;
    Ok((started, Raised { number: account.number, drill: drill.is_some(), told }))
}

/// Tells every other platform owner, on every address that they proved to hold, and whom the configuration names.
async fn tell(
    tx: &mut Tx<'_>,
    alarm: Id<id::Alarm>,
    (template, with): (Template, &[(&str, &str)]),
    alarm_to: &[Address],
) -> Result<usize, StoreError> {
    let now = tx.now();
    let mut messages = Vec::new();
    for owner in owners(tx, now).await? {
        for account in people::accounts_of(tx, owner).await? {
            messages.extend(notice::notify_all(tx, account.id, template, with).await?);
        }
    }
    for address in alarm_to {
        let (to, locale) = (Recipient::from(address.clone()), Locale::default());
        messages.push(notify::queue(tx, Message { to, template, locale, with, due_at: None }).await?);
    }
    for message in &messages {
        rows::insert_message(tx, alarm, *message).await?;
    }
    Ok(messages.len())
}

/// Everybody who is answerable for the installation: by an appointment, or by a post of theirs.
async fn owners(conn: &mut Conn, now: Timestamp) -> Result<BTreeSet<Id<id::Person>>, StoreError> {
    let mut owners: BTreeSet<Id<id::Person>> = admin::owners(conn, now).await?.into_iter().collect();
    let Some(root) = org::root(conn, AsOf::at(now)).await? else { return Ok(owners) };
    let (owns, mut after) = (Word::Ours(Permission::OwnPlatform), None);
    loop {
        let page = office::who(conn, &[Place::Under(root)], (&owns, root, now), after, PAGE).await?;
        owners.extend(page.found.iter().map(|found| found.person));
        after = page.next;
        if after.is_none() {
            return Ok(owners);
        }
    }
}

/// At how many addresses an alarm would arrive.
pub(super) async fn audience(conn: &mut Conn, alarm_to: &[Address], now: Timestamp) -> Result<usize, StoreError> {
    let mut heard = alarm_to.len();
    for owner in owners(conn, now).await? {
        for account in people::accounts_of(conn, owner).await? {
            let contacts = contact::list(conn, account.id).await?;
            heard += contacts.iter().filter(|contact| contact.verified_at.is_some()).count();
        }
    }
    Ok(heard)
}

/// Looks after the accounts: alarms what failed since the last look, and ends a drill whose hour is over.
pub async fn watch(tx: &mut Tx<'_>, alarm_to: &[Address]) -> Result<Watched, StoreError> {
    let now = tx.now();
    let mut watched = Watched::default();
    for account in rows::accounts(tx).await? {
        if account.state != State::Retired {
            watched.failed.extend(failed(tx, &account, alarm_to).await?);
        }
    }
    if let Some(over) = rows::open_drill(tx).await?.filter(|drill| drill.ends_at <= now) {
        watched.ended = drill::close(tx, over).await?;
    }
    Ok(watched)
}

async fn failed(tx: &mut Tx<'_>, account: &Account, alarm_to: &[Address]) -> Result<Option<Failed>, StoreError> {
    let now = tx.now();
    let mut alarms: Vec<Id<id::Alarm>> = Vec::new();
    for (event, _) in audit::failures(tx, account.person, now - LOOK_BACK).await? {
        let alarm = random::id(now);
        if rows::insert_alarm(tx, (alarm, account.id), ("failed", None), Some(event)).await? {
            alarms.push(alarm);
        }
    }
    let Some(last) = alarms.last().copied() else { return Ok(None) };
    let bucket = Bucket::new("break-glass alarms of failures", &[account.id.bytes()]);
    let mut told = 0;
    if quota::spend(tx, bucket, SENT).await?.is_ok() {
        let (number, time, count) = (account.number.get().to_string(), now.show(), alarms.len().to_string());
        let with = [("number", number.as_str()), ("time", time.as_str()), ("count", count.as_str())];
        told = tell(tx, last, (notice::BREAK_GLASS_FAILED, &with), alarm_to).await?;
    }
    let (person, count) = (account.person, alarms.len());
    audit::record(tx, Event::BreakGlassFailed { person, number: account.number.get(), count, told }).await?;
    Ok(Some(Failed { number: account.number, count, told }))
}
