//! Why a snapshot gave no answer.

use tantivy::TantivyError;
use wikimovie_engine::SearchError;

/// Why a snapshot gave no answer.
#[derive(Debug)]
pub(crate) enum ReadError {
    /// As any engine says it.
    Search(SearchError),
    /// The index cannot be read.
    Index(TantivyError),
}

impl From<SearchError> for ReadError {
    fn from(error: SearchError) -> Self {
        Self::Search(error)
    }
}

impl From<TantivyError> for ReadError {
    fn from(error: TantivyError) -> Self {
        Self::Index(error)
    }
}

impl From<ReadError> for SearchError {
    fn from(error: ReadError) -> Self {
        match error {
            ReadError::Search(error) => error,
            ReadError::Index(error) => Self::Engine(error.to_string()),
        }
    }
}
