//! SQL of the units.

pub(super) mod list;
pub(super) mod plan;
pub(super) mod read;
pub(super) mod search;
pub(super) mod sets;
pub(super) mod story;
pub(super) mod write;

/// Every statement of these files, file by file.
pub(super) const ALL: &[&[&str]] = &[list::ALL, plan::ALL, read::ALL, search::ALL, sets::ALL, story::ALL, write::ALL];
