//! Whether the indices are those that were opened, and hold what they held at the last commit.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use wikimovie_engine::writer::WriteError;

use super::session::Session;
use crate::records::Counts;

/// Time between two checks whether the indices are those that were opened.
const IDENTITY_INTERVAL: Duration = Duration::from_secs(2);

/// Time between two counts of what the index holds.
const COUNT_INTERVAL: Duration = Duration::from_secs(5);

/// What a writer knows of its indices.
#[derive(Debug)]
pub(super) struct IndexWatch {
    /// Indices that are written to, each with its unique id.
    identity: BTreeMap<String, String>,
    identity_seen: Instant,
    /// What the index held when all of it was last made visible; `None` where something may have become visible since.
    counts: Option<Counts>,
    counts_seen: Instant,
}

impl IndexWatch {
    pub(super) fn new(identity: BTreeMap<String, String>, counts: Counts) -> Self {
        let now = Instant::now();
        Self { identity, identity_seen: now, counts: Some(counts), counts_seen: now }
    }

    /// Other indices are written to from now on.
    pub(super) fn set_identity(&mut self, identity: BTreeMap<String, String>) {
        (self.identity, self.identity_seen) = (identity, Instant::now());
    }

    /// What the index holds after a commit; `None` where that is not known.
    pub(super) fn set_counts(&mut self, counts: Option<Counts>) {
        (self.counts, self.counts_seen) = (counts, Instant::now());
    }

    /// Checks the indices from time to time, and what they hold where nothing is written.
    ///
    /// # Errors
    /// [`WriteError::IndexChanged`] where they are others, or hold other than at the last commit.
    pub(super) fn check(&mut self, session: &Session, is_idle: bool) -> Result<(), WriteError> {
        let Session { stores, runtime, bulk, .. } = session;
        let index = &stores.names.read;
        if self.identity_seen.elapsed() >= IDENTITY_INTERVAL {
            let identity = runtime.block_on(stores.index.identity(bulk.targets()))?;
            self.identity_seen = Instant::now();
            if identity != self.identity {
                return Err(WriteError::IndexChanged(format!("the index {index} was recreated")));
            }
        }
        if let Some(counts) = self.counts
            && is_idle
            && self.counts_seen.elapsed() >= COUNT_INTERVAL
        {
            let found = runtime.block_on(stores.records.count_all())?;
            self.counts_seen = Instant::now();
            if found != counts {
                return Err(WriteError::IndexChanged(format!(
                    "the index {index} holds {} documents in place of {}",
                    found.documents, counts.documents
                )));
            }
        }
        Ok(())
    }
}
