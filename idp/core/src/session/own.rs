//! A person's own view of their sessions: which are open, ending them, leaving a party, and reporting a sign-in that was not theirs.

use super::{CaseState, Computer, Limits, Population, end, rows};
use crate::{
    audit::{self, Event, Own},
    crypto::random,
    store::{Conn, StoreError, Tx},
    types::{Aal, Agent, Id, Timestamp, id},
};

/// An open session as its holder sees it.
#[derive(Clone, Debug)]
pub struct Open {
    /// Its id.
    pub id: Id<id::Session>,
    /// When it began.
    pub started_at: Timestamp,
    /// When somebody last used it.
    pub last_used_at: Timestamp,
    /// Its absolute end.
    pub ends_at: Timestamp,
    /// How its holder proved themself.
    pub aal: Aal,
    /// With what; `None` where nobody knows.
    pub agent: Option<Agent>,
    /// Whose session it is.
    pub population: Population,
    /// On whose computer.
    pub computer: Computer,
    /// How many parties joined it.
    pub parties: i64,
}

/// The sessions of a person that are alive, the last used first, at most a hundred.
pub async fn open_of(
    conn: &mut Conn,
    person: Id<id::Person>,
    limits: Limits,
    now: Timestamp,
) -> Result<Vec<Open>, StoreError> {
    let open = rows::open_of(conn, person, limits.epoch, now).await?;
    Ok(open.into_iter().filter(|one| !limits.is_idle((one.population, one.computer), one.last_used_at, now)).collect())
}

/// Ends a session of this person; another's is not touched. `false`: there was none to end.
pub async fn end_own(
    tx: &mut Tx<'_>,
    person: Id<id::Person>,
    session: Id<id::Session>,
    because: &'static str,
) -> Result<bool, StoreError> {
    if rows::person_of(tx, session).await? != Some(person) {
        return Ok(false);
    }
    Ok(end::end(tx, session, because).await?.is_some())
}

/// The party leaves every open session of the person, and is told so.
pub async fn leave(tx: &mut Tx<'_>, person: Id<id::Person>, party: Id<id::Party>) -> Result<u64, StoreError> {
    rows::leave(tx, person, party).await
}

/// A report of a sign-in, as its person sees it and the help desk finds it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// The number to read out.
    pub number: String,
    /// When it was made.
    pub at: Timestamp,
    /// What became of it.
    pub state: CaseState,
}

/// Reports that a sign-in was not by the person: ends its session, where it opened one, and opens a case. A second report of the same
/// event gives the number of the first. What was given out in that session is ended by the caller, in the same write.
pub async fn report(tx: &mut Tx<'_>, person: Id<id::Person>, event: &Own) -> Result<Option<Report>, StoreError> {
    let session = event.session();
    let drawn = format!("BC-{}-{}", random::readable(4), random::readable(4));
    let number = rows::insert_report(tx, (person, session), event.id, &drawn).await?;
    if number == drawn {
        if let Some(session) = session {
            end_own(tx, person, session, "reported").await?;
        }
        audit::record(tx, Event::SignInReported { person, session, number: number.clone() }).await?;
    }
    let reports = rows::reports(tx, person).await?;
    Ok(reports.into_iter().map(|(_, report)| report).find(|report| report.number == number))
}

/// The reports of a person, by the event that they are about; the newest hundred.
pub async fn reports(conn: &mut Conn, person: Id<id::Person>) -> Result<Vec<(Id<id::AuditEvent>, Report)>, StoreError> {
    rows::reports(conn, person).await
}
