//! Counted limits in the database: they hold on every node, and without Redis.

use std::time::Duration;

use super::{Conn, StoreError, Tx, rows};
use crate::{
    crypto::digest,
    types::{Digest, Timestamp},
};

/// At most `most` uses in each window of this length.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limit {
    /// Uses allowed in one window.
    pub most: u32,
    /// The window begins with the first use.
    pub window: Duration,
}

/// What is counted: a purpose and what it is counted for. Rows hold only a digest, so that neither addresses nor
/// personal numbers can be read from them.
#[derive(Clone, Copy, Debug)]
pub struct Bucket(Digest);

impl Bucket {
    /// `of` may be empty for a total.
    pub fn new(purpose: &str, of: &[&[u8]]) -> Self {
        Self(digest::sha256_parts(std::iter::once(purpose.as_bytes()).chain(of.iter().copied())))
    }
}

/// The limit is used up until this instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UsedUp {
    /// When the next use is possible.
    pub until: Timestamp,
}

/// Counts one use. Counting happens even when the limit is used up, so that it is always one statement.
pub async fn spend(tx: &mut Tx<'_>, bucket: Bucket, limit: Limit) -> Result<Result<(), UsedUp>, StoreError> {
    let ends_at = tx.now() + limit.window;
    let (used, until) = rows::spend_quota(tx, bucket.0, ends_at).await?;
    Ok(if used > i64::from(limit.most) { Err(UsedUp { until }) } else { Ok(()) })
}

/// Whether a use is still possible, without counting one.
pub async fn peek(
    conn: &mut Conn,
    bucket: Bucket,
    limit: Limit,
    now: Timestamp,
) -> Result<Result<(), UsedUp>, StoreError> {
    let found = rows::read_quota(conn, bucket.0, now).await?;
    Ok(match found {
        Some((used, until)) if used >= i64::from(limit.most) => Err(UsedUp { until }),
        _ => Ok(()),
    })
}

/// Forgets what was counted.
pub async fn forget(tx: &mut Tx<'_>, bucket: Bucket) -> Result<(), StoreError> {
    rows::forget_quota(tx, bucket.0).await
}

/// Removes windows that are over.
pub async fn sweep(tx: &mut Tx<'_>) -> Result<u64, StoreError> {
    rows::sweep_quota(tx).await
}
