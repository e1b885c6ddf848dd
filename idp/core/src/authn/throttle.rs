//! Slowing one method down. Totals lie in the database, so they hold on every node and without Redis. Throttling never locks
//! an account: failures alone close no door, and whoever signed in with this browser before has a count of their own, which
//! nobody else can use up.
//!
//! | count | of | is asked of |
//! | --- | --- | --- |
//! | device | failures of one browser that signed in to this account before | that browser, and nothing else |
//! | pair | failures for one account from one address | every other browser |
//! | account | failures for one account, wherever from | every other browser |
//! | address | failures from one address, whatever the account | every other browser |
//! | second factor | wrong codes after a right password, for one account; of a known browser by itself | who knows the password |
//! | guesses in recoveries | wrong codes of an app in recoveries of one account; of a known browser by itself | who knows the data on a card |
//!
//! A recovery spends nothing that a sign-in needs: whoever knows somebody's data must not be able to stop them.

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use tokio::sync::OwnedMutexGuard;

use crate::{
    crypto::digest,
    store::{
        Conn, StoreError, Tx,
        quota::{self, Bucket, Limit, UsedUp},
    },
    types::{Digest, Id, Timestamp, id},
};

/// How many failures are answered, and in which time they are forgotten.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// For one account from one address.
    pub pair: Limit,
    /// For one account, wherever from (NIST SP 800-63B-4 section 3.2.2: at most 100).
    pub account: Limit,
    /// From one address: many subscribers share one, so it is wide.
    pub address: Limit,
    /// Of one browser that signed in to this account before.
    pub device: Limit,
    /// Wrong answers to the question for a second factor, for one account, and of one browser that signed in before: whoever is asked knows
    /// the password.
    pub second: Limit,
}

impl Default for Limits {
    fn default() -> Self {
        let quarter = Duration::from_secs(15 * 60);
        let limit = |most| Limit { most, window: quarter };
        Self {
            pair: limit(10),
            account: Limit { most: 100, window: Duration::from_secs(24 * 3_600) },
            address: limit(200),
            device: limit(10),
            second: limit(10),
        }
    }
}

/// Whose attempts are counted: an account by its id, however its name was written; a name that nobody has by the name.
#[derive(Clone, Debug)]
pub(super) enum Whose<'a> {
    Account(Id<id::Account>),
    Nobody(&'a str),
}

/// One attempt, as the counts see it.
pub(super) struct Attempt<'a> {
    pub(super) whose: Whose<'a>,
    pub(super) address: Option<IpAddr>,
    /// The browser, where it signed in to this account before.
    pub(super) device: Option<Digest>,
}

impl Attempt<'_> {
    fn who(&self) -> Vec<u8> {
        match &self.whose {
            Whose::Account(account) => account.bytes().to_vec(),
            Whose::Nobody(name) => name.as_bytes().to_vec(),
        }
    }

    fn buckets(&self, limits: &Limits) -> Vec<(Bucket, Limit)> {
        if let Some(device) = self.device {
            return vec![(Bucket::new("sign-in device", &[device.bytes()]), limits.device)];
        }
        let (who, address) = (self.who(), self.address.map(|address| address.to_canonical().to_string()));
        let address = address.unwrap_or_default();
        vec![
            (Bucket::new("sign-in pair", &[&who, address.as_bytes()]), limits.pair),
            (Bucket::new("sign-in account", &[&who]), limits.account),
            (Bucket::new("sign-in address", &[address.as_bytes()]), limits.address),
        ]
    }

    /// Attempts of one key wait for one another.
    pub(super) fn key(&self) -> Digest {
        if let Some(device) = self.device {
            return device;
        }
        let address = self.address.map(|address| address.to_canonical().to_string()).unwrap_or_default();
        digest::sha256_parts([&self.who()[..], address.as_bytes()])
    }

    /// Whether it may be made now.
    pub(super) async fn is_allowed(
        &self,
        conn: &mut Conn,
        limits: &Limits,
        now: Timestamp,
    ) -> Result<Result<(), UsedUp>, StoreError> {
        for (bucket, limit) in self.buckets(limits) {
            if let Err(used_up) = quota::peek(conn, bucket, limit, now).await? {
                return Ok(Err(used_up));
            }
        }
        Ok(Ok(()))
    }

    /// Counts a failure.
    pub(super) async fn failed(&self, tx: &mut Tx<'_>, limits: &Limits) -> Result<(), StoreError> {
        for (bucket, limit) in self.buckets(limits) {
            // Used up or not, the attempt was answered already; the next one meets `is_allowed`.
            let _counted = quota::spend(tx, bucket, limit).await?;
        }
        Ok(())
    }
}

/// Forgets the failures of an account: its holder proved who they are in another way, and the password is a new one.
pub async fn forgive(tx: &mut Tx<'_>, account: Id<id::Account>) -> Result<(), StoreError> {
    quota::forget(tx, Bucket::new("sign-in account", &[account.bytes()])).await
}

/// Attempts that wait for the same answer, at most: as many as one pair may fail. Whoever sends more at once is told to come again.
const MOST_WAITING: usize = 10;

/// Attempts on one account from one place, one after another on this node: many sent at once would otherwise all be answered
/// before the first failure is counted.
#[derive(Clone, Default)]
pub struct Turns(Arc<Mutex<HashMap<[u8; 32], Queue>>>);

#[derive(Default)]
struct Queue {
    turn: Arc<tokio::sync::Mutex<()>>,
    length: usize,
}

/// The turn of one attempt; dropping it lets the next one go.
pub(super) struct Turn {
    turns: Turns,
    key: [u8; 32],
    held: Option<OwnedMutexGuard<()>>,
}

impl Turns {
    /// Waits for the turn of a key. `None`: too many wait already.
    pub(super) async fn take(&self, key: Digest) -> Option<Turn> {
        let key = *key.bytes();
        let turn = {
            let mut queues = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            let queue = queues.entry(key).or_default();
            if queue.length > MOST_WAITING {
                return None;
            }
            queue.length += 1;
            Arc::clone(&queue.turn)
        };
        // Made before the wait: a request that is given up leaves the queue.
        let mut taken = Turn { turns: self.clone(), key, held: None };
        taken.held = Some(turn.lock_owned().await);
        Some(taken)
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        drop(self.held.take());
        let mut queues = self.turns.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(queue) = queues.get_mut(&self.key) {
            queue.length -= 1;
            if queue.length == 0 {
                queues.remove(&self.key);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{MOST_WAITING, Turns};
    use crate::crypto::digest::sha256;

    #[tokio::test]
    async fn attempts_of_one_key_go_one_after_another_and_others_do_not_wait() {
        let turns = Turns::default();
        let first = turns.take(sha256(b"an")).await.expect("the first goes at once");
        let other = turns.take(sha256(b"binh")).await.expect("another goes at once");
        let waiting: Vec<_> = (0..MOST_WAITING)
            .map(|_| {
                let turns = turns.clone();
                tokio::spawn(async move { turns.take(sha256(b"an")).await.is_some() })
            })
            .collect();
        while turns.0.lock().expect("whole").get(sha256(b"an").bytes()).is_none_or(|queue| queue.length <= MOST_WAITING)
        {
            tokio::task::yield_now().await;
        }
        assert!(turns.take(sha256(b"an")).await.is_none(), "the queue is short");
        drop((first, other));
        for one in waiting {
            assert!(one.await.expect("runs"));
        }
        assert!(turns.0.lock().expect("whole").is_empty(), "nothing is kept");
    }
}
