//! What a writer finds in the cluster when it opens, and whether that is still there while it is open.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use wikimovie_domain::Revision;

use wikimovie_engine::{failpoint, receipt::now_ms, writer::WriteError};

use super::{ElasticsearchWriter, audit::LedgerAudit, lease::Lease, source_records::Counts};
use crate::Shared;

/// Time between two looks whether the indices are those that were opened.
const IDENTITY_INTERVAL: Duration = Duration::from_secs(2);

/// Time between two counts of what the index holds.
const COUNT_INTERVAL: Duration = Duration::from_secs(5);

/// What a writer begins with.
pub(super) struct Opening {
    pub(super) targets: Vec<String>,
    pub(super) identity: BTreeMap<String, String>,
    pub(super) audit: LedgerAudit,
    pub(super) revision: Revision,
    pub(super) counts: Counts,
}

impl Opening {
    pub(super) async fn read(shared: &Shared, lease: &Lease) -> Result<Self, WriteError> {
        shared.forget_lost_builds().await?;
        let targets = shared.targets().await?;
        lease.publish_targets(targets.clone());
        failpoint::reach("engine.opened");
        let identity = shared.identity(&targets).await?;
        // What a killed writer left is seen from here on.
        shared.refresh(&[&targets[..], std::slice::from_ref(&shared.names.ledger)].concat()).await?;
        let audit = shared.audited_ledger().await?;
        let counts = shared.count_all().await?;
        let mut revision = shared.stored_revision().await?;
        if !audit.differing.is_empty() {
            report_lost(&audit.differing);
            // Revisions count commits, so that none of before can be as great.
            revision.number = revision.number.max(now_ms() / 1_000);
        }
        Ok(Self { targets, identity, audit, revision, counts })
    }
}

/// Tells what will be applied again, and what nobody but its owner can apply.
fn report_lost(keys: &[String]) {
    let by_hand = keys.iter().filter(|key| key.starts_with("load/")).count();
    tracing::warn!(
        objects = keys.len(),
        loaded_by_hand = by_hand,
        first = keys.first(),
        "the index does not hold what the ledger says of these objects; they are applied again (those loaded by hand \
         have to be loaded again)"
    );
}

impl ElasticsearchWriter {
    /// An error where the indices are others than those that were opened, or hold other than at the last commit.
    pub(super) fn watch_index(&mut self) -> Result<(), WriteError> {
        if self.identity_seen.elapsed() >= IDENTITY_INTERVAL {
            let identity = self.runtime.block_on(self.shared.identity(self.bulk.targets()))?;
            self.identity_seen = Instant::now();
            if identity != self.identity {
                let index = &self.shared.names.read;
                return Err(WriteError::IndexChanged(format!("the index {index} was made anew")));
            }
        }
        if let Some(counts) = self.counts
            && self.is_idle()
            && self.counts_seen.elapsed() >= COUNT_INTERVAL
        {
            let found = self.runtime.block_on(self.shared.count_all())?;
            self.counts_seen = Instant::now();
            if found != counts {
                return Err(WriteError::IndexChanged(format!(
                    "the index {} holds {} documents in place of {}",
                    self.shared.names.read, found.documents, counts.documents
                )));
            }
        }
        Ok(())
    }
}
