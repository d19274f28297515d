//! Indices of their own on real search nodes.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use wikimovie_elasticsearch::{Auth, Elasticsearch, ElasticsearchOptions};
use wikimovie_engine::CatalogWriter;

use crate::engines::Engine;

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
        let format = wikimovie_engine::INDEX_FORMAT;
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
        former_secrets: Vec::new(),
        rules: Arc::default(),
    }
}
