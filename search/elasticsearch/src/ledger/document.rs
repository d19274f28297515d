//! A document of the ledger.

use serde::{Deserialize, Serialize};

/// What the ledger holds under one id; the fields beside `data` are looked for and sorted by.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct LedgerDocument<T> {
    pub(super) kind: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) key: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) object: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) status: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) generation: Option<u64>,
    pub(super) data: T,
}

impl<T> LedgerDocument<T> {
    pub(super) fn new(kind: &str, data: T) -> Self {
        Self { kind: kind.to_owned(), key: None, object: None, status: None, generation: None, data }
    }
}
