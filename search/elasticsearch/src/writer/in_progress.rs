//! Objects being applied, several at a time.
//!
//! Movies of two providers never are the same, so that only objects of one provider compete. Where they may, what the one
//! wrote of a movie is in the cluster before the other looks at that movie ([`ElasticsearchWriter::flush_competing`]); so
//! each decision whether a record is shown or hidden is made as if there were one object at a time.
//!
//! Small objects share requests, and wait for nobody else's. An object of more than a batch has requests of its own.

use std::{
    collections::{HashMap, HashSet},
    io,
};

use wikimovie_domain::Movie;
use wikimovie_engine::{
    content_hash::hash64,
    writer::{ObjectState, ObjectWriter, PutOutcome, WriteError},
};

use super::{ElasticsearchWriter, bulk::Bulk, movie_set::MovieSet, source_records::SourceRecord};

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
    contended: bool,
    batch: Vec<PendingRecord>,
    batch_bytes: usize,
    /// Batches written.
    batches: u64,
    /// Requests of its own, once it is no small one.
    own: Option<OwnRequests>,
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
    fn id64(&self) -> u64 {
        u64::try_from(self.id >> 64).unwrap_or_default()
    }
}

/// Requests of one large object.
#[derive(Debug)]
struct OwnRequests {
    bulk: Bulk,
    /// Movies that the cluster may not know yet; of an object that meets no other nobody asks.
    unflushed: HashSet<u64>,
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

    pub(super) fn has_written(&self) -> bool {
        self.batches > 0
    }

    pub(super) fn set_targets(&mut self, targets: &[String]) {
        if let Some(own) = &mut self.own {
            own.bulk.set_targets(targets.to_vec());
        }
    }

    /// Forgets what was gathered, and waits for what is under way.
    pub(super) async fn clear(&mut self) {
        if let Some(own) = &mut self.own {
            own.bulk.clear().await;
        }
    }

    fn writer(&self) -> u64 {
        hash64(self.object.key.as_bytes())
    }
}

impl ElasticsearchWriter {
    /// Writes the records gathered of an object, each shown or hidden as it stands to those of others.
    pub(super) fn flush_batch(&mut self, object: &ObjectWriter) -> Result<(), WriteError> {
        // Out of the map, so that it can be compared with the others there.
        let Some(mut begun) = self.in_progress.remove(object.key()) else { return Ok(()) };
        let placed = self.place_batch(&mut begun);
        self.in_progress.insert(begun.object.key.clone(), begun);
        placed?;
        self.lease.check()
    }

    fn place_batch(&mut self, begun: &mut ObjectInProgress) -> Result<(), WriteError> {
        begun.batch_bytes = 0;
        let batch = std::mem::take(&mut begun.batch);
        if batch.is_empty() {
            return Ok(());
        }
        self.look_for_targets()?;
        if begun.contended {
            self.flush_competing(begun, &batch)?;
        }
        if begun.batches > 0 && begun.own.is_none() {
            let bulk = Bulk::new(&self.shared, self.bulk.targets().to_vec(), &self.versions);
            begun.own = Some(OwnRequests { bulk: bulk.within(&self.large), unflushed: HashSet::new() });
        }
        begun.batches += 1;
        let writer = begun.writer();
        let ids = batch.iter().map(PendingRecord::id64);
        let bulk = match &mut begun.own {
            Some(own) => {
                if begun.contended {
                    own.unflushed.extend(ids);
                }
                &mut own.bulk
            }
            None => {
                self.unflushed.extend(ids.map(|id| (id, writer)));
                &mut self.bulk
            }
        };
        let shared = &self.shared;
        self.runtime.block_on(async {
            let ids: Vec<&str> = batch.iter().map(|record| record.movie.id.as_str()).collect();
            let key = begun.object.key.as_str();
            let looks = begun.contended || begun.seen;
            let mut shown = if looks { shared.shown_records(&ids).await? } else { HashMap::new() };
            let hidden = if begun.seen { shared.own_hidden(key, &ids).await? } else { HashMap::new() };
            for PendingRecord { id: hash, content, movie } in batch {
                let content = format!("{content:016x}");
                let own = SourceRecord { object: key.to_owned(), applied: begun.start, content, movie };
                let id = own.movie.id.as_str();
                let was_hidden = hidden.get(id);
                let there = shown.remove(id);
                if begun.seen {
                    let before =
                        there.as_ref().filter(|there| there.object == key).map(|there| &there.content);
                    if before.or(was_hidden) != Some(&own.content) {
                        begun.listed.put(hash, true).map_err(no_room)?;
                    }
                }
                match there.filter(|there| there.object != key) {
                    Some(competing) if competing.is_newer_than(&own) => {
                        bulk.put_record(&own, false)?;
                        continue;
                    }
                    Some(competing) => bulk.put_record(&competing, false)?,
                    None => {}
                }
                bulk.put_record(&own, true)?;
                if was_hidden.is_some() {
                    bulk.remove_hidden(key, id)?;
                }
            }
            Ok::<(), WriteError>(())
        })?;
        match &mut begun.own {
            Some(own) if own.unflushed.len() >= MAX_UNFLUSHED => self.flush_own(begun),
            Some(own) if own.bulk.is_full() => {
                self.write_pending_intents()?;
                self.runtime.block_on(own.bulk.send_if_full())
            }
            None if self.bulk.is_full() => {
                self.write_pending_intents()?;
                let bulk = &mut self.bulk;
                self.runtime.block_on(bulk.send_if_full())
            }
            _ => Ok(()),
        }
    }

    /// Returns once the cluster knows what others wrote of these movies.
    fn flush_competing(
        &mut self,
        begun: &ObjectInProgress,
        batch: &[PendingRecord],
    ) -> Result<(), WriteError> {
        let own = begun.writer();
        if batch.iter().any(|record| self.unflushed.get(&record.id64()).is_some_and(|writer| *writer != own))
        {
            self.flush()?;
        }
        let met = |other: &ObjectInProgress| {
            let unflushed = other.own.as_ref().map(|own| &own.unflushed);
            unflushed.is_some_and(|unflushed| batch.iter().any(|record| unflushed.contains(&record.id64())))
        };
        self.flush_owns(met)
    }

    /// Notes that one more object of a provider is begun; `true` where there are others.
    pub(super) fn contend_with(&mut self, provider: &str) -> Result<bool, WriteError> {
        // What these wrote so far was noted nowhere.
        self.flush_owns(|other| other.object.provider == provider && !other.contended)?;
        let mut others = false;
        for other in self.in_progress.values_mut().filter(|other| other.object.provider == provider) {
            other.contended = true;
            others = true;
        }
        Ok(others)
    }

    /// Returns once the cluster knows all that was written of a provider's movies; of all where it is empty.
    pub(super) fn flush_of(&mut self, provider: &str) -> Result<(), WriteError> {
        self.flush()?;
        self.flush_owns(|begun| provider.is_empty() || begun.object.provider == provider)
    }

    fn flush_owns(&mut self, which: impl Fn(&ObjectInProgress) -> bool) -> Result<(), WriteError> {
        let keys = self.in_progress.iter().filter(|(_, begun)| begun.own.is_some() && which(begun));
        let keys: Vec<String> = keys.map(|(key, _)| key.clone()).collect();
        for key in keys {
            if let Some(mut begun) = self.in_progress.remove(&key) {
                let flushed = self.flush_own(&mut begun);
                self.in_progress.insert(key, begun);
                flushed?;
            }
        }
        Ok(())
    }

    /// Sends what an object gathered in requests of its own, and returns once it is written.
    pub(super) fn flush_own(&mut self, begun: &mut ObjectInProgress) -> Result<(), WriteError> {
        let Some(own) = &mut begun.own else { return Ok(()) };
        self.write_pending_intents()?;
        self.runtime.block_on(own.bulk.flush())?;
        own.unflushed.clear();
        self.lease.check()
    }
}

/// About how much text a movie has.
fn bytes_of(movie: &Movie) -> usize {
    let texts = movie.cast.iter().chain(&movie.genres).chain(&movie.summary);
    movie.title.len() + texts.map(String::len).sum::<usize>()
}

/// The file of [`MovieSet`] cannot be written.
fn no_room(source: io::Error) -> WriteError {
    WriteError::Storage { folder: std::env::temp_dir().display().to_string(), source }
}
