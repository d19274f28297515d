//! The clause `match_phrase`.

use serde::Serialize;

/// `match_phrase`: the field has these words side by side, in this order. The words are separated by spaces, as the
/// field's own analyzer splits them.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct MatchPhrase {
    /// Words side by side.
    pub query: String,
}
