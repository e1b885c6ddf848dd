//! A forgotten password: proving who one is again, by the registry's data and one factor that the account has.
//!
//! ```text
//! asked ── a factor ──► proved ── (waiting) ── a factor again ──► open ──► done: a new password, every session ended
//!   │                      │                                        │
//!   └──────────────────────┴───► cancelled ◄────────────────────────┘  by the link of each notice, or by signing in
//! ```
//!
//! Everybody waits (decision 0019): whoever holds an unlocked telephone has the app, the messages and the known browser together, and the paper
//! lies in a drawer; so what is proved decides how long the wait is, and never that there is none.
//!
//! Whatever proves control lives half an hour at most: the link that is sent after the wait names the recovery and opens nothing, a code
//! has to be asked for again.
//!
//! A recovery begins in the same way for data that fit nobody: it then has no account, takes the same answers, and never gets further.
//! It changes the password and nothing else: a second factor stays, and so do identity and level.

use std::time::Duration;

use super::rows::recovery as rows;
use crate::{
    audit::{self, Event},
    crypto::handle::{Handle, Recovery, RecoveryCancel},
    people,
    store::{Conn, StoreError, Tx},
    types::{Digest, Id, Timestamp, id},
};

/// How long somebody may look for their code, and how long the new password may be set after the last proof.
pub const LIFETIME: Duration = Duration::from_secs(30 * 60);
/// How long a recovery may be gone on with after its wait: whoever waited a day may be asleep at its end.
pub const AWAKE: Duration = Duration::from_secs(24 * 3_600);
/// Wrong answers in one recovery.
const TRIES: i64 = 5;

/// How far a recovery is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// The data were given; a factor is still to be proved.
    Asked,
    /// A factor was proved; from this instant one may be proved again.
    Waiting(Timestamp),
    /// A new password may be set.
    Open,
    /// The new password was set.
    Done,
    /// It was stopped.
    Cancelled,
}

/// A recovery as stored.
#[derive(Clone, Copy, Debug)]
pub struct Case {
    /// Digest of its handle.
    pub digest: Digest,
    /// Whose it is; `None`: the data fitted nobody.
    pub account: Option<Id<id::Account>>,
    /// How far it is.
    pub state: State,
    /// When it is too late.
    pub ends_at: Timestamp,
}

impl Case {
    /// Whether a factor may be proved now: at the beginning, and again when the wait is over.
    pub fn wants_proof(&self, now: Timestamp) -> bool {
        match self.state {
            State::Asked => true,
            State::Waiting(due_at) => due_at <= now,
            State::Open | State::Done | State::Cancelled => false,
        }
    }
}

/// Begins a recovery.
pub async fn begin(tx: &mut Tx<'_>, account: Option<Id<id::Account>>) -> Result<Handle<Recovery>, StoreError> {
    if let Some(account) = account {
        people::may_gain(tx, account).await?;
    }
    let handle = Handle::<Recovery>::generate();
    let ends_at = tx.now() + LIFETIME;
    rows::insert(tx, handle.digest(), account, ends_at).await?;
    audit::record(tx, Event::RecoveryMoved { account, change: "asked" }).await?;
    Ok(handle)
}

/// The recovery of a handle, if it is not over.
pub async fn load(conn: &mut Conn, shown: &str, now: Timestamp) -> Result<Option<Case>, StoreError> {
    let Some(digest) = Handle::<Recovery>::digest_of(shown) else {
        return Ok(None);
    };
    Ok(rows::load(conn, digest).await?.filter(|case| now < case.ends_at))
}

/// Counts one answer. `false`: there were too many, and the recovery is over.
pub async fn count_try(tx: &mut Tx<'_>, case: &Case) -> Result<bool, StoreError> {
    rows::count_try(tx, case.digest, TRIES).await
}

/// Notes that a factor was proved; after the `wait` one is to be proved again. Gives when, and the handle that stops it. `None`: it was stopped
/// or proved meanwhile.
pub async fn proved(
    tx: &mut Tx<'_>,
    case: &Case,
    wait: Duration,
) -> Result<Option<(Timestamp, Handle<RecoveryCancel>)>, StoreError> {
    let due_at = tx.now() + wait;
    let cancel = Handle::<RecoveryCancel>::generate();
    if !rows::proved(tx, (case.digest, cancel.digest()), (due_at, due_at + AWAKE)).await? {
        return Ok(None);
    }
    audit::record(tx, Event::RecoveryMoved { account: case.account, change: "proved" }).await?;
    Ok(Some((due_at, cancel)))
}

/// Notes that a factor was proved again after the wait: from now on the new password may be set, for half an hour. `false`: it was stopped,
/// is over, or was opened meanwhile.
pub async fn open(tx: &mut Tx<'_>, case: &Case) -> Result<bool, StoreError> {
    let ends_at = tx.now() + LIFETIME;
    if !rows::open(tx, case.digest, ends_at).await? {
        return Ok(false);
    }
    audit::record(tx, Event::RecoveryMoved { account: case.account, change: "opened" }).await?;
    Ok(true)
}

/// Ends a recovery with its new password: the statement is the judge, so it happens once, while it is open, and not after it was stopped.
pub async fn finish(tx: &mut Tx<'_>, case: &Case) -> Result<Option<Id<id::Account>>, StoreError> {
    let account = rows::finish(tx, case.digest).await?;
    if account.is_some() {
        audit::record(tx, Event::RecoveryMoved { account, change: "done" }).await?;
    }
    Ok(account)
}

/// Whether a link of a notice can still stop something.
pub async fn can_be_stopped(conn: &mut Conn, shown: &str, now: Timestamp) -> Result<bool, StoreError> {
    match Handle::<RecoveryCancel>::digest_of(shown) {
        Some(digest) => rows::can_be_stopped(conn, digest, now).await,
        None => Ok(false),
    }
}

/// Stops a recovery by the link of its notice.
pub async fn stop(tx: &mut Tx<'_>, shown: &str) -> Result<Option<Id<id::Account>>, StoreError> {
    let Some(digest) = Handle::<RecoveryCancel>::digest_of(shown) else {
        return Ok(None);
    };
    let account = rows::stop(tx, digest).await?;
    if account.is_some() {
        audit::record(tx, Event::RecoveryMoved { account, change: "stopped-by-link" }).await?;
    }
    Ok(account)
}

/// Stops every recovery of an account: somebody signed in to it, or it was recovered. Gives how many.
pub async fn stop_all(tx: &mut Tx<'_>, account: Id<id::Account>, because: &'static str) -> Result<u64, StoreError> {
    let stopped = rows::stop_all(tx, account).await?;
    if stopped > 0 {
        audit::record(tx, Event::RecoveryMoved { account: Some(account), change: because }).await?;
    }
    Ok(stopped)
}

/// Removes recoveries that ended a day ago.
pub async fn sweep(tx: &mut Tx<'_>) -> Result<u64, StoreError> {
    let before = tx.now() - Duration::from_secs(86_400);
    rows::sweep(tx, before).await
}
