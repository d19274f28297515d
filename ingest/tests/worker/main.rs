//! The worker between a queue and a bucket in memory, on the embedded engine: what becomes of each message.
#![allow(clippy::unwrap_used, reason = "a test may panic where its own ground gives way")]

mod mappings;

use std::{
    collections::BTreeMap,
    io::{self, Cursor, Read},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    time::Duration,
};

use wikimovie_domain::{HitsRequest, MovieSort, PageRequest, Question, SearchRequest};
use wikimovie_embedded::{Embedded, EmbeddedOptions};
use wikimovie_engine::{CatalogWriter, OperationContext, WriteError};
use wikimovie_ingest::{
    Worker, WorkerOptions,
    bucket::{Bucket, ObjectHead, OpenError},
    queue::{Message, Queue, RemoteError},
    worker::lease::Leases,
};

const BUCKET: &str = "movies";

/// A queue that delivers each message once.
#[derive(Default)]
struct Messages {
    waiting: Mutex<Vec<Message>>,
    deleted: Mutex<Vec<String>>,
    /// Reasons, by the id of the message.
    dead: Mutex<BTreeMap<String, String>>,
    /// New leases, by handle.
    extended: Mutex<BTreeMap<String, Duration>>,
    /// Deletions that fail before one succeeds.
    failing_deletions: Mutex<usize>,
}

impl Queue for Messages {
    fn receive(&self, most: usize, _: Duration) -> Result<Vec<Message>, RemoteError> {
        let mut waiting = self.waiting.lock().unwrap();
        let count = most.min(waiting.len());
        Ok(waiting.drain(..count).collect())
    }

    fn extend(&self, handles: &[String], lease: Duration) -> Result<Vec<String>, RemoteError> {
        self.extended.lock().unwrap().extend(handles.iter().map(|handle| (handle.clone(), lease)));
        Ok(Vec::new())
    }

    fn delete(&self, handles: &[String]) -> Result<Vec<String>, RemoteError> {
        let mut failing = self.failing_deletions.lock().unwrap();
        if *failing > 0 {
            *failing -= 1;
            return Ok(handles.to_vec());
        }
        self.deleted.lock().unwrap().extend_from_slice(handles);
        Ok(Vec::new())
    }

    fn dead_letter(&self, message: &Message, reason: &str) -> Result<(), RemoteError> {
        self.dead.lock().unwrap().insert(message.id.clone(), reason.to_owned());
        Ok(())
    }
}

/// A bucket of texts, and of receipts; texts named `closed` may not be read.
#[derive(Default)]
struct Texts {
    texts: Mutex<BTreeMap<String, String>>,
    receipts: Mutex<BTreeMap<String, serde_json::Value>>,
    /// Failures of one key.
    fault: Mutex<Option<(String, Fault)>>,
    /// Keys asked for by HEAD.
    asked: Mutex<Vec<String>>,
}

/// What goes wrong with a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fault {
    Head,
    Open,
    Denied,
    /// The body breaks off, however often it is opened.
    Body,
}

impl Texts {
    fn put(&self, key: &str, titles: &[&str]) {
        let text = titles.iter().map(|title| format!("{{\"title\":\"{title}\"}}\n")).collect();
        self.texts.lock().unwrap().insert(key.to_owned(), text);
    }

    fn put_text(&self, key: &str, text: &str) {
        self.texts.lock().unwrap().insert(key.to_owned(), text.to_owned());
    }

    fn receipt(&self, key: &str) -> serde_json::Value {
        self.receipts.lock().unwrap()[&format!("receipts/{key}.json")].clone()
    }

    fn fails(&self, key: &str) -> Option<Fault> {
        self.fault.lock().unwrap().as_ref().filter(|(failing, _)| failing == key).map(|(_, fault)| *fault)
    }

    fn head_of(key: &str, text: &str) -> ObjectHead {
        ObjectHead {
            key: key.to_owned(),
            etag: text.to_owned(),
            modified_ms: 1_000,
            bytes: text.len() as u64,
        }
    }
}

impl Bucket for Texts {
    fn name(&self) -> &str {
        BUCKET
    }

    fn check(&self) -> Result<(), RemoteError> {
        Ok(())
    }

    fn head(&self, key: &str) -> Result<Option<ObjectHead>, RemoteError> {
        self.asked.lock().unwrap().push(key.to_owned());
        if self.fails(key) == Some(Fault::Head) {
            return Err(RemoteError::Unavailable("500".to_owned()));
        }
        Ok(self.texts.lock().unwrap().get(key).map(|text| Self::head_of(key, text)))
    }

    fn open(&self, object: &ObjectHead, from: u64) -> Result<Box<dyn Read + Send>, OpenError> {
        if object.key.ends_with("closed") {
            return Err(RemoteError::Denied("403".to_owned()).into());
        }
        let text = self.texts.lock().unwrap().get(&object.key).cloned();
        let text = text.filter(|text| *text == object.etag).ok_or(OpenError::Changed)?;
        match self.fails(&object.key) {
            Some(Fault::Open) => return Err(RemoteError::Unavailable("503".to_owned()).into()),
            Some(Fault::Denied) => return Err(RemoteError::Denied("403".to_owned()).into()),
            Some(Fault::Body) => return Ok(Box::new(io::empty())),
            Some(Fault::Head) | None => {}
        }
        Ok(Box::new(Cursor::new(text.into_bytes()[usize::try_from(from).unwrap()..].to_vec())))
    }

    fn list(&self, prefix: &str) -> Result<Vec<ObjectHead>, RemoteError> {
        let texts = self.texts.lock().unwrap();
        let listed = texts.iter().filter(|(key, _)| key.starts_with(prefix));
        Ok(listed.map(|(key, text)| Self::head_of(key, text)).collect())
    }

    fn put(&self, key: &str, body: Vec<u8>, _: &str) -> Result<(), RemoteError> {
        self.receipts.lock().unwrap().insert(key.to_owned(), serde_json::from_slice(&body).unwrap());
        Ok(())
    }
}

/// A worker and all that it works on.
struct Place {
    queue: Arc<Messages>,
    bucket: Arc<Texts>,
    engine: Embedded,
    leases: Leases,
    worker: Worker,
    _folder: tempfile::TempDir,
}

fn place() -> Place {
    place_with(WorkerOptions::default())
}

fn place_with(options: WorkerOptions) -> Place {
    let folder = tempfile::tempdir().unwrap();
    let data = EmbeddedOptions { folder: folder.path().join("data"), ..EmbeddedOptions::default() };
    let engine = Embedded::open(&data).unwrap();
    let writer = engine.clone();
    let open = move || writer.writer().map(|writer| Box::new(writer) as Box<dyn CatalogWriter>);
    let (queue, bucket, leases) = (Arc::<Messages>::default(), Arc::<Texts>::default(), Leases::default());
    let worker = Worker::new(
        Arc::clone(&queue) as Arc<dyn Queue>,
        Arc::clone(&bucket) as Arc<dyn Bucket>,
        Box::new(open),
        leases.clone(),
        options,
    );
    Place { queue, bucket, engine, leases, worker, _folder: folder }
}

impl Place {
    /// Lets a message be received for the `receives`th time.
    fn send(&self, id: &str, body: &str, receives: u32) {
        let handle = format!("{id}#{receives}");
        let message = Message { id: id.to_owned(), body: body.to_owned(), handle, receives };
        self.queue.waiting.lock().unwrap().push(message);
    }

    fn titles(&self) -> Vec<String> {
        let question = Question { sort: MovieSort::TitleAsc, ..Question::default() };
        let hits = vec![HitsRequest::plain(PageRequest::first(100))];
        let request = SearchRequest { question, hits, ..SearchRequest::default() };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let catalog = self.engine.catalog();
        let answer = runtime.block_on(catalog.search(&OperationContext::new(), request)).unwrap().value;
        answer.hits[0].hits.iter().map(|hit| hit.movie.title.clone()).collect()
    }
}

fn address(key: &str) -> String {
    format!("s3://{BUCKET}/{key}")
}

fn record(object: &str) -> String {
    let bucket = format!("{{\"name\":\"{BUCKET}\"}}");
    format!("{{\"eventName\":\"ObjectCreated:Put\",\"s3\":{{\"bucket\":{bucket},\"object\":{object}}}}}")
}

#[test]
fn of_a_message_everything_is_applied_that_can_be_read() {
    let good = record("{\"key\":\"acme/a.ndjson\"}");
    let cases = [
        ("a record without a key", record("{\"size\":1}"), "record 2 is not one of S3"),
        ("a key that cannot be decoded", record("{\"key\":\"a%ZZ\"}"), "hexadecimal"),
        ("another bucket", good.replace(BUCKET, "other"), "the bucket \"other\" is not"),
        ("an unknown version", good.replacen('{', "{\"eventVersion\":\"3.0\",", 1), "schema version 3.0"),
    ];
    for (name, bad, reason) in cases {
        let mut place = place();
        place.bucket.put("acme/a.ndjson", &["One"]);
        place.send("m", &format!("{{\"Records\":[{good},{bad}]}}"), 1);
        let tick = place.worker.tick();
        assert_eq!((tick.received, tick.deleted, tick.pause), (1, 1, None), "{name}");
        assert_eq!(place.titles(), ["One"], "{name}");
        let dead = place.queue.dead.lock().unwrap();
        assert!(dead["m"].contains(reason), "{name}: {dead:?}");
    }
}

#[test]
fn what_cannot_be_read_comes_again_later_each_time_and_then_is_a_dead_letter() {
    let mut place = place();
    place.bucket.put("acme/closed", &["Closed"]);
    let seconds = Duration::from_secs;
    for (receives, later) in [(1, seconds(1)), (2, seconds(2)), (3, seconds(4))] {
        place.send("m", &address("acme/closed"), receives);
        assert_eq!(place.worker.tick().deleted, 0);
        assert_eq!(place.queue.extended.lock().unwrap()[&format!("m#{receives}")], later);
        assert!(place.queue.dead.lock().unwrap().is_empty());
    }
    place.send("m", &address("acme/closed"), WorkerOptions::default().receives);
    place.send("other", &address("acme/open"), 1);
    place.bucket.put("acme/open", &["Open"]);
    assert_eq!(place.worker.tick().deleted, 2);
    assert!(place.queue.dead.lock().unwrap()["m"].contains("not allowed"), "{:?}", place.queue.dead);
    assert_eq!(place.titles(), ["Open"]);
}

#[test]
fn a_deletion_that_fails_is_repeated_once() {
    for (failures, deleted) in [(0, 1), (1, 1), (2, 0)] {
        let mut place = place();
        *place.queue.failing_deletions.lock().unwrap() = failures;
        place.send("m", &address("acme/never-there"), 1);
        assert_eq!(place.worker.tick().deleted, deleted, "{failures} failures");
    }
}

#[test]
fn a_message_that_is_no_longer_ours_is_not_deleted() {
    for (lease, deleted) in [(Duration::from_secs(60), 1), (Duration::ZERO, 0)] {
        let mut place = place_with(WorkerOptions { lease, ..WorkerOptions::default() });
        place.bucket.put("acme/a", &["One"]);
        place.send("m", &address("acme/a"), 1);
        assert_eq!(place.worker.tick().deleted, deleted, "a lease of {lease:?}");
        assert_eq!(place.titles(), ["One"]);
    }
}

#[test]
fn a_worker_stands_by_while_another_has_the_lease() {
    let place = place();
    let taken = Arc::new(AtomicBool::new(true));
    let (engine, is_taken) = (place.engine.clone(), Arc::clone(&taken));
    let open = move || -> Result<Box<dyn CatalogWriter>, WriteError> {
        if is_taken.load(Relaxed) {
            return Err(WriteError::LeaseTaken("movies".to_owned()));
        }
        Ok(Box::new(engine.writer()?))
    };
    let (queue, bucket) =
        (Arc::clone(&place.queue) as Arc<dyn Queue>, Arc::clone(&place.bucket) as Arc<dyn Bucket>);
    let mut worker =
        Worker::new(queue, bucket, Box::new(open), place.leases.clone(), WorkerOptions::default());
    place.bucket.put("acme/a", &["One"]);
    place.send("m", &address("acme/a"), 1);
    for _ in 0..20 {
        let tick = worker.tick();
        // Nothing is received, and the pause does not grow: the lease may be free at any moment.
        assert_eq!((tick.received, tick.pause), (0, Some(WorkerOptions::default().pause)));
        assert!(worker.is_standby() && !worker.is_ready());
        assert_eq!(worker.problem(), Some("standing by: another process writes to the index movies"));
    }
    taken.store(false, Relaxed);
    assert_eq!(worker.tick().deleted, 1);
    assert!(!worker.is_standby() && worker.is_ready());
    assert_eq!(place.titles(), ["One"]);
}
