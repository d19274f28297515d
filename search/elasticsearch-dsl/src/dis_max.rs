//! The clause `dis_max`.

use serde::Serialize;

use super::Query;

/// `dis_max`: one of the queries holds at least; the best of their scores counts, and no other.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct DisMax {
    /// Queries of which the best one scores.
    pub queries: Vec<Query>,
}
