//! The clause `ids`.

use serde::Serialize;

/// `ids`: documents with these `_id`s. Unlike `_mget` it keeps to the filters beside it and of the alias.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Ids {
    /// Ids of documents.
    pub values: Vec<String>,
}
