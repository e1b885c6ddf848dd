//! Ending sessions, and the outbox of logout tokens (OpenID Connect Back-Channel Logout 1.0).

use std::time::Duration;

use super::rows;
use crate::{
    audit::{self, Event},
    store::{Conn, StoreError, Tx},
    types::{Id, id},
};

/// A session that was ended now, and not before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ended {
    /// Whose it was.
    pub person: Id<id::Person>,
    /// How many parties will be told.
    pub parties: u64,
}

/// Ends a session and queues a logout token for each party that joined it. `None`: it had ended before.
pub async fn end(
    tx: &mut Tx<'_>,
    session: Id<id::Session>,
    because: &'static str,
) -> Result<Option<Ended>, StoreError> {
    let Some(person) = rows::end(tx, session, because).await? else {
        return Ok(None);
    };
    let parties = rows::queue_deliveries(tx, session).await?;
    audit::record(tx, Event::SessionEnded { person, session, because }).await?;
    Ok(Some(Ended { person, parties }))
}

/// Ends every session of a person.
pub async fn end_all_of(tx: &mut Tx<'_>, person: Id<id::Person>, because: &'static str) -> Result<u64, StoreError> {
    let sessions = rows::open_sessions(tx, person).await?;
    let mut ended = 0;
    for session in sessions {
        ended += u64::from(end(tx, session, because).await?.is_some());
    }
    Ok(ended)
}

/// Ends every session of a person but the one at hand: after a change of how they sign in.
pub async fn end_others_of(
    tx: &mut Tx<'_>,
    person: Id<id::Person>,
    keep: Id<id::Session>,
    because: &'static str,
) -> Result<u64, StoreError> {
    let mut ended = 0;
    for session in rows::open_sessions(tx, person).await? {
        if session != keep {
            ended += u64::from(end(tx, session, because).await?.is_some());
        }
    }
    Ok(ended)
}

/// Ends every session in which a credential was ever used: whoever removes a stolen one removes the thief too.
pub async fn end_opened_with(
    tx: &mut Tx<'_>,
    credential: Id<id::Credential>,
    because: &'static str,
) -> Result<u64, StoreError> {
    let mut ended = 0;
    for session in rows::opened_with(tx, credential).await? {
        ended += u64::from(end(tx, session, because).await?.is_some());
    }
    Ok(ended)
}

/// Whether a session would end with this credential.
pub async fn is_opened_with(
    conn: &mut Conn,
    session: Id<id::Session>,
    credential: Id<id::Credential>,
) -> Result<bool, StoreError> {
    rows::is_opened_with(conn, session, credential).await
}

/// Ends up to `most` sessions of anybody: after a restore, in parts that each fit one transaction. Zero: none is left.
pub async fn end_some(tx: &mut Tx<'_>, most: i64, because: &'static str) -> Result<u64, StoreError> {
    let sessions = rows::some_open_sessions(tx, most).await?;
    let mut ended = 0;
    for session in sessions {
        ended += u64::from(end(tx, session, because).await?.is_some());
    }
    Ok(ended)
}

/// A logout token to be sent.
#[derive(Clone, Debug)]
pub struct LogoutDelivery {
    /// Names the delivery.
    pub id: Id<id::Delivery>,
    /// To whom.
    pub party: Id<id::Party>,
    /// Which session ended.
    pub session: Id<id::Session>,
    /// The `sid` by which that party knew it.
    pub sid: String,
    /// The `sub` by which that party knew the person.
    pub subject: String,
    /// Attempts before this one.
    pub tries: i64,
}

/// Tries after which a party is given up: the last one some seven and a half hours after the first.
const TRIES: i64 = 8;

/// Claims deliveries that are due: their next try is moved ahead first, so that no other worker takes them meanwhile.
pub async fn claim_deliveries(tx: &mut Tx<'_>, most: i64) -> Result<Vec<LogoutDelivery>, StoreError> {
    rows::claim_deliveries(tx, most, Duration::from_secs(60)).await
}

/// Notes that a party took its logout token, or has no address for one (`outcome` `"none"`).
pub async fn delivered(tx: &mut Tx<'_>, delivery: &LogoutDelivery, outcome: &'static str) -> Result<(), StoreError> {
    rows::delivered(tx, delivery.id).await?;
    if outcome != "none" {
        let event = Event::LogoutDelivered { party: delivery.party, session: delivery.session, outcome };
        audit::record(tx, event).await?;
    }
    Ok(())
}

/// Notes a failed try: the next one comes after 5 s, 20 s, 80 s … and the party is given up after the eighth.
pub async fn postpone_or_give_up(tx: &mut Tx<'_>, delivery: &LogoutDelivery) -> Result<(), StoreError> {
    let tries = delivery.tries + 1;
    if tries >= TRIES {
        rows::give_up(tx, delivery.id).await?;
        let event = Event::LogoutDelivered { party: delivery.party, session: delivery.session, outcome: "given-up" };
        audit::record(tx, event).await?;
        return Ok(());
    }
    let wait = Duration::from_secs(5 * 4_u64.pow(u32::try_from(tries - 1).unwrap_or(0)));
    rows::postpone(tx, delivery.id, tries, wait).await
}
