//! Floor 6: the consent ledger: what people agreed to, left out, took back and what lapsed, with proof of the words shown.
//!
//! Owns: `consent_event`, `consent_text`, and shows the view `consent_withdrawal`. May be called by the hall, the doors and the jobs.
//!
//! ```text
//! the page ──► Notice (both languages) ──► decide: one row a purpose, the digest of the notice ──► receipt
//! withdraw ──► rows 'withdrawn' ──► the gate refuses whatever was given out before (view consent_withdrawal)
//! sweep    ──► rows 'expired'   ──► the next request asks anew
//! ```
//!
//! Rows are only ever inserted; the latest row of a person, party and purpose is what holds. Decree 356/2025 asks that consent can be
//! proved: the digest names the exact words, which are kept once for each wording and hold no personal value.

mod ledger;
mod notice;
mod rows;

pub use ledger::{
    Act, Decided, Entry, Kept, Settled, decide, expire_due, history, proof, receipt, settled, settles, withdraw,
};
pub use notice::{Notice, PurposeNotice, Shown, kinds};

/// Every statement of this room.
pub(crate) const STATEMENTS: &[&str] = rows::ALL;
