//! One object being applied: what it listed so far, and the batch of records that is gathered next.

use std::{collections::HashSet, io};

use wikimovie_domain::Movie;
use wikimovie_engine::{
    content_hash::hash64,
    writer::{ObjectState, PutOutcome, WriteError},
};
use wikimovie_plan::{WordField, texts};

use super::movie_set::MovieSet;
use crate::bulk::Bulk;

/// Records gathered before they are compared with what is there.
const BATCH: usize = 500;

/// Text of records gathered, in bytes, beyond which they are compared.
const BATCH_BYTES: usize = 512 * 1024;

/// Movies of a large object that the cluster may not know yet, beyond which is waited for it: some 2 MiB.
const MAX_UNFLUSHED: usize = 1 << 16;

/// An object being applied.
#[derive(Debug)]
pub(super) struct ObjectInProgress {
    pub(super) object: ObjectState,
    /// Records of the object by applications that began before were not written by this one.
    pub(super) start: u64,
    /// Whether the object may have records of before.
    pub(super) seen: bool,
    /// Movies that it lists now.
    pub(super) listed: MovieSet,
    pub(super) merged: u64,
    /// Whether another object of the provider may list the same movies.
    pub(super) contended: bool,
    batch: Vec<PendingRecord>,
    batch_bytes: usize,
    /// Batches written.
    pub(super) batches: u64,
    /// Requests of its own, once it is no small one.
    pub(super) own: Option<OwnRequests>,
}

/// A record that is not compared with the index yet.
#[derive(Debug)]
pub(super) struct PendingRecord {
    /// Hash of the movie's id.
    pub(super) id: u128,
    /// Hash of what it says.
    pub(super) content: u64,
    pub(super) movie: Movie,
}

impl PendingRecord {
    /// The part of the hash by which records that are not flushed are remembered.
    pub(super) fn id64(&self) -> u64 {
        u64::try_from(self.id >> 64).unwrap_or_default()
    }
}

/// Requests of one large object.
#[derive(Debug)]
pub(super) struct OwnRequests {
    pub(super) bulk: Bulk,
    /// Movies that the cluster may not know yet; of an object that meets no other nobody asks.
    pub(super) unflushed: HashSet<u64>,
}

impl OwnRequests {
    pub(super) fn new(bulk: Bulk) -> Self {
        Self { bulk, unflushed: HashSet::new() }
    }

    /// Whether it is time to wait for what is in flight, so that no more has to be remembered.
    pub(super) fn is_much_unflushed(&self) -> bool {
        self.unflushed.len() >= MAX_UNFLUSHED
    }
}

impl ObjectInProgress {
    pub(super) fn new(object: ObjectState, start: u64, seen: bool, contended: bool) -> Self {
        Self {
            object,
            start,
            seen,
            listed: MovieSet::default(),
            merged: 0,
            contended,
            batch: Vec::new(),
            batch_bytes: 0,
            batches: 0,
            own: None,
        }
    }

    pub(super) fn add(&mut self, record: PendingRecord) -> Result<PutOutcome, WriteError> {
        // Whether it differs from what was there is seen with the batch.
        let fresh = self.listed.put(record.id, !self.seen).map_err(no_room)?;
        if !fresh {
            self.merged += 1;
            // The later record replaces the earlier one, which may still be at hand.
            self.batch.retain(|earlier| earlier.id != record.id);
        }
        self.batch_bytes += bytes_of(&record.movie);
        self.batch.push(record);
        Ok(if fresh { PutOutcome::Accepted } else { PutOutcome::Merged })
    }

    pub(super) fn is_full(&self) -> bool {
        self.batch.len() >= BATCH || self.batch_bytes >= BATCH_BYTES
    }

    /// What was gathered.
    pub(super) fn take_batch(&mut self) -> Vec<PendingRecord> {
        self.batch_bytes = 0;
        std::mem::take(&mut self.batch)
    }

    pub(super) fn has_written(&self) -> bool {
        self.batches > 0
    }

    pub(super) fn set_targets(&mut self, targets: &[String]) {
        if let Some(own) = &mut self.own {
            own.bulk.set_targets(targets.to_vec());
        }
    }

    /// Forgets what was gathered, and waits for what is in flight.
    pub(super) async fn clear(&mut self) {
        if let Some(own) = &mut self.own {
            own.bulk.clear().await;
        }
    }

    /// The object by the hash of its key.
    pub(super) fn writer(&self) -> u64 {
        hash64(self.object.key.as_bytes())
    }
}

/// About how much text a movie has.
fn bytes_of(movie: &Movie) -> usize {
    let texts = WordField::ALL.into_iter().flat_map(|field| texts(movie, field)).map(|(_, text)| text.len());
    texts.chain(movie.genres.iter().map(String::len)).sum()
}

/// The file of [`MovieSet`] cannot be written.
pub(super) fn no_room(source: io::Error) -> WriteError {
    WriteError::Storage { folder: std::env::temp_dir().display().to_string(), source }
}
