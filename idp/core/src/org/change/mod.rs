//! Dated sets of changes: written as JSON, tried, signed by a second person, recorded in one transaction, undone within a window.
//!
//! ```text
//! draft ──► submitted ──► approved ──► undone        approved: the facts stand; the date alone puts them into effect
//!   │           ├──► refused
//!   └───────────┴──► withdrawn
//! ```

mod apply;
mod check;
mod clash;
mod dependents;
mod desk;
mod ledger;
mod operation;
mod plan;
mod set;
mod state;
mod widened;
mod write;

pub use clash::{ChangeError, Clash, Refusal, Why};
pub use dependents::{Carried, Dependent, Dependents, Gain, Moved, Moves, Rules};
pub use desk::{
    Approved, approve, draft, dry_run, enact, get, list, note_effects, refuse, revise, row, submit, undo, withdraw,
};
pub use operation::{Giver, Heir, LevelLabel, NewUnit, NoSuchRef, Operation, Target, UnitRef};
pub use plan::{Brief, DryRun, Touched, Turn};
pub use set::{Choice, Decision, NewSet, Purpose, Seen, SetRow, SetState, Signature, StoredSet};
pub use widened::{Named, Widened};

#[cfg(test)]
mod random;
#[cfg(test)]
mod tests;
