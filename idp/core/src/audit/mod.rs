//! Floor 3: the scribe. Every auditable act is an [`Event`], written in the transaction of the change it tells of.
//!
//! Owns: `audit_event`, `audit_key`, `audit_seal`, `audit_head`, `audit_segment`. May be called by every room above.
//!
//! ```text
//! record(tx, event) ──► audit_event          in the change's own transaction
//! sealer job ──► audit_seal, audit_head      seconds later: places, hashes, a signature over the head
//! ```
//!
//! Personal values of an event are sealed under a key of the person's own; the chain covers the ciphertext. Erasing the
//! key makes them unreadable and breaks no chain.

pub mod archive;
pub mod chain;
mod erase;
mod event;
mod own;
mod record;
mod rows;

pub use erase::{KEYS, erase, personal};
pub use event::{Class, Event, Personal};
pub use own::{Own, Topic, failures, latest_grants, own, own_event};
pub use record::record;

/// Every statement of this room.
pub(crate) const STATEMENTS: &[&str] = rows::ALL;

#[cfg(test)]
mod tests;
