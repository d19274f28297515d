//! The operations of one WebSocket connection. The protocol of the library hands a request in; responses come out.

use std::{sync::Arc, time::Duration};

use async_graphql::{Data, Executor, Request, Response, parser::types::OperationType};
use futures::{
    Stream, StreamExt,
    stream::{self, BoxStream},
};
use tokio::{sync::Semaphore, time::Interval};

use crate::{
    Gateway,
    auth::Identity,
    caller::SocketCaller,
    error::{ApiError, ErrorCode},
    operation::{Operations, Refusal, insert_cost},
    telemetry::operation,
};

/// Runs the operations of one connection. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct SocketExecutor {
    operations: Operations,
    gateway: Gateway,
    caller: SocketCaller,
    /// Operations that may run at once on this connection.
    permits: Arc<Semaphore>,
}

impl SocketExecutor {
    /// Runs what a caller asks.
    pub(crate) fn new(operations: Operations, gateway: Gateway, caller: SocketCaller) -> Self {
        let permits = Arc::new(Semaphore::new(gateway.settings.operations_per_socket));
        Self { operations, gateway, caller, permits }
    }

    /// Begins an operation. The caller is authenticated anew each time: a key may have been revoked, and a token may have
    /// expired.
    async fn begin(
        &self,
        request: Request,
        session: Arc<Data>,
    ) -> Result<BoxStream<'static, Response>, Refusal> {
        let caller =
            self.caller.authenticate(&self.gateway.auth).await.map_err(|error| refuse(error.into()))?;
        let permit = self.gateway.guard.concurrency.acquire().await.map_err(refuse)?;
        let resolved = self.operations.resolve(request, None)?;
        let validated = self.operations.validate(resolved, false, &caller).await;
        let mut operation = validated.map_err(|rejection| rejection.refusal)?;
        let charged = self.operations.charge_operation(&caller, &mut operation).await;
        let charge = charged.map_err(|rejection| {
            operation::count(OperationType::Query, &rejection.refusal);
            rejection.refusal
        })?;
        if operation.kind() == OperationType::Subscription {
            // It may last for days, and waits for nothing that is scarce.
            drop(permit);
            let identity = Arc::clone(&caller.identity);
            let events = self.operations.follow(operation, caller, session, charge.rate);
            return Ok(self.clone().while_valid(identity, events.boxed()).boxed());
        }
        let operations = self.operations.clone();
        let run = async move {
            let mut response = operations.run(operation, &caller, charge.rate).await.into_response();
            drop(permit);
            if charge.rate.is_some() {
                insert_cost(&mut response, charge.points, charge.rate);
            }
            response
        };
        Ok(stream::once(run).boxed())
    }
}

/// Time between two looks whether the credential of a subscription is still valid.
const IDENTITY_POLL_INTERVAL: Duration = Duration::from_secs(5);

/// A subscription that is followed.
struct Followed {
    executor: SocketExecutor,
    /// Who began it.
    identity: Arc<Identity>,
    events: BoxStream<'static, Response>,
    looks: Interval,
}

impl SocketExecutor {
    /// The events of a subscription, as long as the credential has the rights that it had at the beginning. They are looked
    /// at every few seconds and before each event.
    fn while_valid(
        self,
        identity: Arc<Identity>,
        events: BoxStream<'static, Response>,
    ) -> impl Stream<Item = Response> + Send + use<> {
        let looks = tokio::time::interval(IDENTITY_POLL_INTERVAL);
        let followed = Followed { executor: self, identity, events, looks };
        stream::unfold(Some(followed), |followed| async {
            let mut followed = followed?;
            loop {
                let event = tokio::select! {
                    event = followed.events.next() => Some(event?),
                    _ = followed.looks.tick() => None,
                };
                if let Err(error) = followed.executor.check(&followed.identity).await {
                    return Some((*refuse(error).response, None));
                }
                if let Some(event) = event {
                    return Some((event, Some(followed)));
                }
            }
        })
    }
}

impl SocketExecutor {
    /// Whether the credential has the rights of this identity still.
    async fn check(&self, identity: &Identity) -> Result<(), ApiError> {
        let now = self.caller.identity(&self.gateway.auth).await?;
        if now.scopes == identity.scopes && now.tenant == identity.tenant {
            return Ok(());
        }
        Err(ApiError::new(ErrorCode::Forbidden, "the rights of the credential have changed: subscribe again"))
    }
}

impl Executor for SocketExecutor {
    async fn execute(&self, request: Request) -> Response {
        let mut responses = self.execute_stream(request, None);
        responses.next().await.unwrap_or_else(|| ApiError::internal("no answer").into_response())
    }

    fn execute_stream(&self, request: Request, session: Option<Arc<Data>>) -> BoxStream<'static, Response> {
        let Ok(permit) = Arc::clone(&self.permits).try_acquire_owned() else {
            let message = "too many operations run at once on this connection";
            let refusal = refuse(ApiError::new(ErrorCode::TooManyOperations, message));
            return stream::iter([*refusal.response]).boxed();
        };
        let executor = self.clone();
        let responses = async move {
            match executor.begin(request, session.unwrap_or_default()).await {
                Ok(responses) => responses,
                Err(refusal) => stream::iter([*refusal.response]).boxed(),
            }
        };
        // The permit is given back with the last response.
        stream::once(responses).flatten().map(move |response| (response, &permit).0).boxed()
    }
}

/// Counted as a query: whatever else it would have been is not known.
fn refuse(error: ApiError) -> Refusal {
    let refusal = Refusal::from(error);
    operation::count(OperationType::Query, &refusal);
    refusal
}
