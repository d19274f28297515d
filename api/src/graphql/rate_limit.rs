//! What operations cost, and what is left to spend.

use async_graphql::SimpleObject;

use crate::graphql::{scalars::DateTime, scope::Bill};

/// Cost of the operation and remaining points. Without a rate limit only the cost is returned.
#[derive(Clone, Debug, SimpleObject)]
pub(crate) struct RateLimit {
    /// Cost of this operation in points: about the number of values in its largest possible response.
    cost: u32,
    /// Points per minute; null where there is no rate limit.
    limit: Option<u32>,
    /// Points left after this operation; null where there is no rate limit.
    remaining: Option<u32>,
    /// Moment at which all points are available again; null where there is no rate limit.
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
