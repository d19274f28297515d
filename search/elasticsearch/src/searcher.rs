//! Sends searches to the read alias, within the time of a question.

use std::{num::NonZeroUsize, sync::Arc};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use wikimovie_elasticsearch_dsl::{Aggregation, MultiSearchResponse, Search, multi_search};
use wikimovie_engine::{OperationContext, SearchError};

use crate::{
    client::{Call, Client, RequestBody},
    names::Names,
    response::{MoviesFound, MultiSearchItem, found, unexpected_response},
};

/// Sends searches. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Searcher {
    client: Client,
    names: Arc<Names>,
    /// Texts that are read at once. More would be no faster.
    reads: Arc<Semaphore>,
}

/// Twice the processors, as the threads that serve requests need some too.
fn max_reads() -> usize {
    2 * std::thread::available_parallelism().map_or(1, NonZeroUsize::get)
}

impl Searcher {
    pub(crate) fn new(client: Client, names: Arc<Names>) -> Self {
        Self { client, names, reads: Arc::new(Semaphore::new(max_reads())) }
    }

    /// Waits until a text may be read.
    pub(crate) async fn read_permit(&self) -> Result<OwnedSemaphorePermit, SearchError> {
        Arc::clone(&self.reads).acquire_owned().await.map_err(|_| SearchError::Unavailable)
    }

    /// Asks one search in a request of its own, whose response may be long.
    pub(crate) async fn search_alone(&self, mut search: Search) -> Result<MoviesFound, SearchError> {
        let context = OperationContext::new();
        search.timeout = Some(self.search_timeout(&context));
        let item = self.send(&[search], &context, true).await?.pop();
        found(item.ok_or_else(|| unexpected_response("the response is empty"))?)
    }

    /// Time that the engine gets for a search. It gives up a little before we do, and returns what it has by then.
    pub(crate) fn search_timeout(&self, context: &OperationContext) -> String {
        let timeout = self.client.time_left(context).mul_f64(0.9).as_millis();
        [timeout.to_string().as_str(), "ms"].concat()
    }

    /// Sends searches in one HTTP request; a long response is better compressed.
    pub(crate) async fn send(
        &self,
        searches: &[Search],
        context: &OperationContext,
        gzip_answer: bool,
    ) -> Result<Vec<MultiSearchItem>, SearchError> {
        // Buckets that are only counted are not worth sending.
        let trim = searches.iter().any(|search| search.aggs.values().any(Aggregation::counts_all));
        let index = &self.names.read;
        let call = |kind: &str, trimmed: &str, body| Call {
            method: http::Method::POST,
            query: if trim { vec![("filter_path", trimmed.to_owned())] } else { Vec::new() },
            body: Some(body),
            deadline: Some(self.client.time_left(context)),
            headers: context.headers(),
            gzip_answer,
            ..Call::get(["/", index, kind].concat())
        };
        if let [search] = searches {
            let body = RequestBody::Json(serde_json::to_vec(search)?.into());
            let reply = self.client.send(call("/_search", "-aggregations.*.all", body)).await?;
            return Ok(vec![reply.json()?]);
        }
        let body = RequestBody::Ndjson(multi_search(searches)?);
        let reply = self.client.send(call("/_msearch", "-responses.aggregations.*.all", body)).await?;
        let MultiSearchResponse { responses } = reply.json()?;
        Ok(responses)
    }
}
