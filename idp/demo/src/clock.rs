//! The one place of this crate that reads the time.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, UNIX_EPOCH};

/// The system's time plus an offset. Clones share the offset, so a test moves a running server's clock together with the
/// identity provider's.
#[derive(Clone, Debug, Default)]
pub struct Clock {
    ahead_ms: Arc<AtomicI64>,
}

impl Clock {
    /// Shows another instant now, in milliseconds of Unix time, and goes on from there.
    pub fn showing(at_ms: i64) -> Self {
        let clock = Self::default();
        clock.ahead_ms.store(at_ms - clock.now_ms(), Ordering::SeqCst);
        clock
    }

    /// Moves this clock and all its clones forward; it never goes back.
    pub fn advance(&self, by: Duration) {
        let by = i64::try_from(by.as_millis()).unwrap_or(i64::MAX);
        self.ahead_ms.fetch_add(by, Ordering::SeqCst);
    }

    /// Unix time in milliseconds.
    #[expect(
        clippy::disallowed_methods,
        reason = "this crate may not use the server's clock, and this is its only reading of time"
    )]
    pub fn now_ms(&self) -> i64 {
        let since = std::time::SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let system = i64::try_from(since.as_millis()).unwrap_or(i64::MAX);
        system.saturating_add(self.ahead_ms.load(Ordering::SeqCst))
    }

    /// Unix time in whole seconds, as in JWT claims (RFC 7519 §2, NumericDate).
    pub fn now_seconds(&self) -> i64 {
        self.now_ms().div_euclid(1000)
    }
}
