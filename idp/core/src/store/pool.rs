//! Open connections that wait for their next use.
//!
//! The driver's own pool asks each connection before and after every use whether it still lives, and gives it back from a task of its
//! own. On SQLite each question wakes a thread, on PostgreSQL it crosses the network: a request with one read would cost three. Here a
//! connection that failed or whose end was not seen is not given back, and one that has rested for a while is asked.

use std::{
    ops::{Deref, DerefMut},
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use sqlx::{Connection, Error};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::timeout,
};

/// After this rest a connection is asked whether it still lives: a server or a firewall between may have closed it.
const REST: Duration = Duration::from_secs(10);
/// After this time a connection is closed, so that what a server keeps for it does not grow for ever.
const LIFE: Duration = Duration::from_mins(30);

type OptionsOf<C> = <C as Connection>::Options;

/// Connections with the same options. Cloning shares them.
pub(super) struct Pool<C: Connection>(Arc<Inner<C>>);

struct Inner<C: Connection> {
    options: OptionsOf<C>,
    most: u32,
    patience: Duration,
    slots: Arc<Semaphore>,
    /// The last one given back is the first one taken: few stay warm, the others rest.
    resting: Mutex<Vec<Rested<C>>>,
}

struct Rested<C> {
    connection: C,
    opened: Instant,
    since: Instant,
}

impl<C: Connection> Clone for Pool<C> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<C: Connection> Pool<C> {
    /// Opens the first connection, so that a wrong address is known at once. `patience` is how long [`Pool::take`] waits at most.
    pub(super) async fn open(options: OptionsOf<C>, most: u32, patience: Duration) -> Result<Self, Error> {
        let slots = Arc::new(Semaphore::new(most as usize));
        let pool = Self(Arc::new(Inner { options, most, patience, slots, resting: Mutex::default() }));
        drop(pool.take().await?);
        Ok(pool)
    }

    /// A connection of one's own, until it is dropped.
    pub(super) async fn take(&self) -> Result<Taken<C>, Error> {
        timeout(self.0.patience, self.taken()).await.map_err(|_elapsed| Error::PoolTimedOut)?
    }

    async fn taken(&self) -> Result<Taken<C>, Error> {
        let slot = Arc::clone(&self.0.slots).acquire_owned().await.map_err(|_closed| Error::PoolClosed)?;
        while let Some(mut rested) = self.0.rested() {
            if rested.since.elapsed() < REST || rested.connection.ping().await.is_ok() {
                return Ok(self.held(rested.connection, rested.opened, slot));
            }
        }
        let connection = C::connect_with(&self.0.options).await?;
        Ok(self.held(connection, Instant::now(), slot))
    }

    fn held(&self, connection: C, opened: Instant, slot: OwnedSemaphorePermit) -> Taken<C> {
        Taken { connection: Some(connection), opened, pool: Arc::clone(&self.0), _slot: slot }
    }

    /// Waits until all connections have been given back, and closes them.
    pub(super) async fn close(&self) {
        // Whoever never gives theirs back has us wait no longer than others would wait for it.
        let _all = timeout(self.0.patience, self.0.slots.acquire_many(self.0.most)).await;
        self.0.slots.close();
        while let Some(rested) = self.0.rested() {
            // It is dropped either way, and we are going.
            let _closed = rested.connection.close().await;
        }
    }
}

impl<C: Connection> Inner<C> {
    fn rested(&self) -> Option<Rested<C>> {
        self.resting.lock().unwrap_or_else(PoisonError::into_inner).pop()
    }
}

/// A connection that is given back when it is dropped.
pub(super) struct Taken<C: Connection> {
    /// `None` only after [`Taken::discard`].
    connection: Option<C>,
    opened: Instant,
    pool: Arc<Inner<C>>,
    _slot: OwnedSemaphorePermit,
}

impl<C: Connection> Taken<C> {
    /// Closes the connection instead of giving it back.
    pub(super) fn discard(mut self) {
        self.connection = None;
    }
}

impl<C: Connection> Drop for Taken<C> {
    fn drop(&mut self) {
        let Some(connection) = self.connection.take() else { return };
        if self.opened.elapsed() < LIFE && !self.pool.slots.is_closed() {
            let rested = Rested { connection, opened: self.opened, since: Instant::now() };
            // Before the slot: who waits for it finds the connection.
            self.pool.resting.lock().unwrap_or_else(PoisonError::into_inner).push(rested);
        }
    }
}

impl<C: Connection> Deref for Taken<C> {
    type Target = C;
    fn deref(&self) -> &C {
        self.connection.as_ref().expect("only discarding takes the connection away")
    }
}

impl<C: Connection> DerefMut for Taken<C> {
    fn deref_mut(&mut self) -> &mut C {
        self.connection.as_mut().expect("only discarding takes the connection away")
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use sqlx::{Connection, SqliteConnection, sqlite::SqliteConnectOptions};

    use super::Pool;

    async fn pool(most: u32) -> Pool<SqliteConnection> {
        let options = SqliteConnectOptions::new().in_memory(true);
        Pool::open(options, most, Duration::from_millis(50)).await.expect("opens")
    }

    #[tokio::test]
    async fn a_connection_comes_back_and_a_discarded_one_does_not() {
        let pool = pool(1).await;
        let mut first = pool.take().await.expect("is free");
        sqlx::raw_sql("create table t (x)").execute(&mut *first).await.expect("runs");
        assert!(pool.take().await.is_err(), "there is one only");
        drop(first);
        let mut same = pool.take().await.expect("came back");
        sqlx::raw_sql("select x from t").execute(&mut *same).await.expect("is the same one");
        same.discard();
        let mut other = pool.take().await.expect("another is opened");
        assert!(sqlx::raw_sql("select x from t").execute(&mut *other).await.is_err(), "a fresh one");
    }

    #[tokio::test]
    async fn a_closed_pool_gives_nothing_and_takes_nothing_back() {
        let pool = pool(2).await;
        let mut held = pool.take().await.expect("is free");
        pool.close().await;
        assert!(pool.take().await.is_err());
        held.ping().await.expect("what is held works on");
        drop(held);
        assert!(pool.0.resting.lock().expect("nobody panicked").is_empty());
    }
}
