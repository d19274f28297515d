//! Puts receipts beside the data of providers: of objects applied, of those that stay as they are, and of mappings.

use std::collections::{HashMap, HashSet};

use wikimovie_domain::ObjectReceipt;
use wikimovie_engine::failpoint;

use super::{
    Worker,
    outcome::{KeyOutcome, TickError},
    receipt,
};
use crate::{
    mapping::MappingFault,
    queue::RemoteError,
    sync::{Applied, Change, Kept, SyncReport},
};

impl Worker {
    /// Puts the receipts of objects that changed, or that are told of again.
    pub(super) fn put_receipts(
        &self,
        report: &SyncReport,
        again: &HashSet<String>,
        outcomes: &HashMap<String, KeyOutcome>,
    ) -> Result<(), RemoteError> {
        if !self.options.receipts {
            return Ok(());
        }
        let due = |applied: &&Applied| {
            let object = &applied.receipt.object;
            again.contains(object) && !outcomes.contains_key(object)
        };
        for applied in report.objects.iter().filter(due) {
            let removed = matches!(applied.change, Change::Removed | Change::Held);
            let (key, body) = receipt::object(&applied.receipt, removed);
            self.bucket.put(&key, body, "application/json")?;
            failpoint::reach("worker.receipt");
        }
        Ok(())
    }

    /// Tells of objects that stay as they are; their events are done, since that of the mapping comes for all of them.
    pub(super) fn tell_of_kept(&self, kept: &[Kept]) -> Result<(), TickError> {
        for Kept { key, provider, problem } in kept {
            tracing::warn!(object = problem.object, "{}", problem.message);
            let Some(writer) = self.writer.as_ref().filter(|_| self.options.receipts) else { continue };
            let last = writer.row(key)?.and_then(|row| row.receipt);
            let last = last.unwrap_or_else(|| ObjectReceipt::empty(&problem.object, provider));
            let (key, body) = receipt::kept(&last, &problem.message);
            self.bucket.put(&key, body, "application/json")?;
        }
        Ok(())
    }

    /// Puts the receipt of a mapping, which tells its fault. Returns why it cannot be read, where that is so.
    pub(super) fn tell_of_mapping(&self, key: &str) -> Result<Option<KeyOutcome>, RemoteError> {
        let (head, found) = self.mappings.read(&self.bucket, key, None, &self.halt);
        let fault = match &found {
            Err(MappingFault::Refused { error, .. }) => Some(error),
            Err(fault @ MappingFault::Unreadable { .. }) => {
                return Ok(Some(KeyOutcome::Unreadable(fault.to_string())));
            }
            Ok(_) => None,
        };
        if self.options.receipts {
            let (key, body) = receipt::mapping(key, head.as_ref(), fault);
            self.bucket.put(&key, body, "application/json")?;
        }
        Ok(None)
    }
}
