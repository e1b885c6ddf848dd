//! Sessions of browsers: how long somebody is known, which parties joined, and what happens when it ends.
//!
//! Owns: `session`, `session_party`, `session_proof`, `logout_delivery`, `sign_in_report`, and shows the views `session_standing` and
//! `session_proved`. May be called by the hall, the doors and the jobs.
//!
//! The cookie holds 256 random bits; the row holds their digest. A session ends by one guarded statement, and the same
//! transaction queues a logout token for every party that joined: so it survives restarts and slow parties.

mod case;
mod end;
mod kind;
mod live;
mod own;
mod rows;

pub use case::{Case, CaseState, CloseError, MOST_FOUND, case, cases, close_case};
pub use end::{
    Ended, LogoutDelivery, claim_deliveries, delivered, end, end_all_of, end_opened_with, end_others_of, end_some,
    is_opened_with, postpone_or_give_up,
};
pub use kind::{Computer, Limits, Population, Span};
pub(crate) use live::start_alarmed;
pub use live::{Live, Started, TOUCHED, alive, find, hold_to_office, join, of_sid, renew, start, touch};
pub use own::{Open, Report, end_own, leave, open_of, report, reports};

/// Every statement of this room.
pub(crate) const STATEMENTS: &[&str] = rows::ALL;
