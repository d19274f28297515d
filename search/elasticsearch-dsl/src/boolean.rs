//! The clause `bool`.

use serde::Serialize;

use super::Query;

/// `bool`: every `filter` holds, no `must_not` does, and so many of `should` hold as asked. Only `should` scores.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Bool {
    /// Queries that must hold and add no score.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub filter: Vec<Query>,
    /// Queries that add to the score.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub should: Vec<Query>,
    /// Queries that must not hold.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub must_not: Vec<Query>,
    /// Always given beside `should`: engines differ in what they take for granted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub minimum_should_match: Option<u32>,
}
