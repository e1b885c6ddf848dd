//! The cache in this process: for one node.

use std::{
    sync::Arc,
    sync::atomic::{AtomicU64, Ordering},
    time::{Duration, Instant},
};

use async_trait::async_trait;
use moka::{Expiry, future};

use super::{Cache, CacheError};

/// Entries at most; the least useful are dropped first, so a flood of keys cannot fill the memory.
const MOST: u64 = 100_000;

#[derive(Clone)]
struct Entry {
    value: Arc<Vec<u8>>,
    count: Arc<AtomicU64>,
    lifetime: Duration,
}

struct OwnLifetime;

impl Expiry<String, Entry> for OwnLifetime {
    fn expire_after_create(&self, _: &String, entry: &Entry, _: Instant) -> Option<Duration> {
        Some(entry.lifetime)
    }
    fn expire_after_update(&self, _: &String, entry: &Entry, _: Instant, _: Option<Duration>) -> Option<Duration> {
        Some(entry.lifetime)
    }
}

/// An in-process cache.
pub struct Memory(future::Cache<String, Entry>);

impl Memory {
    /// An empty one.
    pub fn new() -> Self {
        Self(future::Cache::builder().max_capacity(MOST).expire_after(OwnLifetime).build())
    }

    fn entry(value: Vec<u8>, lifetime: Duration) -> Entry {
        Entry { value: Arc::new(value), count: Arc::default(), lifetime }
    }
}

impl Default for Memory {
    fn default() -> Self {
        Self::new()
    }
}

#[async_trait]
impl Cache for Memory {
    async fn put(&self, key: &str, value: Vec<u8>, lifetime: Duration) -> Result<(), CacheError> {
        self.0.insert(key.to_owned(), Self::entry(value, lifetime)).await;
        Ok(())
    }

    async fn get(&self, key: &str) -> Result<Option<Vec<u8>>, CacheError> {
        Ok(self.0.get(key).await.map(|entry| entry.value.to_vec()))
    }

    async fn take(&self, key: &str) -> Result<Option<Vec<u8>>, CacheError> {
        Ok(self.0.remove(key).await.map(|entry| entry.value.to_vec()))
    }

    async fn add(&self, key: &str, value: Vec<u8>, lifetime: Duration) -> Result<bool, CacheError> {
        let entry = self.0.entry_by_ref(key).or_insert_with(async { Self::entry(value, lifetime) }).await;
        Ok(entry.is_fresh())
    }

    async fn count(&self, key: &str, lifetime: Duration) -> Result<u64, CacheError> {
        let entry = self.0.entry_by_ref(key).or_insert_with(async { Self::entry(Vec::new(), lifetime) }).await;
        Ok(entry.value().count.fetch_add(1, Ordering::Relaxed) + 1)
    }
}
