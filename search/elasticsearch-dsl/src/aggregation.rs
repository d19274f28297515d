//! Aggregations: counts by value, of what has none, and of how many values there are.

use std::collections::BTreeMap;

use serde::{Serialize, Serializer, ser::SerializeMap};

use super::{field::Of, query::Query};

/// Aggregations by name.
pub type Aggregations = BTreeMap<&'static str, Aggregation>;

/// One aggregation, with those below it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Aggregation {
    #[serde(flatten)]
    kind: Kind,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    aggs: Aggregations,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
enum Kind {
    Filter(Query),
    Terms(Terms),
    Missing(Field),
    StatsBucket(BucketsPath),
    Cardinality(Cardinality),
    Composite(Composite),
}

/// `terms`: documents by value, the first so many in an order.
#[derive(Clone, Debug, PartialEq, Serialize)]
struct Terms {
    field: &'static str,
    size: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    order: Option<TermsOrder>,
    #[serde(skip_serializing_if = "Option::is_none")]
    include: Option<Include>,
    #[serde(skip_serializing_if = "Option::is_none")]
    shard_size: Option<usize>,
}

/// Order of the values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TermsOrder {
    /// Most documents first, then by value.
    Count,
    /// By value, bytewise.
    Value,
}

impl Serialize for TermsOrder {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let keys: &[Of<&str>] = match self {
            Self::Count => &[Of("_count", "desc"), Of("_key", "asc")],
            Self::Value => &[Of("_key", "asc")],
        };
        keys.serialize(serializer)
    }
}

/// Which values are counted.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Include {
    /// Just these.
    Values(Vec<String>),
    /// Those that a regular expression of Lucene's matches in full.
    Pattern(String),
}

impl Include {
    /// Values that hold a text.
    pub fn containing(text: &str) -> Self {
        let mut pattern = String::from(".*");
        for c in text.chars() {
            if c.is_ascii() && !c.is_ascii_alphanumeric() && c != ' ' {
                pattern.push('\\');
            }
            pattern.push(c);
        }
        pattern.push_str(".*");
        Self::Pattern(pattern)
    }
}

#[derive(Clone, Debug, PartialEq, Serialize)]
struct Field {
    field: &'static str,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
struct BucketsPath {
    buckets_path: &'static str,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
struct Cardinality {
    field: &'static str,
    precision_threshold: u32,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
struct Composite {
    size: usize,
    sources: [Of<CompositeSource>; 1],
    #[serde(skip_serializing_if = "Option::is_none")]
    after: Option<Of<String>>,
}

/// What a composite aggregation walks over.
#[derive(Clone, Debug, PartialEq)]
struct CompositeSource {
    field: &'static str,
}

impl Serialize for CompositeSource {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(1))?;
        map.serialize_entry("terms", &Field { field: self.field })?;
        map.end()
    }
}

impl Aggregation {
    fn of(kind: Kind) -> Self {
        Self { kind, aggs: Aggregations::new() }
    }

    /// Counts what is below among documents for which a query holds.
    pub fn filter(query: Query, aggs: Aggregations) -> Self {
        Self { kind: Kind::Filter(query), aggs }
    }

    /// The first values in an order. Where several shards count, each looks at `shard_size` values.
    pub fn terms(
        field: &'static str,
        size: usize,
        order: TermsOrder,
        include: Option<Include>,
        shard_size: Option<usize>,
    ) -> Self {
        Self::of(Kind::Terms(Terms { field, size, order: Some(order), include, shard_size }))
    }

    /// Counts of just these values.
    pub fn counts_of(field: &'static str, values: Vec<String>) -> Self {
        let size = values.len().max(1);
        let include = Some(Include::Values(values));
        Self::of(Kind::Terms(Terms { field, size, order: None, include, shard_size: None }))
    }

    /// Documents without a value.
    pub fn missing(field: &'static str) -> Self {
        Self::of(Kind::Missing(Field { field }))
    }

    /// How many buckets the aggregation beside it has, as `count` of their counts.
    pub fn stats_of_counts(buckets_path: &'static str) -> Self {
        Self::of(Kind::StatsBucket(BucketsPath { buckets_path }))
    }

    /// Roughly how many different values there are.
    pub fn cardinality(field: &'static str) -> Self {
        Self::of(Kind::Cardinality(Cardinality { field, precision_threshold: 40_000 }))
    }

    /// Whether something below counts the buckets of an aggregation `all`, which itself need not be sent.
    pub fn counts_all(&self) -> bool {
        self.aggs.values().any(|below| matches!(below.kind, Kind::StatsBucket(_)))
    }

    /// Every value with its count, page by page.
    pub fn composite(field: &'static str, size: usize, after: Option<String>) -> Self {
        Self::of(Kind::Composite(Composite {
            size,
            sources: [Of(Self::COMPOSITE_KEY, CompositeSource { field })],
            after: after.map(|value| Of(Self::COMPOSITE_KEY, value)),
        }))
    }

    /// Name under which a composite aggregation tells its values.
    pub const COMPOSITE_KEY: &'static str = "value";
}
