//! Writes objects into a cluster: records by bulk, a row of the ledger for each object, a revision at each commit.
//!
//! One writer at a time has the lease of the index ([`lease`]), and all that it writes has a greater version than anything
//! before it ([`versions`]), so that a writer which lost the lease without knowing can replace nothing. Records are written as
//! they come and become visible at the commit, which alone refreshes the index. Before anything of an object is
//! written, its row in the ledger says that it is in progress: after a crash the object counts as changed, so that it is applied again or removed, and whatever of it was written is listed, replaced or swept like
//! anything else. What an object no longer lists is what its application did not write: each record carries the version
//! at which the application began that wrote it.
//!
//! Several objects may be in progress at a time ([`in_progress`]). That the index holds what the ledger says is looked at when a writer
//! opens, and cheaply while it is open ([`audit`]).
//!
//! The shown record of a movie has the movie's id; records hidden by a newer object's have ids of their own, and
//! take its place when that object drops the movie.

pub(super) mod audit;
pub(super) mod bulk;
mod in_progress;
mod lease;
mod ledger;
mod movie_set;
mod opening;
pub(super) mod source_records;
mod sweep;
pub(super) mod versions;

use std::{
    collections::{BTreeMap, HashSet},
    sync::Arc,
    time::{Duration, Instant},
};

use tokio::{runtime::Handle, sync::Semaphore};
use wikimovie_domain::{Movie, ObjectReceipt, Revision};
use wikimovie_engine::{
    content_hash::{content_hash, hash128},
    failpoint,
    receipt::{now_ms, status_of},
    writer::{
        Abandoned, CatalogWriter, LedgerRow, ObjectState, ObjectWriter, PutOutcome, Removal, RowState, Tally,
        WriteError,
    },
};

use self::{
    audit::LedgerAudit,
    bulk::Bulk,
    in_progress::{ObjectInProgress, PendingRecord},
    lease::Lease,
    movie_set::MovieSet,
    opening::Opening,
    source_records::Counts,
    sweep::{Resweep, SweepOutcome},
    versions::Versions,
};
use super::Shared;

/// Objects in progress at a time: more only share the same cluster among more of them.
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
    lease: Lease,
    versions: Versions,
    /// Rows as of the last change, committed or not.
    ledger: BTreeMap<String, LedgerRow>,
    /// Keys whose row changed since the last commit.
    staged: HashSet<String>,
    /// Objects being applied, by key.
    in_progress: BTreeMap<String, ObjectInProgress>,
    /// Writes of small objects, and of sweeps.
    bulk: Bulk,
    /// Movies in it that the cluster may not know yet, with the object that wrote each, both by their hashes.
    unflushed: std::collections::HashMap<u64, u64>,
    /// Lets large objects send.
    large: Arc<Semaphore>,
    /// When it was looked where to write to.
    targets_seen: Instant,
    /// Rows to be marked before the next write.
    intents: Vec<LedgerRow>,
    pending: u64,
    /// Whether a movie changed since the last commit.
    changed: bool,
    revision: Revision,
    /// Whether large sweeps wait for approval.
    guarded: bool,
    opened: Instant,
    /// Keys that another writer left in progress.
    unfinished: HashSet<String>,
    /// What was done with those since, to be swept once more.
    resweeps: BTreeMap<String, Resweep>,
    /// Indices that are written to, each with its unique id.
    identity: BTreeMap<String, String>,
    identity_seen: Instant,
    /// What the index held when all of it was last made visible; `None` where something may have become visible since.
    counts: Option<Counts>,
    counts_seen: Instant,
    /// Whether the index held less or other than the ledger said.
    lost_objects: bool,
}

impl ElasticsearchWriter {
    pub(super) fn open(shared: Arc<Shared>, runtime: Handle) -> Result<Self, WriteError> {
        let opened = runtime.block_on(async {
            shared.ensure().await?;
            let mut lease = Lease::acquire(&shared).await?;
            match Opening::read(&shared, &lease).await {
                Ok(opening) => Ok((lease, opening)),
                // Else this process would keep the lease from everybody, itself included.
                Err(error) => {
                    lease.release().await;
                    Err(error)
                }
            }
        });
        let (lease, Opening { targets, identity, audit, revision, counts }) = opened?;
        let versions = Versions::of_epoch(lease.epoch());
        let LedgerAudit { rows, differing } = audit;
        // What only the index lost was begun by nobody.
        let was_begun = |row: &&LedgerRow| {
            row.state == RowState::InProgress && differing.binary_search(&row.key).is_err()
        };
        let unfinished = rows.iter().filter(was_begun).map(|row| row.key.clone());
        Ok(Self {
            unfinished: unfinished.collect(),
            ledger: rows.into_iter().map(|row| (row.key.clone(), row)).collect(),
            bulk: Bulk::new(&shared, targets, &versions),
            shared,
            runtime,
            lease,
            versions,
            staged: HashSet::new(),
            in_progress: BTreeMap::new(),
            unflushed: std::collections::HashMap::new(),
            large: Arc::new(Semaphore::new(LARGE_UNDER_WAY)),
            targets_seen: Instant::now(),
            intents: Vec::new(),
            pending: 0,
            changed: false,
            revision,
            guarded: false,
            opened: Instant::now(),
            resweeps: BTreeMap::new(),
            identity,
            identity_seen: Instant::now(),
            counts: Some(counts),
            counts_seen: Instant::now(),
            lost_objects: !differing.is_empty(),
        })
    }

    /// A sweep that would take away over 20 % and more than 50 of a provider's movies waits until it is approved, or
    /// until the object changes again.
    #[must_use]
    pub fn guarded(mut self) -> Self {
        self.guarded = true;
        self
    }

    /// Sends what small objects and sweeps gathered, and returns once it is written.
    fn flush(&mut self) -> Result<(), WriteError> {
        self.write_pending_intents()?;
        let bulk = &mut self.bulk;
        self.runtime.block_on(bulk.flush())?;
        self.unflushed.clear();
        // A write that something newer hindered was hindered by ourselves, as long as the lease is ours.
        self.lease.check()
    }

    /// Lets the ledger say what the next writes may leave half done.
    fn write_pending_intents(&mut self) -> Result<(), WriteError> {
        self.lease.check()?;
        if !self.intents.is_empty() {
            self.runtime.block_on(self.shared.write_intents(&self.intents, &self.versions))?;
            self.intents.clear();
            failpoint::reach("engine.marked");
        }
        Ok(())
    }

    /// Notes that an object is going to be written.
    fn note_intent(&mut self, object: &ObjectState) {
        let row = self.in_progress_row(object);
        self.intents.push(row);
    }

    /// The row of an object that is not done.
    fn in_progress_row(&self, object: &ObjectState) -> LedgerRow {
        match self.ledger.get(&object.key).cloned() {
            Some(row) => LedgerRow { state: RowState::InProgress, ..row },
            None => LedgerRow::in_progress(object),
        }
    }

    /// Whether nothing is written that is not committed.
    fn is_idle(&self) -> bool {
        self.pending == 0 && self.in_progress.is_empty()
    }

    /// Writes where the cluster says that it is to be written: to the index, and to one that is being built beside it.
    fn adopt_targets(&mut self) -> Result<(), WriteError> {
        self.targets_seen = Instant::now();
        let targets = self.runtime.block_on(self.shared.targets())?;
        if targets != self.bulk.targets() {
            tracing::info!(?targets, "writing to these indices");
            // What was begun before is in the index that is copied.
            self.flush_of("")?;
            self.bulk.set_targets(targets.clone());
            self.in_progress.values_mut().for_each(|begun| begun.set_targets(&targets));
            self.identity = self.runtime.block_on(self.shared.identity(&targets))?;
            self.identity_seen = Instant::now();
        }
        self.lease.publish_targets(targets);
        Ok(())
    }

    fn look_for_targets(&mut self) -> Result<(), WriteError> {
        if self.targets_seen.elapsed() >= TARGETS_LOOK { self.adopt_targets() } else { Ok(()) }
    }
}

fn not_in_progress(object: &ObjectWriter) -> WriteError {
    WriteError::Engine(format!("{} is not in progress", object.key()))
}

/// What is told of an object; sweeps are told later.
fn receipt(object: &ObjectState, listed: &MovieSet, merged: u64, tally: Tally) -> ObjectReceipt {
    ObjectReceipt {
        object: object.object.clone(),
        provider: object.provider.clone(),
        status: status_of(listed.len(), tally.refused),
        accepted: listed.len(),
        changed: listed.differing(),
        merged,
        refused: tally.refused,
        removed: 0,
        held: 0,
        bytes: tally.bytes,
        generation: object.modified_ms,
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

    fn begin(&mut self, object: &ObjectState) -> Result<ObjectWriter, WriteError> {
        if self.in_progress.contains_key(&object.key) {
            return Err(WriteError::Engine(format!("{} is in progress already", object.key)));
        }
        self.lease.check()?;
        self.look_for_targets()?;
        self.note_intent(object);
        let known = self.ledger.contains_key(&object.key);
        let others = self.contend_with(&object.provider)?
            || self.ledger.values().any(|row| row.provider == object.provider && row.key != object.key);
        let (key, provider) = (object.key.as_str(), object.provider.as_str());
        let shared = &self.shared;
        let (seen, contended) = self.runtime.block_on(async {
            Ok::<_, WriteError>((
                known || shared.has_records(key).await?,
                others || shared.has_others(provider, key).await?,
            ))
        })?;
        let begun = ObjectInProgress::new(object.clone(), self.versions.next(), seen, contended);
        self.in_progress.insert(object.key.clone(), begun);
        failpoint::reach("engine.begun");
        Ok(ObjectWriter::new(object))
    }

    fn put(&mut self, object: &ObjectWriter, movie: Movie) -> Result<PutOutcome, WriteError> {
        let content = content_hash(&movie)?;
        let begun = self.in_progress.get_mut(object.key()).ok_or_else(|| not_in_progress(object))?;
        let outcome = begun.add(PendingRecord { id: hash128(movie.id.as_str()), content, movie })?;
        let full = begun.is_full();
        self.pending += 1;
        if full {
            self.flush_batch(object)?;
        }
        Ok(outcome)
    }

    fn finish(&mut self, object: ObjectWriter, tally: Tally) -> Result<ObjectReceipt, WriteError> {
        self.flush_batch(&object)?;
        let mut begun = self.in_progress.remove(object.key()).ok_or_else(|| not_in_progress(&object))?;
        self.flush_own(&mut begun)?;
        let ObjectInProgress { object, start, seen, listed, merged, .. } = begun;
        let mut receipt = receipt(&object, &listed, merged, tally);
        let swept = if seen {
            self.sweep(&object.key, &object.provider, &object.fingerprint, start)?
        } else {
            SweepOutcome::default()
        };
        swept.note(&mut receipt);
        failpoint::reach("engine.finished");
        self.changed |= receipt.changed > 0 || receipt.removed > 0;
        let row = LedgerRow {
            state: if swept.held > 0 { RowState::AwaitingApproval } else { RowState::Done },
            applied: start,
            receipt: Some(receipt.clone()),
            ..LedgerRow::in_progress(&object)
        };
        let key = object.key;
        self.ledger.insert(key.clone(), row);
        self.schedule_resweep(&key, start);
        self.staged.insert(key);
        self.pending += 1;
        Ok(receipt)
    }

    /// What was written of it stays until its object, whose row says that it is in progress, is applied again or removed.
    fn abandon(&mut self, object: ObjectWriter) -> Result<Abandoned, WriteError> {
        let mut begun = self.in_progress.remove(object.key()).ok_or_else(|| not_in_progress(&object))?;
        self.runtime.block_on(begun.clear());
        let row = self.in_progress_row(&begun.object);
        self.ledger.insert(row.key.clone(), row);
        Ok(Abandoned::Alone)
    }

    fn remove(&mut self, key: &str) -> Result<Removal, WriteError> {
        let Some(row) = self.ledger.get(key).cloned() else { return self.remove_unknown(key) };
        let swept = self.sweep(key, &row.provider, &row.fingerprint, u64::MAX)?;
        if swept.held > 0 {
            return Ok(self.hold_removal(row, swept.held));
        }
        self.pending += 1;
        self.staged.insert(key.to_owned());
        self.changed |= swept.removed > 0;
        self.ledger.remove(key);
        self.schedule_resweep(key, u64::MAX);
        Ok(Removal::Removed(swept.removed))
    }

    fn remove_all(&mut self, keys: &[String]) -> Result<Vec<Removal>, WriteError> {
        self.remove_together(keys)
    }

    fn commit(&mut self) -> Result<Revision, WriteError> {
        if self.pending == 0 {
            return Ok(self.revision);
        }
        let mut revision = self.revision;
        // What was written of objects that are not done is seen from here on.
        if self.changed || self.in_progress.values().any(ObjectInProgress::has_written) {
            revision.number += 1;
            revision.as_of_ms = now_ms().max(revision.as_of_ms + 1);
        }
        self.flush()?;
        let (shared, lease, versions) = (&self.shared, &self.lease, &self.versions);
        let rows: Vec<(&str, Option<LedgerRow>)> =
            self.staged.iter().map(|key| (key.as_str(), self.row_to_keep(key))).collect();
        let targets = self.bulk.targets();
        let (revision, counts) = self.runtime.block_on(async {
            shared.refresh(targets).await?;
            failpoint::reach("engine.visible");
            lease.confirm().await?;
            let counts = shared.count_all().await?;
            revision.movies = counts.shown;
            shared.write_rows(&rows, versions).await?;
            failpoint::reach("engine.rows");
            lease.confirm().await?;
            // Last, since it tells gateways that there is something new to read.
            shared.write_revision(revision, versions).await?;
            failpoint::reach("engine.committed");
            Ok::<_, WriteError>((revision, counts))
        })?;
        (self.counts, self.counts_seen) = (Some(counts), Instant::now());
        self.revision = revision;
        (self.pending, self.changed) = (0, false);
        self.staged.clear();
        Ok(revision)
    }

    /// Forgets what was begun. What was written of it already stays unseen or is put right when its objects, whose
    /// rows are the old ones, are applied again.
    fn rollback(&mut self) -> Result<(), WriteError> {
        self.intents.clear();
        self.unflushed.clear();
        // What was written becomes visible below.
        self.counts = None;
        let mut begun = std::mem::take(&mut self.in_progress);
        let (shared, bulk) = (&self.shared, &mut self.bulk);
        let rows = self.runtime.block_on(async {
            bulk.clear().await;
            for begun in begun.values_mut() {
                begun.clear().await;
            }
            // What was written before now counts as there.
            shared.refresh(bulk.targets()).await?;
            shared.refresh_ledger().await?;
            shared.ledger().await
        })?;
        self.ledger = rows.into_iter().map(|row| (row.key.clone(), row)).collect();
        (self.pending, self.changed) = (0, false);
        self.staged.clear();
        Ok(())
    }

    fn keep_alive(&mut self) -> Result<(), WriteError> {
        self.lease.check()?;
        if self.is_idle() {
            self.adopt_targets()?;
            self.resweep()?;
        }
        self.watch_index()
    }

    fn verify(&mut self) -> Result<(), WriteError> {
        self.lease.check()?;
        if !self.is_idle() {
            return Ok(());
        }
        let rows = self.ledger.values().cloned().collect();
        let contents = self.runtime.block_on(self.shared.contents())?;
        match audit::audit(rows, contents).differing.as_slice() {
            [] => Ok(()),
            differing => Err(WriteError::IndexChanged(format!(
                "the index {} does not hold what the ledger says of {} objects",
                self.shared.names.read,
                differing.len()
            ))),
        }
    }

    fn has_lost_objects(&self) -> bool {
        self.lost_objects
    }

    fn pending(&self) -> u64 {
        self.pending
    }
}

impl Drop for ElasticsearchWriter {
    fn drop(&mut self) {
        self.runtime.block_on(self.lease.release());
    }
}
