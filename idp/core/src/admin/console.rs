//! Sessions of the web console. Each stands on a session of the hall and falls with it, and is shorter: so a stolen cookie of the console
//! is worth a quarter of an hour without use, and signing out anywhere ends it.

use std::time::Duration;

use super::{
    appointment::Subject,
    gate::{self, Fresh, How, Refusal},
    register, rows,
};
use crate::{
    audit::{self, Event},
    crypto::{
        handle::{ConsoleCookie, Handle},
        random,
    },
    office,
    session::{self, Limits, Live},
    store::{Conn, StoreError, Tx},
    types::{Digest, Id, Timestamp, id},
};

/// Without use.
const IDLE: Duration = Duration::from_secs(15 * 60);
/// At most.
const ABSOLUTE: Duration = Duration::from_secs(8 * 3_600);
/// A use is written down once in so long.
const NOTED: Duration = Duration::from_secs(60);

/// A session of the console that is alive, with the session of the hall that it stands on.
#[derive(Clone, Debug)]
pub struct Console {
    /// Its id.
    pub id: Id<id::Console>,
    /// The hall's session: person, level, age of the proof.
    pub live: Live,
    /// When somebody last used it.
    pub last_used_at: Timestamp,
}

impl Console {
    /// How its holder proved who they are, as of now: a session that was renewed with one factor counts as such.
    pub const fn how(&self) -> How {
        How::Console { aal: self.live.aal, auth_at: self.live.auth_at }
    }
}

/// Opens the console for the holder of a session. Ends the one that this session had before: each sign-in gets a new cookie (ASVS 7.2.4).
pub async fn open(tx: &mut Tx<'_>, live: &Live) -> Result<Result<Handle<ConsoleCookie>, Refusal>, StoreError> {
    let now = tx.now();
    let appointed = !register::held_by(tx, Subject::Person(live.person), now).await?.is_empty();
    if !appointed && office::offices(tx, live.person, now).await?.is_empty() {
        return Ok(Err(Refusal::NoAdministrator));
    }
    if let Err(refusal) = gate::proves(How::Console { aal: live.aal, auth_at: live.auth_at }, Fresh::No, now) {
        return Ok(Err(refusal));
    }
    rows::end_consoles_of(tx, live.id, "opened-again").await?;
    let cookie = Handle::<ConsoleCookie>::generate();
    rows::insert_console(tx, random::id(now), cookie.digest(), live, now + ABSOLUTE).await?;
    audit::record(tx, Event::ConsoleOpened { person: live.person, session: live.id }).await?;
    Ok(Ok(cookie))
}

/// The console of a cookie, if it and the session below it are alive.
pub async fn find(
    conn: &mut Conn,
    cookie: Digest,
    limits: Limits,
    now: Timestamp,
) -> Result<Option<Console>, StoreError> {
    let Some(stored) = rows::console(conn, cookie, now, now - IDLE).await? else {
        return Ok(None);
    };
    let live = session::alive(conn, stored.session, limits, now).await?;
    let live = live.filter(|live| live.person == stored.person);
    Ok(live.map(|live| Console { id: stored.id, live, last_used_at: stored.last_used_at }))
}

/// Whether a use is to be written down now.
pub fn is_note_due(console: &Console, now: Timestamp) -> bool {
    now.since(console.last_used_at) >= NOTED
}

/// Notes a use, of the console and of the session below it.
pub async fn note_use(tx: &mut Tx<'_>, console: &Console) -> Result<(), StoreError> {
    rows::touch_console(tx, console.id).await?;
    session::touch(tx, &console.live).await
}

/// Closes every console of a person. Their sessions of the hall go on: other systems may be in use under them.
pub async fn close(tx: &mut Tx<'_>, person: Id<id::Person>, because: &'static str) -> Result<(), StoreError> {
    for session in rows::end_consoles_of_person(tx, person, because).await? {
        audit::record(tx, Event::ConsoleClosed { person, session, because }).await?;
    }
    Ok(())
}

/// Removes sessions of the console that ended a day ago.
pub(super) async fn sweep(tx: &mut Tx<'_>) -> Result<u64, StoreError> {
    let before = tx.now() - Duration::from_secs(86_400);
    rows::sweep_consoles(tx, before).await
}
