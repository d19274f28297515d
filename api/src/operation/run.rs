//! Executes a validated operation: within its deadline, observed, its response completed.

use std::{panic::AssertUnwindSafe, sync::Arc};

use async_graphql::{Data, Request, Response, Value};
use futures::{FutureExt, Stream, StreamExt, stream};
use tokio::time::Instant;
use wikimovie_engine::{CallerShare, Catalog, OperationContext};

use crate::{
    cache::{CacheOutcome, OutcomeRecorder},
    caller::Caller,
    error::{self, ApiError, ErrorCode},
    graphql::{
        catalog::OperationCatalog,
        loaders::Batches,
        scope::{Bill, Scope},
    },
    guard::{RateStatus, bounds},
    operation::{Execution, Operations, Outcome, Refusal, ValidatedOperation, normalize::normalize},
    telemetry::operation,
};

impl ValidatedOperation {
    /// The request that the library executes.
    fn request(&mut self) -> Request {
        let mut request = Request::new("").variables(std::mem::take(&mut self.variables));
        request.set_parsed_query(self.analysis.plan(self.is_dry_run).document.clone());
        request
    }
}

impl Operations {
    /// Runs a query. A panic becomes an error of ours.
    pub(crate) async fn run(
        &self,
        operation: ValidatedOperation,
        caller: &Caller,
        rate: Option<RateStatus>,
    ) -> Outcome {
        let analysis = Arc::clone(&operation.analysis);
        let outline = || analysis.outline(self.analyzer.contract());
        // The executor's future is large, and would be copied into each of those around it.
        let execution = Box::pin(self.execute(operation, caller, rate));
        operation::observe(self.gateway.settings.telemetry, analysis.kind, outline, execution).await
    }

    /// The movies that the caller may see, and what lives as long as one operation.
    async fn scope(
        &self,
        caller: &Caller,
        bill: Bill,
        recorder: OutcomeRecorder,
        deadline: Option<Instant>,
    ) -> Result<(Scope, Batches), ApiError> {
        let identity = &caller.identity;
        let catalog = self.gateway.cached.for_operation(recorder);
        let catalog = match &identity.tenant {
            None => Arc::new(catalog),
            Some(filter) => catalog.restricted(filter).await?,
        };
        let context = OperationContext::new()
            .with_headers(wikimovie_command::trace::annotate)
            .with_caller(CallerShare::of(&caller.client));
        let context = match deadline {
            Some(deadline) => context.with_deadline(deadline.into_std()),
            None => context,
        };
        let catalog = OperationCatalog::new(catalog, context);
        Ok(Scope::new(catalog, Arc::clone(identity), &self.gateway.sealer, bill))
    }

    async fn execute(
        &self,
        mut operation: ValidatedOperation,
        caller: &Caller,
        rate: Option<RateStatus>,
    ) -> Outcome {
        let recorder = OutcomeRecorder::default();
        let bill = Bill { cost: operation.cost, rate };
        let deadline = Instant::now() + self.gateway.settings.operation_deadline;
        let scope = self.scope(caller, bill, recorder.clone(), Some(deadline)).await;
        let (scope, batches) = match scope {
            Ok((scope, batches)) => (Arc::new(scope), batches),
            Err(error) => return Outcome::Refused(error.into()),
        };
        let request = operation.request().data(Arc::clone(&scope));
        let execution = batches.drive(self.schema.execute(request));
        let execution = Box::pin(AssertUnwindSafe(execution).catch_unwind());
        let executed = match tokio::time::timeout_at(deadline, execution).await {
            Ok(Ok(response)) => bounds::check_answer(&response.data).map(|()| response),
            Ok(Err(_)) => Err(ApiError::internal("a resolver panicked")),
            Err(_) => Err(ApiError::new(ErrorCode::Timeout, "the deadline of the operation has passed")),
        };
        let cache = recorder.outcome();
        let mut outcome = match executed {
            Ok(mut response) => {
                let analysis = &operation.analysis;
                normalize(&mut response, &analysis.plan(operation.is_dry_run).selection);
                error::complete_codes(&mut response);
                let is_cacheable = analysis.cacheable && response.errors.is_empty();
                let revision = cache.revision().filter(|_| is_cacheable);
                Outcome::Executed(Box::new(Execution { response, cache, revision }))
            }
            Err(error) => Outcome::Refused(Refusal::from(error)),
        };
        insert_warnings(outcome.response_mut(), &scope);
        insert_staleness(outcome.response_mut(), &cache);
        outcome
    }

    /// Follows a subscription.
    pub(crate) fn follow(
        &self,
        mut operation: ValidatedOperation,
        caller: Caller,
        session: Arc<Data>,
        rate: Option<RateStatus>,
    ) -> impl Stream<Item = Response> + Send + use<> {
        let operations = self.clone();
        let analysis = Arc::clone(&operation.analysis);
        let is_dry_run = operation.is_dry_run;
        let begin = async move {
            let bill = Bill { cost: operation.cost, rate };
            match operations.scope(&caller, bill, OutcomeRecorder::default(), None).await {
                Ok((scope, batches)) => {
                    // They end with the loader, which the subscription holds.
                    tokio::spawn(batches.run());
                    let request = operation.request().data(Arc::new(scope));
                    let responses = operations.schema.execute_stream_with_session_data(request, session);
                    let complete = move |mut response| {
                        normalize(&mut response, &analysis.plan(is_dry_run).selection);
                        error::complete_codes(&mut response);
                        response
                    };
                    responses.map(complete).boxed()
                }
                Err(error) => stream::iter([error.into_response()]).boxed(),
            }
        };
        stream::once(begin).flatten()
    }
}

fn insert_warnings(response: &mut Response, scope: &Scope) {
    let warnings = scope.take_warnings();
    if warnings.is_empty() {
        return;
    }
    let value = serde_json::to_value(warnings).ok().and_then(|json| Value::from_json(json).ok());
    if let Some(value) = value {
        response.extensions.insert("warnings".to_owned(), value);
    }
}

/// Says that an answer may no longer be true.
fn insert_staleness(response: &mut Response, cache: &CacheOutcome) {
    let Some((age, why)) = cache.stale else { return };
    let age_ms = u64::try_from(age.as_millis()).unwrap_or(u64::MAX);
    let value = async_graphql::value!({ "status": "STALE", "ageMs": age_ms, "reason": why.name() });
    response.extensions.insert("cache".to_owned(), value);
}
