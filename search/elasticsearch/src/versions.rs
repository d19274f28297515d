//! Versions of what is written (fencing). Each write of a document carries one (`version_type: external`), greater than any
//! before it, whoever wrote that: a writer starts above all versions of the owners of the lease before it. So a write that
//! comes late, from a paused writer or twice over a bad connection, never replaces a newer one.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering::Relaxed},
};

/// Bits for the writes of one owner: 68 thousand million. The rest of a version's 63 bits counts owners.
const WRITE_BITS: u32 = 36;

/// Gives out versions in growing order.
#[derive(Clone, Debug)]
pub(crate) struct Versions(Arc<AtomicU64>);

impl Versions {
    /// Those of the owner of this epoch.
    pub(crate) fn of_epoch(epoch: u64) -> Self {
        Self(Arc::new(AtomicU64::new(epoch << WRITE_BITS)))
    }

    /// The next.
    pub(crate) fn next(&self) -> u64 {
        self.0.fetch_add(1, Relaxed) + 1
    }
}

/// The epoch that a version was given in.
pub(crate) fn epoch_of(version: u64) -> u64 {
    version >> WRITE_BITS
}
