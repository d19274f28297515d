//! A source record.

use serde::Deserialize;
use wikimovie_domain::Movie;
use wikimovie_engine::content_hash::hash128;

/// What an object says of a movie.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct SourceRecord {
    /// Ledger key of the object.
    pub(crate) object: String,
    /// Version at which the application that wrote it began.
    #[serde(default)]
    pub(crate) applied: u64,
    pub(crate) content: String,
    pub(crate) movie: Movie,
}

impl SourceRecord {
    /// Whether this one is shown before the other.
    pub(crate) fn is_newer_than(&self, other: &Self) -> bool {
        let rank = |record: &'_ Self| {
            (record.movie.provenance.generation, record.object.clone(), record.movie.provenance.record)
        };
        rank(self) > rank(other)
    }
}

/// Id of a hidden record: no movie's id starts so, as those start with a provider and a colon.
pub(super) fn hidden_id(object: &str, movie: &str) -> String {
    format!("hidden~{:032x}", hash128(&[object, movie].join("\0")))
}
