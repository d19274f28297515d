//! A worker process on LocalStack and a search node, with bucket, queue and index of its own.

use std::{
    error::Error,
    process::{Child, Command, Output, Stdio},
    sync::Arc,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use tokio::runtime::Runtime;
use wikimovie_domain::{HitsRequest, MovieSort, PageRequest, Question, SearchRequest};
use wikimovie_engine::OperationContext;
use wikimovie_ingest::{
    aws::{Aws, AwsOptions, S3Bucket, SqsQueue, provision},
    bucket::Bucket,
};
use wikimovie_testkit_services::{Engine, TestCluster};

/// Longest wait for what has to come: a busy machine takes its time, and promises are measured by their own tests.
const PATIENCE: Duration = Duration::from_secs(180);

pub(crate) struct Place {
    pub(crate) runtime: Arc<Runtime>,
    pub(crate) bucket: S3Bucket,
    pub(crate) queue: SqsQueue,
    pub(crate) cluster: TestCluster,
    pub(crate) name: String,
    pub(crate) endpoint: String,
    pub(crate) urls: String,
}

impl Place {
    pub(crate) fn new(endpoint: &str, engine: &Engine) -> Self {
        Self::made(endpoint, engine, |runtime, aws, name| {
            runtime.block_on(provision(aws, name, name)).unwrap()
        })
    }

    /// With a bucket and a queue of one name, which `make` makes.
    pub(crate) fn made(endpoint: &str, engine: &Engine, make: impl FnOnce(&Runtime, &Aws, &str)) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
        let runtime = Arc::new(runtime.unwrap());
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_nanos();
        let name = format!("test-{}-{now:x}", std::process::id());
        let options = AwsOptions { region: None, endpoint: Some(endpoint.to_owned()) };
        let aws = runtime.block_on(Aws::load(&options));
        make(&runtime, &aws, &name);
        let handle = runtime.handle().clone();
        let (queue, _) = SqsQueue::find(&aws, &name, Duration::from_secs(5), handle.clone()).unwrap();
        Self {
            bucket: S3Bucket::new(&aws, &name, handle),
            queue,
            cluster: runtime.block_on(TestCluster::new(engine)),
            name,
            endpoint: endpoint.to_owned(),
            urls: engine.urls.clone(),
            runtime,
        }
    }

    pub(crate) fn put(&self, key: &str, body: &str) {
        self.bucket.put(key, body.as_bytes().to_vec(), "application/json").unwrap();
    }

    /// The binary with all its settings.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_wikimovie-ingest"));
        // Settings of the tests themselves are unknown to the program.
        for (name, _) in
            std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("WIKIMOVIE_"))
        {
            command.env_remove(name);
        }
        command
            .args(arguments)
            .env("AWS_ENDPOINT", &self.endpoint)
            .env("BUCKET", &self.name)
            .env("WORKER_QUEUE", &self.name)
            .env("ELASTICSEARCH_URLS", &self.urls)
            .env("WIKIMOVIE_INDEX", &self.cluster.options.index)
            .env("WIKIMOVIE_REPLICAS", "0");
        command
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Output {
        // Only commands that speak to the cluster know its settings, which does no harm.
        self.command(arguments).output().unwrap()
    }

    pub(crate) fn worker(&self, lease: u32) -> Worker {
        self.worker_on(lease, "127.0.0.1:0")
    }

    pub(crate) fn worker_on(&self, lease: u32, admin: &str) -> Worker {
        let mut command = self.worker_command(lease);
        command.args(["--admin-listen", admin]);
        Worker(command.spawn().unwrap())
    }

    /// The worker's command.
    pub(crate) fn worker_command(&self, lease: u32) -> Command {
        let mut command = self.command(&["worker", "--reconcile", "0", "--lease", &lease.to_string()]);
        command.env("WIKIMOVIE_ADMIN_LISTEN", "127.0.0.1:0").stderr(Stdio::inherit());
        command
    }

    /// The queue again, with another lease.
    pub(crate) fn queue_with(&self, lease: Duration) -> SqsQueue {
        SqsQueue::find(&self.aws(), &self.name, lease, self.runtime.handle().clone()).unwrap().0
    }

    pub(crate) fn bucket_again(&self) -> S3Bucket {
        S3Bucket::new(&self.aws(), &self.name, self.runtime.handle().clone())
    }

    pub(crate) fn aws(&self) -> Aws {
        let options = AwsOptions { region: None, endpoint: Some(self.endpoint.clone()) };
        self.runtime.block_on(Aws::load(&options))
    }

    /// Every title shown, in order.
    pub(crate) fn all_titles(&self) -> Vec<String> {
        let mut titles = Vec::new();
        let mut page = PageRequest::first(100);
        self.runtime.block_on(self.cluster.engine.prepare()).unwrap();
        loop {
            let question = Question { sort: MovieSort::TitleAsc, ..Question::default() };
            let request = SearchRequest {
                question,
                hits: vec![HitsRequest::plain(page.clone())],
                ..SearchRequest::default()
            };
            let answer = self
                .runtime
                .block_on(self.cluster.engine.catalog().search(&OperationContext::new(), request))
                .unwrap()
                .value;
            let hits = &answer.hits[0];
            titles.extend(hits.hits.iter().map(|hit| hit.movie.title.clone()));
            let Some(last) = hits.hits.last().filter(|_| hits.has_next) else { break };
            page = PageRequest { cursor: Some(last.cursor.clone()), ..PageRequest::first(100) };
        }
        titles.sort();
        titles
    }

    /// Titles shown, in order.
    pub(crate) fn titles(&self) -> Vec<String> {
        self.read_titles().unwrap()
    }

    /// The same, where the cluster may not be able to answer.
    pub(crate) fn read_titles(&self) -> Result<Vec<String>, Box<dyn Error>> {
        self.runtime.block_on(self.cluster.engine.prepare())?;
        let question = Question { sort: MovieSort::TitleAsc, ..Question::default() };
        let hits = vec![HitsRequest::plain(PageRequest::first(100))];
        let request = SearchRequest { question, hits, ..SearchRequest::default() };
        let catalog = self.cluster.engine.catalog();
        let answer = self.runtime.block_on(catalog.search(&OperationContext::new(), request))?.value;
        Ok(answer.hits[0].hits.iter().map(|hit| hit.movie.title.clone()).collect())
    }

    /// Waits until the catalogue shows these, and tells how long that took.
    pub(crate) fn until(&self, titles: &[&str]) -> Duration {
        self.until_is(&titles.join(", "), || self.titles() == titles)
    }

    pub(crate) fn until_is(&self, what: &str, is: impl Fn() -> bool) -> Duration {
        let begun = Instant::now();
        while !is() {
            assert!(begun.elapsed() < PATIENCE, "{what}: there are {:?}", self.titles());
            std::thread::sleep(Duration::from_millis(100));
        }
        begun.elapsed()
    }

    /// Whether no message waits or is with a worker.
    pub(crate) fn is_quiet(&self) -> bool {
        self.queue.depth().unwrap() == (0, 0)
    }
}

/// A worker process; killed when dropped.
pub(crate) struct Worker(Child);

impl Worker {
    pub(crate) fn of(child: Child) -> Self {
        Self(child)
    }

    pub(crate) fn kill(mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }

    /// Asks it to stop; gives its status and the time it took.
    pub(crate) fn terminate(mut self) -> (Option<i32>, Duration) {
        let begun = Instant::now();
        let asked = Command::new("kill").arg(self.0.id().to_string()).status().unwrap();
        assert!(asked.success());
        let status = self.0.wait().unwrap();
        (status.code(), begun.elapsed())
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
