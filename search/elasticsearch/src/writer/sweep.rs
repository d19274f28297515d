//! Removing what an object no longer lists.
//!
//! A sweep that would remove much waits for approval, where the writer is guarded: the records stay, and the object's row
//! says so.

use wikimovie_domain::{ObjectReceipt, ReceiptStatus};
use wikimovie_engine::{failpoint, writer::WriteError};

use super::{objects::ObjectsInProgress, session::Session};
use crate::records::RecordStore;

/// Movies of a provider that a sweep may remove whatever their share.
pub(super) const FREE_MOVIES: u64 = 50;

/// One in so many of a provider's movies may be removed by a sweep.
const FREE_SHARE: u64 = 5;

/// What came of a sweep.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct SweepOutcome {
    /// Records removed.
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

/// Removes the records of an object by applications that began before `start`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sweep<'a> {
    /// Key of the object.
    pub(super) object: &'a str,
    /// Its provider; empty for all, where it is not known.
    pub(super) provider: &'a str,
    pub(super) fingerprint: &'a str,
    /// `u64::MAX` for all of its records.
    pub(super) start: u64,
    /// Whether it waits for approval where it would remove much.
    pub(super) guarded: bool,
}

impl Sweep<'_> {
    /// Removes the records; the newest hidden record of each movie takes its place. Where that is too much to be left to
    /// a machine, nothing is removed.
    pub(super) fn run(
        &self,
        session: &mut Session,
        objects: &mut ObjectsInProgress,
    ) -> Result<SweepOutcome, WriteError> {
        // Hidden records of objects that are not done count, too.
        objects.flush_of(session, self.provider)?;
        let runtime = session.runtime.clone();
        let swept = runtime.block_on(self.remove(session))?;
        failpoint::reach("engine.sweeping");
        if swept.removed > 0 {
            // Whoever looks at these movies next finds what is shown now.
            session.flush()?;
            failpoint::reach("engine.swept");
        }
        Ok(swept)
    }

    async fn remove(&self, session: &mut Session) -> Result<SweepOutcome, WriteError> {
        let Session { stores, bulk, lease, .. } = session;
        let records = &stores.records;
        records.refresh(bulk.targets()).await?;
        if self.guarded {
            let lost = lost_by(records, &[self.object], self.start).await?;
            let removal = self.start == u64::MAX;
            if is_too_much(records, lost, self.provider).await?
                && !stores.ledger.is_approved(self.object, self.fingerprint, removal).await?
            {
                return Ok(SweepOutcome { removed: 0, held: lost });
            }
        }
        let mut swept = SweepOutcome::default();
        let mut pages = records.entries_before(self.object, self.start);
        while let Some(dropped) = pages.next().await? {
            let shown: Vec<&str> =
                dropped.iter().filter(|entry| entry.shown).map(|entry| entry.movie.as_str()).collect();
            let successors = records.hidden_records(&shown, &[self.object]).await?;
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
        Ok(swept)
    }
}

/// Movies that nobody would list any more without what these objects list.
pub(super) async fn lost_by(records: &RecordStore, objects: &[&str], start: u64) -> Result<u64, WriteError> {
    let mut lost = 0;
    for object in objects {
        let mut pages = records.entries_before(object, start);
        while let Some(page) = pages.next().await? {
            let dropped = page.iter().filter(|entry| entry.shown);
            let dropped: Vec<&str> = dropped.map(|entry| entry.movie.as_str()).collect();
            let successors = records.hidden_records(&dropped, objects).await?;
            lost += (dropped.len() - successors.len()) as u64;
        }
    }
    Ok(lost)
}

/// Whether to lose so many of a provider's movies needs approval.
pub(super) async fn is_too_much(
    records: &RecordStore,
    lost: u64,
    provider: &str,
) -> Result<bool, WriteError> {
    // Few are free whatever there is.
    Ok(lost > FREE_MOVIES && needs_approval(lost, records.shown_of(provider).await?))
}

/// Whether so many lost movies of a provider that shows so many are more than a sweep removes by itself.
fn needs_approval(lost: u64, shown: u64) -> bool {
    lost > FREE_MOVIES && lost > shown / FREE_SHARE
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
