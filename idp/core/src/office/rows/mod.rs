//! SQL of the office.

pub(super) mod acting;
pub(super) mod carry;
pub(super) mod catalogue;
pub(super) mod ending;
pub(super) mod import;
pub(super) mod moves;
pub(super) mod outbox;
pub(super) mod posts;
pub(super) mod reason;
pub(super) mod watch;
pub(super) mod widen;
pub(super) mod world;

/// Every statement of these files, file by file.
pub(super) const ALL: &[&[&str]] = &[
    acting::ALL,
    carry::ALL,
    catalogue::ALL,
    ending::ALL,
    import::ALL,
    moves::ALL,
    outbox::ALL,
    posts::ALL,
    reason::ALL,
    watch::ALL,
    widen::ALL,
    world::ALL,
];
