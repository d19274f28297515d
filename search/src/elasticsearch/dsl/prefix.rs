//! The clause `prefix`.

use serde::Serialize;

/// `prefix`: the field has a value that starts so.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Prefix {
    pub(crate) value: String,
}
