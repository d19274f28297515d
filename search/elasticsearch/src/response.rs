//! What a cluster answers, read leniently: engines and versions add members of their own.

use std::collections::HashMap;

use serde::Deserialize;
use serde_json::Value;
use wikimovie_domain::Movie;
use wikimovie_elasticsearch_dsl::{Aggregation, SortValue};
use wikimovie_engine::error::SearchError;

/// Response to a `_msearch`.
#[derive(Debug, Deserialize)]
pub(super) struct MultiSearchResponse {
    pub(super) responses: Vec<MultiSearchItem>,
}

/// Response to one search of a `_msearch`: what was found, or why nothing was.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum MultiSearchItem {
    SearchResponse(Box<SearchResponse>),
    ErrorResponse(ErrorResponse),
}

/// A search that failed as a whole.
#[derive(Debug, Deserialize)]
pub(super) struct ErrorResponse {
    #[serde(default)]
    pub(super) status: u16,
    pub(super) error: Value,
}

/// What a search found.
#[derive(Debug, Deserialize)]
pub(super) struct SearchResponse {
    #[serde(default)]
    pub(super) took: u64,
    #[serde(default)]
    timed_out: bool,
    #[serde(rename = "_shards", default)]
    shards: Shards,
    pub(super) hits: Hits,
    #[serde(default)]
    pub(super) aggregations: HashMap<String, AggregationResult>,
}

#[derive(Debug, Default, Deserialize)]
struct Shards {
    #[serde(default)]
    total: u32,
    #[serde(default)]
    failed: u32,
}

/// The hits of a search.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Hits {
    #[serde(default)]
    total: Option<Total>,
    #[serde(default)]
    pub(super) hits: Vec<Hit>,
}

#[derive(Debug, Deserialize)]
struct Total {
    value: u64,
}

/// One document found.
#[derive(Debug, Deserialize)]
pub(super) struct Hit {
    #[serde(default)]
    pub(super) sort: Vec<SortValue>,
    #[serde(rename = "_source", default)]
    pub(super) source: Option<Stored>,
}

/// What is stored of a listing.
#[derive(Debug, Deserialize)]
pub(super) struct Stored {
    pub(super) movie: Movie,
}

/// An aggregation; which members there are depends on its kind.
#[derive(Debug, Default, Deserialize)]
pub(super) struct AggregationResult {
    #[serde(default)]
    pub(super) doc_count: u64,
    #[serde(default)]
    pub(super) buckets: Vec<AggregationBucket>,
    #[serde(default)]
    pub(super) sum_other_doc_count: u64,
    /// Of `stats_bucket`.
    #[serde(default)]
    pub(super) count: Option<u64>,
    /// Of `cardinality`.
    #[serde(default)]
    pub(super) value: Option<u64>,
    /// Of `composite`.
    #[serde(default)]
    pub(super) after_key: Option<HashMap<String, String>>,
    #[serde(flatten)]
    below: HashMap<String, Value>,
}

/// One value with its documents.
#[derive(Debug, Deserialize)]
pub(super) struct AggregationBucket {
    pub(super) key: BucketValue,
    pub(super) doc_count: u64,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum BucketValue {
    Number(i64),
    Text(String),
    Composite(HashMap<String, String>),
}

impl BucketValue {
    /// The value as text.
    pub(super) fn into_text(self) -> String {
        match self {
            Self::Number(number) => number.to_string(),
            Self::Text(text) => text,
            Self::Composite(mut values) => values.remove(Aggregation::COMPOSITE_KEY).unwrap_or_default(),
        }
    }
}

impl AggregationResult {
    /// An aggregation below this one.
    pub(super) fn take(&mut self, name: &str) -> Result<AggregationResult, SearchError> {
        let below = self
            .below
            .remove(name)
            .ok_or_else(|| unexpected_response(&["no aggregation ", name].concat()))?;
        serde_json::from_value(below).map_err(|error| unexpected_response(&error.to_string()))
    }

    /// Whether there is one of this name.
    pub(super) fn has(&self, name: &str) -> bool {
        self.below.contains_key(name)
    }
}

impl MultiSearchItem {
    /// What was found; an error where nothing was.
    pub(super) fn found(self) -> Result<SearchResponse, SearchError> {
        match self {
            Self::SearchResponse(found)
                if found.shards.total > 0 && found.shards.failed >= found.shards.total =>
            {
                Err(SearchError::Unavailable)
            }
            Self::SearchResponse(found) if found.timed_out && found.hits.hits.is_empty() => {
                Err(SearchError::Timeout)
            }
            Self::SearchResponse(found) => Ok(*found),
            // 404: the index is gone, and made again before long.
            Self::ErrorResponse(ErrorResponse { status: 404 | 429 | 502 | 503, .. }) => {
                Err(SearchError::Unavailable)
            }
            Self::ErrorResponse(ErrorResponse { status: 408 | 504, .. }) => Err(SearchError::Timeout),
            Self::ErrorResponse(ErrorResponse { error, .. }) => Err(SearchError::Engine(error.to_string())),
        }
    }
}

impl SearchResponse {
    /// Whether some of the catalogue did not answer.
    pub(super) fn is_partial(&self) -> bool {
        self.timed_out || self.shards.failed > 0
    }

    /// Documents found.
    pub(super) fn total(&self) -> u64 {
        self.hits.total.as_ref().map_or(0, |total| total.value)
    }

    /// The movies of the hits.
    pub(super) fn movies(self) -> Result<Vec<Movie>, SearchError> {
        self.hits.hits.into_iter().map(Hit::movie).collect()
    }
}

impl Hit {
    /// The movie stored.
    pub(super) fn movie(self) -> Result<Movie, SearchError> {
        self.source.map(|stored| stored.movie).ok_or_else(|| unexpected_response("a hit without its movie"))
    }
}

/// The cluster said something that it should not.
pub(super) fn unexpected_response(what: &str) -> SearchError {
    SearchError::Engine(["unexpected response of the cluster: ", what].concat())
}
