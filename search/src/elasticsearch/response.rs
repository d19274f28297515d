//! What a cluster answers, read leniently: engines and versions add members of their own.

use std::collections::HashMap;

use serde::Deserialize;
use serde_json::Value;
use wikimovie_domain::Movie;

use super::dsl::{Aggregation, SortValue};
use crate::error::SearchError;

/// Answer to a `_msearch`.
#[derive(Debug, Deserialize)]
pub(super) struct Answers {
    pub(super) responses: Vec<Answer>,
}

/// Answer to one search: what was found, or why nothing was.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum Answer {
    Found(Box<Found>),
    Failed(Failed),
}

/// A search that failed as a whole.
#[derive(Debug, Deserialize)]
pub(super) struct Failed {
    #[serde(default)]
    pub(super) status: u16,
    pub(super) error: Value,
}

/// What a search found.
#[derive(Debug, Deserialize)]
pub(super) struct Found {
    #[serde(default)]
    pub(super) took: u64,
    #[serde(default)]
    timed_out: bool,
    #[serde(rename = "_shards", default)]
    shards: Shards,
    pub(super) hits: Hits,
    #[serde(default)]
    pub(super) aggregations: HashMap<String, Counted>,
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
pub(super) struct Counted {
    #[serde(default)]
    pub(super) doc_count: u64,
    #[serde(default)]
    pub(super) buckets: Vec<Bucket>,
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
pub(super) struct Bucket {
    pub(super) key: BucketKey,
    pub(super) doc_count: u64,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum BucketKey {
    Number(i64),
    Text(String),
    Composite(HashMap<String, String>),
}

impl BucketKey {
    /// The value as text.
    pub(super) fn into_text(self) -> String {
        match self {
            Self::Number(number) => number.to_string(),
            Self::Text(text) => text,
            Self::Composite(mut values) => values.remove(Aggregation::COMPOSITE_KEY).unwrap_or_default(),
        }
    }
}

impl Counted {
    /// An aggregation below this one.
    pub(super) fn take(&mut self, name: &str) -> Result<Counted, SearchError> {
        let below = self.below.remove(name).ok_or_else(|| odd(&["no aggregation ", name].concat()))?;
        serde_json::from_value(below).map_err(|error| odd(&error.to_string()))
    }

    /// Whether there is one of this name.
    pub(super) fn has(&self, name: &str) -> bool {
        self.below.contains_key(name)
    }
}

impl Answer {
    /// What was found; an error where nothing was.
    pub(super) fn found(self) -> Result<Found, SearchError> {
        match self {
            Self::Found(found) if found.shards.total > 0 && found.shards.failed >= found.shards.total => {
                Err(SearchError::Unavailable)
            }
            Self::Found(found) if found.timed_out && found.hits.hits.is_empty() => Err(SearchError::Timeout),
            Self::Found(found) => Ok(*found),
            // 404: the index is gone, and made again before long.
            Self::Failed(Failed { status: 404 | 429 | 502 | 503, .. }) => Err(SearchError::Unavailable),
            Self::Failed(Failed { status: 408 | 504, .. }) => Err(SearchError::Timeout),
            Self::Failed(Failed { error, .. }) => Err(SearchError::Engine(error.to_string())),
        }
    }
}

impl Found {
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
        self.source.map(|stored| stored.movie).ok_or_else(|| odd("a hit without its movie"))
    }
}

/// The cluster said something that it should not.
pub(super) fn odd(what: &str) -> SearchError {
    SearchError::Engine(["unexpected answer of the cluster: ", what].concat())
}
