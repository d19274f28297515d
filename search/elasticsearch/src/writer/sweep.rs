//! Taking away what an object no longer lists.
//!
//! A sweep that takes away much waits, where the writer is guarded: the records stay, and the object's row says so.
//! What a writer that lost its lease left in progress is swept twice: a write of it may still be on its way, and lands at the
//! latest when the deadline of its request is over.

use std::{
    collections::{BTreeMap, HashSet},
    time::Duration,
};

use serde::{Deserialize, Serialize};
use serde_json::Value;
use wikimovie_domain::{ObjectReceipt, ReceiptStatus};
use wikimovie_engine::{
    failpoint,
    writer::{CatalogWriter, LedgerRow, ObjectState, Removal, RowState, WriteError},
};

use super::{ElasticsearchWriter, bulk, lease, ledger::row_id};
use crate::{
    Elasticsearch, Shared,
    client::Call,
    index::{LedgerDocument, Read, refused},
};

/// Time after which no write of the former owner of the lease can be on its way any more.
const STRAGGLERS_DONE: Duration = bulk::DEADLINE.saturating_add(lease::WRITE_WINDOW);

/// Movies of a provider that a sweep may take away whatever their share.
const FREE_MOVIES: u64 = 50;

/// One in so many of a provider's movies may be taken away by a sweep.
const FREE_SHARE: u64 = 5;

/// Objects of a provider that may vanish together whatever they list: engines take no more in one question.
const MAX_VANISHED: usize = 50_000;

/// What came of a sweep.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct SweepOutcome {
    /// Records taken away.
    pub(super) removed: u64,
    /// Movies that would be gone and wait.
    pub(super) held: u64,
}

impl SweepOutcome {
    pub(super) fn note(self, receipt: &mut ObjectReceipt) {
        receipt.removed = self.removed;
        receipt.held = self.held;
        if self.held > 0 {
            receipt.status = ReceiptStatus::Held;
        }
    }
}

/// What was done with an object that another writer left in progress.
#[derive(Clone, Copy, Debug)]
pub(super) struct Resweep {
    start: u64,
}

/// Approves the sweep of one state of an object, or its removal, and no other.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Approval {
    key: String,
    fingerprint: String,
    removed: bool,
}

impl ElasticsearchWriter {
    /// Takes away the records of an object by applications that began before `start`; the newest hidden record of each
    /// takes its place. Where that is too much to be left to a machine, nothing is taken away.
    pub(super) fn sweep(
        &mut self,
        object: &str,
        provider: &str,
        fingerprint: &str,
        start: u64,
    ) -> Result<SweepOutcome, WriteError> {
        // Hidden records of objects that are not done count, too.
        self.flush_of(provider)?;
        let (shared, bulk, lease) = (&self.shared, &mut self.bulk, &self.lease);
        let guarded = self.guarded;
        let swept = self.runtime.block_on(async {
            shared.refresh(bulk.targets()).await?;
            if guarded {
                let lost = shared.lost_by(&[object], start).await?;
                if shared.is_too_much(lost, provider).await?
                    && !shared.is_approved(object, fingerprint, start == u64::MAX).await?
                {
                    return Ok(SweepOutcome { removed: 0, held: lost });
                }
            }
            let mut swept = SweepOutcome::default();
            let mut found = shared.entries_before(object, start);
            while let Some(dropped) = found.next().await? {
                let shown: Vec<&str> =
                    dropped.iter().filter(|entry| entry.shown).map(|entry| entry.movie.as_str()).collect();
                let successors = shared.hidden_records(&shown, &[object]).await?;
                for entry in &dropped {
                    match successors.get(&entry.movie) {
                        Some(successor) if entry.shown => {
                            bulk.put_record(successor, true)?;
                            bulk.remove_hidden(&successor.object, &entry.movie)?;
                        }
                        _ => bulk.remove(&entry.key)?,
                    }
                }
                swept.removed += dropped.len() as u64;
                bulk.send_if_full().await?;
                lease.check()?;
            }
            Ok::<_, WriteError>(swept)
        })?;
        failpoint::reach("engine.sweeping");
        if swept.removed > 0 {
            // Whoever looks at these movies next finds what is shown now.
            self.flush()?;
            failpoint::reach("engine.swept");
        }
        Ok(swept)
    }

    /// Removes objects that vanished together. What they lose is counted together: else an empty listing of a bucket
    /// would take away a provider of many small objects, one by one.
    pub(super) fn remove_together(&mut self, keys: &[String]) -> Result<Vec<Removal>, WriteError> {
        let mut too_much: HashSet<&str> = HashSet::new();
        let by_provider = if self.guarded { self.known_by_provider(keys) } else { BTreeMap::new() };
        for (provider, objects) in by_provider {
            // One alone is looked at by its own sweep.
            let listed: u64 = objects.iter().filter_map(|key| Some(self.ledger.get(*key)?.accepted())).sum();
            if objects.len() < 2 || listed <= FREE_MOVIES {
                continue;
            }
            if objects.len() > MAX_VANISHED {
                too_much.extend(objects);
                continue;
            }
            self.flush_of(&provider)?;
            let (shared, targets) = (&self.shared, self.bulk.targets());
            let is_too_much = self.runtime.block_on(async {
                shared.refresh(targets).await?;
                // What is visible now is counted anew at the commit.
                let lost = shared.lost_by(&objects, u64::MAX).await?;
                shared.is_too_much(lost, &provider).await
            })?;
            if is_too_much {
                too_much.extend(objects);
            }
        }
        keys.iter()
            .map(|key| match self.ledger.get(key).cloned() {
                Some(row) if too_much.contains(key.as_str()) => self.remove_if_approved(row),
                _ => CatalogWriter::remove(self, key),
            })
            .collect()
    }

    /// Keys that the ledger knows, by their provider.
    fn known_by_provider<'a>(&self, keys: &'a [String]) -> BTreeMap<String, Vec<&'a str>> {
        let mut by_provider: BTreeMap<String, Vec<&str>> = BTreeMap::new();
        for key in keys {
            if let Some(row) = self.ledger.get(key) {
                by_provider.entry(row.provider.clone()).or_default().push(key);
            }
        }
        by_provider
    }

    fn remove_if_approved(&mut self, row: LedgerRow) -> Result<Removal, WriteError> {
        // An object that lists nothing takes nothing away.
        let lost = row.accepted();
        let is_approved =
            lost == 0 || self.runtime.block_on(self.shared.is_approved(&row.key, &row.fingerprint, true))?;
        if is_approved { CatalogWriter::remove(self, &row.key) } else { Ok(self.hold_removal(row, lost)) }
    }

    /// Lets the removal of an object wait: its records stay, and its row says so.
    pub(super) fn hold_removal(&mut self, mut row: LedgerRow, held: u64) -> Removal {
        row.state = RowState::Removed;
        SweepOutcome { removed: 0, held }
            .note(row.receipt.get_or_insert_with(|| nothing(&row.object, &row.provider)));
        self.pending += 1;
        self.staged.insert(row.key.clone());
        self.ledger.insert(row.key.clone(), row);
        Removal::Held(held)
    }

    /// Takes away what an object listed whose row was lost.
    pub(super) fn remove_unknown(&mut self, key: &str) -> Result<Removal, WriteError> {
        if !self.runtime.block_on(self.shared.has_records(key))? {
            return Ok(Removal::Unknown);
        }
        let guarded = std::mem::replace(&mut self.guarded, false);
        let swept = self.sweep(key, "", "", u64::MAX);
        self.guarded = guarded;
        let removed = swept?.removed;
        self.changed |= removed > 0;
        self.pending += 1;
        Ok(Removal::Removed(removed))
    }

    /// Notes an object that another writer left in progress, to be swept once more.
    pub(super) fn schedule_resweep(&mut self, key: &str, start: u64) {
        if self.opened.elapsed() >= STRAGGLERS_DONE {
            self.unfinished.clear();
        } else if self.unfinished.contains(key) {
            self.resweeps.insert(key.to_owned(), Resweep { start });
        }
    }

    /// The row to write of an object: one that is to be swept once more stays marked until then.
    pub(super) fn row_to_keep(&self, key: &str) -> Option<LedgerRow> {
        let row = self.ledger.get(key).cloned();
        if !self.resweeps.contains_key(key) {
            return row;
        }
        let removed = || {
            LedgerRow::in_progress(&ObjectState {
                key: key.to_owned(),
                object: key.to_owned(),
                provider: String::new(),
                modified_ms: 0,
                fingerprint: String::new(),
            })
        };
        Some(LedgerRow { state: RowState::InProgress, ..row.unwrap_or_else(removed) })
    }

    /// Sweeps once more what another writer left in progress, as soon as no write of it can be on its way any more.
    pub(super) fn resweep(&mut self) -> Result<(), WriteError> {
        if self.resweeps.is_empty() || self.opened.elapsed() < STRAGGLERS_DONE {
            return Ok(());
        }
        let resweeps = std::mem::take(&mut self.resweeps);
        let guarded = std::mem::replace(&mut self.guarded, false);
        let swept = resweeps.iter().try_for_each(|(key, Resweep { start })| {
            let held = self.ledger.get(key).is_some_and(|row| row.awaiting_approval() > 0);
            if !held {
                let swept = self.sweep(key, "", "", *start)?;
                self.changed |= swept.removed > 0;
            }
            self.staged.insert(key.clone());
            self.pending += 1;
            Ok::<(), WriteError>(())
        });
        self.guarded = guarded;
        if let Err(error) = swept {
            self.resweeps = resweeps;
            return Err(error);
        }
        CatalogWriter::commit(self).map(|_| ())
    }
}

/// The receipt of an object of which nothing is left.
fn nothing(object: &str, provider: &str) -> ObjectReceipt {
    ObjectReceipt {
        object: object.to_owned(),
        provider: provider.to_owned(),
        status: ReceiptStatus::Complete,
        accepted: 0,
        changed: 0,
        merged: 0,
        refused: 0,
        removed: 0,
        held: 0,
        bytes: 0,
        generation: 0,
        finished_at_ms: 0,
        refusals: Vec::new(),
    }
}

impl Shared {
    /// Movies that nobody would list any more without what these objects list.
    async fn lost_by(&self, objects: &[&str], start: u64) -> Result<u64, WriteError> {
        let mut lost = 0;
        for object in objects {
            let mut found = self.entries_before(object, start);
            while let Some(page) = found.next().await? {
                let dropped = page.iter().filter(|entry| entry.shown);
                let dropped: Vec<&str> = dropped.map(|entry| entry.movie.as_str()).collect();
                let successors = self.hidden_records(&dropped, objects).await?;
                lost += (dropped.len() - successors.len()) as u64;
            }
        }
        Ok(lost)
    }

    /// Whether to lose so many of a provider's movies is left to somebody.
    async fn is_too_much(&self, lost: u64, provider: &str) -> Result<bool, WriteError> {
        // Few are free whatever there is.
        Ok(lost > FREE_MOVIES && needs_approval(lost, self.shown_of(provider).await?))
    }

    async fn is_approved(&self, key: &str, fingerprint: &str, removed: bool) -> Result<bool, WriteError> {
        let path = format!("/{}/_doc/{}", self.names.ledger, approval_id(key));
        let reply = self.request("reading approvals", Call::get(path)).await?;
        let read: Read<LedgerDocument<Value>> = self.check_ledger(reply.json()?)?;
        let approval = read.source.and_then(|found| serde_json::from_value::<Approval>(found.data).ok());
        let wanted = Approval { key: key.to_owned(), fingerprint: fingerprint.to_owned(), removed };
        Ok(approval == Some(wanted))
    }
}

/// Whether so many lost movies of a provider that shows so many are more than a sweep takes by itself.
fn needs_approval(lost: u64, shown: u64) -> bool {
    lost > FREE_MOVIES && lost > shown / FREE_SHARE
}

/// Id of the ledger's document that approves the sweep of an object.
fn approval_id(key: &str) -> String {
    ["approval-", &row_id(key)].concat()
}

impl Elasticsearch {
    /// Lets the sweep that a row tells of happen at the next look at its object: for this state of the object and no
    /// other. `false` where no sweep waits.
    ///
    /// # Errors
    /// Where the cluster does not take it.
    pub async fn approve(&self, row: &LedgerRow) -> Result<bool, WriteError> {
        let removed = match row.state {
            RowState::AwaitingApproval => false,
            RowState::Removed => true,
            RowState::InProgress | RowState::Done => return Ok(false),
        };
        let approval = Approval { key: row.key.clone(), fingerprint: row.fingerprint.clone(), removed };
        let document = LedgerDocument::new("approval", approval);
        let call = self.shared.put_in_ledger(&approval_id(&row.key), &document, Vec::new())?;
        let reply = self.shared.request("keeping the approval", call).await?;
        if matches!(reply.status, 200 | 201) {
            Ok(true)
        } else {
            Err(refused("the approval cannot be stored", &reply))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::needs_approval;

    #[test]
    fn a_large_share_of_many_movies_needs_approval() {
        for (lost, shown, needed) in [
            (0, 0, false),
            (50, 50, false),
            (51, 51, true),
            (51, 254, true),
            (51, 255, false),
            (200, 1_000, false),
            (201, 1_000, true),
            (u64::MAX, u64::MAX, true),
        ] {
            assert_eq!(needs_approval(lost, shown), needed, "{lost} of {shown}");
        }
    }
}
