//! SQL of the units.

pub(super) mod read;
pub(super) mod search;
pub(super) mod story;

/// Every statement of these files, file by file.
pub(super) const ALL: &[&[&str]] = &[read::ALL, search::ALL, story::ALL];
