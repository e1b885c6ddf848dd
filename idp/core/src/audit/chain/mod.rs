//! The chain over the log: each record gets a place, a hash, and a hash over all that came before it.
//!
//! The byte layout, and how an auditor recomputes it, stands in `docs/audit.md`. [`seal`] is the one writer; the job that
//! calls it holds a lease. [`verify`] recomputes everything and names the first broken record.
//!
//! The honest window: a record that is a few seconds old is not chained yet, and the newest places, up to 1,000 records
//! or 60 seconds, stand under no signed head. Who can write to the database can change those unnoticed.

mod hash;
mod head;
mod page;
mod rows;
mod seal;
mod verify;

pub(super) use hash::Record;
pub use head::{Head, HeadKeys};
pub(super) use rows::record;
pub use seal::{Sealed, seal, seal_all};
pub use verify::{Broken, Report, Why, verify};

#[cfg(test)]
pub(super) use {
    hash::link,
    rows::{event_of, tamper},
};

/// Every statement of the chain.
pub(crate) const STATEMENTS: &[&str] = rows::ALL;
