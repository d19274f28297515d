//! Bounds and times of a worker.

use std::{sync::Arc, time::Duration};

use crate::vocabulary::Vocabulary;

/// Longest pause after ticks that failed in a row: the catalogue is right again within seconds of a fault's end.
pub(super) const LONGEST_PAUSE: Duration = Duration::from_secs(4);

/// Longest time after which a message that failed comes again.
pub(super) const LONGEST_DELAY: Duration = Duration::from_secs(30);

/// Bounds and times of a worker.
#[derive(Clone, Debug)]
pub struct WorkerOptions {
    /// Time for which received messages are ours; extended while they are worked on.
    pub lease: Duration,
    /// Longest wait for the first message of a batch.
    pub wait: Duration,
    /// Most messages in a batch.
    pub batch: usize,
    /// Pause after a first failure; doubled at each further one.
    pub pause: Duration,
    /// Receives after which a message whose object cannot be read goes to the dead-letter queue with the reason: fewer
    /// than after which the queue itself moves it there, without one.
    pub receives: u32,
    /// Bytes, as stored, beyond which an object is applied beside the others.
    pub large: u64,
    /// Whether a receipt is put beside the data for each object, at `receipts/<key>.json`.
    pub receipts: bool,
    /// Names of genres.
    pub vocabulary: Arc<Vocabulary>,
}

impl Default for WorkerOptions {
    fn default() -> Self {
        Self {
            lease: Duration::from_secs(60),
            wait: Duration::from_secs(20),
            batch: 100,
            pause: Duration::from_secs(1),
            receives: 4,
            large: 1024 * 1024,
            receipts: true,
            vocabulary: Vocabulary::standard(),
        }
    }
}

/// Doubled each time, up to the longest.
pub(super) fn backoff(first: Duration, times: u32, longest: Duration) -> Duration {
    first.saturating_mul(1_u32 << times.saturating_sub(1).min(10)).min(longest)
}
