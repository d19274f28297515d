//! What comes of a key, and of a tick that breaks off.

use wikimovie_engine::WriteError;

use crate::{error::IngestError, queue::RemoteError};

/// What came of a key whose current state is not applied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum KeyOutcome {
    /// Its large object, or one that its removal waits for, is under way.
    Deferred,
    /// It changed again and again while it was applied: nothing is wrong with it.
    Changing,
    /// This state of it cannot be read.
    Unreadable(String),
    /// It could not be read, and has another state by now.
    Replaced(String),
}

impl KeyOutcome {
    /// Why its message is kept, in a sentence.
    pub(super) fn reason(&self) -> &str {
        match self {
            Self::Deferred => "it waits for large objects",
            Self::Changing => "it changes faster than it is read",
            Self::Unreadable(reason) | Self::Replaced(reason) => reason,
        }
    }
}

/// Why a tick broke off. All of its messages come again.
#[derive(Debug, thiserror::Error)]
pub(super) enum TickError {
    #[error(transparent)]
    Remote(#[from] RemoteError),
    #[error(transparent)]
    Ingest(#[from] IngestError),
    #[error(transparent)]
    Write(#[from] WriteError),
}
