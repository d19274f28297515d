//! What operations cost, and what is left to spend.

use async_graphql::SimpleObject;

use crate::graphql::{scalars::DateTime, scope::Bill};

/// What operations cost and what is left to spend. Without a limit only the cost is told.
#[derive(Clone, Debug, SimpleObject)]
pub(crate) struct RateLimit {
    /// Points of this operation: about the number of values in the largest answer that it can have.
    cost: u32,
    /// Points that may be spent in a minute; null where there is no limit.
    limit: Option<u32>,
    /// Points left after this operation; null where there is no limit.
    remaining: Option<u32>,
    /// Moment at which all points are there again; null where there is no limit.
    reset_at: Option<DateTime>,
}

impl From<Bill> for RateLimit {
    fn from(bill: Bill) -> Self {
        Self {
            cost: bill.cost,
            limit: bill.rate.map(|rate| rate.limit),
            remaining: bill.rate.map(|rate| rate.remaining),
            reset_at: bill.rate.map(|rate| DateTime::from_ms(rate.full_at_ms())),
        }
    }
}
