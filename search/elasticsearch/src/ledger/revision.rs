//! The revision: number and time of the last commit.

use serde::{Deserialize, Serialize};
use wikimovie_domain::Revision;
use wikimovie_elasticsearch_dsl::GetResponse;
use wikimovie_engine::{SearchError, writer::WriteError};

use super::{document::LedgerDocument, store::LedgerStore};
use crate::versions::Versions;

/// Id and kind of its document.
const REVISION: &str = "revision";

/// The revision as the ledger holds it.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
struct StoredRevision {
    number: u64,
    as_of_ms: u64,
    movies: u64,
}

impl From<StoredRevision> for Revision {
    fn from(stored: StoredRevision) -> Self {
        Self { number: stored.number, as_of_ms: stored.as_of_ms, movies: stored.movies }
    }
}

impl From<Revision> for StoredRevision {
    fn from(revision: Revision) -> Self {
        Self { number: revision.number, as_of_ms: revision.as_of_ms, movies: revision.movies }
    }
}

impl LedgerStore {
    /// The newest revision, read within the time of a question.
    pub(crate) async fn revision(&self) -> Result<Revision, SearchError> {
        let reply = self.client.send(self.read_call(REVISION)).await?;
        let read: GetResponse<LedgerDocument<StoredRevision>> = reply.json()?;
        if read.error.is_some() {
            tracing::debug!(ledger = self.name(), "the ledger is gone");
            return Err(SearchError::Unavailable);
        }
        Ok(read.source.map(|document| document.data.into()).unwrap_or_default())
    }

    /// Writes a new revision.
    pub(crate) async fn write_revision(
        &self,
        revision: Revision,
        versions: &Versions,
    ) -> Result<(), WriteError> {
        let version = vec![("version", versions.next().to_string()), ("version_type", "external".to_owned())];
        let call = self.write_call(REVISION, REVISION, &StoredRevision::from(revision), version)?;
        // A conflict: the answer to a first attempt was lost. The lease shows whether anybody else could have written.
        self.write("writing the revision", call).await.map(|_| ())
    }
}
