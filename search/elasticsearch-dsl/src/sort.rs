//! Keys that hits are sorted by.

use serde::{Deserialize, Serialize};

use super::field::Of;

/// One key of a sort.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(transparent)]
pub struct Sort(pub Of<Direction>);

/// Direction of a key.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Direction {
    /// Ascending or descending.
    pub order: SortOrder,
    /// Sort value of a document without a value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub missing: Option<Missing>,
}

/// Sort value of a missing value.
pub type Missing = u64;

/// Order of one key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SortOrder {
    /// Small values first.
    Asc,
    /// Great values first.
    Desc,
}

impl Sort {
    /// Small values first.
    pub fn asc(field: &'static str) -> Self {
        Self(Of(field, Direction { order: SortOrder::Asc, missing: None }))
    }

    /// Great values first.
    pub fn desc(field: &'static str) -> Self {
        Self(Of(field, Direction { order: SortOrder::Desc, missing: None }))
    }

    /// Sorts documents without a value as this one.
    pub fn missing_as(mut self, value: Missing) -> Self {
        self.0.1.missing = Some(value);
        self
    }

    /// The opposite order.
    pub fn reversed(mut self) -> Self {
        let order = &mut self.0.1.order;
        *order = if *order == SortOrder::Asc { SortOrder::Desc } else { SortOrder::Asc };
        self
    }

    /// Whether small values come first.
    pub fn is_ascending(&self) -> bool {
        self.0.1.order == SortOrder::Asc
    }
}

/// A sort value, as engines return it with a hit and accept it in `search_after`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum SortValue {
    /// Whole numbers; engines write a score as `7.0`.
    Whole(u64),
    /// Any other number.
    Number(f64),
    /// A keyword.
    Text(String),
    /// A boolean.
    Flag(bool),
    /// Of a document without a value.
    Null,
}
