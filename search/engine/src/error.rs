//! What can go wrong while a question is answered, by what the caller can do about it.

use crate::token::TokenError;

/// Why a question got no answer. The message of [`SearchError::Engine`] is for the log, never for a client.
#[derive(Clone, Debug, thiserror::Error)]
pub enum SearchError {
    /// The cursor is forged, damaged, or of another question.
    #[error("the cursor is invalid: {0}")]
    BadCursor(TokenError),
    /// The engine took longer than it may.
    #[error("the engine did not answer in time")]
    Timeout,
    /// The engine cannot be reached now.
    #[error("the engine is unreachable")]
    Unavailable,
    /// The engine failed.
    #[error("the engine failed: {0}")]
    Engine(String),
}

impl From<serde_json::Error> for SearchError {
    /// A value could not be written as JSON.
    fn from(error: serde_json::Error) -> Self {
        Self::Engine(error.to_string())
    }
}
