//! Floor 5: units in time. Which units there are, what they are called, numbered and placed under, since when, and how a decision
//! changes that.
//!
//! Owns: every table `unit_…` with `unit`, and `change_set`, `change_set_unit`. May be called by the gate, the hall and the doors.
//!
//! ```text
//! set (JSON) ──► load the neighbourhood ──► plan (pure) ──► facts, successions, closure     one transaction, believed from then on
//!                                             └──► clashes: every reason why not
//! unit_place ──► is there a unit, where      unit_name, unit_code, unit_head ──► as what      unit_closure ──► who is under whom
//! ```
//!
//! Every fact has two times: when it is so (`valid_from ≤ t < valid_until`) and when it was believed (`recorded_at ≤ r <
//! superseded_at`). Nothing is edited: what a set takes back is stamped, what it says instead is a row of its own. A decision takes
//! effect at 00:00 +07:00 of its day, on every node at once, because its day stands in the facts.

pub mod change;
mod closure;
mod code;
mod config;
mod fact;
mod kind;
mod list;
pub mod load;
mod name;
mod read;
mod rows;
pub mod search;
pub mod story;
mod succession;
mod view;

pub use code::{Code, CodeError, Scheme, same_or_under};
pub use config::Config;
pub use fact::{AsOf, FOREVER, Head, Span};
pub use kind::UnitKind;
pub use list::{Aliases, Filter, While, aliases, lifetime, list};
pub use name::{UnitName, UnitNameError};
pub use read::{
    by_code, children, count_under, forms, is_under, levels, path, predecessors, put_form, root, successors, under,
    unit, units, units_with_code,
};
pub use succession::{Share, Succession};
pub use view::{After, CodeUse, Form, Label, Level, Step, UnitRow, UnitView};

#[cfg(test)]
mod testing;

/// Every statement of this room.
pub(crate) const STATEMENTS: &[&[&str]] = rows::ALL;
