//! A queue of messages, as the worker uses it. [`crate::aws`] implements it on SQS; tests have one with planned
//! failures.

use std::time::Duration;

/// Why a request to a queue or bucket failed.
#[derive(Clone, Debug, thiserror::Error)]
pub enum RemoteError {
    /// It is unreachable or overloaded; a retry may succeed.
    #[error("{0}")]
    Unavailable(String),
    /// It denies access; a retry succeeds only after somebody changes that.
    #[error("not allowed: {0}")]
    Denied(String),
    /// There is no such queue, bucket or object.
    #[error("there is no such thing: {0}")]
    Missing(String),
}

/// A received message, ours until its lease ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// Its id in logs, the same for each receive.
    pub id: String,
    /// Its content.
    pub body: String,
    /// Handle of this receive, for extending and deleting.
    pub handle: String,
    /// Number of receives, this one included.
    pub receives: u32,
}

/// A queue. Each call blocks, up to a deadline of its own.
pub trait Queue: Send + Sync {
    /// Waits for messages; returns at most `most` of them, perhaps none.
    ///
    /// # Errors
    /// [`RemoteError`]; nothing was received, or it is redelivered after its lease.
    fn receive(&self, most: usize, wait: Duration) -> Result<Vec<Message>, RemoteError>;

    /// Extends the leases of messages to this duration from now; zero releases them. Returns the handles that are no
    /// longer ours.
    ///
    /// # Errors
    /// If the outcome of all of them is unknown.
    fn extend(&self, handles: &[String], lease: Duration) -> Result<Vec<String>, RemoteError>;

    /// Deletes messages. Returns the handles of those that could not be deleted.
    ///
    /// # Errors
    /// If the outcome of all of them is unknown.
    fn delete(&self, handles: &[String]) -> Result<Vec<String>, RemoteError>;

    /// Copies a message to the dead-letter queue, with the reason; the message itself stays in the queue.
    ///
    /// # Errors
    /// [`RemoteError`]; it is not copied then.
    fn dead_letter(&self, message: &Message, reason: &str) -> Result<(), RemoteError>;
}
