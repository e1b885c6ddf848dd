//! Revisions: how a node learns that another node, or a command, changed what it keeps in memory.
//!
//! A change bumps its room's number in the same transaction. Every node polls this one small table and drops what it
//! kept for a room whose number moved. So what is kept is at most one poll behind, with or without Redis.

use std::collections::BTreeMap;

use super::{Conn, StoreError, Tx, rows};

/// A room whose content is kept in memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Room {
    /// Facts about the installation.
    Meta,
    /// The keyring.
    Keys,
    /// Relying parties.
    Relying,
    /// The keys over personal values in the audit log.
    AuditKeys,
    /// Units.
    Org,
}

impl Room {
    const fn name(self) -> &'static str {
        match self {
            Self::Meta => "meta",
            Self::Keys => "keys",
            Self::Relying => "relying",
            Self::AuditKeys => "audit-keys",
            Self::Org => "org",
        }
    }
}

/// The numbers seen at one poll.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Revisions(BTreeMap<String, i64>);

impl Revisions {
    /// Whether the room changed between the two polls.
    pub fn moved(&self, since: &Self, room: Room) -> bool {
        self.0.get(room.name()) != since.0.get(room.name())
    }
}

/// Notes that a room's content changed.
pub async fn bump(tx: &mut Tx<'_>, room: Room) -> Result<(), StoreError> {
    rows::bump(tx, room.name()).await
}

/// The numbers now.
pub async fn poll(conn: &mut Conn) -> Result<Revisions, StoreError> {
    Ok(Revisions(rows::revisions(conn).await?.into_iter().collect()))
}
