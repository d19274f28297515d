//! Runs an operation of the manifest for a door. It passes the stations of every operation: response cache, permit,
//! analysis and limits, points, execution. What leaves is the JSON of `data`, or a refusal: a door never gives a part of an
//! answer of which some fields failed.

use async_graphql::{ServerError, Value, Variables};
use bytes::Bytes;

use super::{operation::DoorOperation, problem::Problem};
use crate::{
    Gateway,
    auth::AuthKind,
    cache::{CacheOutcome, CachedResponse},
    caller::Caller,
    error::{ApiError, ErrorCode},
    guard::RateStatus,
    operation::{Operations, Outcome, Rejection},
    telemetry,
};

/// A way to the operations of the manifest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Door {
    /// REST.
    Rest,
    /// Tools of agents.
    Mcp,
}

impl Door {
    /// Its name in metrics and logs.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Rest => "rest",
            Self::Mcp => "mcp",
        }
    }
}

/// What a door answers with.
#[derive(Debug)]
pub(crate) struct DoorAnswer {
    /// The JSON of `data`.
    pub(crate) body: DoorBody,
    /// What became of its questions at the cache; `None` where the whole answer was in the response cache.
    pub(crate) cache: Option<CacheOutcome>,
    /// `extensions.warnings`; none with an answer of the response cache.
    pub(crate) warnings: Option<Value>,
    /// What the client has left.
    pub(crate) rate: Option<RateStatus>,
}

/// The JSON of an answer.
#[derive(Debug)]
pub(crate) enum DoorBody {
    /// It changes with the revision only.
    Cacheable(CachedResponse),
    /// It may change at any time.
    Fresh(Bytes),
}

impl DoorBody {
    /// Its bytes.
    pub(crate) fn bytes(&self) -> &Bytes {
        match self {
            Self::Cacheable(stored) => &stored.body,
            Self::Fresh(bytes) => bytes,
        }
    }
}

/// Why a door gives no answer.
#[derive(Debug)]
pub(crate) struct DoorRefusal {
    /// What is wrong.
    pub(crate) problem: Problem,
    /// What the client has left.
    pub(crate) rate: Option<RateStatus>,
}

impl From<ApiError> for Box<DoorRefusal> {
    fn from(error: ApiError) -> Self {
        Self::new(DoorRefusal { problem: error.into(), rate: None })
    }
}

impl From<Box<Rejection>> for Box<DoorRefusal> {
    fn from(rejection: Box<Rejection>) -> Self {
        let Rejection { refusal, rate } = *rejection;
        Self::new(DoorRefusal {
            problem: Problem::new(&refusal.response.errors, refusal.retry_after_ms),
            rate,
        })
    }
}

/// Counts a request for an operation that there is not.
pub(crate) fn count_unknown(door: Door) {
    telemetry::count_door(door.name(), ErrorCode::OperationNotFound.row().name);
}

/// Answers a caller.
///
/// # Errors
/// What is wrong with the variables, what the caller lacks, or what failed.
pub(crate) async fn answer(
    door: Door,
    (gateway, operations): (&Gateway, &Operations),
    caller: &Caller,
    operation: &DoorOperation,
    variables: Result<Variables, ApiError>,
) -> Result<DoorAnswer, Box<DoorRefusal>> {
    telemetry::enter_door(door.name(), &operation.name);
    let mut answered = match variables {
        Ok(variables) => run((gateway, operations), caller, operation, variables).await,
        Err(error) => Err(charge_refusal(operations, caller, error).await),
    };
    if let Err(refusal) = &mut answered
        && let (AuthKind::Jwt { scope_prefix, .. }, Some(scope)) =
            (gateway.auth.kind(), &mut refusal.problem.scope)
    {
        scope.insert_str(0, &scope_prefix);
    }
    let outcome = match &answered {
        Ok(_) => "ok",
        Err(refusal) => refusal.problem.code,
    };
    telemetry::count_door(door.name(), outcome);
    answered
}

/// Takes a point for variables that do not fit.
async fn charge_refusal(operations: &Operations, caller: &Caller, error: ApiError) -> Box<DoorRefusal> {
    match operations.charge(caller, 1).await {
        Ok(charge) => Box::new(DoorRefusal { problem: error.into(), rate: charge.rate }),
        Err(rejection) => rejection.into(),
    }
}

async fn run(
    (gateway, operations): (&Gateway, &Operations),
    caller: &Caller,
    operation: &DoorOperation,
    variables: Variables,
) -> Result<DoorAnswer, Box<DoorRefusal>> {
    let resolved = operations.named(&operation.text, variables);
    // The same request by GraphQL has another body.
    let access = [&caller.identity.access()[..], b"door"].concat();
    let key = gateway.response_key(resolved.request(), &access);
    if let Some(stored) = key.as_ref().and_then(|key| gateway.cached_response(key)) {
        let rate = operations.charge(caller, stored.cost).await?.rate;
        return Ok(DoorAnswer { body: DoorBody::Cacheable(stored), cache: None, warnings: None, rate });
    }
    let _permit = gateway.guard.concurrency.acquire().await?;
    let mut validated = operations.validate(resolved, true, caller).await?;
    let charge = operations.charge_operation(caller, &mut validated).await?;
    let refuse = |errors: &[ServerError], retry_after_ms| {
        Box::new(DoorRefusal { problem: Problem::new(errors, retry_after_ms), rate: charge.rate })
    };
    let execution = match Box::pin(operations.run(validated, caller, charge.rate)).await {
        Outcome::Executed(execution) => execution,
        Outcome::Refused(refusal) => return Err(refuse(&refusal.response.errors, refusal.retry_after_ms)),
    };
    if !execution.response.errors.is_empty() {
        return Err(refuse(&execution.response.errors, None));
    }
    let body: Bytes = serde_json::to_vec(&execution.response.data)
        .map_err(|_| ApiError::internal("an answer could not be written as JSON"))?
        .into();
    let warnings = execution.response.extensions.get("warnings").cloned();
    let body = match execution.revision {
        Some(revision) => {
            let stored = CachedResponse::new(body, revision, charge.points);
            // An answer that is remembered has lost its warnings.
            if let Some(key) = key.filter(|_| warnings.is_none()) {
                gateway.cache_response(key, stored.clone());
            }
            DoorBody::Cacheable(stored)
        }
        None => DoorBody::Fresh(body),
    };
    Ok(DoorAnswer { body, cache: Some(execution.cache), warnings, rate: charge.rate })
}
