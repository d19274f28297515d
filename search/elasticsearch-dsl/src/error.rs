//! Errors of a cluster.

use serde::Deserialize;
use serde_json::Value;

/// Kind of the error for an index that is missing.
pub const INDEX_NOT_FOUND: &str = "index_not_found_exception";

/// Kind of the error for an index that is to be created and exists.
pub const INDEX_EXISTS: &str = "resource_already_exists_exception";

/// Body of a response whose status says that it is an error.
#[derive(Debug, Deserialize)]
pub struct ErrorResponse {
    /// HTTP status; 0 where the body does not repeat it.
    #[serde(default)]
    pub status: u16,
    /// What went wrong.
    pub error: ErrorCause,
}

/// What went wrong: an object of the engine's, or a text of a proxy's; kept whole for the log.
#[derive(Clone, Debug, Deserialize)]
#[serde(transparent)]
pub struct ErrorCause(Value);

impl ErrorCause {
    /// Kind of the error, such as [`INDEX_NOT_FOUND`]; empty where it names none.
    pub fn kind(&self) -> &str {
        self.0.get("type").and_then(Value::as_str).unwrap_or_default()
    }
}

impl std::fmt::Display for ErrorCause {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}
