//! Sealing private halves anew.

use super::rows;
use crate::store::reseal::Column;

/// The private halves of the keys that are not gone.
pub const PRIVATE_HALVES: Column = Column {
    name: "signing_key.sealed",
    count: rows::COUNT_STALE,
    stale: rows::STALE,
    replace: rows::RESEAL,
    owner: |row| {
        let kid = row.text("key")?;
        Ok((kid.as_str().into(), kid.into_bytes()))
    },
};
