//! Beginning, finding, renewing and joining sessions.

use std::time::Duration;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

use super::{Computer, Limits, Population, rows};
use crate::{
    audit::{self, Event},
    authn::{Proof, recovery},
    crypto::{
        handle::{Handle, SessionCookie},
        random,
    },
    people::Purpose,
    store::{Actor, Conn, StoreError, Tx},
    types::{Aal, Digest, Fault, Id, Timestamp, id},
};

/// A session that is alive, of a person and an account that are active.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Live {
    /// Its id, for rows; parties see a `sid` of their own instead.
    pub id: Id<id::Session>,
    /// The account.
    pub account: Id<id::Account>,
    /// The person.
    pub person: Id<id::Person>,
    /// When they last proved who they are: `auth_time`.
    pub auth_at: Timestamp,
    /// How: `acr`.
    pub aal: Aal,
    /// With what: `amr`, RFC 8176 words separated by spaces.
    pub amr: String,
    /// When somebody last used it.
    pub last_used_at: Timestamp,
    /// Whose session it is.
    pub population: Population,
    /// On whose computer.
    pub computer: Computer,
}

/// A session that has just begun, with the one copy of its cookie.
pub struct Started {
    /// The session.
    pub live: Live,
    /// The value of the cookie.
    pub cookie: Handle<SessionCookie>,
}

/// Begins a session.
///
/// # Errors
/// A [`Fault`] for a break-glass account: its sessions begin with their alarm, in one transaction (`break_glass::open`).
pub async fn start(
    tx: &mut Tx<'_>,
    proof: &Proof,
    (population, computer): (Population, Computer),
    limits: Limits,
) -> Result<Started, StoreError> {
    if proof.purpose() == Purpose::BreakGlass || population == Population::BreakGlass {
        return Err(Fault::bug("opening a break-glass account without its alarm").into());
    }
    begin(tx, proof, (population, computer), limits).await
}

/// Begins the session of a break-glass account. Only the room that raises its alarm calls this.
pub(crate) async fn start_alarmed(
    tx: &mut Tx<'_>,
    proof: &Proof,
    computer: Computer,
    limits: Limits,
) -> Result<Started, StoreError> {
    begin(tx, proof, (Population::BreakGlass, computer), limits).await
}

async fn begin(
    tx: &mut Tx<'_>,
    proof: &Proof,
    (population, computer): (Population, Computer),
    limits: Limits,
) -> Result<Started, StoreError> {
    let now = tx.now();
    let cookie = Handle::<SessionCookie>::generate();
    let live = Live {
        id: random::id(now),
        account: proof.account(),
        person: proof.person(),
        auth_at: now,
        aal: proof.aal(),
        amr: proof.amr().join(" "),
        last_used_at: now,
        population,
        computer,
    };
    rows::insert(tx, &live, (cookie.digest(), proof.credential()), limits).await?;
    // Whoever can sign in needs no recovery; one that somebody else began is stopped by it.
    recovery::stop_all(tx, live.account, "stopped-by-sign-in").await?;
    let (acr, amr) = (live.aal.acr(), live.amr.clone());
    let event = Event::SignedIn { person: live.person, account: live.account, session: live.id, acr, amr };
    audit::record(tx, event).await?;
    Ok(Started { live, cookie })
}

/// Renews a session after the same person proved themself again: same session, same parties, another cookie
/// (ASVS 7.2.4: a cookie stolen before is worth nothing after). `None`: it ended meanwhile.
pub async fn renew(tx: &mut Tx<'_>, live: &Live, proof: &Proof) -> Result<Option<Started>, StoreError> {
    let cookie = Handle::<SessionCookie>::generate();
    let renewed = Live {
        auth_at: tx.now(),
        aal: proof.aal(),
        amr: proof.amr().join(" "),
        last_used_at: tx.now(),
        ..live.clone()
    };
    recovery::stop_all(tx, live.account, "stopped-by-sign-in").await?;
    if !rows::renew(tx, &renewed, (cookie.digest(), proof.credential())).await? {
        return Ok(None);
    }
    let (acr, amr) = (renewed.aal.acr(), renewed.amr.clone());
    let event = Event::Reauthenticated { person: live.person, session: live.id, acr, amr };
    audit::record(tx, event).await?;
    Ok(Some(Started { live: renewed, cookie }))
}

/// Holds a session to officials' limits from now on: its holder serves in a post, or came to. Never the other way round: of two limits
/// the shorter one wins.
pub async fn hold_to_office(tx: &mut Tx<'_>, live: &mut Live, limits: Limits) -> Result<(), StoreError> {
    if live.population == Population::Citizen {
        live.population = Population::Official;
        rows::hold_to_office(tx, live, limits).await?;
    }
    Ok(())
}

/// The session of a cookie, if it is alive now.
pub async fn find(conn: &mut Conn, cookie: Digest, limits: Limits, now: Timestamp) -> Result<Option<Live>, StoreError> {
    rows::find(conn, cookie, limits, now).await
}

/// The session of an id, if it is alive now: for what stands on a session, such as the web console.
pub async fn alive(
    conn: &mut Conn,
    id: Id<id::Session>,
    limits: Limits,
    now: Timestamp,
) -> Result<Option<Live>, StoreError> {
    rows::alive(conn, id, limits, now).await
}

/// A use is noted at most so often: a busy session costs no write a request.
pub const TOUCHED: Duration = Duration::from_secs(60);

/// Notes a use, at most once in [`TOUCHED`]. What ended meanwhile stays ended: the statement touches only what is open.
pub async fn touch(tx: &mut Tx<'_>, live: &Live) -> Result<(), StoreError> {
    if tx.now().since(live.last_used_at) >= TOUCHED {
        rows::touch(tx, live.id).await?;
    }
    Ok(())
}

/// Notes that a party joined, and gives the `sid` by which it knows the session: random, another for each party, so
/// that two parties cannot compare.
pub async fn join(
    tx: &mut Tx<'_>,
    session: Id<id::Session>,
    party: Id<id::Party>,
    subject: &str,
) -> Result<String, StoreError> {
    let fresh = URL_SAFE_NO_PAD.encode(random::bytes::<16>());
    rows::join(tx, session, party, (&fresh, subject)).await
}

/// The session that a party knows by this `sid`, alive or not.
pub async fn of_sid(conn: &mut Conn, sid: &str) -> Result<Option<Id<id::Session>>, StoreError> {
    rows::of_sid(conn, sid).await
}

impl Live {
    /// The actor of what this session's holder does.
    pub const fn actor(&self) -> Actor {
        Actor::Person(self.person)
    }
}
