//! Takes the points of an operation from its client, and writes the cost into the response.

use async_graphql::Response;

use crate::{
    caller::Caller,
    guard::RateStatus,
    operation::{Operations, Refusal},
};

/// What an operation was charged for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Charge {
    /// Points.
    pub(crate) points: u32,
    /// What the client has left; `None` where there is no limit.
    pub(crate) rate: Option<RateStatus>,
}

/// An operation that its client has no points for.
#[derive(Debug)]
pub(crate) struct Unpaid {
    /// The errors for the client.
    pub(crate) refusal: Refusal,
    /// What the client has left.
    pub(crate) rate: RateStatus,
}

impl Operations {
    /// Takes the points of an operation from its client.
    ///
    /// # Errors
    /// [`Unpaid`] where the client has too few; nothing is taken then.
    pub(crate) fn charge(&self, caller: &Caller, points: u32) -> Result<Charge, Box<Unpaid>> {
        let Some(rates) = &self.gateway.guard.rates else { return Ok(Charge { points, rate: None }) };
        match rates.charge(&caller.client, caller.identity.points_per_minute, points) {
            Ok(rate) => Ok(Charge { points, rate: Some(rate) }),
            Err(exceeded) => {
                let mut refusal = Refusal::from(exceeded.error);
                insert_cost(&mut refusal.response, points, Some(exceeded.status));
                Err(Box::new(Unpaid { refusal, rate: exceeded.status }))
            }
        }
    }
}

/// Inserts `extensions.cost`: the points of the operation, and what the client has left where headers cannot carry it.
pub(crate) fn insert_cost(response: &mut Response, points: u32, rate: Option<RateStatus>) {
    let value = match rate {
        None => async_graphql::value!({ "points": points }),
        Some(rate) => async_graphql::value!({
            "points": points,
            "limit": rate.limit,
            "remaining": rate.remaining,
            "resetAfterSeconds": rate.full_after_secs(),
        }),
    };
    response.extensions.insert("cost".to_owned(), value);
}
