//! Takes the points of an operation from its client, and writes the cost into the response.

use async_graphql::Response;

use crate::{
    caller::Caller,
    guard::RateStatus,
    operation::{Operations, Refusal, ValidatedOperation, outcome::Charge},
};

/// An operation that does not run, as its client is told.
#[derive(Debug)]
pub(crate) struct Rejection {
    /// The errors for the client.
    pub(crate) refusal: Refusal,
    /// What the client has left, where it was charged or has too little.
    pub(crate) rate: Option<RateStatus>,
}

impl From<Refusal> for Box<Rejection> {
    fn from(refusal: Refusal) -> Self {
        Self::new(Rejection { refusal, rate: None })
    }
}

impl Operations {
    /// Takes points from a client.
    ///
    /// # Errors
    /// `RATE_LIMITED` where the client has too few; nothing is taken then.
    pub(crate) async fn charge(&self, caller: &Caller, points: u32) -> Result<Charge, Box<Rejection>> {
        let Some(rates) = &self.gateway.guard.rates else { return Ok(Charge { points, rate: None }) };
        match rates.charge(&caller.client, caller.identity.points_per_minute, points).await {
            Ok(rate) => Ok(Charge { points, rate: Some(rate) }),
            Err(exceeded) => {
                let mut refusal = Refusal::from(exceeded.error);
                insert_cost(&mut refusal.response, points, Some(exceeded.status));
                Err(Box::new(Rejection { refusal, rate: Some(exceeded.status) }))
            }
        }
    }

    /// Takes what is left to pay of an operation, and stores its document where it was sent with a hash.
    ///
    /// # Errors
    /// As [`Self::charge`].
    pub(crate) async fn charge_operation(
        &self,
        caller: &Caller,
        operation: &mut ValidatedOperation,
    ) -> Result<Charge, Box<Rejection>> {
        let points = operation.points_charged();
        let charge = match operation.prepaid {
            Some(prepaid) if prepaid.points >= points => prepaid,
            Some(prepaid) => self.charge(caller, points - prepaid.points).await?,
            None => self.charge(caller, points).await?,
        };
        if let Some((hash, document)) = operation.store.take() {
            self.gateway.persisted.insert(hash, &document);
        }
        Ok(Charge { points: charge.points.max(points), rate: charge.rate })
    }

    /// Takes the points for the analysis of a document and its variables: one for each hundred tokens and values, whether
    /// they are refused or not. They count towards the cost of the operation.
    pub(super) async fn charge_analysis(
        &self,
        caller: &Caller,
        tokens: usize,
    ) -> Result<Charge, Box<Rejection>> {
        let points = u32::try_from(tokens / TOKENS_PER_POINT).unwrap_or(u32::MAX).max(1);
        self.charge(caller, points).await
    }
}

/// Tokens and values that cost a point.
const TOKENS_PER_POINT: usize = 100;

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
