//! What the ledger holds of a writer: rows, marks, the revision.

use std::sync::Arc;

use wikimovie_domain::Revision;
use wikimovie_engine::{
    account::hash128,
    writer::{LedgerRow, WriteError},
};

use super::{Bulk, Versions};
use crate::{
    Shared,
    client::Call,
    index::{LedgerDocument, StoredRevision, ledger_id, refused},
    receipts::{MARK, ROW},
};

impl Shared {
    /// Makes everything written to these indices visible.
    pub(crate) async fn refresh(&self, targets: &[String]) -> Result<(), WriteError> {
        let call =
            Call { method: http::Method::POST, ..Call::get(["/", &targets.join(","), "/_refresh"].concat()) };
        let reply = self.client.send(call).await?;
        if reply.status == 200 { Ok(()) } else { Err(refused("the index cannot be refreshed", &reply)) }
    }

    /// Makes the ledger's rows visible.
    pub(super) async fn refresh_ledger(&self) -> Result<(), WriteError> {
        self.refresh(std::slice::from_ref(&self.names.ledger)).await
    }

    /// Writes rows without a fingerprint. A row that was not there yet is no receipt.
    pub(super) async fn write_marks(
        self: &Arc<Self>,
        marks: &[LedgerRow],
        versions: &Versions,
    ) -> Result<(), WriteError> {
        let mut bulk = Bulk::new(self, vec![self.names.ledger.clone()], versions);
        for row in marks {
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
        let mut bulk = Bulk::new(self, vec![self.names.ledger.clone()], versions);
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
        let path = format!("/{}/_doc/{}", self.names.ledger, ledger_id::REVISION);
        let version = versions.next().to_string();
        let query = vec![("version", version), ("version_type", "external".to_owned())];
        let reply = self.client.send(Call { query, ..Call::put(path, &document)? }).await?;
        match reply.status {
            // 409: the answer to a first attempt was lost; who else could have written is told by the hold.
            200 | 201 | 409 => Ok(()),
            _ => Err(refused("the revision cannot be stored", &reply)),
        }
    }
}

pub(super) fn row_id(key: &str) -> String {
    format!("{:032x}", hash128(key))
}

/// A row, or, where nothing is known of the object but that it was begun, a mark.
fn row_document(row: &LedgerRow) -> LedgerDocument<&LedgerRow> {
    let receipt = &row.receipt;
    let is_mark = row.fingerprint.is_empty() && receipt.bytes == 0 && receipt.accepted == 0;
    let status = serde_json::to_value(receipt.status).ok();
    LedgerDocument {
        object: Some(receipt.object.clone()),
        status: status.and_then(|status| status.as_str().map(str::to_owned)),
        generation: Some(row.generation),
        ..LedgerDocument::new(if is_mark { MARK } else { ROW }, row)
    }
}
