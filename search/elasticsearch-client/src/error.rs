//! Why a call got no answer.

/// Why a call got no answer. Messages may hold hosts and text of the engine: they are for the log.
#[derive(Clone, Debug, thiserror::Error)]
pub enum ClientError {
    /// No node answered within the deadline.
    #[error("no node answered in time")]
    Timeout,
    /// No node can answer now.
    #[error("no node can be reached")]
    Unavailable,
    /// A node rejected the call with a status that no caller handles.
    #[error("status {status}: {excerpt}")]
    Rejected {
        /// HTTP status.
        status: u16,
        /// The first part of what it answered.
        excerpt: String,
    },
    /// The call cannot be sent, or its answer cannot be read.
    #[error("{0}")]
    Failed(String),
}

/// An error with all its causes, for the log.
pub(crate) fn error_chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let message = error.to_string();
        if !text.ends_with(&message) {
            text.push_str(": ");
            text.push_str(&message);
        }
        cause = error.source();
    }
    text
}
