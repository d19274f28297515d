//! The clause `prefix`.

use serde::Serialize;

/// `prefix`: the field has a value that starts so.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Prefix {
    /// Start of the value.
    pub value: String,
}
