//! Removing objects, and sweeping once more what a former writer left.
//!
//! What a writer that lost its lease left in progress is swept twice: a write of it may still be on its way, and lands at
//! the latest when the deadline of its request is over.

use std::collections::{BTreeMap, HashSet};

use wikimovie_domain::ObjectReceipt;
use wikimovie_engine::writer::{CatalogWriter, LedgerRow, Removal, RowState, WriteError};

use super::{
    ElasticsearchWriter,
    session::Session,
    sweep::{FREE_MOVIES, Sweep, SweepOutcome, is_too_much, lost_by},
};

/// Objects of a provider that may vanish together whatever they list: engines take no more in one question.
const MAX_VANISHED: usize = 50_000;

impl ElasticsearchWriter {
    /// Removes an object that the ledger knows.
    pub(super) fn remove_known(&mut self, row: LedgerRow) -> Result<Removal, WriteError> {
        let LedgerRow { key, provider, fingerprint, .. } = &row;
        let sweep = Sweep { object: key, provider, fingerprint, start: u64::MAX, guarded: self.guarded };
        let swept = sweep.run(&mut self.session, &mut self.objects)?;
        if swept.held > 0 {
            return Ok(self.hold_removal(row, swept.held));
        }
        self.rows.note_change(swept.removed > 0);
        self.rows.remove(&row.key);
        self.rows.schedule_resweep(&row.key, u64::MAX);
        Ok(Removal::Removed(swept.removed))
    }

    /// Removes what an object listed whose row was lost.
    pub(super) fn remove_unknown(&mut self, key: &str) -> Result<Removal, WriteError> {
        let Session { stores, runtime, .. } = &self.session;
        if !runtime.block_on(stores.records.has_records(key))? {
            return Ok(Removal::Unknown);
        }
        let removed = self.sweep_unguarded(key, u64::MAX)?;
        self.rows.note_record();
        Ok(Removal::Removed(removed))
    }

    /// Removes objects that vanished together. What they lose is counted together: else an empty listing of a bucket
    /// would remove a provider of many small objects, one by one.
    pub(super) fn remove_together(&mut self, keys: &[String]) -> Result<Vec<Removal>, WriteError> {
        let mut too_much: HashSet<&str> = HashSet::new();
        let by_provider = if self.guarded { self.known_by_provider(keys) } else { BTreeMap::new() };
        for (provider, objects) in by_provider {
            // One alone is looked at by its own sweep.
            let listed: u64 = objects.iter().filter_map(|key| Some(self.rows.get(key)?.accepted())).sum();
            if objects.len() < 2 || listed <= FREE_MOVIES {
                continue;
            }
            if objects.len() > MAX_VANISHED || self.lose_too_much(&provider, &objects)? {
                too_much.extend(objects);
            }
        }
        keys.iter()
            .map(|key| match self.rows.get(key).cloned() {
                Some(row) if too_much.contains(key.as_str()) => self.remove_if_approved(row),
                _ => self.remove(key),
            })
            .collect()
    }

    fn lose_too_much(&mut self, provider: &str, objects: &[&str]) -> Result<bool, WriteError> {
        self.objects.flush_of(&mut self.session, provider)?;
        let Session { stores, runtime, bulk, .. } = &self.session;
        runtime.block_on(async {
            stores.records.refresh(bulk.targets()).await?;
            // What is visible now is counted anew at the commit.
            let lost = lost_by(&stores.records, objects, u64::MAX).await?;
            is_too_much(&stores.records, lost, provider).await
        })
    }

    /// Keys that the ledger knows, by their provider.
    fn known_by_provider<'a>(&self, keys: &'a [String]) -> BTreeMap<String, Vec<&'a str>> {
        let mut by_provider: BTreeMap<String, Vec<&str>> = BTreeMap::new();
        for key in keys {
            if let Some(row) = self.rows.get(key) {
                by_provider.entry(row.provider.clone()).or_default().push(key);
            }
        }
        by_provider
    }

    fn remove_if_approved(&mut self, row: LedgerRow) -> Result<Removal, WriteError> {
        // An object that lists nothing loses nothing.
        let lost = row.accepted();
        let Session { stores, runtime, .. } = &self.session;
        let is_approved =
            lost == 0 || runtime.block_on(stores.ledger.is_approved(&row.key, &row.fingerprint, true))?;
        if is_approved { self.remove_known(row) } else { Ok(self.hold_removal(row, lost)) }
    }

    /// Lets the removal of an object wait: its records stay, and its row says so.
    fn hold_removal(&mut self, mut row: LedgerRow, held: u64) -> Removal {
        row.state = RowState::Removed;
        SweepOutcome { removed: 0, held }
            .note(row.receipt.get_or_insert_with(|| ObjectReceipt::empty(&row.object, &row.provider)));
        self.rows.set(row);
        Removal::Held(held)
    }

    /// Sweeps once more what another writer left in progress, as soon as no write of it can be on its way any more.
    pub(super) fn resweep(&mut self) -> Result<(), WriteError> {
        let Some(resweeps) = self.rows.take_due_resweeps() else { return Ok(()) };
        let swept = resweeps.iter().try_for_each(|(key, start)| {
            let held = self.rows.get(key).is_some_and(|row| row.awaiting_approval() > 0);
            if !held {
                self.sweep_unguarded(key, *start)?;
            }
            self.rows.stage(key);
            Ok::<(), WriteError>(())
        });
        if let Err(error) = swept {
            self.rows.return_resweeps(resweeps);
            return Err(error);
        }
        self.commit().map(|_| ())
    }

    fn sweep_unguarded(&mut self, key: &str, start: u64) -> Result<u64, WriteError> {
        let sweep = Sweep { object: key, provider: "", fingerprint: "", start, guarded: false };
        let removed = sweep.run(&mut self.session, &mut self.objects)?.removed;
        self.rows.note_change(removed > 0);
        Ok(removed)
    }
}
