//! The cache that several nodes share. A Redis that is gone is noticed once and then left alone for a second, so that no
//! request waits for it again and again.

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::{Duration, Instant},
};

use ::redis::{
    AsyncCommands, Client, ExistenceCheck, Script, SetExpiry, SetOptions, aio::ConnectionManager,
    aio::ConnectionManagerConfig,
};
use async_trait::async_trait;

use super::{Cache, CacheError};

/// An answer takes far less than this on a healthy network.
const PATIENCE: Duration = Duration::from_millis(200);
const REST: Duration = Duration::from_secs(1);

/// Counts, and starts the lifetime at the first count, in one step: a count without a lifetime would never end.
const COUNT: &str =
    "local n = redis.call('INCR', KEYS[1]) if n == 1 then redis.call('PEXPIRE', KEYS[1], ARGV[1]) end return n";

/// A Redis server.
pub struct Redis {
    connection: ConnectionManager,
    count: Script,
    began: Instant,
    /// Milliseconds after `began` until which Redis is left alone.
    resting_until: AtomicU64,
}

impl From<::redis::RedisError> for CacheError {
    fn from(error: ::redis::RedisError) -> Self {
        Self(error.to_string())
    }
}

impl Redis {
    /// Connects at the first question, and again whenever the connection broke.
    ///
    /// # Errors
    /// The address cannot be read.
    pub fn open(url: &str) -> Result<Self, CacheError> {
        let config = ConnectionManagerConfig::new()
            .set_connection_timeout(Some(PATIENCE))
            .set_response_timeout(Some(PATIENCE))
            .set_number_of_retries(1);
        let connection = ConnectionManager::new_lazy_with_config(Client::open(url)?, config)?;
        let resting_until = AtomicU64::new(0);
        Ok(Self { connection, count: Script::new(COUNT), began: Instant::now(), resting_until })
    }

    fn elapsed(&self) -> u64 {
        u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    fn connection(&self) -> Result<ConnectionManager, CacheError> {
        if self.elapsed() < self.resting_until.load(Ordering::Relaxed) {
            return Err(CacheError("it is resting after a failure".into()));
        }
        Ok(self.connection.clone())
    }

    fn noticed<T>(&self, answer: Result<T, ::redis::RedisError>) -> Result<T, CacheError> {
        answer.map_err(|error| {
            let rest = u64::try_from(REST.as_millis()).unwrap_or(u64::MAX);
            self.resting_until.store(self.elapsed().saturating_add(rest), Ordering::Relaxed);
            error.into()
        })
    }
}

fn millis(lifetime: Duration) -> u64 {
    u64::try_from(lifetime.as_millis()).unwrap_or(u64::MAX).max(1)
}

#[async_trait]
impl Cache for Redis {
    async fn put(&self, key: &str, value: Vec<u8>, lifetime: Duration) -> Result<(), CacheError> {
        let answer = self.connection()?.pset_ex(key, value, millis(lifetime)).await;
        self.noticed(answer)
    }

    async fn get(&self, key: &str) -> Result<Option<Vec<u8>>, CacheError> {
        let answer = self.connection()?.get(key).await;
        self.noticed(answer)
    }

    async fn take(&self, key: &str) -> Result<Option<Vec<u8>>, CacheError> {
        let answer = self.connection()?.get_del(key).await;
        self.noticed(answer)
    }

    async fn add(&self, key: &str, value: Vec<u8>, lifetime: Duration) -> Result<bool, CacheError> {
        let options =
            SetOptions::default().conditional_set(ExistenceCheck::NX).with_expiration(SetExpiry::PX(millis(lifetime)));
        let answer: Result<Option<String>, _> = self.connection()?.set_options(key, value, options).await;
        self.noticed(answer).map(|set| set.is_some())
    }

    async fn count(&self, key: &str, lifetime: Duration) -> Result<u64, CacheError> {
        let mut connection = self.connection()?;
        let answer = self.count.key(key).arg(millis(lifetime)).invoke_async(&mut connection).await;
        self.noticed(answer)
    }
}
