//! Floor 8: the office of administration: who may change what, from which place, and how fresh their proof must be.
//!
//! Owns: `appointment`, `owner_offer`, `console_session`, `admin_answer`. May be called by the admin door, the jobs and the command line.
//!
//! | file | what |
//! | --- | --- |
//! | `role` | the catalogue: permissions, and the roles that bundle them |
//! | `appointment` | who holds which role over which units, from when until when |
//! | `rights` | pure: may this administrator give that role to that person? |
//! | `register` | appointing and ending, with the rules checked in the same transaction |
//! | `standing` | by what somebody administers: appointments, and the post in which an official acts |
//! | `signer` | what somebody who signs a change of units could give: nobody may gain more by it |
//! | `carry` | offices over units that end: carried where nobody gains by it, ended else |
//! | `gate` | pure but for one look at the tree: may this caller do this here and now? Makes the proof [`Allowed`] |
//! | `console` | sessions of the web console, each bound to a session of the hall |
//! | `offer` | the first platform owner: a one-time link made on the server |
//! | `once` | `Idempotency-Key`: what was answered, for a day |
//!
//! ```text
//! caller ─ enter: has the permission anywhere? ─ allow: over these units, in the transaction that writes ──► Allowed ──► the act
//! ```

mod appointment;
mod carry;
mod console;
mod gate;
mod offer;
pub mod once;
mod register;
mod rights;
mod role;
mod rows;
mod signer;
mod standing;

pub use appointment::{Appointment, NewAppointment, Scope, Subject};
pub use carry::change_rules;
pub use console::{Console, close, find, is_note_due, note_use, open};
pub use gate::{Allowed, Caller, Demand, Fresh, How, LEVEL, Refusal, STALE, Targets, Who, allow, enter, proves, sees};
pub use offer::{AcceptError, Offer, OfferError, accept, offer, offered};
pub use register::{AppointError, By, EndError, IsServed, appoint, appointment, end, held_by, leave, list, owners};
pub(crate) use register::{disown, own_by_break_glass};
pub use rights::{Beyond, Ground, may_appoint};
pub use role::{Permission, Role};
pub use signer::{Signer, signers};

use crate::store::{StoreError, Tx};

/// Removes what is of no use any more.
pub async fn sweep(tx: &mut Tx<'_>) -> Result<u64, StoreError> {
    Ok(console::sweep(tx).await? + offer::sweep(tx).await? + once::sweep(tx).await?)
}

/// Every statement of this room.
pub(crate) const STATEMENTS: &[&str] = rows::ALL;

#[cfg(test)]
mod tests;
