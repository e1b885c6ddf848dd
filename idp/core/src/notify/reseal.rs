//! Sealing messages anew that wait.

use super::rows;
use crate::{
    store::reseal::Column,
    types::{Id, id},
};

/// Messages that are not sent yet; what was sent has left its row.
pub const MESSAGES: Column = Column {
    name: "message.sealed",
    count: rows::COUNT_STALE,
    stale: rows::STALE,
    replace: rows::RESEAL,
    owner: |row| {
        let id: Id<id::Delivery> = row.id("key")?;
        Ok((id.into(), id.bytes().to_vec()))
    },
};
