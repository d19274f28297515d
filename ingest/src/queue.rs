//! A queue of messages, as the worker needs one. [`crate::aws`] has the one on SQS; tests have one that fails as told.

use std::time::Duration;

/// Why a queue or bucket did not do what it was asked.
#[derive(Clone, Debug, thiserror::Error)]
pub enum RemoteError {
    /// It cannot be reached, or has too much to do: worth trying again.
    #[error("{0}")]
    Unavailable(String),
    /// It refuses us; trying again helps once somebody changed that.
    #[error("not allowed: {0}")]
    Denied(String),
    /// There is no such queue, bucket or object.
    #[error("there is no such thing: {0}")]
    Missing(String),
}

/// A message that was received and is ours until its lease ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// Names it in logs, the same at each receive.
    pub id: String,
    /// What it says.
    pub body: String,
    /// Stands for this receive: extends and deletes are made with it.
    pub handle: String,
    /// How often it was received, this time included.
    pub receives: u32,
}

/// A queue. Each call blocks, and ends by a deadline of its own.
pub trait Queue: Send + Sync {
    /// Waits for messages; at most `most` of them, perhaps none.
    ///
    /// # Errors
    /// [`RemoteError`]; nothing was received then, or it comes again after its lease.
    fn receive(&self, most: usize, wait: Duration) -> Result<Vec<Message>, RemoteError>;

    /// Keeps messages from everybody else for so long from now; zero hands them back. Returns the handles that are
    /// ours no more.
    ///
    /// # Errors
    /// Where nothing can be told of any of them.
    fn extend(&self, handles: &[String], lease: Duration) -> Result<Vec<String>, RemoteError>;

    /// Deletes messages. Returns the handles of those that could not be.
    ///
    /// # Errors
    /// Where nothing can be told of any of them.
    fn delete(&self, handles: &[String]) -> Result<Vec<String>, RemoteError>;

    /// Puts a message into the dead-letter queue, with the reason. Done once it returns `Ok`; the message itself
    /// stays.
    ///
    /// # Errors
    /// [`RemoteError`]; it is not kept then.
    fn dead_letter(&self, message: &Message, reason: &str) -> Result<(), RemoteError>;
}
