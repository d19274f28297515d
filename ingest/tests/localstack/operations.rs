//! What operators do, on real services: approve a sweep, build the index anew, look at the worker.

use std::{
    io::Read as _,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};

use wikimovie_embedded::{Embedded, EmbeddedOptions};
use wikimovie_engine::{CatalogWriter, OperationContext};
use wikimovie_ingest::{
    Worker, WorkerOptions,
    bucket::{Bucket, ObjectHead, OpenError},
    queue::{Queue, RemoteError},
    worker::lease::{LeaseKeeper, Leases},
};

use crate::{list, on_each, on_one, text, titled, worker::Place};

#[test]
fn a_large_sweep_waits_until_it_is_approved() {
    on_each("approval on LocalStack", |place| {
        let _worker = place.worker(30);
        let many: Vec<String> = (0..120).map(|n| format!("Movie {n:03}")).collect();
        let (all, half) = (titled(&many), titled(&many[..60]));
        place.put("acme/a.ndjson", &all);
        place.until_is("120 movies", || place.count() == 120);

        // Half of the movies gone: they stay, and the object says so.
        place.put("acme/a.ndjson", &half);
        let waits = || text(&place.run(&["status"])).contains("acme/a.ndjson: 60 movies would be removed");
        place.until_is("a sweep that waits", waits);
        assert_eq!(place.count(), 120);
        let told = place.run(&["approve", "acme/a.ndjson"]);
        assert!(told.status.success() && text(&told).contains("60 movies"), "{}", text(&told));
        place.until_is("60 movies", || place.count() == 60);
        assert_eq!(place.run(&["approve", "acme/a.ndjson"]).status.code(), Some(1));

        // The removal of all of them waits too; the next version of the object ends the wait.
        place.bucket.delete("acme/a.ndjson").unwrap();
        place.until_is("a removal that waits", waits);
        place.put("acme/a.ndjson", &all);
        place.until_is("120 movies again", || place.count() == 120 && !waits());
    });
}

#[test]
fn an_index_is_built_anew_under_live_writes() {
    on_each("reindex on LocalStack", |place| {
        let _worker = place.worker(30);
        let many: Vec<String> = (0..300).map(|n| format!("Old {n:03}")).collect();
        place.put("acme/old.ndjson", &titled(&many));
        place.until_is("300 movies", || place.count() == 300);
        let stop = AtomicBool::new(false);
        let written = AtomicU64::new(0);
        let failed = AtomicU64::new(0);
        std::thread::scope(|scope| {
            scope.spawn(|| {
                while !stop.load(Relaxed) {
                    let number = written.fetch_add(1, Relaxed);
                    place.put(
                        &format!("acme/live-{}.ndjson", number % 7),
                        &list(&[&format!("Live {number}")]),
                    );
                    std::thread::sleep(Duration::from_millis(40));
                }
            });
            scope.spawn(|| {
                // No read fails meanwhile.
                while !stop.load(Relaxed) {
                    failed.fetch_add(u64::from(place.count() < 300), Relaxed);
                }
            });
            let run = |arguments: &[&str]| {
                let told = place.run(arguments);
                assert!(told.status.success(), "{arguments:?}: {}", text(&told));
                text(&told)
            };
            let told = run(&["reindex"]);
            assert!(told.contains("-000002 is in use") && told.contains("are equal in both"), "{told}");
            std::thread::sleep(Duration::from_millis(500));
            let told = run(&["reindex", "--undo"]);
            assert!(told.contains("-000001 is in use"), "{told}");
            let told = run(&["reindex", "--drop"]);
            assert!(told.contains("-000002 is deleted"), "{told}");
            let told = run(&["reindex"]);
            assert!(told.contains("-000002 is in use"), "{told}");
            stop.store(true, Relaxed);
        });
        assert_eq!(failed.load(Relaxed), 0);
        place.until_is("the queue is empty", || place.is_quiet());
        // Each key shows its last title, and nothing of before.
        let last = written.load(Relaxed);
        let mut expected: Vec<String> =
            (last.saturating_sub(7)..last).map(|number| format!("Live {number}")).collect();
        expected.extend(many);
        expected.sort();
        place.until_is("the last titles", || place.all_titles() == expected);
    });
}

#[test]
fn a_worker_tells_how_it_is() {
    on_one("metrics on LocalStack", |place| {
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let address = format!("127.0.0.1:{port}");
        let _worker = place.worker_on(30, &address);
        let get = |path: &str| {
            let agent = ureq::Agent::config_builder().http_status_as_error(false).build().new_agent();
            let answer = agent.get(format!("http://{address}{path}")).call();
            answer
                .map(|mut answer| (answer.status().as_u16(), answer.body_mut().read_to_string().unwrap()))
                .ok()
        };
        place.put("acme/a.ndjson", &(list(&["One"]) + "{\"title\":true}\n"));
        place.until(&["One"]);
        assert_eq!(get("/livez").unwrap().0, 200);
        place.until_is("readiness", || get("/readyz").is_some_and(|(status, _)| status == 200));
        place.until_is("the queue is empty", || place.is_quiet());
        let metrics = get("/metrics").unwrap().1;
        for line in [
            "wikimovie_ingest_objects_total{outcome=\"applied\"} 1",
            "wikimovie_ingest_records_total{outcome=\"accepted\"} 1",
            "wikimovie_ingest_records_total{outcome=\"refused\"} 1",
            "wikimovie_ingest_ready 1",
        ] {
            assert!(metrics.contains(line), "{line} is not in\n{metrics}");
        }
    });
}

/// Content that comes slowly.
struct Slow {
    inner: wikimovie_ingest::aws::S3Bucket,
    takes: Duration,
}

impl Bucket for Slow {
    fn name(&self) -> &str {
        self.inner.name()
    }

    fn check(&self) -> Result<(), RemoteError> {
        self.inner.check()
    }

    fn head(&self, key: &str) -> Result<Option<ObjectHead>, RemoteError> {
        self.inner.head(key)
    }

    fn open(&self, object: &ObjectHead, from: u64) -> Result<Box<dyn std::io::Read + Send>, OpenError> {
        let content = self.inner.open(object, from)?;
        std::thread::sleep(self.takes);
        Ok(content)
    }

    fn list(&self, prefix: &str) -> Result<Vec<ObjectHead>, RemoteError> {
        self.inner.list(prefix)
    }

    fn put(&self, key: &str, body: Vec<u8>, content_type: &str) -> Result<(), RemoteError> {
        self.inner.put(key, body, content_type)
    }
}

/// Twenty times the visibility timeout, and nobody else ever receives the message.
#[test]
fn what_takes_long_is_received_once() {
    on_one("leases on LocalStack", received_once);
}

fn received_once(place: Place) {
    const LEASE: Duration = Duration::from_secs(2);
    const LEASES: u32 = 20;
    place.put("acme/a.ndjson", &list(&["One"]));
    place.until_is("the event is there", || place.queue.depth().unwrap().0 > 0);
    let folder = tempfile::tempdir().unwrap();
    let options = EmbeddedOptions { folder: folder.path().join("data"), ..EmbeddedOptions::default() };
    let engine = Embedded::open(&options).unwrap();
    let leases = Leases::default();
    let queue = Arc::new(place.queue_with(LEASE));
    let _keeper = LeaseKeeper::start(Arc::clone(&queue) as Arc<dyn Queue>, leases.clone(), LEASE).unwrap();
    let writer = engine.clone();
    let open = Box::new(move || writer.writer().map(|writer| Box::new(writer) as Box<dyn CatalogWriter>));
    let slow = Slow { inner: place.bucket_again(), takes: LEASE * LEASES };
    let options = WorkerOptions {
        lease: LEASE,
        wait: Duration::from_secs(1),
        receipts: false,
        ..WorkerOptions::default()
    };
    let mut worker = Worker::new(queue, Arc::new(slow), open, leases, options);
    let done = AtomicBool::new(false);
    let begun = Instant::now();
    std::thread::scope(|scope| {
        let rival = scope.spawn(|| {
            let mut received = 0;
            std::thread::sleep(Duration::from_secs(1));
            while !done.load(Relaxed) {
                received += place.queue.receive(10, Duration::from_millis(500)).unwrap().len();
            }
            received
        });
        // The event may come with the test event of S3 before it.
        let mut received = 0;
        while received == 0 || begun.elapsed() < LEASE * LEASES {
            received += worker.tick().received;
        }
        done.store(true, Relaxed);
        assert!(begun.elapsed() > LEASE * LEASES);
        assert_eq!(rival.join().unwrap(), 0, "a message was received twice");
    });
    assert!(place.is_quiet());
    let mut told = String::new();
    let head = place.bucket.head("acme/a.ndjson").unwrap().unwrap();
    place.bucket.open(&head, 0).unwrap().read_to_string(&mut told).unwrap();
    assert_eq!(told, list(&["One"]));
}

/// The settings say where everything is, before anything is done.
#[test]
fn a_dry_run_tells_the_endpoint() {
    let told = |endpoint: Option<&str>| {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_wikimovie-ingest"));
        command
            .args(["check-config", "--dry-run"])
            .env("AWS_REGION", "eu-central-1")
            .env_remove("AWS_ENDPOINT");
        if let Some(endpoint) = endpoint {
            command.env("AWS_ENDPOINT", endpoint);
        }
        let output = command.output().unwrap();
        assert!(output.status.success(), "{}", text(&output));
        text(&output)
    };
    let real = told(None);
    assert!(
        real.contains("https://sqs.eu-central-1.amazonaws.com") && real.contains("usual chain"),
        "{real}"
    );
    let local = told(Some("http://localhost:4566"));
    assert!(local.contains("http://localhost:4566") && !local.contains("amazonaws"), "{local}");
}

impl Place {
    fn count(&self) -> u64 {
        self.runtime.block_on(self.cluster.engine.prepare()).unwrap();
        self.runtime.block_on(self.cluster.engine.catalog().info(&OperationContext::new())).unwrap().movies
    }
}
