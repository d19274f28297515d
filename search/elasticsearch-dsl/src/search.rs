//! The body of a search.

use serde::Serialize;

use super::{
    aggregation::Aggregations,
    query::Query,
    sort::{Sort, SortValue},
};

/// Body of one `_search`; parts that are not requested are omitted.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Search {
    /// Documents to find.
    pub query: Query,
    /// Narrows the hits, not the aggregations.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub post_filter: Option<Query>,
    /// Maximum number of hits.
    pub size: usize,
    /// Keys that hits are sorted by.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub sort: Vec<Sort>,
    /// Sort values after which the page starts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub search_after: Option<Vec<SortValue>>,
    /// Up to which number hits are counted.
    pub track_total_hits: TrackTotalHits,
    /// Parts of the stored document to return.
    #[serde(rename = "_source")]
    pub source: Source,
    /// Whether each hit comes with its version.
    #[serde(skip_serializing_if = "is_false")]
    pub version: bool,
    /// Fields whose indexed values come with each hit.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub docvalue_fields: Vec<&'static str>,
    /// Aggregations by name.
    #[serde(skip_serializing_if = "Aggregations::is_empty")]
    pub aggs: Aggregations,
    /// Time after which the engine answers with what it has, such as `4500ms`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timeout: Option<String>,
}

/// Up to which number hits are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum TrackTotalHits {
    /// All of them, or none.
    Exact(bool),
    /// Up to so many.
    UpTo(u64),
}

/// Which parts of a document come with a hit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Source {
    /// None or all of it.
    Whole(bool),
    /// These fields.
    Only(Vec<&'static str>),
}

impl Search {
    /// Documents that match a query.
    pub fn new(query: Query) -> Self {
        Self {
            query,
            post_filter: None,
            size: 0,
            sort: Vec::new(),
            search_after: None,
            track_total_hits: TrackTotalHits::Exact(false),
            source: Source::Whole(false),
            version: false,
            docvalue_fields: Vec::new(),
            aggs: Aggregations::new(),
            timeout: None,
        }
    }

    /// Only their number.
    pub fn count(query: Query) -> Self {
        Self { track_total_hits: TrackTotalHits::Exact(true), ..Self::new(query) }
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_false(flag: &bool) -> bool {
    !flag
}
