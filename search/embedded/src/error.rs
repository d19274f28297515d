//! Why a snapshot gave no answer.

use tantivy::TantivyError;
use wikimovie_engine::SearchError;
use wikimovie_plan::work::Work;

/// Why a snapshot gave no answer.
#[derive(Debug)]
pub(crate) enum ReadError {
    /// As any engine says it.
    Search(SearchError),
    /// The index cannot be read.
    Index(TantivyError),
}

/// Goes on as long as somebody waits for the answer.
pub(crate) fn check_waiting(work: &Work) -> Result<(), ReadError> {
    if work.is_over() { Err(ReadError::Search(SearchError::Timeout)) } else { Ok(()) }
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
