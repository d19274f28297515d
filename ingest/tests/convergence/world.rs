//! What a schedule happens in: a place at which things go wrong.

use wikimovie_ingest::queue::RemoteError;

/// Thrown where the process is killed.
pub(crate) struct Crash;

/// What a schedule may do.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Faults {
    /// Changes of the bucket.
    pub(crate) changes: u32,
    /// Whether events may be lost.
    pub(crate) loses_events: bool,
    /// One in so many operations kills the process.
    pub(crate) crash_one_in: u32,
    /// One in so many operations fails.
    pub(crate) fail_one_in: u32,
}

pub(crate) trait World: Send + Sync {
    /// An operation of queue, bucket or engine: the bucket may change, the process may die, the operation may fail.
    fn point(&self, name: &'static str) -> Result<(), RemoteError>;
}
