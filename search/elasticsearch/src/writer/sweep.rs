//! Taking away what an object no longer lists.
//!
//! A sweep that takes away much waits, where the writer is guarded: the listings stay, and the object's row says so.
//! What a writer without its lease had begun is swept twice: a write of it may still be on its way, and lands at the
//! latest when the deadline of its request is over.

use std::{
    collections::{BTreeMap, HashSet},
    time::Duration,
};

use serde::{Deserialize, Serialize};
use serde_json::Value;
use wikimovie_domain::{ObjectReceipt, ReceiptStatus};
use wikimovie_engine::{
    kill,
    writer::{CatalogWriter, LedgerRow, ObjectState, Removal, RowState, WriteError},
};

use super::{ElasticsearchWriter, bulk, hold, ledger::row_id};
use crate::{
    Elasticsearch, Shared,
    client::Call,
    index::{LedgerDocument, Read, refused},
};

/// Time after which no write of the holder before us can be on its way any more.
const SETTLED: Duration = bulk::DEADLINE.saturating_add(hold::LATEST);

/// Movies of a provider that a sweep may take away whatever their share.
const FREE: u64 = 50;

/// One in so many of a provider's movies may be taken away by a sweep.
const ONE_IN: u64 = 5;

/// Objects of a provider that may vanish together whatever they list: engines take no more in one question.
const MOST_TOGETHER: usize = 50_000;

/// What a sweep did.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Swept {
    /// Listings taken away.
    pub(super) removed: u64,
    /// Movies that would be gone and wait.
    pub(super) held: u64,
}

impl Swept {
    pub(super) fn note(self, receipt: &mut ObjectReceipt) {
        receipt.removed = self.removed;
        receipt.held = self.held;
        if self.held > 0 {
            receipt.status = ReceiptStatus::Held;
        }
    }
}

/// What was done with an object that another writer had begun.
#[derive(Clone, Copy, Debug)]
pub(super) struct Unsettled {
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
    /// Takes away the listings of an object by applications that began before `start`; the newest hidden listing of each
    /// takes its place. Where that is too much to be left to a machine, nothing is taken away.
    pub(super) fn sweep(
        &mut self,
        object: &str,
        provider: &str,
        fingerprint: &str,
        start: u64,
    ) -> Result<Swept, WriteError> {
        // Hidden listings of objects that are not done count, too.
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
                    return Ok(Swept { removed: 0, held: lost });
                }
            }
            let mut swept = Swept::default();
            let mut found = shared.entries_before(object, start);
            while let Some(dropped) = found.next().await? {
                let shown: Vec<&str> =
                    dropped.iter().filter(|entry| entry.shown).map(|entry| entry.movie.as_str()).collect();
                let heirs = shared.hidden_listings(&shown, &[object]).await?;
                for entry in &dropped {
                    match heirs.get(&entry.movie) {
                        Some(heir) if entry.shown => {
                            bulk.list(heir, true)?;
                            bulk.unhide(&heir.object, &entry.movie)?;
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
        kill::point("engine.sweeping");
        if swept.removed > 0 {
            // Whoever looks at these movies next finds what is shown now.
            self.flush()?;
            kill::point("engine.swept");
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
            if objects.len() < 2 || listed <= FREE {
                continue;
            }
            if objects.len() > MOST_TOGETHER {
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
        let approved = self.shared.is_approved(&row.key, &row.fingerprint, true);
        // An object that lists nothing takes nothing away.
        let lost = row.accepted();
        if lost == 0 || self.runtime.block_on(approved)? {
            CatalogWriter::remove(self, &row.key)
        } else {
            Ok(self.hold_removal(row, lost))
        }
    }

    /// Lets the removal of an object wait: its listings stay, and its row says so.
    pub(super) fn hold_removal(&mut self, mut row: LedgerRow, held: u64) -> Removal {
        row.state = RowState::Removed;
        Swept { removed: 0, held }
            .note(row.receipt.get_or_insert_with(|| nothing(&row.object, &row.provider)));
        self.pending += 1;
        self.staged.insert(row.key.clone());
        self.ledger.insert(row.key.clone(), row);
        Removal::Held(held)
    }

    /// Takes away what an object listed whose row was lost.
    pub(super) fn remove_stray(&mut self, key: &str) -> Result<Removal, WriteError> {
        if !self.runtime.block_on(self.shared.has_listings(key))? {
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

    /// Notes an object that another writer had begun, to be swept once more.
    pub(super) fn left_unsettled(&mut self, key: &str, start: u64) {
        if self.opened.elapsed() >= SETTLED {
            self.unfinished.clear();
        } else if self.unfinished.contains(key) {
            self.unsettled.insert(key.to_owned(), Unsettled { start });
        }
    }

    /// The row to write of an object: one that is to be swept once more stays marked until then.
    pub(super) fn row_to_keep(&self, key: &str) -> Option<LedgerRow> {
        let row = self.ledger.get(key).cloned();
        if !self.unsettled.contains_key(key) {
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

    /// Sweeps once more what another writer had begun, as soon as no write of it can be on its way any more.
    pub(super) fn settle_unsettled(&mut self) -> Result<(), WriteError> {
        if self.unsettled.is_empty() || self.opened.elapsed() < SETTLED {
            return Ok(());
        }
        let unsettled = std::mem::take(&mut self.unsettled);
        let guarded = std::mem::replace(&mut self.guarded, false);
        let swept = unsettled.iter().try_for_each(|(key, Unsettled { start })| {
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
            self.unsettled = unsettled;
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
                let heirs = self.hidden_listings(&dropped, objects).await?;
                lost += (dropped.len() - heirs.len()) as u64;
            }
        }
        Ok(lost)
    }

    /// Whether to lose so many of a provider's movies is left to somebody.
    async fn is_too_much(&self, lost: u64, provider: &str) -> Result<bool, WriteError> {
        Ok(lost > FREE && lost * ONE_IN > self.shown_of(provider).await?)
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
            Err(refused("the approval cannot be kept", &reply))
        }
    }
}
