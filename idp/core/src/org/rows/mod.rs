//! SQL of the units.

pub(super) mod plan;
pub(super) mod read;
pub(super) mod sets;
pub(super) mod write;

/// Every statement of these files, file by file.
pub(super) const ALL: &[&[&str]] = &[plan::ALL, read::ALL, sets::ALL, write::ALL];
