//! The write side of an engine: objects are applied whole, and a ledger of them is kept with the movies.
//!
//! The rule it keeps: the catalogue is a pure function of the objects applied. Where two objects of a provider
//! list a movie with the same id, the record of the newest object (greatest generation, then key) is shown;
//! when that object drops it, the next newest shows again; listed by none, the movie is gone.

use serde::{Deserialize, Serialize};
use wikimovie_domain::{Movie, ObjectReceipt, Refusal, Revision};

use crate::error::SearchError;

/// Keeps the catalogue equal to the objects it is given. One writer exists per index; nothing is visible, and
/// nothing survives a crash, before [`CatalogWriter::commit`] returns; then all of it does.
pub trait CatalogWriter: Send {
    /// Every object applied and committed, by key.
    fn ledger(&self) -> Result<Vec<LedgerRow>, WriteError>;

    /// The ledger's row of an object, committed or not.
    fn row(&self, key: &str) -> Result<Option<LedgerRow>, WriteError>;

    /// Objects that may be begun and not finished at a time. Where these are several, a commit may come between the
    /// begin and the finish of an object: what was put of it so far may then be seen, and its row says that it is
    /// not done.
    fn width(&self) -> usize {
        1
    }

    /// Starts to apply the current state of an object, in place of what it listed before, and turns to it. Returns
    /// the object's generation: its own clock and nothing else, so that what is shown depends on the objects alone,
    /// not on the order in which they were seen.
    fn begin(&mut self, object: &ObjectState) -> Result<u64, WriteError>;

    /// Turns to an object that was begun: what follows is of this one.
    fn turn_to(&mut self, key: &str) -> Result<(), WriteError>;

    /// Adds a record of the object; a later record with the same id replaces an earlier one.
    fn put(&mut self, movie: Movie) -> Result<PutOutcome, WriteError>;

    /// Ends the object, sweeps what it no longer lists, and writes its ledger row and receipt.
    fn finish(&mut self, tally: Tally) -> Result<ObjectReceipt, WriteError>;

    /// Gives up the object, whose rest cannot be read: it counts as changed until it is applied again.
    fn abandon(&mut self) -> Result<Abandoned, WriteError> {
        self.rollback()?;
        Ok(Abandoned::SinceCommit)
    }

    /// Removes an object and what only it listed.
    fn remove(&mut self, key: &str) -> Result<Removal, WriteError>;

    /// Makes everything since the last commit durable and visible at once.
    fn commit(&mut self) -> Result<Revision, WriteError>;

    /// Forgets everything since the last commit.
    fn rollback(&mut self) -> Result<(), WriteError>;

    /// To be called while nothing is written for long; an error where this writer is the one no more.
    fn keep_alive(&mut self) -> Result<(), WriteError> {
        Ok(())
    }

    /// Records put since the last commit; a caller commits between objects once these are many.
    fn pending(&self) -> u64;
}

/// State of an object as its store tells it, before it is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ObjectState {
    /// Key in the ledger, such as `watch/nickelodeon/1900s-1930s.json`; see [`LedgerRow::key`].
    pub key: String,
    /// Key as people know it, such as `nickelodeon/1900s-1930s.json`: what receipts and provenance show.
    pub object: String,
    /// Provider the key belongs to.
    pub provider: String,
    /// LastModified in milliseconds since the Unix epoch.
    pub modified_ms: u64,
    /// ETag, or what stands for it: equal fingerprints mean equal content.
    pub fingerprint: String,
}

/// The ledger's row of one object.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LedgerRow {
    /// Key; objects of a watched folder and files loaded by hand differ in their prefix.
    pub key: String,
    /// See [`ObjectState::fingerprint`].
    pub fingerprint: String,
    /// Generation applied.
    pub generation: u64,
    /// What became of it.
    pub receipt: ObjectReceipt,
}

/// What happened to a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PutOutcome {
    /// It is a movie of the object.
    Accepted,
    /// It replaced an earlier record of the same object.
    Merged,
}

/// How much was given up with an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Abandoned {
    /// Nothing else.
    Alone,
    /// Everything since the last commit.
    SinceCommit,
}

/// What came of the removal of an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Removal {
    /// The ledger does not know it.
    Unknown,
    /// It is gone, and so many listings with it.
    Removed(u64),
    /// So many movies would be gone with it that somebody must approve.
    Held(u64),
}

/// What only the reader of an object knows of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Records refused.
    pub refused: u64,
    /// The first of them.
    pub refusals: Vec<Refusal>,
    /// Bytes read, before unpacking.
    pub bytes: u64,
}

/// Why nothing was written.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// Another process has the index open for writing.
    #[error("the index in {0} is in use by another wikimovie process")]
    Locked(String),
    /// The index was made by a version that this one cannot read.
    #[error("{0}")]
    Incompatible(String),
    /// The disk is full, the folder read-only, or the like.
    #[error("cannot write the index in {folder}: {source}")]
    Storage {
        /// Data folder.
        folder: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// Another process writes to this index of the cluster.
    #[error("another wikimovie process writes to the index {0}")]
    Held(String),
    /// The cluster cannot be reached, or did not answer in time.
    #[error("the search cluster is unreachable")]
    Unavailable,
    /// The calls came in an order that makes no sense, or the engine failed.
    #[error("the index failed: {0}")]
    Engine(String),
}

impl From<SearchError> for WriteError {
    fn from(error: SearchError) -> Self {
        match error {
            SearchError::Unavailable | SearchError::Timeout => Self::Unavailable,
            other => Self::Engine(other.to_string()),
        }
    }
}

impl From<serde_json::Error> for WriteError {
    /// A value could not be written as JSON.
    fn from(error: serde_json::Error) -> Self {
        Self::Engine(error.to_string())
    }
}
