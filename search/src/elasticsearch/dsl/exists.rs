//! The clause `exists`.

use serde::Serialize;

/// `exists`: the field has any value.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Exists {
    pub(crate) field: &'static str,
}
