//! What a writer finds in the cluster when it opens.

use std::collections::BTreeMap;

use wikimovie_domain::Revision;
use wikimovie_engine::{failpoint, receipt::now_ms, writer::WriteError};

use crate::{
    audit::{LedgerAudit, audit_all},
    lease::Lease,
    records::Counts,
    stores::Stores,
};

/// What a writer begins with.
pub(super) struct Opening {
    pub(super) targets: Vec<String>,
    pub(super) identity: BTreeMap<String, String>,
    pub(super) audit: LedgerAudit,
    pub(super) revision: Revision,
    pub(super) counts: Counts,
}

impl Opening {
    /// Creates what is missing, takes the lease, and reads what is there.
    pub(super) async fn open(stores: &Stores) -> Result<(Lease, Self), WriteError> {
        stores.index.ensure().await?;
        let mut lease = Lease::acquire(&stores.ledger, &stores.records).await?;
        match Self::read(stores, &lease).await {
            Ok(opening) => Ok((lease, opening)),
            // Else this process would keep the lease from everybody, itself included.
            Err(error) => {
                lease.release().await;
                Err(error)
            }
        }
    }

    async fn read(stores: &Stores, lease: &Lease) -> Result<Self, WriteError> {
        stores.builds.forget_lost().await?;
        let targets = stores.builds.targets().await?;
        lease.publish_targets(targets.clone());
        failpoint::reach("engine.opened");
        let identity = stores.index.identity(&targets).await?;
        // What a killed writer left is seen from here on.
        let ledger = stores.ledger.name().to_owned();
        stores.records.refresh(&[&targets[..], &[ledger]].concat()).await?;
        let audit = audit_all(&stores.ledger, &stores.records).await?;
        let counts = stores.records.count_all().await?;
        let mut revision = stores.ledger.revision().await?;
        if !audit.differing.is_empty() {
            report_lost(&audit.differing);
            // Revisions count commits, so that none of before can be as great.
            revision.number = revision.number.max(now_ms() / 1_000);
        }
        Ok(Self { targets, identity, audit, revision, counts })
    }
}

/// Logs what will be applied again, and what nobody but its owner can apply.
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
