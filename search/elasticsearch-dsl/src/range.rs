//! The clause `range`.

use serde::Serialize;

/// `range`: the field has a number from `gte` to `lte`, both included; an open end is left out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Range {
    /// Smallest value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gte: Option<i64>,
    /// Greatest value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lte: Option<i64>,
}
