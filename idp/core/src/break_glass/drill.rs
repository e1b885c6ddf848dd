//! Drills: an hour in which somebody opens the envelopes as if it were the day, and what that showed.

use std::time::Duration;

use super::{Account, Number, account, rows};
use crate::{
    audit::{self, Event},
    crypto::random,
    notify::{self, Fate},
    store::{Conn, StoreError, Tx},
    types::{Id, Timestamp, id},
};

/// How long a drill lasts.
pub const LENGTH: Duration = Duration::from_secs(3_600);

/// A drill.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Drill {
    /// Its id.
    pub id: Id<id::Drill>,
    /// When it began.
    pub began_at: Timestamp,
    /// When it ends by itself.
    pub ends_at: Timestamp,
    /// When it was over; `None`: it is held.
    pub ended_at: Option<Timestamp>,
    /// What it showed of each account, so far.
    pub outcomes: Vec<Outcome>,
}

/// What a drill showed of one account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// Which account.
    pub number: Number,
    /// When it was used last.
    pub used_at: Option<Timestamp>,
    /// What became of the alarm's messages.
    pub fate: Fate,
}

impl Outcome {
    /// Whether the account was opened, and every message of its alarm left.
    pub const fn is_good(&self) -> bool {
        self.used_at.is_some() && self.fate.delivered > 0 && self.fate.waiting == 0 && self.fate.failed == 0
    }
}

/// Why no drill began or ended.
#[derive(Debug, thiserror::Error)]
pub enum DrillError {
    /// One is held until then.
    #[error("a drill is held")]
    Held(Timestamp),
    /// None is held.
    #[error("no drill is held")]
    NotHeld,
    /// There is no account that a key opens.
    #[error("there is nothing to open")]
    NothingToOpen,
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Begins a drill.
///
/// # Errors
/// [`DrillError::Held`], [`DrillError::NothingToOpen`].
pub async fn begin_drill(tx: &mut Tx<'_>) -> Result<Drill, DrillError> {
    let now = tx.now();
    if let Some(open) = rows::open_drill(tx).await? {
        if now < open.ends_at {
            return Err(DrillError::Held(open.ends_at));
        }
        close(tx, open).await?;
    }
    if !account::accounts(tx).await?.iter().any(|account| account.state.opens()) {
        return Err(DrillError::NothingToOpen);
    }
    let drill =
        Drill { id: random::id(now), began_at: now, ends_at: now + LENGTH, ended_at: None, outcomes: Vec::new() };
    rows::insert_drill(tx, &drill).await?;
    audit::record(tx, Event::BreakGlassDrilled { drill: drill.id, change: "begun", good: Vec::new() }).await?;
    Ok(drill)
}

/// Ends the drill that is held.
///
/// # Errors
/// [`DrillError::NotHeld`].
pub async fn end_drill(tx: &mut Tx<'_>) -> Result<Drill, DrillError> {
    let open = rows::open_drill(tx).await?.ok_or(DrillError::NotHeld)?;
    close(tx, open).await?.ok_or(DrillError::NotHeld)
}

/// Ends a drill and keeps what it showed: messages leave the outbox after a month. `None`: somebody was faster.
pub(super) async fn close(tx: &mut Tx<'_>, drill: Drill) -> Result<Option<Drill>, StoreError> {
    let ended_at = tx.now().min(drill.ends_at);
    if !rows::end_drill(tx, drill.id, ended_at).await? {
        return Ok(None);
    }
    let mut outcomes = Vec::new();
    for account in account::accounts(tx).await? {
        if account.state.opens() {
            let outcome = outcome(tx, drill.id, &account).await?;
            rows::insert_outcome(tx, drill.id, account.id, &outcome).await?;
            outcomes.push(outcome);
        }
    }
    let good = outcomes.iter().filter(|outcome| outcome.is_good()).map(|outcome| outcome.number.get()).collect();
    audit::record(tx, Event::BreakGlassDrilled { drill: drill.id, change: "ended", good }).await?;
    Ok(Some(Drill { ended_at: Some(ended_at), outcomes, ..drill }))
}

/// What a drill shows of an account so far.
pub(super) async fn outcome(conn: &mut Conn, drill: Id<id::Drill>, account: &Account) -> Result<Outcome, StoreError> {
    let used_at = rows::used_in(conn, drill, account.id).await?;
    let messages = rows::messages_in(conn, drill, account.id).await?;
    Ok(Outcome { number: account.number, used_at, fate: notify::fate(conn, &messages).await? })
}

#[cfg(test)]
mod tests {
    use super::{Fate, Number, Outcome};
    use crate::types::Timestamp;

    #[test]
    fn a_drill_is_good_where_the_account_opened_and_every_message_left() {
        let used = Some(Timestamp::from_seconds(1_790_000_000));
        for (used_at, delivered, waiting, failed, good) in [
            (used, 2, 0, 0, true),
            (None, 2, 0, 0, false),
            (used, 0, 0, 0, false),
            (used, 1, 1, 0, false),
            (used, 1, 0, 1, false),
        ] {
            let fate = Fate { delivered, waiting, failed };
            assert_eq!(Outcome { number: Number::One, used_at, fate }.is_good(), good, "{fate:?}");
        }
    }
}
