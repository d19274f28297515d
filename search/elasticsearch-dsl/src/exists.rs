//! The clause `exists`.

use serde::Serialize;

/// `exists`: the field has any value.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Exists {
    /// Field that has a value.
    pub field: &'static str,
}
