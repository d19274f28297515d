//! Taking away what an object no longer lists.
//!
//! A sweep that takes away much waits, where the writer is guarded: the listings stay, and the object's row says so.
//! What a writer without its hold had begun is swept twice: a write of it may still be on its way, and lands at the
//! latest when the deadline of its request is over.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use wikimovie_domain::{ObjectReceipt, ReceiptStatus};
use wikimovie_engine::{
    kill,
    writer::{LedgerRow, Removal, WriteError},
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

/// Ends the fingerprint of a row whose sweep waits: it is none of an object, so that the object is looked at again.
const HELD: &str = "~held";

/// What a sweep did.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Swept {
    /// Listings taken away.
    pub(super) removed: u64,
    /// Movies that would be gone and wait.
    pub(super) held: u64,
}

impl Swept {
    pub(super) fn tell(self, receipt: &mut ObjectReceipt, fingerprint: &mut String) {
        receipt.removed = self.removed;
        receipt.held = self.held;
        if self.held > 0 {
            receipt.status = ReceiptStatus::Held;
            fingerprint.push_str(HELD);
        }
    }
}

/// What was done with an object that another writer had begun.
#[derive(Clone, Copy, Debug)]
pub(super) struct Unsettled {
    start: u64,
}

/// Stands for the removal of an object, in place of a fingerprint.
pub(super) fn gone(row: &LedgerRow) -> String {
    let last = row.fingerprint.strip_suffix(HELD).unwrap_or(&row.fingerprint);
    if last.starts_with(GONE) { last.to_owned() } else { [GONE, last].concat() }
}

const GONE: &str = "gone-";

#[derive(Debug, Serialize, Deserialize)]
struct Approval {
    key: String,
    fingerprint: String,
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
        let (shared, bulk, hold) = (&self.shared, &mut self.bulk, &self.hold);
        let guarded = self.guarded;
        let swept = self.runtime.block_on(async {
            shared.refresh(bulk.targets()).await?;
            if guarded {
                let lost = shared.lost_by(object, start).await?;
                let too_many = lost > FREE && lost * ONE_IN > shared.shown_of(provider).await?;
                if too_many && !shared.is_approved(object, fingerprint).await? {
                    return Ok(Swept { removed: 0, held: lost });
                }
            }
            let mut swept = Swept::default();
            let mut found = shared.entries_before(object, start);
            while let Some(dropped) = found.next().await? {
                let shown: Vec<&str> =
                    dropped.iter().filter(|entry| entry.shown).map(|entry| entry.movie.as_str()).collect();
                let heirs = shared.hidden_listings(&shown, object).await?;
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
                hold.check()?;
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
        let row = row.unwrap_or_else(|| LedgerRow {
            key: key.to_owned(),
            fingerprint: String::new(),
            generation: 0,
            receipt: nothing(key),
        });
        Some(LedgerRow { fingerprint: String::new(), ..row })
    }

    /// Sweeps once more what another writer had begun, as soon as no write of it can be on its way any more.
    pub(super) fn settle_unsettled(&mut self) -> Result<(), WriteError> {
        if self.unsettled.is_empty() || self.opened.elapsed() < SETTLED {
            return Ok(());
        }
        let unsettled = std::mem::take(&mut self.unsettled);
        let guarded = std::mem::replace(&mut self.guarded, false);
        let swept = unsettled.iter().try_for_each(|(key, Unsettled { start })| {
            let held = self.ledger.get(key).is_some_and(|row| row.receipt.held > 0);
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
        wikimovie_engine::writer::CatalogWriter::commit(self).map(|_| ())
    }
}

/// The receipt of an object of which nothing is left.
fn nothing(key: &str) -> ObjectReceipt {
    ObjectReceipt {
        object: key.to_owned(),
        provider: String::new(),
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
    /// Movies that nobody would list any more.
    async fn lost_by(&self, object: &str, start: u64) -> Result<u64, WriteError> {
        let mut lost = 0;
        let mut found = self.entries_before(object, start);
        while let Some(page) = found.next().await? {
            let dropped = page.iter().filter(|entry| entry.shown);
            let dropped: Vec<&str> = dropped.map(|entry| entry.movie.as_str()).collect();
            let heirs = self.hidden_listings(&dropped, object).await?;
            lost += (dropped.len() - heirs.len()) as u64;
        }
        Ok(lost)
    }

    async fn is_approved(&self, key: &str, fingerprint: &str) -> Result<bool, WriteError> {
        let reply = self.client.send(Call::get(self.approval_path(key))).await?;
        let read: Read<LedgerDocument<Value>> = reply.json()?;
        let approval = read.source.and_then(|found| serde_json::from_value::<Approval>(found.data).ok());
        Ok(approval.is_some_and(|approval| approval.key == key && approval.fingerprint == fingerprint))
    }

    fn approval_path(&self, key: &str) -> String {
        format!("/{}/_doc/approval-{}", self.names.ledger, row_id(key))
    }
}

impl Elasticsearch {
    /// Lets the sweep that a row tells of happen at the next look at its object: for this state of the object and no
    /// other. `false` where no sweep waits.
    ///
    /// # Errors
    /// Where the cluster does not take it.
    pub async fn approve(&self, row: &LedgerRow) -> Result<bool, WriteError> {
        let Some(fingerprint) = row.fingerprint.strip_suffix(HELD) else { return Ok(false) };
        let approval = Approval { key: row.key.clone(), fingerprint: fingerprint.to_owned() };
        let document = LedgerDocument::new("approval", approval);
        let path = self.shared.approval_path(&row.key);
        let reply = self.shared.client.send(Call::put(path, &document)?).await?;
        if matches!(reply.status, 200 | 201) {
            Ok(true)
        } else {
            Err(refused("the approval cannot be stored", &reply))
        }
    }
}
