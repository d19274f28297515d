//! The clause `term`.

use serde::Serialize;

/// `term`: the field has this value, compared as it stands.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Term {
    /// The value.
    pub value: TermValue,
}

/// A value of a keyword, word or boolean field.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum TermValue {
    /// A keyword.
    Text(String),
    /// A boolean.
    Flag(bool),
}

impl From<String> for TermValue {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<bool> for TermValue {
    fn from(flag: bool) -> Self {
        Self::Flag(flag)
    }
}
