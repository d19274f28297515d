//! Real search nodes for tests, and indices of their own on them.

#![expect(clippy::print_stderr, reason = "a skipped test says so")]

use std::{
    sync::{
        Arc, OnceLock,
        atomic::{AtomicU32, Ordering},
    },
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use wikimovie_search::{
    CatalogWriter,
    elasticsearch::{Auth, Elasticsearch, ElasticsearchOptions},
};

use crate::service;

/// A running search node, or a cluster of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Engine {
    /// Name and version, such as `OpenSearch 3.3.0`.
    pub name: String,
    /// Addresses, parted by commas.
    pub urls: String,
}

/// The engines to test on: the cluster named by `ELASTICSEARCH_URLS`, else each that `scripts/engines.sh` starts here;
/// they are shared by all tests. Where a tool for that is missing, says so in a line and gives fewer or none; in CI
/// (`CI` is set) that is a failure.
///
/// # Panics
/// In CI, where an engine is missing.
pub fn engines(test: &str) -> Vec<Engine> {
    static ENGINES: OnceLock<Vec<Engine>> = OnceLock::new();
    let engines = ENGINES.get_or_init(|| match std::env::var("ELASTICSEARCH_URLS") {
        Ok(urls) if !urls.is_empty() => vec![Engine { name: name_of(&urls), urls }],
        _ => started(),
    });
    let in_ci = std::env::var_os("CI").is_some_and(|ci| !ci.is_empty());
    assert!(!(in_ci && engines.is_empty()), "no search engine for {test}, and in CI nothing is skipped");
    if engines.is_empty() {
        eprintln!("SKIPPED {test}: no search engine (scripts/engines.sh start tells why)");
    }
    engines.clone()
}

fn started() -> Vec<Engine> {
    let listed = service::start("scripts/engines.sh", "urls", "engines").unwrap_or_default();
    let urls = listed.lines().filter_map(|line| line.split_once('\t'));
    urls.map(|(_, url)| Engine { name: name_of(url), urls: url.to_owned() }).collect()
}

/// What a node says it is.
fn name_of(urls: &str) -> String {
    let first = urls.split(',').next().unwrap_or_default();
    let about = ureq::get(first).call().ok().and_then(|mut answer| answer.body_mut().read_to_string().ok());
    let about: serde_json::Value =
        about.and_then(|about| serde_json::from_str(&about).ok()).unwrap_or_default();
    let text =
        |path: &str| about.pointer(path).and_then(serde_json::Value::as_str).unwrap_or_default().to_owned();
    let kind = if text("/version/distribution") == "opensearch" { "OpenSearch" } else { "Elasticsearch" };
    format!("{kind} {}", text("/version/number"))
}

/// An index of its own on a real engine, which goes with it.
#[derive(Debug)]
pub struct TestCluster {
    /// The engine.
    pub engine: Elasticsearch,
    /// Its options.
    pub options: ElasticsearchOptions,
}

impl TestCluster {
    /// An empty index, prepared.
    ///
    /// # Panics
    /// Where the node does not answer.
    pub async fn new(engine: &Engine) -> Self {
        let options = options(engine);
        let engine = Elasticsearch::new(&options).expect("options that fit");
        engine.prepare().await.expect("the node answers");
        Self { engine, options }
    }

    /// Writes by a writer of this index, then reads the new revision.
    ///
    /// # Panics
    /// Where the node does not answer.
    pub async fn write<T: Send + 'static>(
        &self,
        write: impl FnOnce(&mut dyn CatalogWriter) -> T + Send + 'static,
    ) -> T {
        let engine = self.engine.clone();
        let runtime = tokio::runtime::Handle::current();
        let written = tokio::task::spawn_blocking(move || {
            let mut writer = engine.writer(runtime).expect("no other writer is open");
            write(&mut writer)
        });
        let written = written.await.expect("the writer does its work");
        self.engine.prepare().await.expect("the node answers");
        written
    }
}

impl Drop for TestCluster {
    fn drop(&mut self) {
        let index = &self.options.index;
        let format = wikimovie_search::INDEX_FORMAT;
        for name in [format!("{index}-v{format}-000001"), format!("{index}-ledger")] {
            for url in self.options.urls.iter().take(1) {
                let _ = ureq::delete(format!("{url}{name}")).call();
            }
        }
    }
}

/// Options of an index that no other test has.
///
/// # Panics
/// Where the engine's address is none.
pub fn options(engine: &Engine) -> ElasticsearchOptions {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |age| age.as_nanos());
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    ElasticsearchOptions {
        urls: engine.urls.split(',').map(|url| url.parse().expect("an address")).collect(),
        auth: Auth::None,
        ca_certificates: None,
        index: format!("test-{}-{now:x}-{count}", std::process::id()),
        shards: 1,
        replicas: 0,
        deadline: Duration::from_secs(30),
        secret: None,
        rules: Arc::default(),
    }
}
