//! Aggregations: counts by value, of what has none, and of how many values there are; least and greatest values.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize, Serializer};

use super::{field::Of, query::Query};

/// Aggregations by name.
pub type Aggregations = BTreeMap<&'static str, Aggregation>;

/// Values of one bucket of a `composite` aggregation, by the names of their sources.
pub type CompositeKey = BTreeMap<String, CompositeValue>;

/// Value of one source of a `composite` aggregation.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(untagged)]
pub enum CompositeValue {
    /// Of a whole-number field.
    Number(i64),
    /// Of a keyword.
    Text(String),
}

impl CompositeValue {
    /// The value as text.
    pub fn into_text(self) -> String {
        match self {
            Self::Number(number) => number.to_string(),
            Self::Text(text) => text,
        }
    }
}

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
    Terms(TermsAggregation),
    Missing(Field),
    Min(Field),
    Max(Field),
    StatsBucket(BucketsPath),
    Cardinality(Cardinality),
    Composite(Composite),
}

/// `terms`: documents by value, the first so many in an order.
#[derive(Clone, Debug, PartialEq, Serialize)]
struct TermsAggregation {
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
    sources: Vec<Of<CompositeSource>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    after: Option<CompositeKey>,
}

/// What a composite aggregation walks over: values of a field.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
enum CompositeSource {
    Terms(Field),
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
        Self::of(Kind::Terms(TermsAggregation { field, size, order: Some(order), include, shard_size }))
    }

    /// Counts of just these values.
    pub fn counts_of(field: &'static str, values: Vec<String>) -> Self {
        let size = values.len().max(1);
        let include = Some(Include::Values(values));
        Self::of(Kind::Terms(TermsAggregation { field, size, order: None, include, shard_size: None }))
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

    /// Least value of a numeric field.
    pub fn min(field: &'static str) -> Self {
        Self::of(Kind::Min(Field { field }))
    }

    /// Greatest value of a numeric field.
    pub fn max(field: &'static str) -> Self {
        Self::of(Kind::Max(Field { field }))
    }

    /// Every combination of values with its count, page by page; `sources` are names, each with its field.
    pub fn composite<const N: usize>(
        sources: [(&'static str, &'static str); N],
        size: usize,
        after: Option<CompositeKey>,
    ) -> Self {
        let source = |(name, field)| Of(name, CompositeSource::Terms(Field { field }));
        let sources = sources.into_iter().map(source).collect();
        Self::of(Kind::Composite(Composite { size, sources, after }))
    }

    /// The same with aggregations of each of its buckets.
    #[must_use]
    pub fn with(mut self, aggs: Aggregations) -> Self {
        self.aggs = aggs;
        self
    }
}
