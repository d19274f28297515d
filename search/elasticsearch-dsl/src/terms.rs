//! The clause `terms`.

use serde::Serialize;

use super::field::Of;

/// `terms`: the field has one of these values at least (engines take 65,536).
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(transparent)]
pub struct Terms(pub Of<Vec<String>>);
