//! The cache: speed and wake-up messages, never a rule. Every entry has a lifetime, and losing all of them at any
//! moment costs a retry at most (SECURITY section 3).

mod memory;
mod redis;

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;

pub use memory::Memory;
pub use redis::Redis;

/// The cache did not answer in time. A caller treats it like a miss.
#[derive(Debug, thiserror::Error)]
#[error("the cache did not answer: {0}")]
pub struct CacheError(String);

/// What both caches do. Keys name their purpose and version; values are opaque.
#[async_trait]
pub trait Cache: Send + Sync {
    /// Keeps a value for this long, in place of another under the same key.
    async fn put(&self, key: &str, value: Vec<u8>, lifetime: Duration) -> Result<(), CacheError>;
    /// The value, if it is there and alive.
    async fn get(&self, key: &str) -> Result<Option<Vec<u8>>, CacheError>;
    /// The value, which is then gone: of many takers at once, one gets it.
    async fn take(&self, key: &str) -> Result<Option<Vec<u8>>, CacheError>;
    /// Keeps a value only if none is there. `false`: one is.
    async fn add(&self, key: &str, value: Vec<u8>, lifetime: Duration) -> Result<bool, CacheError>;
    /// Counts one; the first count of a key starts its lifetime. Gives the count after it.
    async fn count(&self, key: &str, lifetime: Duration) -> Result<u64, CacheError>;
}

/// Opens the cache that an address names: `memory`, or `redis://…`. Whether a Redis is there shows at the first question: it may come later.
///
/// # Errors
/// The address cannot be read.
pub fn open(url: &str) -> Result<Arc<dyn Cache>, CacheError> {
    if url == "memory" { Ok(Arc::new(Memory::new())) } else { Ok(Arc::new(Redis::open(url)?)) }
}

/// Asks whether a cache answers.
pub async fn answers(cache: &dyn Cache) -> Result<(), CacheError> {
    cache.get("health").await.map(|_| ())
}

/// The conformance suite of caches; panics where one does not conform. Public, because journeys run it on Redis.
pub async fn conformance(cache: Arc<dyn Cache>) {
    let key = |name: &str| format!("conformance:{}:{name}", crate::crypto::random::readable(12));
    let long = Duration::from_secs(60);
    let (a, b, c) = (key("a"), key("b"), key("c"));
    let answers = "a cache answers";
    assert_eq!(cache.get(&a).await.expect(answers), None, "nothing is there at first");
    cache.put(&a, vec![0, 255], long).await.expect(answers);
    cache.put(&a, b"two".to_vec(), long).await.expect(answers);
    assert_eq!(cache.get(&a).await.expect(answers).as_deref(), Some(&b"two"[..]), "the last value counts");
    let takers = futures_util::future::join_all((0..16).map(|_| cache.take(&a))).await;
    let got = takers.into_iter().filter(|taken| matches!(taken, Ok(Some(_)))).count();
    assert_eq!(got, 1, "of many takers one gets it");
    assert!(cache.add(&b, vec![1], long).await.expect(answers), "the first add wins");
    assert!(!cache.add(&b, vec![2], long).await.expect(answers), "the second does not");
    assert_eq!(cache.get(&b).await.expect(answers), Some(vec![1]), "and changes nothing");
    let counts = futures_util::future::join_all((0..16).map(|_| cache.count(&c, long))).await;
    let mut counts: Vec<u64> = counts.into_iter().map(|count| count.expect(answers)).collect();
    counts.sort_unstable();
    assert_eq!(counts, (1..=16).collect::<Vec<_>>(), "no count is lost");
}

#[cfg(test)]
mod tests {
    use std::{sync::Arc, time::Duration};

    use super::{Cache, Memory};

    /// The conformance suite: every cache passes it. `tests/store` runs it on Redis too.
    async fn conforms(cache: Arc<dyn Cache>) {
        super::conformance(cache).await;
    }

    #[tokio::test]
    async fn memory_conforms() {
        conforms(Arc::new(Memory::new())).await;
        let short = Memory::new();
        short.put("k", vec![1], Duration::from_millis(1)).await.expect("kept");
        tokio::time::sleep(Duration::from_millis(20)).await;
        assert_eq!(short.get("k").await.expect("answers"), None);
    }
}
