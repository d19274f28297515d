//! What the ledger holds of a writer: rows, intents, the revision.

use std::sync::Arc;

use wikimovie_domain::Revision;
use wikimovie_engine::{
    content_hash::hash128,
    writer::{LedgerRow, WriteError},
};

use super::{Bulk, Versions};
use crate::{
    Shared,
    index::{LedgerDocument, StoredRevision, ledger_id, refused},
    maintenance::gone,
    receipts::{INTENT, ROW},
};

impl Shared {
    /// Makes the ledger's rows visible.
    pub(super) async fn refresh_ledger(&self) -> Result<(), WriteError> {
        self.refresh(std::slice::from_ref(&self.names.ledger)).await
    }

    /// Writes rows of objects in progress.
    pub(super) async fn write_intents(
        self: &Arc<Self>,
        intents: &[LedgerRow],
        versions: &Versions,
    ) -> Result<(), WriteError> {
        let mut bulk = Bulk::new(self, vec![self.names.ledger_write.clone()], versions);
        for row in intents {
            bulk.index(&row_id(&row.key), &row_document(row))?;
        }
        bulk.flush().await
    }

    /// Writes rows, and takes away those of keys without one.
    pub(super) async fn write_rows(
        self: &Arc<Self>,
        rows: &[(&str, Option<LedgerRow>)],
        versions: &Versions,
    ) -> Result<(), WriteError> {
        let mut bulk = Bulk::new(self, vec![self.names.ledger_write.clone()], versions);
        for (key, row) in rows {
            match row {
                Some(row) => bulk.index(&row_id(key), &row_document(row))?,
                None => bulk.remove(&row_id(key))?,
            }
            bulk.send_if_full().await?;
        }
        bulk.flush().await?;
        self.refresh_ledger().await
    }

    pub(super) async fn write_revision(
        &self,
        revision: Revision,
        versions: &Versions,
    ) -> Result<(), WriteError> {
        let document = LedgerDocument::new("revision", StoredRevision::from(revision));
        let version = versions.next().to_string();
        let query = vec![("version", version), ("version_type", "external".to_owned())];
        let call = self.put_in_ledger(ledger_id::REVISION, &document, query)?;
        let reply = self.request("keeping the revision", call).await?;
        match reply.status {
            404 => Err(gone(&self.names.ledger)),
            // 409: the answer to a first attempt was lost; who else could have written is told by the lease.
            200 | 201 | 409 => Ok(()),
            _ => Err(refused("the revision cannot be stored", &reply)),
        }
    }
}

pub(super) fn row_id(key: &str) -> String {
    format!("{:032x}", hash128(key))
}

/// A row as the ledger holds it; one without a receipt is told to nobody.
fn row_document(row: &LedgerRow) -> LedgerDocument<&LedgerRow> {
    let receipt = row.receipt.as_ref();
    let status = receipt.and_then(|receipt| serde_json::to_value(receipt.status).ok());
    LedgerDocument {
        key: Some(row.key.clone()),
        object: Some(row.object.clone()),
        status: status.and_then(|status| status.as_str().map(str::to_owned)),
        generation: Some(row.generation),
        ..LedgerDocument::new(if receipt.is_some() { ROW } else { INTENT }, row)
    }
}
