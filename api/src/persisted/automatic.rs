//! Automatic persisted queries: texts that clients sent once, by hash, bounded in bytes. The least used are evicted first.

use std::sync::Arc;

use super::hash::DocumentHash;

/// Key, pointers and the store's own tables.
const ENTRY_BYTES: usize = 256;

#[derive(Debug)]
pub(super) struct AutomaticQueries(moka::sync::Cache<DocumentHash, Arc<str>>);

impl AutomaticQueries {
    pub(super) fn new(bytes: u64) -> Self {
        let weight =
            |_: &DocumentHash, text: &Arc<str>| u32::try_from(text.len() + ENTRY_BYTES).unwrap_or(u32::MAX);
        Self(moka::sync::Cache::builder().max_capacity(bytes).weigher(weight).build())
    }

    pub(super) fn get(&self, hash: &DocumentHash) -> Option<Arc<str>> {
        self.0.get(hash)
    }

    pub(super) fn insert(&self, hash: DocumentHash, text: &str) {
        self.0.entry(hash).or_insert_with(|| text.into());
    }

    /// Bytes taken, once pending evictions have run.
    #[cfg(test)]
    pub(super) fn bytes(&self) -> u64 {
        self.0.run_pending_tasks();
        self.0.weighted_size()
    }
}
