//! The gateway under test: a router over an index in a folder of its own, asked without a socket.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use axum::{Router, body::Body};
use http::{HeaderMap, Request, StatusCode, header};
use serde_json::{Value, json};
use tokio::sync::watch;
use tower::ServiceExt;
use wikimovie_api::{
    ApiSettings, CacheSettings, Gateway, PersistedDocuments, ServerSettings, auth::Authenticator,
};
use wikimovie_domain::*;
use wikimovie_engine::{
    Answered, Catalog, CatalogDigest, OperationContext, ReceiptPage, ReceiptsRequest, SearchError,
};
use wikimovie_testkit_builders::dozen;
use wikimovie_testkit_services::TestIndex;

/// A gateway under test.
pub(crate) struct TestApp {
    pub(crate) index: TestIndex,
    pub(crate) catalog: Arc<Watched>,
    router: Router,
    gateway: Gateway,
}

/// A server on a port of this machine.
pub(crate) fn local() -> ServerSettings {
    ServerSettings { listen: ([127, 0, 0, 1], 0).into(), ..ServerSettings::default() }
}

/// Longest time that a test waits for what has to happen.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

/// Waits until something holds that nothing tells of.
pub(crate) async fn until(what: &str, holds: impl AsyncFn() -> bool) {
    let waited = async {
        while !holds().await {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    };
    assert!(tokio::time::timeout(PATIENCE, waited).await.is_ok(), "it never comes to this: {what}");
}

/// An HTTP answer, read whole.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|error| panic!("no JSON ({error}): {}", String::from_utf8_lossy(&self.body)))
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.body.clone()).unwrap()
    }

    pub(crate) fn header(&self, name: impl header::AsHeaderName) -> &str {
        self.headers.get(name).map(|value| value.to_str().unwrap()).unwrap_or_default()
    }

    pub(crate) fn code(&self) -> String {
        let json = self.json();
        // A problem has its code at the top.
        let code = json["errors"][0]["extensions"]["code"].as_str().or(json["code"].as_str());
        code.unwrap_or_default().to_owned()
    }
}

impl TestApp {
    /// Over a dozen well-known movies.
    pub(crate) fn dozen() -> Self {
        Self::of(dozen(), ApiSettings { cache: CacheSettings::off(), ..ApiSettings::default() })
    }

    /// The same with a memory.
    pub(crate) fn remembering(cache: CacheSettings) -> Self {
        Self::of(dozen(), ApiSettings { cache, ..ApiSettings::default() })
    }

    pub(crate) fn of(movies: Vec<Movie>, settings: ApiSettings) -> Self {
        let index = TestIndex::of(movies);
        let catalog = Arc::new(Watched::new(index.embedded.catalog()));
        let gateway = Gateway::new(catalog.clone(), index.embedded.sealer(), settings);
        Self::around(index, catalog, gateway)
    }

    /// The same with these documents known by name.
    pub(crate) fn with_persisted_documents(self, documents: PersistedDocuments) -> Self {
        let Self { index, catalog, gateway, .. } = self;
        Self::around(index, catalog, gateway.with_persisted_documents(documents))
    }

    /// The same with callers told apart.
    pub(crate) fn with_auth(self, auth: Authenticator) -> Self {
        let Self { index, catalog, gateway, .. } = self;
        Self::around(index, catalog, gateway.with_auth(auth))
    }

    fn around(index: TestIndex, catalog: Arc<Watched>, gateway: Gateway) -> Self {
        Self { router: wikimovie_api::router(gateway.clone()), gateway, index, catalog }
    }

    pub(crate) fn gateway(&self) -> Gateway {
        self.gateway.clone()
    }

    /// Operations in flight now.
    pub(crate) fn in_flight(&self) -> usize {
        self.gateway.guard.concurrency.in_flight()
    }

    pub(crate) async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = axum::body::to_bytes(body, usize::MAX).await.unwrap().to_vec();
        Answer { status: parts.status, headers: parts.headers, body }
    }

    pub(crate) async fn get(&self, uri: &str) -> Answer {
        self.send(Request::get(uri).body(Body::empty()).unwrap()).await
    }

    /// Posts JSON, accepting GraphQL's own media type.
    pub(crate) async fn post(&self, body: &Value) -> Answer {
        let request = Request::post("/graphql")
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::ACCEPT, "application/graphql-response+json")
            .body(Body::from(body.to_string()))
            .unwrap();
        self.send(request).await
    }

    /// Asks and expects data without errors.
    pub(crate) async fn ask(&self, query: &str) -> Value {
        self.ask_with(query, json!({})).await
    }

    pub(crate) async fn ask_with(&self, query: &str, variables: Value) -> Value {
        let answer = self.post(&json!({ "query": query, "variables": variables })).await.json();
        assert_eq!(answer.get("errors"), None, "{query}");
        answer["data"].clone()
    }

    /// Asks and expects one error at least; gives the first.
    pub(crate) async fn fail(&self, query: &str) -> Value {
        let answer = self.post(&json!({ "query": query })).await.json();
        assert!(answer["errors"][0].is_object(), "no error: {answer}");
        answer["errors"][0].clone()
    }

    pub(crate) async fn movie_id(&self, title: &str) -> String {
        let query = "query($w: MovieWhere) { search(where: $w) { hits { nodes { id title } } } }";
        let data = self.ask_with(query, json!({ "w": { "title": title } })).await;
        let nodes = data["search"]["hits"]["nodes"].as_array().unwrap().clone();
        let movie = nodes.into_iter().find(|movie| movie["title"] == title).unwrap();
        movie["id"].as_str().unwrap().to_owned()
    }
}

/// Strings of a list at a JSON pointer of each item.
pub(crate) fn texts(list: &Value, field: &str) -> Vec<String> {
    let items = list.as_array().unwrap_or_else(|| panic!("no list: {list}"));
    items.iter().map(|item| item[field].as_str().unwrap_or_default().to_owned()).collect()
}

/// The real catalogue, with its calls counted and, where a test wants it, failing.
pub(crate) struct Watched {
    inner: Arc<dyn Catalog>,
    calls: watch::Sender<usize>,
    pub(crate) last: std::sync::Mutex<Option<SearchRequest>>,
    pub(crate) failure: std::sync::Mutex<Option<Failure>>,
    /// Whether calls wait until they are released.
    held: watch::Sender<bool>,
    /// For how long the engine has not said which revision is current.
    pub(crate) unconfirmed: std::sync::Mutex<Duration>,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Failure {
    Timeout,
    Unavailable,
    Engine,
    Panic,
    Hang,
}

impl Watched {
    fn new(inner: Arc<dyn Catalog>) -> Self {
        Self {
            inner,
            calls: watch::Sender::new(0),
            last: std::sync::Mutex::default(),
            failure: std::sync::Mutex::default(),
            held: watch::Sender::new(false),
            unconfirmed: std::sync::Mutex::default(),
        }
    }

    pub(crate) fn fail_with(&self, failure: Failure) {
        *self.failure.lock().unwrap() = Some(failure);
    }

    /// Works again.
    pub(crate) fn recover(&self) {
        *self.failure.lock().unwrap() = None;
        self.stay_unconfirmed(Duration::ZERO);
    }

    /// Says nothing of its revision, as for so long.
    pub(crate) fn stay_unconfirmed(&self, time: Duration) {
        *self.unconfirmed.lock().unwrap() = time;
    }

    /// Holds every call until [`Self::release`].
    pub(crate) fn hold(&self) {
        self.held.send_replace(true);
    }

    /// Lets the calls go on that are held, and those that come.
    pub(crate) fn release(&self) {
        self.held.send_replace(false);
    }

    /// Engine calls since the last time.
    pub(crate) fn take_calls(&self) -> usize {
        self.calls.send_replace(0)
    }

    /// Completes once there were so many engine calls since the last time.
    pub(crate) async fn called_times(&self, calls: usize) {
        let mut made = self.calls.subscribe();
        let reached = tokio::time::timeout(PATIENCE, made.wait_for(|made| *made >= calls)).await.is_ok();
        assert!(reached, "the engine is not called {calls} times");
    }

    async fn called(&self) -> Result<(), SearchError> {
        self.calls.send_modify(|calls| *calls += 1);
        let released = self.held.subscribe().wait_for(|held| !*held).await.is_ok();
        assert!(released, "the catalogue outlives its calls");
        let failure = *self.failure.lock().unwrap();
        match failure {
            None => Ok(()),
            Some(Failure::Timeout) => Err(SearchError::Timeout),
            Some(Failure::Unavailable) => Err(SearchError::Unavailable),
            Some(Failure::Engine) => Err(SearchError::Engine("secret-host:9200 index movies-7".into())),
            Some(Failure::Panic) => panic!("secret panic"),
            Some(Failure::Hang) => std::future::pending().await,
        }
    }
}

#[async_trait]
impl Catalog for Watched {
    async fn search(
        &self,
        context: &OperationContext,
        request: SearchRequest,
    ) -> Result<Answered<SearchAnswer>, SearchError> {
        self.called().await?;
        *self.last.lock().unwrap() = Some(request.clone());
        self.inner.search(context, request).await
    }

    async fn autocomplete(
        &self,
        context: &OperationContext,
        request: AutocompleteRequest,
    ) -> Result<Answered<Vec<Suggestion>>, SearchError> {
        self.called().await?;
        self.inner.autocomplete(context, request).await
    }

    async fn movies(
        &self,
        context: &OperationContext,
        ids: &[MovieId],
    ) -> Result<Answered<Vec<Option<Movie>>>, SearchError> {
        self.called().await?;
        self.inner.movies(context, ids).await
    }

    async fn similar(
        &self,
        context: &OperationContext,
        id: &MovieId,
        first: usize,
    ) -> Result<Answered<Vec<Movie>>, SearchError> {
        self.called().await?;
        self.inner.similar(context, id, first).await
    }

    async fn people(
        &self,
        context: &OperationContext,
        names: &[String],
    ) -> Result<Vec<Option<PersonSummary>>, SearchError> {
        self.called().await?;
        self.inner.people(context, names).await
    }

    async fn costars(
        &self,
        context: &OperationContext,
        name: &str,
        first: usize,
    ) -> Result<Answered<Vec<Costar>>, SearchError> {
        self.called().await?;
        self.inner.costars(context, name, first).await
    }

    async fn costar_path(
        &self,
        context: &OperationContext,
        from: &str,
        to: &str,
    ) -> Result<Answered<Option<CostarPath>>, SearchError> {
        self.called().await?;
        self.inner.costar_path(context, from, to).await
    }

    async fn info(&self, context: &OperationContext) -> Result<CatalogInfo, SearchError> {
        self.called().await?;
        self.inner.info(context).await
    }

    async fn digest(&self, context: &OperationContext) -> Result<CatalogDigest, SearchError> {
        self.called().await?;
        self.inner.digest(context).await
    }

    async fn receipt(
        &self,
        context: &OperationContext,
        object: &str,
    ) -> Result<Option<ObjectReceipt>, SearchError> {
        self.called().await?;
        self.inner.receipt(context, object).await
    }

    async fn receipts(
        &self,
        context: &OperationContext,
        request: ReceiptsRequest,
    ) -> Result<ReceiptPage, SearchError> {
        self.called().await?;
        self.inner.receipts(context, request).await
    }

    fn revisions(&self) -> watch::Receiver<Revision> {
        self.inner.revisions()
    }

    async fn restricted(&self, to: &Filter) -> Result<Arc<dyn Catalog>, SearchError> {
        self.inner.restricted(to).await
    }

    fn unconfirmed_for(&self) -> Duration {
        *self.unconfirmed.lock().unwrap()
    }
}
