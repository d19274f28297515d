//! Writes objects into a cluster: listings by bulk, a row of the ledger for each object, a revision at each commit.
//!
//! One writer at a time holds the index ([`hold`]), and all that it writes has a greater version than anything before
//! it ([`versions`]), so that a writer which lost the hold without knowing can replace nothing. Listings are written as
//! they come and become visible at the commit, which alone refreshes the index. Before anything of an object is
//! written, its row in the ledger loses its fingerprint (or is made, without one): after a crash the object counts as
//! changed, so that it is applied again or removed, and whatever of it was written is listed, replaced or swept like
//! anything else. What an object no longer lists is what its application did not write: each listing carries the version
//! at which the application began that wrote it.
//!
//! Several objects may be begun at a time ([`begun`]).
//!
//! The shown listing of a movie has the movie's id; listings hidden by a newer object's have ids of their own, and
//! take its place when that object drops the movie.

mod begun;
pub(super) mod bulk;
mod hold;
mod ledger;
mod listed;
pub(super) mod listings;
mod sweep;
pub(super) mod versions;

use std::{
    collections::{BTreeMap, HashSet},
    sync::Arc,
    time::{Duration, Instant},
};

use tokio::{runtime::Handle, sync::Semaphore};
use wikimovie_domain::{Movie, ObjectReceipt, Revision};
use wikimovie_elasticsearch_dsl::{Query, Search};
use wikimovie_engine::{
    account::{content_of, hash128, now_ms, status},
    kill,
    writer::{Abandoned, CatalogWriter, LedgerRow, ObjectState, PutOutcome, Removal, Tally, WriteError},
};

use self::{
    begun::{Begun, Put},
    bulk::Bulk,
    hold::Hold,
    listed::Listed,
    sweep::Unsettled,
    versions::Versions,
};
use super::Shared;

/// Objects begun at a time: more only share the same cluster among more of them.
const WIDTH: usize = 8;

/// Requests of large objects under way, all objects together: what a small one sends waits for few of them.
const LARGE_UNDER_WAY: usize = 2;

/// Time between two looks for where to write to.
const TARGETS_LOOK: Duration = Duration::from_millis(500);

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
    /// Objects being applied, by key.
    begun: BTreeMap<String, Begun>,
    /// The one of them that was turned to.
    current: String,
    /// Writes of small objects, and of sweeps.
    bulk: Bulk,
    /// Movies in it that the cluster may not know yet, with the object that wrote each, both by their hashes.
    unsure: std::collections::HashMap<u64, u64>,
    /// Lets large objects send.
    large: Arc<Semaphore>,
    /// When it was looked where to write to.
    targets_seen: Instant,
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

impl ElasticsearchWriter {
    pub(super) fn open(shared: Arc<Shared>, runtime: Handle) -> Result<Self, WriteError> {
        let opened = runtime.block_on(async {
            shared.ensure().await?;
            let hold = Hold::take(&shared).await?;
            let targets = shared.targets().await?;
            hold.tell_targets(targets.clone());
            kill::point("engine.opened");
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
            begun: BTreeMap::new(),
            current: String::new(),
            unsure: std::collections::HashMap::new(),
            large: Arc::new(Semaphore::new(LARGE_UNDER_WAY)),
            targets_seen: Instant::now(),
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
        self.begun.get_mut(&self.current).ok_or_else(|| WriteError::Engine("no object is in progress".into()))
    }

    /// Sends what small objects and sweeps gathered, and returns once it is written.
    fn flush(&mut self) -> Result<(), WriteError> {
        self.mark_begun()?;
        let bulk = &mut self.bulk;
        self.runtime.block_on(bulk.flush())?;
        self.unsure.clear();
        // A write that something newer hindered was hindered by ourselves, as long as the hold is ours.
        self.hold.check()
    }

    /// Lets the ledger say what the next writes may leave half done.
    fn mark_begun(&mut self) -> Result<(), WriteError> {
        self.hold.check()?;
        if !self.marks.is_empty() {
            self.runtime.block_on(self.shared.write_marks(&self.marks, &self.versions))?;
            self.marks.clear();
            kill::point("engine.marked");
        }
        Ok(())
    }

    /// Notes that an object is going to be written.
    fn mark(&mut self, object: &ObjectState, generation: u64) {
        let row = self.begun_row(object, generation);
        self.marks.push(row);
    }

    /// The row of an object that is not done.
    fn begun_row(&self, object: &ObjectState, generation: u64) -> LedgerRow {
        let row = self.ledger.get(&object.key).cloned();
        row.map(|row| LedgerRow { fingerprint: String::new(), ..row }).unwrap_or_else(|| LedgerRow {
            key: object.key.clone(),
            fingerprint: String::new(),
            generation,
            receipt: receipt(object, generation, &Listed::default(), 0, Tally::default()),
        })
    }

    /// Writes where the cluster says that it is to be written: to the index, and to one that is being built beside it.
    fn adopt_targets(&mut self) -> Result<(), WriteError> {
        self.targets_seen = Instant::now();
        let targets = self.runtime.block_on(self.shared.targets())?;
        if targets != self.bulk.targets() {
            tracing::info!(?targets, "writing to these indices");
            // What was begun before is in the index that is copied.
            self.flush_of("")?;
            self.bulk.aim(targets.clone());
            self.begun.values_mut().for_each(|begun| begun.aim(&targets));
        }
        self.hold.tell_targets(targets);
        Ok(())
    }

    fn look_for_targets(&mut self) -> Result<(), WriteError> {
        if self.targets_seen.elapsed() >= TARGETS_LOOK { self.adopt_targets() } else { Ok(()) }
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

impl CatalogWriter for ElasticsearchWriter {
    fn ledger(&self) -> Result<Vec<LedgerRow>, WriteError> {
        Ok(self.ledger.values().cloned().collect())
    }

    fn row(&self, key: &str) -> Result<Option<LedgerRow>, WriteError> {
        Ok(self.ledger.get(key).cloned())
    }

    fn width(&self) -> usize {
        WIDTH
    }

    fn begin(&mut self, object: &ObjectState) -> Result<u64, WriteError> {
        let generation = object.modified_ms;
        if self.begun.contains_key(&object.key) {
            return Err(WriteError::Engine("the object is already in progress".into()));
        }
        self.hold.check()?;
        self.look_for_targets()?;
        self.mark(object, generation);
        let known = self.ledger.contains_key(&object.key);
        let others = self.contend_with(&object.provider)?
            || self
                .ledger
                .values()
                .any(|row| row.receipt.provider == object.provider && row.key != object.key);
        let (key, provider) = (object.key.as_str(), object.provider.as_str());
        let shared = &self.shared;
        let (seen, contended) = self.runtime.block_on(async {
            Ok::<_, WriteError>((
                known || shared.has_listings(key).await?,
                others || shared.has_others(provider, key).await?,
            ))
        })?;
        let begun = Begun::new(object.clone(), self.versions.next(), seen, contended);
        self.current.clone_from(&object.key);
        self.begun.insert(object.key.clone(), begun);
        kill::point("engine.begun");
        Ok(generation)
    }

    fn turn_to(&mut self, key: &str) -> Result<(), WriteError> {
        key.clone_into(&mut self.current);
        self.open_object().map(|_| ())
    }

    fn put(&mut self, movie: Movie) -> Result<PutOutcome, WriteError> {
        let content = content_of(&movie)?;
        let begun = self.open_object()?;
        let outcome = begun.add(Put { id: hash128(movie.id.as_str()), content, movie })?;
        let full = begun.is_full();
        self.pending += 1;
        if full {
            self.settle_batch()?;
        }
        Ok(outcome)
    }

    fn finish(&mut self, tally: Tally) -> Result<ObjectReceipt, WriteError> {
        self.settle_batch()?;
        let begun = self.begun.remove(&self.current);
        let mut begun = begun.ok_or_else(|| WriteError::Engine("no object is in progress".into()))?;
        self.flush_own(&mut begun)?;
        let Begun { object, start, seen, listed, merged, .. } = begun;
        let generation = object.modified_ms;
        let mut receipt = receipt(&object, generation, &listed, merged, tally);
        let mut fingerprint = object.fingerprint.clone();
        if seen {
            let swept = self.sweep(&object.key, &object.provider, &fingerprint, start)?;
            swept.tell(&mut receipt, &mut fingerprint);
        }
        kill::point("engine.finished");
        self.changed |= receipt.changed > 0 || receipt.removed > 0;
        let key = object.key;
        let row = LedgerRow { key: key.clone(), fingerprint, generation, receipt: receipt.clone() };
        self.ledger.insert(key.clone(), row);
        self.left_unsettled(&key, start);
        self.staged.insert(key);
        self.pending += 1;
        Ok(receipt)
    }

    /// What was written of it stays until its object, whose row says that it is not done, is applied again or removed.
    fn abandon(&mut self) -> Result<Abandoned, WriteError> {
        let begun = self.begun.remove(&self.current);
        let mut begun = begun.ok_or_else(|| WriteError::Engine("no object is in progress".into()))?;
        self.runtime.block_on(begun.clear());
        let row = self.begun_row(&begun.object, begun.object.modified_ms);
        self.ledger.insert(row.key.clone(), row);
        Ok(Abandoned::Alone)
    }

    fn remove(&mut self, key: &str) -> Result<Removal, WriteError> {
        let Some(row) = self.ledger.get(key).cloned() else { return self.remove_stray(key) };
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
        if self.pending == 0 {
            return Ok(self.revision);
        }
        let mut revision = self.revision;
        // What was written of objects that are not done is seen from here on.
        if self.changed || self.begun.values().any(Begun::has_written) {
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
            kill::point("engine.visible");
            hold.confirm().await?;
            revision.movies = shared.search_alone(Search::count(Query::ALL)).await?.total();
            shared.write_rows(&rows, versions).await?;
            kill::point("engine.rows");
            hold.confirm().await?;
            // Last, since it tells gateways that there is something new to read.
            shared.write_revision(revision, versions).await?;
            kill::point("engine.committed");
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
        self.marks.clear();
        self.unsure.clear();
        let mut begun = std::mem::take(&mut self.begun);
        let (shared, bulk) = (&self.shared, &mut self.bulk);
        let rows = self.runtime.block_on(async {
            bulk.clear().await;
            for begun in begun.values_mut() {
                begun.clear().await;
            }
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
        if self.pending == 0 && self.begun.is_empty() {
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
