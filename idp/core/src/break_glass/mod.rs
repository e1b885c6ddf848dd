//! Floor 9: break-glass accounts: two sealed ways in for the day on which no other opens.
//!
//! Owns: `break_glass`, `break_glass_drill`, `break_glass_alarm`, `break_glass_message`, `break_glass_result`. May be called by the doors, the
//! jobs and the command line.
//!
//! | file | what |
//! | --- | --- |
//! | `account` | the two accounts: making, sealing again, retiring |
//! | `key` | the one-time link, and the hardware key registered there |
//! | `alarm` | opening one: the session and its alarm are one write; failed attempts, which are alarmed after they were recorded |
//! | `drill` | an hour in which uses are a drill, and what it showed |
//! | `status` | how everything stands, and what somebody should see to |
//!
//! ```text
//! made ── key ──► sealed ── use: alarm + session ──► opened ── seal ──► sealed …          any of them ── retire ──► retired
//! ```
//!
//! What such an account may never have is decided in `people::sealed`. It is a platform owner from its key until it is retired, and is never
//! counted as one.

mod account;
mod alarm;
mod drill;
mod key;
mod rows;
mod status;

pub use account::{Account, CreateError, Linked, Number, SealError, State, accounts, create, retire, seal};
pub use alarm::{Failed, Opening, Raised, Watched, open, watch};
pub use drill::{Drill, DrillError, LENGTH, Outcome, begin_drill, end_drill};
pub use key::{BindError, Offer, ask_key, bind, offered};
pub use status::{Concern, Standing, Status, concerns, status};

/// Every statement of this room.
pub(crate) const STATEMENTS: &[&str] = rows::ALL;
