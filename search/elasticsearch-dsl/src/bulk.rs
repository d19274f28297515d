//! Many writes in one request: lines of `_bulk`, and its answer.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use super::error::ErrorCause;

/// What is done with a document: a line of its own, before the document's.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum BulkAction<'a> {
    /// Writes the document of the next line.
    Index(BulkMeta<'a>),
    /// Deletes it; no line follows.
    Delete(BulkMeta<'a>),
}

/// Which document, and as which version.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct BulkMeta<'a> {
    _id: &'a str,
    version: u64,
    version_type: &'static str,
}

impl<'a> BulkMeta<'a> {
    /// A write that changes nothing where the document has this version or a greater one.
    pub fn new(id: &'a str, version: u64) -> Self {
        Self { _id: id, version, version_type: "external" }
    }
}

/// Answer to a `_bulk` request.
#[derive(Debug, Deserialize)]
pub struct BulkResponse {
    /// Whether a write failed.
    #[serde(default)]
    pub errors: bool,
    #[serde(default)]
    items: Vec<HashMap<String, BulkItem>>,
}

/// What became of one write.
#[derive(Debug, Deserialize)]
pub struct BulkItem {
    /// HTTP status.
    pub status: u16,
    /// Why it failed.
    #[serde(default)]
    pub error: Option<ErrorCause>,
}

impl BulkResponse {
    /// What became of each write, in the order of the request.
    pub fn items(&self) -> impl ExactSizeIterator<Item = Option<&BulkItem>> {
        self.items.iter().map(|item| item.values().next())
    }
}
