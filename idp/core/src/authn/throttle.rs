//! Slowing one method down. Totals lie in the database, so they hold on every node and without Redis. Throttling never locks
//! an account: somebody who fails from one address does not keep the holder out at another.

use std::{net::IpAddr, time::Duration};

use crate::{
    store::{
        Conn, StoreError, Tx,
        quota::{self, Bucket, Limit, UsedUp},
    },
    types::Timestamp,
};

const QUARTER: Duration = Duration::from_secs(15 * 60);
/// Failures for one name from one address.
const PAIR: Limit = Limit { most: 10, window: QUARTER };
/// Failures from one address: many subscribers share one, so it is wide.
const ADDRESS: Limit = Limit { most: 200, window: QUARTER };

fn buckets(login: &str, address: Option<IpAddr>) -> [(Bucket, Limit); 2] {
    let address = address.map(|address| address.to_canonical().to_string()).unwrap_or_default();
    [
        (Bucket::new("sign-in pair", &[login.as_bytes(), address.as_bytes()]), PAIR),
        (Bucket::new("sign-in address", &[address.as_bytes()]), ADDRESS),
    ]
}

/// Whether an attempt may be made now.
pub(super) async fn allows(
    conn: &mut Conn,
    login: &str,
    address: Option<IpAddr>,
    now: Timestamp,
) -> Result<Result<(), UsedUp>, StoreError> {
    for (bucket, limit) in buckets(login, address) {
        if let Err(used_up) = quota::peek(conn, bucket, limit, now).await? {
            return Ok(Err(used_up));
        }
    }
    Ok(Ok(()))
}

/// Counts a failure.
pub(super) async fn failed(tx: &mut Tx<'_>, login: &str) -> Result<(), StoreError> {
    for (bucket, limit) in buckets(login, tx.cx().address()) {
        // Used up or not, the attempt was answered already; the next one meets `allows`.
        let _counted = quota::spend(tx, bucket, limit).await?;
    }
    Ok(())
}
