//! Cases of the help desk: sign-ins that their holders reported as not theirs. Whoever answers the telephone finds one by the number that is
//! read out, looks what happened, and closes it with words for the person.

use super::rows;
use crate::{
    audit::{self, Event},
    store::{Conn, StoreError, Tx},
    types::{Id, Timestamp, id},
};

/// The longest text about what was found, in characters.
pub const MOST_FOUND: usize = 500;

/// What became of a report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CaseState {
    /// Nobody has looked into it yet.
    Open,
    /// Somebody did.
    Closed {
        /// When.
        at: Timestamp,
        /// What was found, as the person reads it.
        found: String,
    },
}

impl CaseState {
    /// The word that rows and programs have for it.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Closed { .. } => "closed",
        }
    }
}

/// A reported sign-in.
#[derive(Clone, Debug)]
pub struct Case {
    /// The number that its person reads out.
    pub number: String,
    /// What was reported, as it stands in the audit log.
    pub event: Id<id::AuditEvent>,
    /// Who reported it.
    pub person: Id<id::Person>,
    /// The session that was ended by it; `None`: the attempt had opened none.
    pub session: Option<Id<id::Session>>,
    /// When it was reported.
    pub at: Timestamp,
    /// What became of it.
    pub state: CaseState,
}

/// Why a case is not closed.
#[derive(Debug, thiserror::Error)]
pub enum CloseError {
    /// Nobody reported anything under this number.
    #[error("there is no such case")]
    Unknown,
    /// It was closed before.
    #[error("the case is closed")]
    Closed,
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A number as it was read out: in any case of letters, with blanks around it.
fn spelled(number: &str) -> String {
    number.trim().to_ascii_uppercase()
}

/// The case of a number.
pub async fn case(conn: &mut Conn, number: &str) -> Result<Option<Case>, StoreError> {
    rows::case(conn, &spelled(number)).await
}

/// Cases of a state (by its word), the oldest first, at most `most`, from after the `last` one of the page before.
pub async fn cases(conn: &mut Conn, state: &str, last: Option<&Case>, most: u32) -> Result<Vec<Case>, StoreError> {
    let after = last.map_or((Timestamp::from_seconds(0), ""), |case| (case.at, case.number.as_str()));
    rows::cases(conn, state, after, i64::from(most)).await
}

/// Closes a case with what was found. The person reads these words in their history; the audit log keeps only that it was closed.
pub async fn close_case(tx: &mut Tx<'_>, number: &str, found: &str) -> Result<Case, CloseError> {
    let number = spelled(number);
    let Some(person) = rows::close_case(tx, &number, found).await? else {
        return Err(match rows::case(tx, &number).await? {
            Some(_) => CloseError::Closed,
            None => CloseError::Unknown,
        });
    };
    audit::record(tx, Event::SignInCaseClosed { person, number: number.clone() }).await?;
    rows::case(tx, &number).await?.ok_or(CloseError::Unknown)
}
