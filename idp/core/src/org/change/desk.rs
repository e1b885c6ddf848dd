//! The steps of a set: each is one guarded change of its row, with its audit event.

use super::{
    clash::ChangeError,
    dependents::Rules,
    plan::DryRun,
    set::{Choice, NewSet, Seen, SetRow, StoredSet},
};
use crate::{
    store::{Conn, StoreError, Tx},
    types::{Id, Timestamp, id},
};

type SetId = Id<id::ChangeSet>;

/// What was recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Approved {
    /// The set.
    pub set: SetId,
    /// Since when the house believes what it says.
    pub believed_at: Timestamp,
    /// How many units it touches.
    pub units: usize,
    /// How many dependents were carried over.
    pub carried: usize,
}

/// Begins a set. Purposes `load` and `undo` are not for this door and are refused.
pub async fn draft(tx: &mut Tx<'_>, new: &NewSet) -> Result<SetId, ChangeError> {
    unimplemented!("{:?} {}", tx.now(), new.title)
}

/// Writes a draft anew; gives its new revision.
pub async fn revise(tx: &mut Tx<'_>, seen: Seen, new: &NewSet) -> Result<i64, ChangeError> {
    unimplemented!("{:?} {seen:?} {}", tx.now(), new.title)
}

/// Asks for approval by a second person; gives the new revision, as each step does.
pub async fn submit(tx: &mut Tx<'_>, seen: Seen) -> Result<i64, ChangeError> {
    unimplemented!("{:?} {seen:?}", tx.now())
}

/// Signs as the second person: plans, checks, and records everything in this transaction, or refuses with every reason.
pub async fn approve(tx: &mut Tx<'_>, seen: Seen, rules: &Rules) -> Result<Approved, ChangeError> {
    unimplemented!("{:?} {seen:?} {}", tx.now(), rules.rooms.len())
}

/// Refuses as the second person.
pub async fn refuse(tx: &mut Tx<'_>, seen: Seen, because: &str) -> Result<i64, ChangeError> {
    unimplemented!("{:?} {seen:?} {because}", tx.now())
}

/// Takes back a draft or a submitted set.
pub async fn withdraw(tx: &mut Tx<'_>, seen: Seen) -> Result<i64, ChangeError> {
    unimplemented!("{:?} {seen:?}", tx.now())
}

/// Asks for an approved set to be taken back: makes a submitted set of its own, which a second person approves.
pub async fn undo(tx: &mut Tx<'_>, set: SetId, choices: Vec<Choice>) -> Result<SetId, ChangeError> {
    unimplemented!("{:?} {set} {}", tx.now(), choices.len())
}

/// What a set would do if it were approved now.
pub async fn dry_run(conn: &mut Conn, set: SetId, rules: &Rules, now: Timestamp) -> Result<DryRun, ChangeError> {
    unimplemented!("{:?} {set} {} {now:?}", conn.dialect(), rules.rooms.len())
}

/// Records a load of the country's lists at once, for an operator at the command line: a list has no second signer, and its source
/// is its provenance. No dependents are carried.
pub async fn enact(tx: &mut Tx<'_>, new: &NewSet) -> Result<Approved, ChangeError> {
    unimplemented!("{:?} {}", tx.now(), new.title)
}

/// Sets, the newest first, at most `limit` of them; `state` is a word of [`super::SetState`].
pub async fn list(
    conn: &mut Conn,
    state: Option<&str>,
    before: Option<SetId>,
    limit: i64,
) -> Result<Vec<SetRow>, StoreError> {
    unimplemented!("{:?} {state:?} {before:?} {limit}", conn.dialect())
}

/// A set with what it says.
pub async fn get(conn: &mut Conn, set: SetId) -> Result<Option<StoredSet>, StoreError> {
    unimplemented!("{:?} {set}", conn.dialect())
}

/// Notes, for a job, the sets that took effect since it last looked; gives them.
pub async fn note_effects(tx: &mut Tx<'_>) -> Result<Vec<SetId>, StoreError> {
    unimplemented!("{:?}", tx.now())
}
