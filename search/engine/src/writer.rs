//! The write side of an engine: objects are applied whole, and a ledger of them is kept with the movies.
//!
//! The rule it keeps: the catalogue is a pure function of the objects applied. Where two objects of a provider
//! list a movie with the same id, the record of the newest object (greatest generation, then key) is shown;
//! when that object drops it, the next newest shows again; listed by none, the movie is gone.

use serde::{Deserialize, Serialize};
use wikimovie_domain::{Movie, ObjectReceipt, Reading, Refusal, Revision};

use crate::error::SearchError;

/// Keeps the catalogue equal to the objects it is given. One writer exists per index; nothing is visible, and
/// nothing survives a crash, before [`CatalogWriter::commit`] returns; then all of it does.
pub trait CatalogWriter: Send {
    /// Every object applied and committed, by key.
    ///
    /// # Errors
    /// See [`WriteError`].
    fn ledger(&self) -> Result<Vec<LedgerRow>, WriteError>;

    /// The ledger's row of an object, committed or not.
    ///
    /// # Errors
    /// See [`WriteError`].
    fn row(&self, key: &str) -> Result<Option<LedgerRow>, WriteError>;

    /// Objects that may be in progress at a time. Where these are several, a commit may come between the begin and the
    /// finish of an object: what was put of it so far may then be seen, and its row says that it is in progress.
    fn width(&self) -> usize {
        1
    }

    /// Starts to apply the current state of an object, in place of what it listed before. What is shown depends on the
    /// object's own clock ([`ObjectWriter::generation`]), not on the order in which objects were seen.
    ///
    /// # Errors
    /// See [`WriteError`]; [`WriteError::Engine`] where the object is in progress already.
    fn begin(&mut self, object: &ObjectState) -> Result<ObjectWriter, WriteError>;

    /// Adds a record of an object; a later record with the same id replaces an earlier one.
    ///
    /// # Errors
    /// See [`WriteError`]; [`WriteError::Engine`] where the object is in progress no more, as after a rollback.
    fn put(&mut self, object: &ObjectWriter, movie: Movie) -> Result<PutOutcome, WriteError>;

    /// Ends an object, sweeps what it no longer lists, and writes its ledger row and receipt.
    ///
    /// # Errors
    /// As [`CatalogWriter::put`].
    fn finish(&mut self, object: ObjectWriter, tally: Tally) -> Result<ObjectReceipt, WriteError>;

    /// Gives up an object, whose rest cannot be read: it counts as changed until it is applied again.
    ///
    /// # Errors
    /// As [`CatalogWriter::put`].
    fn abandon(&mut self, object: ObjectWriter) -> Result<Abandoned, WriteError> {
        drop(object);
        self.rollback()?;
        Ok(Abandoned::SinceCommit)
    }

    /// Removes an object and what only it listed.
    ///
    /// # Errors
    /// See [`WriteError`].
    fn remove(&mut self, key: &str) -> Result<Removal, WriteError>;

    /// Removes objects that vanished together: whether that is too much is decided of all of them, not one by one.
    ///
    /// # Errors
    /// See [`WriteError`].
    fn remove_all(&mut self, keys: &[String]) -> Result<Vec<Removal>, WriteError> {
        keys.iter().map(|key| self.remove(key)).collect()
    }

    /// Makes everything since the last commit durable and visible at once.
    ///
    /// # Errors
    /// See [`WriteError`]; whether it is visible cannot be told then.
    fn commit(&mut self) -> Result<Revision, WriteError>;

    /// Forgets everything since the last commit.
    ///
    /// # Errors
    /// See [`WriteError`]; the writer has to be opened anew then.
    fn rollback(&mut self) -> Result<(), WriteError>;

    /// To be called while nothing is written for long.
    ///
    /// # Errors
    /// [`WriteError::LeaseTaken`] where this writer is the one no more, [`WriteError::IndexChanged`] where the index or
    /// the ledger is gone or another one.
    fn keep_alive(&mut self) -> Result<(), WriteError> {
        Ok(())
    }

    /// Compares all that the index holds with the ledger. To be called between objects.
    ///
    /// # Errors
    /// [`WriteError::IndexChanged`] where they differ; a writer that is opened then counts the objects concerned as
    /// changed.
    fn verify(&mut self) -> Result<(), WriteError> {
        Ok(())
    }

    /// Whether the index was found, as this writer was opened, to hold less or other than its ledger says. The rows
    /// concerned are in progress: the caller compares its source as a whole with the ledger.
    fn has_lost_objects(&self) -> bool {
        false
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

/// An object in progress: [`CatalogWriter::begin`] makes it, and `finish` or `abandon` uses it up.
#[derive(Debug)]
#[must_use = "an object is finished or abandoned"]
pub struct ObjectWriter {
    key: String,
    generation: u64,
}

impl ObjectWriter {
    /// For engines: the handle of an object that is begun.
    pub fn new(object: &ObjectState) -> Self {
        Self { key: object.key.clone(), generation: object.modified_ms }
    }

    /// Ledger key of the object.
    pub fn key(&self) -> &str {
        &self.key
    }

    /// Generation of the object: its own clock.
    pub fn generation(&self) -> u64 {
        self.generation
    }
}

/// The ledger's row of one object.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LedgerRow {
    /// Key; objects of a watched folder and files loaded by hand differ in their prefix.
    pub key: String,
    /// Key as people know it; see [`ObjectState::object`].
    pub object: String,
    /// Provider that the key belongs to.
    pub provider: String,
    /// How far it is.
    pub state: RowState,
    /// Of the content that the state is about; see [`ObjectState::fingerprint`].
    pub fingerprint: String,
    /// Generation applied.
    pub generation: u64,
    /// Version at which the application began that wrote the object's records, by which a cluster's index is compared
    /// with its ledger; 0 where the engine keeps both in one place.
    #[serde(default)]
    pub applied: u64,
    /// What came of it when it was last done; `None` where it never was.
    pub receipt: Option<ObjectReceipt>,
}

impl LedgerRow {
    /// The row of an object that was begun for the first time.
    pub fn in_progress(object: &ObjectState) -> Self {
        Self {
            key: object.key.clone(),
            object: object.object.clone(),
            provider: object.provider.clone(),
            state: RowState::InProgress,
            fingerprint: object.fingerprint.clone(),
            generation: object.modified_ms,
            applied: 0,
            receipt: None,
        }
    }

    /// Whether exactly this state of an object is done. The provider counts, since ids are made with it.
    pub fn is_done(&self, object: &ObjectState) -> bool {
        self.state == RowState::Done
            && self.fingerprint == object.fingerprint
            && self.provider == object.provider
            && self.object == object.object
    }

    /// Movies that it lists, as of its receipt.
    pub fn accepted(&self) -> u64 {
        self.receipt.as_ref().map_or(0, |receipt| receipt.accepted)
    }

    /// Movies that wait for approval to go.
    pub fn awaiting_approval(&self) -> u64 {
        match self.state {
            RowState::AwaitingApproval | RowState::Removed => {
                self.receipt.as_ref().map_or(0, |receipt| receipt.held)
            }
            RowState::InProgress | RowState::Done => 0,
        }
    }
}

/// How far an object is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RowState {
    /// Begun, or given up, or not all there any more: to be applied again.
    InProgress,
    /// Applied.
    Done,
    /// Applied; what it no longer lists is so much that somebody must approve its sweep.
    AwaitingApproval,
    /// Gone from its source; what it lists is so much that somebody must approve its removal.
    Removed,
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
    /// How the object was read.
    pub reading: Option<Box<Reading>>,
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
    /// Another process writes to this index of the cluster: it ends, or takes over.
    #[error("another wikimovie process writes to the index {0}")]
    LeaseTaken(String),
    /// The index or the ledger is gone, or another one than before: to be opened anew, which applies what is missing.
    #[error("{0}")]
    IndexChanged(String),
    /// The cluster cannot be reached, or has too much to do: worth trying again.
    #[error("the search cluster is unreachable: {operation} failed")]
    Unavailable {
        /// What was asked of it.
        operation: &'static str,
    },
    /// The cluster did not answer in time: worth trying again.
    #[error("the search cluster is slow: {operation} took longer than {} s", .after.as_secs())]
    Slow {
        /// What was asked of it.
        operation: &'static str,
        /// Time that it was given.
        after: std::time::Duration,
    },
    /// A request is too large for the cluster, and cannot be parted.
    #[error("a single document is too large for the search cluster")]
    TooLarge,
    /// The calls came in an order that makes no sense, or the engine failed.
    #[error("the index failed: {0}")]
    Engine(String),
}

impl WriteError {
    /// The writer is not open.
    pub const NOT_OPEN: Self = Self::Unavailable { operation: "opening the writer" };
}

impl From<SearchError> for WriteError {
    fn from(error: SearchError) -> Self {
        match error {
            SearchError::Unavailable | SearchError::Timeout => {
                Self::Unavailable { operation: "reading the catalogue" }
            }
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
