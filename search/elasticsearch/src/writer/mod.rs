//! Writes objects into a cluster: records by bulk, a row of the ledger for each object, a revision at each commit.
//!
//! One writer at a time has the lease of the index ([`crate::lease`]), and all that it writes has a greater version than
//! anything before it ([`crate::versions`]), so that a writer which lost the lease without knowing can replace nothing.
//! Records are written as they come and become visible at the commit, which alone refreshes the index.
//!
//! Before anything of an object is written, its row in the ledger says that it is in progress: after a crash the object
//! counts as changed, so that it is applied again or removed, and whatever of it was written is listed, replaced or swept
//! like anything else. What an object no longer lists is what its application did not write: each record carries the
//! version at which the application began that wrote it.
//!
//! Several objects may be in progress at a time ([`objects`]). That the index holds what the ledger says is checked when a
//! writer opens ([`opening`]), and cheaply while it is open ([`watch`]).

mod in_progress;
mod movie_set;
mod objects;
mod opening;
mod removal;
mod rows;
mod session;
mod sweep;
mod watch;

use std::time::{Duration, Instant};

use tokio::runtime::Handle;
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
    in_progress::{ObjectInProgress, PendingRecord},
    movie_set::MovieSet,
    objects::ObjectsInProgress,
    opening::Opening,
    rows::Rows,
    session::Session,
    sweep::{Sweep, SweepOutcome},
    watch::IndexWatch,
};
use crate::{
    audit::{self, LedgerAudit},
    stores::Stores,
};

/// Objects in progress at a time: more only share the same cluster among more of them.
const WIDTH: usize = 8;

/// Time between two checks where to write to.
const TARGETS_INTERVAL: Duration = Duration::from_millis(500);

/// Writes to a cluster; see [`CatalogWriter`]. To be used outside of async code: each call blocks.
#[derive(Debug)]
pub struct ElasticsearchWriter {
    session: Session,
    objects: ObjectsInProgress,
    rows: Rows,
    watch: IndexWatch,
    /// When it was last checked where to write to.
    targets_seen: Instant,
    revision: Revision,
    /// Whether large sweeps wait for approval.
    guarded: bool,
    /// Whether the index held less or other than the ledger said.
    lost_objects: bool,
}

impl ElasticsearchWriter {
    pub(crate) fn open(stores: Stores, runtime: Handle) -> Result<Self, WriteError> {
        let (lease, opening) = runtime.block_on(Opening::open(&stores))?;
        let Opening { targets, identity, audit, revision, counts } = opening;
        let LedgerAudit { rows, differing } = audit;
        Ok(Self {
            session: Session::new(stores, runtime, lease, targets),
            objects: ObjectsInProgress::default(),
            rows: Rows::new(rows, &differing),
            watch: IndexWatch::new(identity, counts),
            targets_seen: Instant::now(),
            revision,
            guarded: false,
            lost_objects: !differing.is_empty(),
        })
    }

    /// A sweep that would remove over 20 % and more than 50 of a provider's movies waits until it is approved, or until
    /// the object changes again.
    #[must_use]
    pub fn guarded(mut self) -> Self {
        self.guarded = true;
        self
    }

    /// Whether nothing is written that is not committed.
    fn is_idle(&self) -> bool {
        self.rows.pending() == 0 && self.objects.is_empty()
    }

    /// Writes where the cluster says that it is to be written: to the index, and to one that is being built beside it.
    fn adopt_targets(&mut self) -> Result<(), WriteError> {
        self.targets_seen = Instant::now();
        let Session { stores, runtime, .. } = &self.session;
        let targets = runtime.block_on(stores.builds.targets())?;
        if targets != self.session.bulk.targets() {
            tracing::info!(?targets, "writing to these indices");
            // What was begun before is in the index that is copied.
            self.objects.flush_of(&mut self.session, "")?;
            self.session.bulk.set_targets(targets.clone());
            self.objects.set_targets(&targets);
            let Session { stores, runtime, .. } = &self.session;
            self.watch.set_identity(runtime.block_on(stores.index.identity(&targets))?);
        }
        self.session.lease.publish_targets(targets);
        Ok(())
    }

    fn check_targets(&mut self) -> Result<(), WriteError> {
        if self.targets_seen.elapsed() >= TARGETS_INTERVAL { self.adopt_targets() } else { Ok(()) }
    }
}

fn not_in_progress(object: &ObjectWriter) -> WriteError {
    WriteError::Engine(format!("{} is not in progress", object.key()))
}

/// The receipt of an object that is applied, before its sweep.
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
        reading: tally.reading,
    }
}

impl CatalogWriter for ElasticsearchWriter {
    fn ledger(&self) -> Result<Vec<LedgerRow>, WriteError> {
        Ok(self.rows.all())
    }

    fn row(&self, key: &str) -> Result<Option<LedgerRow>, WriteError> {
        Ok(self.rows.get(key).cloned())
    }

    fn width(&self) -> usize {
        WIDTH
    }

    fn begin(&mut self, object: &ObjectState) -> Result<ObjectWriter, WriteError> {
        if self.objects.contains(&object.key) {
            return Err(WriteError::Engine(format!("{} is in progress already", object.key)));
        }
        self.session.lease.check()?;
        self.check_targets()?;
        self.session.note_intent(self.rows.in_progress(object));
        let known = self.rows.get(&object.key).is_some();
        let contended = self.rows.has_others(&object.provider, &object.key);
        self.objects.begin(&mut self.session, object, known, contended)?;
        failpoint::reach("engine.begun");
        Ok(ObjectWriter::new(object))
    }

    fn put(&mut self, object: &ObjectWriter, movie: Movie) -> Result<PutOutcome, WriteError> {
        let content = content_hash(&movie)?;
        let record = PendingRecord { id: hash128(movie.id.as_str()), content, movie };
        let outcome = self.objects.add(object.key(), record).ok_or_else(|| not_in_progress(object))??;
        self.rows.note_record();
        if self.objects.is_full(object.key()) {
            self.check_targets()?;
            self.objects.write_batch(&mut self.session, object.key())?;
        }
        Ok(outcome)
    }

    fn finish(&mut self, object: ObjectWriter, tally: Tally) -> Result<ObjectReceipt, WriteError> {
        self.check_targets()?;
        let finished = self.objects.finish(&mut self.session, object.key())?;
        let finished = finished.ok_or_else(|| not_in_progress(&object))?;
        let ObjectInProgress { object, start, seen, listed, merged, .. } = finished;
        let mut receipt = receipt(&object, &listed, merged, tally);
        let swept = if seen {
            let ObjectState { key, provider, fingerprint, .. } = &object;
            let sweep = Sweep { object: key, provider, fingerprint, start, guarded: self.guarded };
            sweep.run(&mut self.session, &mut self.objects)?
        } else {
            SweepOutcome::default()
        };
        swept.note(&mut receipt);
        failpoint::reach("engine.finished");
        self.rows.note_change(receipt.changed > 0 || receipt.removed > 0);
        self.rows.set(LedgerRow {
            state: if swept.held > 0 { RowState::AwaitingApproval } else { RowState::Done },
            applied: start,
            receipt: Some(receipt.clone()),
            ..LedgerRow::in_progress(&object)
        });
        self.rows.schedule_resweep(&object.key, start);
        Ok(receipt)
    }

    /// What was written of it stays until its object, whose row says that it is in progress, is applied again or removed.
    fn abandon(&mut self, object: ObjectWriter) -> Result<Abandoned, WriteError> {
        let abandoned = self.objects.abandon(&self.session, object.key());
        let abandoned = abandoned.ok_or_else(|| not_in_progress(&object))?;
        self.rows.restore(self.rows.in_progress(&abandoned.object));
        Ok(Abandoned::Alone)
    }

    fn remove(&mut self, key: &str) -> Result<Removal, WriteError> {
        match self.rows.get(key).cloned() {
            Some(row) => self.remove_known(row),
            None => self.remove_unknown(key),
        }
    }

    fn remove_all(&mut self, keys: &[String]) -> Result<Vec<Removal>, WriteError> {
        self.remove_together(keys)
    }

    fn commit(&mut self) -> Result<Revision, WriteError> {
        if self.rows.pending() == 0 {
            return Ok(self.revision);
        }
        let mut revision = self.revision;
        // What was written of objects that are not done is seen from here on.
        if self.rows.is_changed() || self.objects.has_written() {
            revision.number += 1;
            revision.as_of_ms = now_ms().max(revision.as_of_ms + 1);
        }
        self.session.flush()?;
        let Session { stores, runtime, lease, versions, bulk, .. } = &self.session;
        let rows = self.rows.staged();
        let (revision, counts) = runtime.block_on(async {
            stores.records.refresh(bulk.targets()).await?;
            failpoint::reach("engine.visible");
            lease.confirm().await?;
            let counts = stores.records.count_all().await?;
            revision.movies = counts.shown;
            stores.ledger.write_rows(&rows, versions).await?;
            failpoint::reach("engine.rows");
            lease.confirm().await?;
            // Last, since it tells gateways that there is something new to read.
            stores.ledger.write_revision(revision, versions).await?;
            failpoint::reach("engine.committed");
            Ok::<_, WriteError>((revision, counts))
        })?;
        self.watch.set_counts(Some(counts));
        self.revision = revision;
        self.rows.committed();
        Ok(revision)
    }

    /// Forgets what was begun. What was written of it already stays unseen or is put right when its objects, whose
    /// rows are the old ones, are applied again.
    fn rollback(&mut self) -> Result<(), WriteError> {
        // What was written becomes visible below.
        self.watch.set_counts(None);
        self.session.clear();
        self.objects.abandon_all(&self.session);
        let Session { stores, runtime, bulk, .. } = &self.session;
        let rows = runtime.block_on(async {
            // What was written before now counts as there.
            stores.records.refresh(bulk.targets()).await?;
            stores.ledger.refresh().await?;
            stores.ledger.rows().await
        })?;
        self.rows.roll_back(rows);
        Ok(())
    }

    fn keep_alive(&mut self) -> Result<(), WriteError> {
        self.session.lease.check()?;
        if self.is_idle() {
            self.adopt_targets()?;
            self.resweep()?;
        }
        self.watch.check(&self.session, self.is_idle())
    }

    fn verify(&mut self) -> Result<(), WriteError> {
        self.session.lease.check()?;
        if !self.is_idle() {
            return Ok(());
        }
        let Session { stores, runtime, .. } = &self.session;
        let contents = runtime.block_on(audit::contents(&stores.records))?;
        match audit::audit(self.rows.all(), contents).differing.as_slice() {
            [] => Ok(()),
            differing => Err(WriteError::IndexChanged(format!(
                "the index {} does not hold what the ledger says of {} objects",
                stores.names.read,
                differing.len()
            ))),
        }
    }

    fn has_lost_objects(&self) -> bool {
        self.lost_objects
    }

    fn pending(&self) -> u64 {
        self.rows.pending()
    }
}

impl Drop for ElasticsearchWriter {
    fn drop(&mut self) {
        let Session { runtime, lease, .. } = &mut self.session;
        runtime.block_on(lease.release());
    }
}

#[cfg(test)]
mod tests;
