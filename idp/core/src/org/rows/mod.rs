//! SQL of the units.

pub(super) mod read;

/// Every statement of these files, file by file.
pub(super) const ALL: &[&[&str]] = &[read::ALL];
