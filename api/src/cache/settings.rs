//! Settings of the cache.

use std::time::Duration;

/// Settings of the cache.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CacheSettings {
    /// Bytes of memory for the cache; 0 turns it off.
    pub bytes: u64,
    /// How long an answer may be served stale once the catalogue has changed, while it is revalidated in the background.
    /// Zero revalidates first.
    pub stale_while_revalidate: Duration,
    /// How long an answer may be served stale while the engine is unreachable.
    pub stale_if_error: Duration,
    /// How long browsers and proxies may use the answer to a GET by hash without asking again.
    pub max_age: Duration,
    /// How much longer they may use it while they ask again.
    pub max_age_while_revalidate: Duration,
}

impl CacheSettings {
    /// Caches nothing.
    pub fn off() -> Self {
        Self { bytes: 0, ..Self::default() }
    }
}

impl Default for CacheSettings {
    fn default() -> Self {
        Self {
            bytes: 64 * 1024 * 1024,
            stale_while_revalidate: Duration::ZERO,
            stale_if_error: Duration::from_secs(600),
            max_age: Duration::ZERO,
            max_age_while_revalidate: Duration::ZERO,
        }
    }
}
