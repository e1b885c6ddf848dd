//! The hall: what a person must do next. Every door enters it, every step comes back to it, and only it says *finish*.
//!
//! Owns: `sign_in`, `consent`, `subject`. May be called by the doors.
//!
//! ```text
//! door ── begin ──► sign_in row ──► steps ──► next(&facts) ──► … ──► Finish ──► the door's resume path
//!        └─ a live session that already satisfies the request finishes at once and writes no row
//! ```

mod attributes;
mod consent;
mod facts;
mod gate;
#[cfg(test)]
mod journey;
mod leave;
mod next;
mod rows;
mod subject;
mod take_away;
mod transaction;
mod why;

pub use attributes::{Attributes, attributes};
pub use consent::{Answer, Consents, consent_to, refuse, released, withdraw};
pub use facts::{FRESH, Facts, Serving, Ways, gather};
pub use gate::{Admitted, Refused, Standing, admit};
pub use leave::{LEFT_OFFICE, Left, leave_office, tell_decided, tell_ended};
pub use next::{Next, next};
pub use subject::{import_subject, known_subject, person_of, subject};
pub use take_away::{FACTOR_TAKEN, Factor, Fate, Taken, Taking, take_away};
pub use transaction::{
    Asked, Gone, NewSignIn, Outcome, Prompt, SignIn, begin, begin_again, browser_keeps_passkeys, chose_account,
    chose_computer, declined, end as end_transaction, held, hint_login, hold, load, party_of, pend, pending, proved,
    sweep,
};
pub use why::{Fact, Why};

/// Every statement of this room.
pub(crate) const STATEMENTS: &[&str] = rows::ALL;
