//! Approvals of large sweeps.

use serde::{Deserialize, Serialize};
use wikimovie_engine::writer::{LedgerRow, RowState, WriteError};

use super::{rows::row_id, store::LedgerStore};

/// Approves the sweep of one state of an object, or its removal, and no other.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Approval {
    key: String,
    fingerprint: String,
    removed: bool,
}

/// Id of the document that approves the sweep of an object.
fn approval_id(key: &str) -> String {
    ["approval-", &row_id(key)].concat()
}

impl LedgerStore {
    /// Approves the sweep that a row waits with, for this state of its object. `false` where no sweep waits.
    pub(crate) async fn approve(&self, row: &LedgerRow) -> Result<bool, WriteError> {
        let removed = match row.state {
            RowState::AwaitingApproval => false,
            RowState::Removed => true,
            RowState::InProgress | RowState::Done => return Ok(false),
        };
        let approval = Approval { key: row.key.clone(), fingerprint: row.fingerprint.clone(), removed };
        self.put("writing the approval", &approval_id(&row.key), "approval", &approval).await?;
        Ok(true)
    }

    /// Whether the sweep of an object in this state is approved, or its removal.
    pub(crate) async fn is_approved(
        &self,
        key: &str,
        fingerprint: &str,
        removed: bool,
    ) -> Result<bool, WriteError> {
        let wanted = Approval { key: key.to_owned(), fingerprint: fingerprint.to_owned(), removed };
        // One that cannot be read, as of another version of ours, approves nothing.
        let found: Option<serde_json::Value> = self.get("reading approvals", &approval_id(key)).await?;
        let found = found.and_then(|approval| serde_json::from_value::<Approval>(approval).ok());
        Ok(found == Some(wanted))
    }
}
