//! The country's lists: from files to change sets, and from change sets into the tree, once.
//!
//! ```text
//! files (CSV) ──► read: rows that fit together, or every wrong line ──► before, departments, reform: change sets ──► enact, in order
//! ```
//!
//! The first set makes the state before 1 July 2025, the last one is the reform. A new commune that is the only, whole successor of one
//! old commune is that commune and goes on; every other one is a new unit, also where it keeps name and number of one predecessor, so
//! that what somebody may do in the old one does not silently become more.

mod agencies;
mod files;
mod fit;
mod list;
mod read;
mod reform;
mod sets;

pub use files::Texts;
pub use list::{Enacted, LoadError, Loaded, Outcome, load};
pub use read::{Problem, Why};
pub use sets::{Agencies, Counts, Planned, Report, Split, Unchecked, plan};

/// The title and the provenance of units that a file of desired state made one by one. Their sets are no lists.
pub const APPLIED: &str = "idp apply";

/// The level of provinces.
const PROVINCE: &str = "province";
/// The level that ended.
const DISTRICT: &str = "district";
/// The level of communes, wards, townships and special zones.
const COMMUNE: &str = "commune";

#[cfg(test)]
mod tests;
