//! The clause `constant_score`.

use serde::Serialize;

use super::Query;

/// `constant_score`: each document that the filter holds for scores `boost`. Whole numbers below 2^24 are exact in
/// the 32-bit floats that engines score with.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ConstantScore {
    /// Documents that score.
    pub filter: Query,
    /// Score of each.
    pub boost: u32,
}
