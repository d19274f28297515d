//! Calls of the engine, counted, timed and traced, whichever engine it is.

use std::{
    future::Future,
    sync::Arc,
    time::{Duration, Instant},
};

use async_trait::async_trait;
use tokio::sync::watch;
use tracing::{Instrument, field::Empty};
use wikimovie_domain::{
    AutocompleteRequest, CatalogInfo, Costar, CostarPath, Filter, Movie, MovieId, ObjectReceipt,
    PersonSummary, Revision, SearchAnswer, SearchRequest, Suggestion,
};
use wikimovie_engine::{
    Answered, Catalog, CatalogDigest, OperationContext, ReceiptPage, ReceiptsRequest, SearchError,
};

use super::Request;

/// A catalogue whose calls are observed.
pub(crate) struct Observed(pub(crate) Arc<dyn Catalog>);

/// A call that is under way. A call that is cancelled counts as a timeout, since only deadlines cancel.
struct Call {
    name: &'static str,
    outcome: &'static str,
    started: Instant,
}

impl Drop for Call {
    fn drop(&mut self) {
        let took = self.started.elapsed();
        metrics::histogram!("wikimovie_engine_call_duration_seconds", "call" => self.name).record(took);
        metrics::counter!(
            "wikimovie_engine_calls_total", "call" => self.name, "outcome" => self.outcome
        )
        .increment(1);
        if let Some(request) = Request::current() {
            request.add_engine_call(took);
        }
    }
}

async fn call<T>(
    name: &'static str,
    run: impl Future<Output = Result<T, SearchError>>,
) -> Result<T, SearchError> {
    let span = tracing::info_span!(
        target: "wikimovie_trace", "catalog", otel.name = name, otel.status_code = Empty, error.type = Empty,
    );
    let mut call = Call { name, outcome: "timeout", started: Instant::now() };
    let answer = run.instrument(span.clone()).await;
    call.outcome = match &answer {
        Ok(_) => "ok",
        Err(SearchError::Timeout) => "timeout",
        Err(SearchError::Unavailable) => "unavailable",
        Err(SearchError::BadCursor(_)) => "refused",
        Err(SearchError::Engine(_)) => "failed",
    };
    if answer.is_err() {
        span.record("otel.status_code", "ERROR");
        span.record("error.type", call.outcome);
    }
    answer
}

#[async_trait]
impl Catalog for Observed {
    async fn search(
        &self,
        context: &OperationContext,
        request: SearchRequest,
    ) -> Result<Answered<SearchAnswer>, SearchError> {
        call("search", self.0.search(context, request)).await
    }

    async fn autocomplete(
        &self,
        context: &OperationContext,
        request: AutocompleteRequest,
    ) -> Result<Answered<Vec<Suggestion>>, SearchError> {
        call("autocomplete", self.0.autocomplete(context, request)).await
    }

    async fn movies(
        &self,
        context: &OperationContext,
        ids: &[MovieId],
    ) -> Result<Answered<Vec<Option<Movie>>>, SearchError> {
        call("movies", self.0.movies(context, ids)).await
    }

    async fn similar(
        &self,
        context: &OperationContext,
        id: &MovieId,
        first: usize,
    ) -> Result<Answered<Vec<Movie>>, SearchError> {
        call("similar", self.0.similar(context, id, first)).await
    }

    async fn people(
        &self,
        context: &OperationContext,
        names: &[String],
    ) -> Result<Vec<Option<PersonSummary>>, SearchError> {
        call("people", self.0.people(context, names)).await
    }

    async fn costars(
        &self,
        context: &OperationContext,
        name: &str,
        first: usize,
    ) -> Result<Answered<Vec<Costar>>, SearchError> {
        call("costars", self.0.costars(context, name, first)).await
    }

    async fn costar_path(
        &self,
        context: &OperationContext,
        from: &str,
        to: &str,
    ) -> Result<Answered<Option<CostarPath>>, SearchError> {
        call("costar_path", self.0.costar_path(context, from, to)).await
    }

    async fn info(&self, context: &OperationContext) -> Result<CatalogInfo, SearchError> {
        call("info", self.0.info(context)).await
    }

    async fn digest(&self, context: &OperationContext) -> Result<CatalogDigest, SearchError> {
        call("digest", self.0.digest(context)).await
    }

    async fn receipt(
        &self,
        context: &OperationContext,
        object: &str,
    ) -> Result<Option<ObjectReceipt>, SearchError> {
        call("receipt", self.0.receipt(context, object)).await
    }

    async fn receipts(
        &self,
        context: &OperationContext,
        request: ReceiptsRequest,
    ) -> Result<ReceiptPage, SearchError> {
        call("receipts", self.0.receipts(context, request)).await
    }

    fn revisions(&self) -> watch::Receiver<Revision> {
        self.0.revisions()
    }

    fn unconfirmed_for(&self) -> Duration {
        self.0.unconfirmed_for()
    }

    /// Counting the words of a part may take as long as a question, so it is observed when it is asked.
    async fn restricted(&self, to: &Filter) -> Result<Arc<dyn Catalog>, SearchError> {
        Ok(Arc::new(Self(self.0.restricted(to).await?)))
    }
}
