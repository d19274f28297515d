//! Real search nodes for tests, and indices of their own on them.

use std::time::Duration;

use wikimovie_search::elasticsearch::{Auth, Elasticsearch, ElasticsearchOptions};

/// A running search node.
#[derive(Clone, Debug)]
pub struct Engine {
    /// Name and version, such as `OpenSearch 3.3.0`.
    pub name: String,
    /// Its address.
    pub url: String,
}

/// The nodes to test on.
pub async fn engines(_test: &str) -> Vec<Engine> {
    let urls = std::env::var("ELASTICSEARCH_URLS").unwrap_or_default();
    urls.split(',')
        .filter(|url| !url.is_empty())
        .map(|url| Engine { name: url.to_owned(), url: url.to_owned() })
        .collect()
}

/// An index of its own on a real node, which goes with it.
#[derive(Debug)]
pub struct TestCluster {
    /// The engine.
    pub engine: Elasticsearch,
    /// Its options.
    pub options: ElasticsearchOptions,
}

impl TestCluster {
    /// An empty index.
    ///
    /// # Panics
    /// Where the node does not answer.
    pub async fn new(engine: &Engine) -> Self {
        let options = ElasticsearchOptions {
            urls: vec![engine.url.parse().expect("an address")],
            auth: Auth::None,
            ca_certificates: None,
            index: format!(
                "test-{:x}",
                std::time::SystemTime::now()
                    .duration_since(std::time::UNIX_EPOCH)
                    .map_or(0, |age| age.as_nanos())
            ),
            shards: 1,
            replicas: 0,
            deadline: Duration::from_secs(30),
            secret: None,
        };
        let engine = Elasticsearch::new(&options).expect("options that fit");
        engine.prepare().await.expect("the node answers");
        Self { engine, options }
    }
}
