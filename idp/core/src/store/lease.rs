//! Leases: a job runs on one node at a time, and another node takes over when its holder is gone.

use std::time::Duration;

use super::{StoreError, Tx, rows};

/// Takes or prolongs a lease. `false`: another node holds it.
pub async fn take(tx: &mut Tx<'_>, name: &str, holder: &str, length: Duration) -> Result<bool, StoreError> {
    let until = tx.now() + length;
    rows::take_lease(tx, name, holder, until).await
}

/// Gives a lease back at shutdown, so that another node need not wait.
pub async fn end(tx: &mut Tx<'_>, name: &str, holder: &str) -> Result<(), StoreError> {
    rows::end_lease(tx, name, holder).await
}
