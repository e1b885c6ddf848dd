//! Sealing anew what methods keep. Challenges live minutes and go by themselves.

use super::{contact, credential, rows};
use crate::{
    store::reseal::Column,
    types::{Id, id},
};

/// What passkeys and apps keep.
pub const CREDENTIALS: Column = Column {
    name: "credential.sealed",
    count: rows::credential::COUNT_STALE,
    stale: rows::credential::STALE,
    replace: rows::credential::RESEAL,
    owner: |row| {
        let id: Id<id::Credential> = row.id("key")?;
        Ok((id.into(), credential::owner(id)))
    },
};

/// Addresses of telephones and mailboxes.
pub const CONTACTS: Column = Column {
    name: "contact.sealed",
    count: rows::factors::COUNT_STALE,
    stale: rows::factors::STALE,
    replace: rows::factors::RESEAL,
    owner: |row| {
        let id: Id<id::Contact> = row.id("key")?;
        Ok((id.into(), contact::owner(id)))
    },
};
