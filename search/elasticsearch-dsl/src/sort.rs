//! Keys that hits are sorted by.

use serde::{Deserialize, Serialize};

use super::Of;

/// One key of a sort.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(transparent)]
pub struct Sort(pub Of<Direction>);

/// Which way a key sorts.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Direction {
    pub order: Order,
    /// What a document without a value sorts as.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub missing: Option<Missing>,
}

/// A value that stands for none.
pub type Missing = u16;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Order {
    Asc,
    Desc,
}

impl Sort {
    pub fn asc(field: &'static str) -> Self {
        Self(Of(field, Direction { order: Order::Asc, missing: None }))
    }

    pub fn desc(field: &'static str) -> Self {
        Self(Of(field, Direction { order: Order::Desc, missing: None }))
    }

    pub fn missing_as(mut self, value: Missing) -> Self {
        self.0.1.missing = Some(value);
        self
    }

    pub fn reversed(mut self) -> Self {
        let order = &mut self.0.1.order;
        *order = if *order == Order::Asc { Order::Desc } else { Order::Asc };
        self
    }

    /// Whether small values come first.
    pub fn is_ascending(&self) -> bool {
        self.0.1.order == Order::Asc
    }
}

/// A sort value, as engines give it with a hit and take it in `search_after`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum SortValue {
    /// Whole numbers; engines write a score as `7.0`.
    Whole(u64),
    Number(f64),
    Text(String),
}
