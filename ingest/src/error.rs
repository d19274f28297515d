//! What stops an object, or everything, as opposed to a refusal, which concerns one record.

use wikimovie_engine::WriteError;

/// Why an object could not be applied. Whoever gets one rolls the writer back before going on.
#[derive(Debug, thiserror::Error)]
pub enum IngestError {
    /// The object cannot be read now; its former content stays. Worth trying again.
    #[error("{object} cannot be read: {source}")]
    Unreadable {
        /// Key of the object, as people know it.
        object: String,
        /// What the store said.
        source: std::io::Error,
    },
    /// The source as a whole cannot be listed now; nothing was changed. Worth trying again.
    #[error("{place} cannot be listed: {source}")]
    Unlistable {
        /// Where the objects are kept.
        place: String,
        /// What the store said.
        source: std::io::Error,
    },
    /// The engine did not take it.
    #[error(transparent)]
    Write(#[from] WriteError),
}
