//! Browsers that signed in before: so that somebody else's failures do not keep the holder of an account out.
//!
//! A browser holds one random value for each account that signed in with it. Nothing of the browser goes in, and two accounts on one
//! browser share nothing, so nobody can be followed by it. It proves nothing either: it only has a count of failures of its own.

use std::time::Duration;

use super::rows::factors as rows;
use crate::{
    crypto::handle::{Device, Handle},
    store::{Conn, StoreError, Tx},
    types::{Digest, Id, Timestamp, id},
};

/// How long a browser is known after it was last used; browsers keep no cookie longer.
pub const LIFETIME: Duration = Duration::from_secs(400 * 86_400);

/// Accounts that one browser is known for, at most.
const MOST: usize = 4;

/// What separates the values in the cookie.
const GLUE: char = '.';

/// The values that a browser sent.
#[derive(Clone, Default)]
pub struct Devices(Vec<String>);

impl Devices {
    /// Reads the cookie; what cannot be one of our values is passed over.
    pub fn read(cookie: Option<&str>) -> Self {
        let values = cookie.unwrap_or_default().split(GLUE);
        Self(
            values.filter(|value| Handle::<Device>::digest_of(value).is_some()).take(MOST).map(str::to_owned).collect(),
        )
    }

    fn digests(&self) -> impl Iterator<Item = Digest> {
        self.0.iter().filter_map(|value| Handle::<Device>::digest_of(value))
    }

    /// The accounts that signed in with this browser before, each with its value. What is asked of the database depends on the cookie alone,
    /// so the time of the answer tells nothing about anybody else.
    pub async fn accounts(
        &self,
        conn: &mut Conn,
        now: Timestamp,
    ) -> Result<Vec<(Digest, Id<id::Account>)>, StoreError> {
        let mut accounts = Vec::new();
        for digest in self.digests() {
            accounts.extend(rows::device_of(conn, digest, now - LIFETIME).await?.map(|account| (digest, account)));
        }
        Ok(accounts)
    }

    /// The value with which this browser signed in to the account before.
    pub async fn known(
        &self,
        conn: &mut Conn,
        account: Id<id::Account>,
        now: Timestamp,
    ) -> Result<Option<Digest>, StoreError> {
        for digest in self.digests() {
            if rows::is_device(conn, digest, account, now - LIFETIME).await? {
                return Ok(Some(digest));
            }
        }
        Ok(None)
    }

    /// Notes that this browser signed in to the account, and gives the cookie that it keeps from now on. `None`: the one it has.
    pub async fn signed_in(&self, tx: &mut Tx<'_>, account: Id<id::Account>) -> Result<Option<String>, StoreError> {
        let now = tx.now();
        if let Some(digest) = self.known(tx, account, now).await? {
            rows::touch_device(tx, digest).await?;
            return Ok(None);
        }
        let fresh = Handle::<Device>::generate();
        rows::insert_device(tx, fresh.digest(), account).await?;
        let kept = self.0.iter().rev().take(MOST - 1).rev().map(String::as_str);
        let values: Vec<&str> = kept.chain([fresh.reveal()]).collect();
        Ok(Some(values.join(&GLUE.to_string())))
    }
}

/// Forgets every browser of an account: after a recovery, whoever had it has to begin anew.
pub async fn forget_all(tx: &mut Tx<'_>, account: Id<id::Account>) -> Result<(), StoreError> {
    rows::forget_devices(tx, account).await
}

/// Removes browsers that were not seen for long.
pub async fn sweep(tx: &mut Tx<'_>) -> Result<u64, StoreError> {
    let before = tx.now() - LIFETIME;
    rows::sweep_devices(tx, before).await
}
