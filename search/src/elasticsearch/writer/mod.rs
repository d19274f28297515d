//! Writes objects into a cluster: listings by bulk, a row of the ledger for each object, a revision at each commit.
//!
//! One writer at a time holds the index ([`hold`]), and all that it writes has a greater version than anything before
//! it ([`versions`]), so that a writer which lost the hold without knowing can replace nothing. Listings are written as
//! they come and become visible at the commit, which alone refreshes the index. Before anything of an object is
//! written, its row in the ledger loses its fingerprint (or is made, without one): after a crash the object counts as
//! changed, so that it is applied again or removed, and whatever of it was written is listed, replaced or swept like
//! anything else. What an object no longer lists is what its application did not write: its version tells.
//!
//! The shown listing of a movie has the movie's id; listings hidden by a newer object's have ids of their own, and
//! take its place when that object drops the movie.

pub(super) mod bulk;
mod hold;
mod ledger;
mod listed;
pub(super) mod listings;
mod sweep;
pub(super) mod versions;

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    io,
    sync::Arc,
    time::Instant,
};

use tokio::runtime::Handle;
use wikimovie_domain::{Movie, ObjectReceipt, Revision};

use self::{bulk::Bulk, hold::Hold, listed::Listed, listings::Listing, sweep::Unsettled, versions::Versions};
use super::{
    Shared,
    dsl::{Query, Search},
};
use crate::{
    account::{content_of, hash128, now_ms, status},
    writer::{CatalogWriter, LedgerRow, ObjectState, PutOutcome, Removal, Tally, WriteError},
};

/// Listings gathered before they are compared with what is there.
const BATCH: usize = 1_000;

/// Text of listings gathered, in bytes, beyond which they are compared.
const BATCH_BYTES: usize = 1024 * 1024;

/// Writes to a cluster; see [`CatalogWriter`]. To be used outside of async code: each call blocks.
#[derive(Debug)]
pub struct ElasticsearchWriter {
    shared: Arc<Shared>,
    runtime: Handle,
    hold: Hold,
    versions: Versions,
    /// Rows as of the last change, committed or not.
    ledger: BTreeMap<String, LedgerRow>,
    /// Keys whose row changed since the last commit.
    staged: HashSet<String>,
    begun: Option<Begun>,
    bulk: Bulk,
    /// Rows to be marked before the next write.
    marks: Vec<LedgerRow>,
    pending: u64,
    /// Whether a movie changed since the last commit.
    changed: bool,
    revision: Revision,
    /// Whether large sweeps wait for approval.
    guarded: bool,
    opened: Instant,
    /// Keys that another writer had begun when it lost the hold.
    unfinished: HashSet<String>,
    /// What was done with those since, to be swept once more.
    unsettled: BTreeMap<String, Unsettled>,
}

/// The object being applied.
#[derive(Debug)]
struct Begun {
    object: ObjectState,
    generation: u64,
    /// Listings of the object with a version below were not written by this application.
    start: u64,
    /// Whether the object may have listings of before.
    seen: bool,
    /// Movies that it lists now.
    listed: Listed,
    merged: u64,
    /// Whether another object of the provider may list the same movies.
    contended: bool,
    batch: Vec<(Movie, String)>,
    batch_bytes: usize,
}

impl ElasticsearchWriter {
    pub(super) fn open(shared: Arc<Shared>, runtime: Handle) -> Result<Self, WriteError> {
        let opened = runtime.block_on(async {
            shared.ensure().await?;
            let hold = Hold::take(&shared).await?;
            let targets = shared.targets().await?;
            hold.tell_targets(targets.clone());
            // What a killed writer left is seen from here on.
            shared.refresh(&targets).await?;
            shared.refresh_ledger().await?;
            let rows = shared.ledger().await?;
            let revision = shared.stored_revision().await?;
            Ok::<_, WriteError>((hold, targets, rows, revision))
        });
        let (hold, targets, rows, revision) = opened?;
        let versions = Versions::of_epoch(hold.epoch());
        let unfinished = rows.iter().filter(|row| row.fingerprint.is_empty()).map(|row| row.key.clone());
        Ok(Self {
            unfinished: unfinished.collect(),
            ledger: rows.into_iter().map(|row| (row.key.clone(), row)).collect(),
            bulk: Bulk::new(&shared, targets, &versions),
            shared,
            runtime,
            hold,
            versions,
            staged: HashSet::new(),
            begun: None,
            marks: Vec::new(),
            pending: 0,
            changed: false,
            revision,
            guarded: false,
            opened: Instant::now(),
            unsettled: BTreeMap::new(),
        })
    }

    /// A sweep that would take away over 20 % and more than 50 of a provider's movies waits until it is approved, or
    /// until the object changes again.
    #[must_use]
    pub fn guarded(mut self) -> Self {
        self.guarded = true;
        self
    }

    fn open_object(&mut self) -> Result<&mut Begun, WriteError> {
        self.begun.as_mut().ok_or_else(|| WriteError::Engine("no object is begun".into()))
    }

    /// Writes the listings gathered, each shown or hidden as it stands to those of other objects.
    fn settle_batch(&mut self) -> Result<(), WriteError> {
        let Some(begun) = self.begun.as_mut() else { return Ok(()) };
        begun.batch_bytes = 0;
        let batch = std::mem::take(&mut begun.batch);
        if batch.is_empty() {
            return Ok(());
        }
        let (shared, bulk) = (&self.shared, &mut self.bulk);
        self.runtime.block_on(async {
            let ids: Vec<&str> = batch.iter().map(|(movie, _)| movie.id.as_str()).collect();
            let key = begun.object.key.as_str();
            let looks = begun.contended || begun.seen;
            let mut shown = if looks { shared.shown_listings(&ids).await? } else { HashMap::new() };
            let hidden = if begun.seen { shared.own_hidden(key, &ids).await? } else { HashMap::new() };
            for (movie, content) in batch {
                let own = Listing { object: key.to_owned(), content, movie };
                let id = own.movie.id.as_str();
                let was_hidden = hidden.get(id);
                let there = shown.remove(id);
                if begun.seen {
                    let before =
                        there.as_ref().filter(|there| there.object == key).map(|there| &there.content);
                    if before.or(was_hidden) != Some(&own.content) {
                        begun.listed.put(hash128(id), true).map_err(no_room)?;
                    }
                }
                match there.filter(|there| there.object != key) {
                    Some(rival) if rival.is_newer_than(&own) => {
                        bulk.list(&own, false)?;
                        continue;
                    }
                    Some(rival) => bulk.list(&rival, false)?,
                    None => {}
                }
                bulk.list(&own, true)?;
                if was_hidden.is_some() {
                    bulk.unhide(key, id)?;
                }
            }
            Ok::<(), WriteError>(())
        })?;
        if self.bulk.is_full() {
            self.mark_begun()?;
            let bulk = &mut self.bulk;
            self.runtime.block_on(bulk.send_if_full())?;
        }
        self.hold.check()
    }

    /// Sends what was gathered, and returns once it is written.
    fn flush(&mut self) -> Result<(), WriteError> {
        self.mark_begun()?;
        let bulk = &mut self.bulk;
        self.runtime.block_on(bulk.flush())?;
        // A write that something newer hindered was hindered by ourselves, as long as the hold is ours.
        self.hold.check()
    }

    /// Lets the ledger say what the next writes may leave half done.
    fn mark_begun(&mut self) -> Result<(), WriteError> {
        self.hold.check()?;
        if !self.marks.is_empty() {
            self.runtime.block_on(self.shared.write_marks(&self.marks, &self.versions))?;
            self.marks.clear();
        }
        Ok(())
    }

    /// Notes that an object is going to be written.
    fn mark(&mut self, object: &ObjectState, generation: u64) {
        let row =
            self.ledger.get(&object.key).cloned().map(|row| LedgerRow { fingerprint: String::new(), ..row });
        let row = row.unwrap_or_else(|| LedgerRow {
            key: object.key.clone(),
            fingerprint: String::new(),
            generation,
            receipt: receipt(object, generation, &Listed::default(), 0, Tally::default()),
        });
        self.marks.push(row);
    }

    /// Writes where the cluster says that it is to be written: to the index, and to one that is being built beside it.
    fn adopt_targets(&mut self) -> Result<(), WriteError> {
        let targets = self.runtime.block_on(self.shared.targets())?;
        if targets != self.bulk.targets() {
            tracing::info!(?targets, "writing to these indices from now on");
            self.bulk.aim(targets.clone());
        }
        self.hold.tell_targets(targets);
        Ok(())
    }
}

/// What is told of an object; sweeps are told later.
fn receipt(
    object: &ObjectState,
    generation: u64,
    listed: &Listed,
    merged: u64,
    tally: Tally,
) -> ObjectReceipt {
    ObjectReceipt {
        object: object.object.clone(),
        provider: object.provider.clone(),
        status: status(listed.len(), tally.refused),
        accepted: listed.len(),
        changed: listed.differing(),
        merged,
        refused: tally.refused,
        removed: 0,
        held: 0,
        bytes: tally.bytes,
        generation,
        finished_at_ms: now_ms(),
        refusals: tally.refusals,
    }
}

/// About how much text a movie has.
fn bytes_of(movie: &Movie) -> usize {
    let texts = movie.cast.iter().chain(&movie.genres).chain(&movie.summary);
    movie.title.len() + texts.map(String::len).sum::<usize>()
}

/// The file of [`Listed`] cannot be written.
fn no_room(source: io::Error) -> WriteError {
    WriteError::Storage { folder: std::env::temp_dir().display().to_string(), source }
}

impl CatalogWriter for ElasticsearchWriter {
    fn ledger(&self) -> Result<Vec<LedgerRow>, WriteError> {
        Ok(self.ledger.values().cloned().collect())
    }

    fn begin(&mut self, object: &ObjectState) -> Result<u64, WriteError> {
        let generation = object.modified_ms;
        self.flush()?;
        self.adopt_targets()?;
        self.mark(object, generation);
        let known = self.ledger.contains_key(&object.key);
        let others =
            self.ledger.values().any(|row| row.receipt.provider == object.provider && row.key != object.key);
        let (key, provider) = (object.key.as_str(), object.provider.as_str());
        let shared = &self.shared;
        let (seen, contended) = self.runtime.block_on(async {
            Ok::<_, WriteError>((
                known || shared.has_listings(key).await?,
                others || shared.has_others(provider, key).await?,
            ))
        })?;
        self.begun = Some(Begun {
            object: object.clone(),
            generation,
            start: self.versions.next(),
            seen,
            listed: Listed::default(),
            merged: 0,
            contended,
            batch: Vec::new(),
            batch_bytes: 0,
        });
        Ok(generation)
    }

    fn put(&mut self, movie: Movie) -> Result<PutOutcome, WriteError> {
        let content = format!("{:016x}", content_of(&movie)?);
        let begun = self.open_object()?;
        // Whether it differs from what was there is seen with the batch.
        let fresh = begun.listed.put(hash128(movie.id.as_str()), !begun.seen).map_err(no_room)?;
        if !fresh {
            begun.merged += 1;
            // The later record replaces the earlier one, which may still be at hand.
            begun.batch.retain(|(earlier, _)| earlier.id != movie.id);
        }
        begun.batch_bytes += bytes_of(&movie);
        begun.batch.push((movie, content));
        let full = begun.batch.len() >= BATCH || begun.batch_bytes >= BATCH_BYTES;
        self.pending += 1;
        if full {
            self.settle_batch()?;
        }
        Ok(if fresh { PutOutcome::Accepted } else { PutOutcome::Merged })
    }

    fn finish(&mut self, tally: Tally) -> Result<ObjectReceipt, WriteError> {
        self.settle_batch()?;
        let begun = self.begun.take().ok_or_else(|| WriteError::Engine("no object is begun".into()))?;
        let Begun { object, generation, start, seen, listed, merged, .. } = begun;
        let mut receipt = receipt(&object, generation, &listed, merged, tally);
        let mut fingerprint = object.fingerprint.clone();
        if seen {
            let swept = self.sweep(&object.key, &object.provider, &fingerprint, start)?;
            swept.tell(&mut receipt, &mut fingerprint);
        }
        self.changed |= receipt.changed > 0 || receipt.removed > 0;
        let key = object.key;
        let row = LedgerRow { key: key.clone(), fingerprint, generation, receipt: receipt.clone() };
        self.ledger.insert(key.clone(), row);
        self.left_unsettled(&key, start);
        self.staged.insert(key);
        self.pending += 1;
        Ok(receipt)
    }

    fn remove(&mut self, key: &str) -> Result<Removal, WriteError> {
        let Some(row) = self.ledger.get(key).cloned() else { return Ok(Removal::Unknown) };
        self.flush()?;
        let gone = sweep::gone(&row);
        let swept = self.sweep(key, &row.receipt.provider, &gone, u64::MAX)?;
        self.pending += 1;
        self.staged.insert(key.to_owned());
        if swept.held > 0 {
            let mut row = row;
            row.fingerprint = gone;
            swept.tell(&mut row.receipt, &mut row.fingerprint);
            self.ledger.insert(key.to_owned(), row);
            return Ok(Removal::Held(swept.held));
        }
        self.changed |= swept.removed > 0;
        self.ledger.remove(key);
        self.left_unsettled(key, u64::MAX);
        Ok(Removal::Removed(swept.removed))
    }

    fn commit(&mut self) -> Result<Revision, WriteError> {
        if self.begun.is_some() {
            return Err(WriteError::Engine("an object is begun and not finished".into()));
        }
        if self.pending == 0 {
            return Ok(self.revision);
        }
        let mut revision = self.revision;
        if self.changed {
            revision.number += 1;
            revision.as_of_ms = now_ms().max(revision.as_of_ms + 1);
        }
        self.flush()?;
        let (shared, hold, versions) = (&self.shared, &self.hold, &self.versions);
        let rows: Vec<(&str, Option<LedgerRow>)> =
            self.staged.iter().map(|key| (key.as_str(), self.row_to_keep(key))).collect();
        let targets = self.bulk.targets();
        let revision = self.runtime.block_on(async {
            shared.refresh(targets).await?;
            hold.confirm().await?;
            revision.movies = shared.search_alone(Search::count(Query::ALL)).await?.total();
            shared.write_rows(&rows, versions).await?;
            hold.confirm().await?;
            // Last, since it tells gateways that there is something new to read.
            shared.write_revision(revision, versions).await?;
            Ok::<_, WriteError>(revision)
        })?;
        self.revision = revision;
        (self.pending, self.changed) = (0, false);
        self.staged.clear();
        Ok(revision)
    }

    /// Forgets what was begun. What was written of it already stays unseen or is put right when its objects, whose
    /// rows are the old ones, are applied again.
    fn rollback(&mut self) -> Result<(), WriteError> {
        self.begun = None;
        self.marks.clear();
        let (shared, bulk) = (&self.shared, &mut self.bulk);
        let rows = self.runtime.block_on(async {
            bulk.clear().await;
            // What was written before now counts as there.
            shared.refresh(bulk.targets()).await?;
            shared.refresh_ledger().await?;
            Ok::<_, WriteError>(shared.ledger().await?)
        })?;
        self.ledger = rows.into_iter().map(|row| (row.key.clone(), row)).collect();
        (self.pending, self.changed) = (0, false);
        self.staged.clear();
        Ok(())
    }

    fn keep_alive(&mut self) -> Result<(), WriteError> {
        self.hold.check()?;
        if self.pending == 0 {
            self.adopt_targets()?;
            self.settle_unsettled()?;
        }
        Ok(())
    }

    fn pending(&self) -> u64 {
        self.pending
    }
}

impl Drop for ElasticsearchWriter {
    fn drop(&mut self) {
        self.runtime.block_on(self.hold.release(&self.shared));
    }
}
