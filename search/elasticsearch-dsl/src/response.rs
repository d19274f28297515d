//! Answers to searches.

use std::collections::HashMap;

use serde::Deserialize;
use serde_json::Value;

use super::{
    aggregation::{CompositeKey, CompositeValue},
    error::ErrorResponse,
    sort::SortValue,
};

/// Answer to a `_msearch`.
#[derive(Debug, Deserialize)]
#[serde(bound = "S: Deserialize<'de>")]
pub struct MultiSearchResponse<S> {
    /// One for each search.
    pub responses: Vec<MultiSearchItem<S>>,
}

/// Answer to one search: what was found, or why nothing was.
#[derive(Debug, Deserialize)]
#[serde(untagged, bound = "S: Deserialize<'de>")]
pub enum MultiSearchItem<S> {
    /// What was found.
    Found(Box<SearchResponse<S>>),
    /// Why the search failed as a whole.
    Failed(ErrorResponse),
}

/// What a search found. `S` is read of each stored document, `A` of the aggregations.
#[derive(Debug, Deserialize)]
#[serde(bound = "S: Deserialize<'de>, A: Deserialize<'de> + Default")]
pub struct SearchResponse<S, A = AggregationResults> {
    /// Milliseconds that the engine took.
    #[serde(default)]
    pub took: u64,
    /// Whether it gave up before the end.
    #[serde(default)]
    pub timed_out: bool,
    #[serde(rename = "_shards", default)]
    shards: Shards,
    /// The hits.
    pub hits: SearchHits<S>,
    /// The aggregations.
    #[serde(default)]
    pub aggregations: A,
}

#[derive(Debug, Default, Deserialize)]
struct Shards {
    #[serde(default)]
    total: u32,
    #[serde(default)]
    failed: u32,
}

impl<S, A> SearchResponse<S, A> {
    /// Whether no shard answered.
    pub fn is_failed(&self) -> bool {
        self.shards.total > 0 && self.shards.failed >= self.shards.total
    }

    /// Whether some documents were not looked at.
    pub fn is_partial(&self) -> bool {
        self.timed_out || self.shards.failed > 0
    }

    /// Documents found; 0 where they were not counted.
    pub fn total(&self) -> u64 {
        self.hits.total.as_ref().map_or(0, |total| total.value)
    }
}

/// The hits of a search.
#[derive(Debug, Deserialize)]
#[serde(bound = "S: Deserialize<'de>")]
pub struct SearchHits<S> {
    #[serde(default)]
    total: Option<TotalHits>,
    /// The page asked for.
    #[serde(default)]
    pub hits: Vec<SearchHit<S>>,
}

#[derive(Debug, Deserialize)]
struct TotalHits {
    value: u64,
}

/// A document that was found.
#[derive(Debug, Deserialize)]
pub struct SearchHit<S> {
    /// Its id.
    #[serde(rename = "_id", default)]
    pub id: String,
    /// Its version, where that was asked for.
    #[serde(rename = "_version", default)]
    pub version: u64,
    /// What is read of the stored document.
    #[serde(rename = "_source")]
    pub source: Option<S>,
    #[serde(default)]
    fields: HashMap<String, Vec<DocValue>>,
    /// Values that it is sorted by, for the `search_after` of the next page.
    #[serde(default)]
    pub sort: Vec<SortValue>,
}

impl<S> SearchHit<S> {
    /// The first value of a field that was asked for by `docvalue_fields`.
    pub fn field(&self, name: &str) -> Option<&DocValue> {
        self.fields.get(name)?.first()
    }
}

/// An indexed value of a field.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(untagged)]
pub enum DocValue {
    /// Of a boolean field.
    Flag(bool),
    /// Of a keyword.
    Text(String),
    /// Of any other field.
    Other(Value),
}

/// Aggregations by name.
pub type AggregationResults = HashMap<String, AggregationResult>;

/// An aggregation; which members there are depends on its kind.
#[derive(Debug, Default, Deserialize)]
pub struct AggregationResult {
    /// Documents of a `filter` or of `missing`.
    #[serde(default)]
    pub doc_count: u64,
    /// Values with their documents.
    #[serde(default)]
    pub buckets: Vec<AggregationBucket>,
    /// Documents of the values that are no bucket.
    #[serde(default)]
    pub sum_other_doc_count: u64,
    /// Of `stats_bucket`.
    #[serde(default)]
    pub count: Option<u64>,
    /// Of `cardinality`.
    #[serde(default)]
    pub value: Option<u64>,
    /// Of `composite`: where the next page begins.
    #[serde(default)]
    pub after_key: Option<CompositeKey>,
    #[serde(flatten)]
    below: HashMap<String, Value>,
}

impl AggregationResult {
    /// An aggregation below this one; `None` where there is none.
    ///
    /// # Errors
    /// Where it is no aggregation.
    pub fn take(&mut self, name: &str) -> serde_json::Result<Option<Self>> {
        self.below.remove(name).map(serde_json::from_value).transpose()
    }
}

/// One value with its documents.
#[derive(Debug, Deserialize)]
pub struct AggregationBucket {
    /// The value.
    pub key: BucketValue,
    /// Its documents.
    pub doc_count: u64,
}

/// Value of a bucket.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub enum BucketValue {
    /// Of a numeric field.
    Number(i64),
    /// Of a keyword.
    Text(String),
    /// Of `composite`.
    Composite(CompositeKey),
}

impl BucketValue {
    /// The value as text; of several the first.
    pub fn into_text(self) -> String {
        match self {
            Self::Number(number) => number.to_string(),
            Self::Text(text) => text,
            Self::Composite(values) => {
                values.into_values().next().map(CompositeValue::into_text).unwrap_or_default()
            }
        }
    }
}

/// A page of a `composite` aggregation whose buckets have aggregations `A`.
#[derive(Debug, Deserialize)]
#[serde(bound = "A: Deserialize<'de>")]
pub struct CompositePage<A> {
    /// Where the next page begins.
    #[serde(default)]
    pub after_key: Option<CompositeKey>,
    /// Combinations of values with their documents.
    #[serde(default)]
    pub buckets: Vec<CompositeBucket<A>>,
}

impl<A> Default for CompositePage<A> {
    fn default() -> Self {
        Self { after_key: None, buckets: Vec::new() }
    }
}

/// A combination of values.
#[derive(Debug, Deserialize)]
pub struct CompositeBucket<A> {
    /// The values.
    pub key: CompositeKey,
    /// Its documents.
    pub doc_count: u64,
    /// What is said of them.
    #[serde(flatten)]
    pub aggregations: A,
}

/// Of `min` and `max`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Deserialize)]
pub struct SingleValue {
    /// The value; `None` without documents. Engines write whole numbers as floating point.
    pub value: Option<f64>,
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[derive(Debug, PartialEq, Deserialize)]
    struct Stored {
        name: String,
    }

    fn read<S: serde::de::DeserializeOwned>(answer: Value) -> MultiSearchItem<S> {
        serde_json::from_value(answer).unwrap()
    }

    #[test]
    fn hits_are_read_with_what_was_asked_for() {
        let hit = json!({
            "_index": "i", "_id": "a", "_version": 7, "_score": null, "_source": { "name": "x" },
            "fields": { "shown": [true], "id": ["acme:1"] }, "sort": [7.5, 3, "key", false, null],
        });
        let bare = json!({ "_id": "b", "_source": {}, "extra": 1 });
        let answer = json!({
            "took": 3, "timed_out": false, "_shards": { "total": 2, "failed": 1 },
            "hits": { "total": { "value": 40, "relation": "eq" }, "hits": [hit] },
        });
        let MultiSearchItem::Found(found) = read::<Stored>(answer) else { panic!("no answer") };
        assert_eq!((found.took, found.total(), found.is_partial(), found.is_failed()), (3, 40, true, false));
        let hit = &found.hits.hits[0];
        assert_eq!((hit.id.as_str(), hit.version), ("a", 7));
        assert_eq!(hit.source, Some(Stored { name: "x".to_owned() }));
        assert_eq!(hit.field("shown"), Some(&DocValue::Flag(true)));
        assert_eq!(hit.field("id"), Some(&DocValue::Text("acme:1".to_owned())));
        assert_eq!(hit.field("other"), None);
        // What a page ends with begins the next one as it was.
        assert_eq!(serde_json::to_value(&hit.sort).unwrap(), json!([7.5, 3, "key", false, null]));
        let MultiSearchItem::Found(found) = read::<Value>(json!({ "hits": { "hits": [bare] } })) else {
            panic!("no answer")
        };
        assert_eq!((found.total(), found.is_partial(), found.hits.hits[0].sort.len()), (0, false, 0));
    }

    #[test]
    fn a_search_that_failed_is_an_error_response() {
        for (error, kind) in
            [(json!({ "type": "too_many_clauses", "reason": "…" }), "too_many_clauses"), (json!("bad"), "")]
        {
            match read::<Stored>(json!({ "status": 400, "error": error })) {
                MultiSearchItem::Failed(failed) => {
                    assert_eq!((failed.status, failed.error.kind()), (400, kind));
                }
                MultiSearchItem::Found(found) => panic!("{found:?}"),
            }
        }
    }

    #[test]
    fn buckets_of_a_composite_carry_their_aggregations() {
        #[derive(Debug, Deserialize)]
        struct Newest {
            newest: SingleValue,
        }
        #[derive(Debug, Default, Deserialize)]
        struct Objects {
            objects: CompositePage<Newest>,
        }
        let answer = json!({ "hits": { "hits": [] }, "aggregations": { "objects": {
            "after_key": { "object": "a", "applied": 1_u64 << 60 },
            "buckets": [{ "key": { "object": "a" }, "doc_count": 2, "newest": { "value": 6.9E10 } }],
        } } });
        let found: SearchResponse<Value, Objects> = serde_json::from_value(answer).unwrap();
        let page = found.aggregations.objects;
        let after =
            [("object", CompositeValue::Text("a".to_owned())), ("applied", CompositeValue::Number(1 << 60))];
        let after = after.map(|(name, value)| (name.to_owned(), value));
        assert_eq!(page.after_key, Some(CompositeKey::from(after)), "of whole numbers every digit");
        assert_eq!((page.buckets[0].doc_count, page.buckets[0].aggregations.newest.value), (2, Some(6.9e10)));
    }
}
