//! A gateway over a real node, through one proxy or more.

use std::time::Duration;

use axum::{Router, body::Body};
use http::{HeaderMap, Request, header};
use serde_json::{Value, json};
use tower::ServiceExt;
use wikimovie_api::{ApiSettings, CacheSettings, Gateway};
use wikimovie_elasticsearch::{Elasticsearch, ElasticsearchOptions};
use wikimovie_engine::{ObjectState, Tally};
use wikimovie_testkit_builders::dozen;
use wikimovie_testkit_services::{Engine, Fault, FaultProxy, TestCluster};

/// Longest time for one question to the engine.
pub(crate) const DEADLINE: Duration = Duration::from_secs(1);

/// The gateway, its proxies, and the index behind them.
pub(crate) struct App {
    pub(crate) proxies: Vec<FaultProxy>,
    pub(crate) cluster: TestCluster,
    #[allow(dead_code, reason = "only the outage is served over a socket")]
    pub(crate) gateway: Gateway,
    router: Router,
    engine: Elasticsearch,
}

impl App {
    /// Over a dozen well-known movies; each node of its list is a proxy before the same node.
    pub(crate) async fn start(engine: &Engine, proxies: usize) -> Self {
        Self::remembering(engine, proxies, CacheSettings::off()).await
    }

    /// The same with a memory.
    pub(crate) async fn remembering(engine: &Engine, proxies: usize, cache: CacheSettings) -> Self {
        let cluster = TestCluster::new(engine).await;
        cluster
            .write(|writer| {
                let object = ObjectState {
                    key: "dozen".into(),
                    object: "dozen".into(),
                    provider: "default".into(),
                    modified_ms: 1,
                    fingerprint: String::new(),
                };
                let object = writer.begin(&object).unwrap();
                for (record, mut movie) in (1..).zip(dozen()) {
                    movie.provenance.object = "dozen".into();
                    movie.provenance.record = record;
                    movie.provenance.generation = object.generation();
                    writer.put(&object, movie).unwrap();
                }
                writer.finish(object, Tally::default()).unwrap();
                writer.commit().unwrap();
            })
            .await;
        let node = cluster.options.urls[0].to_string();
        let proxies =
            futures::future::join_all((0..proxies).map(|_| FaultProxy::start(node.trim_end_matches('/'))))
                .await;
        let options = ElasticsearchOptions {
            urls: proxies.iter().map(|proxy| proxy.url().parse().unwrap()).collect(),
            deadline: DEADLINE,
            ..cluster.options.clone()
        };
        let engine = Elasticsearch::new(&options).unwrap();
        engine.prepare().await.unwrap();
        let settings = ApiSettings { engine_deadline: DEADLINE, cache, ..ApiSettings::default() };
        let gateway = Gateway::new(engine.catalog(), engine.sealer(), settings);
        Self { proxies, cluster, router: wikimovie_api::router(gateway.clone()), gateway, engine }
    }

    /// Looks for new revisions, as the program does; ends with the test's runtime.
    pub(crate) fn follow(&self) {
        let engine = self.engine.clone();
        tokio::spawn(async move { engine.follow().await });
    }

    /// Posts a question; the whole answer as text.
    pub(crate) async fn ask(&self, query: &str) -> String {
        self.ask_with(query, HeaderMap::new()).await
    }

    /// The same with further headers.
    pub(crate) async fn ask_with(&self, query: &str, headers: HeaderMap) -> String {
        let mut request = Request::post("/graphql")
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::ACCEPT, "application/graphql-response+json")
            .body(Body::from(json!({ "query": query }).to_string()))
            .unwrap();
        request.headers_mut().extend(headers);
        let response = self.router.clone().oneshot(request).await.unwrap();
        let body = axum::body::to_bytes(response.into_body(), usize::MAX).await.unwrap();
        String::from_utf8(body.to_vec()).unwrap()
    }

    /// Posts a question that can be answered; its data.
    pub(crate) async fn data(&self, query: &str) -> Value {
        let answer: Value = serde_json::from_str(&self.ask(query).await).unwrap();
        assert_eq!(answer.get("errors"), None, "{query}");
        answer["data"].clone()
    }

    /// Fails like this at every node.
    pub(crate) fn fail(&self, fault: &Fault) {
        self.proxies.iter().for_each(|proxy| proxy.set(fault.clone()));
    }
}
