//! Documents by their ids.

use serde::{Deserialize, Serialize};

use super::error::ErrorCause;

/// Answer to `GET /<index>/_doc/<id>`.
#[derive(Debug, Deserialize)]
pub struct GetResponse<S> {
    /// The document; `None` where there is none.
    #[serde(rename = "_source")]
    pub source: Option<S>,
    #[serde(rename = "_seq_no", default)]
    seq_no: u64,
    #[serde(rename = "_primary_term", default)]
    primary_term: u64,
    /// Why it cannot be read: the index is missing.
    #[serde(default)]
    pub error: Option<ErrorCause>,
}

impl<S> GetResponse<S> {
    /// Where the document was last written; zero where there is none.
    pub fn position(&self) -> WritePosition {
        WritePosition { seq_no: self.seq_no, primary_term: self.primary_term }
    }
}

/// Where a document was last written, for a compare-and-set; also the answer to a write.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub struct WritePosition {
    /// Sequence number of the write.
    #[serde(rename = "_seq_no")]
    pub seq_no: u64,
    /// Term of the primary shard that it went to.
    #[serde(rename = "_primary_term")]
    pub primary_term: u64,
}

impl WritePosition {
    /// Query of a write that fails where somebody else wrote since.
    pub fn unchanged(self) -> Vec<(&'static str, String)> {
        vec![("if_seq_no", self.seq_no.to_string()), ("if_primary_term", self.primary_term.to_string())]
    }
}

/// Body of `POST /<index>/_mget`.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct MultiGet<'a, I> {
    /// Ids of documents, in the order of the answer.
    pub ids: &'a [I],
}

/// Answer to a [`MultiGet`].
#[derive(Debug, Deserialize)]
pub struct MultiGetResponse<S> {
    /// One for each id.
    pub docs: Vec<MultiGetDoc<S>>,
}

/// A document of a [`MultiGetResponse`].
#[derive(Debug, Deserialize)]
pub struct MultiGetDoc<S> {
    /// Why this one cannot be read, where the others can.
    #[serde(default)]
    pub error: Option<ErrorCause>,
    /// Its version; 0 where there is none.
    #[serde(rename = "_version", default)]
    pub version: u64,
    /// The document; `None` where there is none.
    #[serde(rename = "_source")]
    pub source: Option<S>,
}
