//! An engine under test: filled with a set of documents, queried through the whole gateway.

use std::io;

use axum::{Router, body::Body};
use http::{Request, header};
use serde_json::{Value, json};
use tower::ServiceExt;
use wikimovie_api::{ApiSettings, Gateway};
use wikimovie_engine::{CatalogWriter, ObjectState};
use wikimovie_ingest::{Listed, Listing, Opener, Source, sync};
use wikimovie_testkit_services::{Engine, TestCluster, TestIndex};

use crate::suite::{DocumentSet, Object};

/// The engine.
pub(crate) enum Subject {
    /// The engine in this process.
    Embedded,
    /// A search node.
    Cluster(Engine),
}

impl Subject {
    pub(crate) fn name(&self) -> &str {
        match self {
            Self::Embedded => "embedded",
            Self::Cluster(engine) => &engine.name,
        }
    }

    /// A gateway over a new index with these documents.
    pub(crate) async fn filled_with(&self, set: &DocumentSet) -> App {
        let objects = set.objects.clone();
        match self {
            Self::Embedded => {
                let index = TestIndex::empty();
                fill(&mut index.embedded.writer().unwrap(), &objects);
                let (catalog, sealer) = (index.embedded.catalog(), index.embedded.sealer());
                let gateway = Gateway::new(catalog, sealer, ApiSettings::default());
                App { router: wikimovie_api::router(gateway), _index: Index::Embedded(index) }
            }
            Self::Cluster(engine) => {
                let cluster = TestCluster::new(engine).await;
                if !objects.is_empty() {
                    cluster.write(move |writer| fill(writer, &objects)).await;
                }
                let (catalog, sealer) = (cluster.engine.catalog(), cluster.engine.sealer());
                let gateway = Gateway::new(catalog, sealer, ApiSettings::default());
                App { router: wikimovie_api::router(gateway), _index: Index::Cluster(cluster) }
            }
        }
    }
}

/// Applies objects as a provider's files are applied, one after another.
fn fill(writer: &mut dyn CatalogWriter, objects: &[Object]) {
    for object in objects {
        let report = sync(writer, &Provided(object), &mut |_| ()).unwrap();
        assert!(report.problems.is_empty(), "{}: {:?}", object.object, report.problems);
        assert_eq!(report.objects.len(), 1, "{} is removed, but was never there", object.object);
    }
}

/// A source with a single object.
struct Provided<'a>(&'a Object);

impl Source for Provided<'_> {
    fn place(&self) -> String {
        self.0.object.clone()
    }

    fn list(&self) -> io::Result<Listing> {
        let key = &self.0.object;
        if self.0.removed {
            return Ok(Listing { gone: vec![key.clone()], ..Listing::default() });
        }
        let provider = key.split_once('/').map_or("default", |(provider, _)| provider);
        let state = ObjectState {
            key: key.clone(),
            object: key.clone(),
            provider: provider.to_owned(),
            modified_ms: self.0.modified,
            fingerprint: self.0.modified.to_string(),
        };
        let bytes = self.0.bytes().len() as u64;
        Ok(Listing { objects: vec![Listed { state, bytes }], ..Listing::default() })
    }

    fn opener(&self, _: &ObjectState) -> Opener {
        let bytes = self.0.bytes();
        Box::new(move || Ok(Box::new(io::Cursor::new(bytes)) as Box<dyn io::Read + Send>))
    }
}

/// A gateway with its index, which is removed with it.
pub(crate) struct App {
    router: Router,
    _index: Index,
}

#[expect(dead_code, reason = "held for its end: the index is deleted then")]
enum Index {
    Embedded(TestIndex),
    Cluster(TestCluster),
}

impl App {
    /// Posts an operation and returns the whole response.
    pub(crate) async fn ask(&self, query: &str, variables: &Value) -> Value {
        let body = json!({ "query": query, "variables": variables }).to_string();
        let request = Request::post("/graphql")
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::ACCEPT, "application/graphql-response+json")
            .body(Body::from(body))
            .unwrap();
        let response = self.router.clone().oneshot(request).await.unwrap();
        let body = axum::body::to_bytes(response.into_body(), usize::MAX).await.unwrap();
        serde_json::from_slice(&body)
            .unwrap_or_else(|error| panic!("no JSON ({error}): {}", String::from_utf8_lossy(&body)))
    }
}
