//! SQL of the office.

pub(super) mod acting;
pub(super) mod carry;
pub(super) mod catalogue;
pub(super) mod import;
pub(super) mod posts;
pub(super) mod tell;
pub(super) mod watch;
pub(super) mod world;

/// Every statement of these files, file by file.
pub(super) const ALL: &[&[&str]] =
    &[acting::ALL, carry::ALL, catalogue::ALL, import::ALL, posts::ALL, tell::ALL, watch::ALL, world::ALL];
