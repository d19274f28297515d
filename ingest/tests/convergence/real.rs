//! The same on LocalStack: a real bucket whose notifications feed a real queue, in real time.

use std::{
    collections::BTreeMap,
    io::Read,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use fastrand::Rng;
use serde_json::json;
use tokio::runtime::Runtime;
use wikimovie_ingest::{
    aws::{Aws, AwsOptions, S3Bucket, SqsQueue, provision},
    bucket::{Bucket, ObjectHead, OpenError},
    queue::{Message, Queue, RemoteError},
};

use crate::world::{Crash, Faults, World};

/// Time for which a received message is hidden.
pub(crate) const VISIBILITY: Duration = Duration::from_secs(2);

const KEYS: &[&str] = &["acme/a.json", "acme/b c+d.ndjson", "acme/é.json", "zenith/a.json"];

/// A bucket and a queue of one schedule.
pub(crate) struct Real {
    bucket: S3Bucket,
    queue: SqsQueue,
    state: Mutex<State>,
}

struct State {
    rng: Rng,
    faults: Option<Faults>,
    changes: u32,
    count: u64,
    lost: bool,
    outage_until: Option<Instant>,
    /// Id and title of each record of each object.
    objects: BTreeMap<String, Vec<(String, String)>>,
    trace: Vec<String>,
}

impl Real {
    pub(crate) fn new(endpoint: &str, runtime: &Runtime, seed: u64, faults: Faults) -> Arc<Self> {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_nanos();
        let name = format!("chaos-{seed}-{now:x}");
        let options = AwsOptions { region: None, endpoint: Some(endpoint.to_owned()) };
        let aws = runtime.block_on(Aws::load(&options));
        runtime.block_on(provision(&aws, &name, &name)).unwrap();
        let (queue, _) = SqsQueue::find(&aws, &name, VISIBILITY, runtime.handle().clone()).unwrap();
        let state = State {
            rng: Rng::with_seed(seed),
            faults: Some(faults),
            changes: faults.changes,
            count: 0,
            lost: false,
            outage_until: None,
            objects: BTreeMap::new(),
            trace: Vec::new(),
        };
        let bucket = S3Bucket::new(&aws, &name, runtime.handle().clone());
        Arc::new(Self { bucket, queue, state: Mutex::new(state) })
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Makes a change where some are left; tells whether more are.
    pub(crate) fn change(&self) -> bool {
        let (key, body, loses, twice) = {
            let mut state = self.lock();
            if state.changes == 0 {
                return false;
            }
            state.changes -= 1;
            let key = KEYS[state.rng.usize(..KEYS.len())];
            let body = (state.rng.u8(..10) >= 3).then(|| state.content());
            let loses = state.faults.is_some_and(|faults| faults.loses_events) && state.rng.u8(..5) == 0;
            state.lost |= loses;
            match &body {
                Some((_, movies)) => drop(state.objects.insert(key.to_owned(), movies.clone())),
                None => drop(state.objects.remove(key)),
            }
            let what = if body.is_some() { "put" } else { "remove" };
            state.trace.push(format!("{what} {key}{}", if loses { ", one event lost" } else { "" }));
            (key, body, loses, state.rng.u8(..5) == 0)
        };
        match body {
            Some((body, _)) => self.bucket.put(key, body, "application/json").unwrap(),
            None => self.bucket.delete(key).unwrap(),
        }
        if twice {
            self.queue.send(&["s3://", self.bucket.name(), "/", key].concat()).unwrap();
        }
        if loses {
            // Whatever waits first is lost, perhaps this very event.
            for message in self.queue.receive(1, Duration::from_secs(1)).unwrap() {
                self.queue.delete(&[message.handle]).unwrap();
            }
        }
        self.lock().changes > 0
    }

    /// No more faults. Tells whether events were lost.
    pub(crate) fn calm(&self) -> bool {
        let mut state = self.lock();
        state.faults = None;
        state.lost
    }

    pub(crate) fn is_quiet(&self) -> bool {
        self.queue.depth().unwrap() == (0, 0)
    }

    pub(crate) fn trace(&self) -> String {
        self.lock().trace.join("\n")
    }

    pub(crate) fn dead_letters(&self) -> u64 {
        self.queue.dead_letter_queue().unwrap().depth().unwrap().0
    }

    /// What a catalogue must show: movie id to title and key of the object.
    pub(crate) fn model(&self) -> BTreeMap<String, (String, String)> {
        let mut listed = self.bucket.list("").unwrap();
        listed.retain(|object| !object.key.starts_with("receipts/"));
        listed.sort_by(|a, b| (a.modified_ms, &a.key).cmp(&(b.modified_ms, &b.key)));
        let objects = self.lock().objects.clone();
        assert_eq!(listed.len(), objects.len());
        let mut shown = BTreeMap::new();
        for object in listed {
            let provider = object.key.split('/').next().unwrap().to_owned();
            for (id, title) in &objects[&object.key] {
                shown.insert(format!("{provider}:{id}"), (title.clone(), object.key.clone()));
            }
        }
        shown
    }
}

impl State {
    fn content(&mut self) -> (Vec<u8>, Vec<(String, String)>) {
        let mut movies: Vec<(String, String)> = Vec::new();
        let mut body = Vec::new();
        for _ in 0..self.rng.usize(..12) {
            let id = format!("m{}", self.rng.u8(..8));
            self.count += 1;
            let title = format!("Title {}", self.count);
            body.extend(json!({ "id": id, "title": title, "year": 1999 }).to_string().into_bytes());
            body.push(b'\n');
            movies.push((id, title));
        }
        (body, movies)
    }
}

impl World for Real {
    fn point(&self, name: &'static str) -> Result<(), RemoteError> {
        let changes = {
            let mut state = self.lock();
            state.faults.is_some() && state.rng.u32(..8) == 0
        };
        if changes {
            self.change();
        }
        let mut state = self.lock();
        let Some(faults) = state.faults else { return Ok(()) };
        if faults.crash_one_in > 0 && state.rng.u32(..faults.crash_one_in) == 0 {
            state.trace.push(format!("crash at {name}"));
            drop(state);
            std::panic::panic_any(Crash);
        }
        if name.starts_with("engine") {
            let now = Instant::now();
            if faults.fail_one_in > 0 && state.rng.u32(..faults.fail_one_in * 4) == 0 {
                state.outage_until = Some(now + Duration::from_millis(state.rng.u64(..2_000)));
            }
            if state.outage_until.is_some_and(|until| until > now) {
                return Err(RemoteError::Unavailable("the engine is out".to_owned()));
            }
        }
        if faults.fail_one_in > 0 && state.rng.u32(..faults.fail_one_in) == 0 {
            state.trace.push(format!("failure at {name}"));
            return Err(RemoteError::Unavailable(format!("{name} fails")));
        }
        Ok(())
    }
}

impl Queue for Real {
    fn receive(&self, most: usize, wait: Duration) -> Result<Vec<Message>, RemoteError> {
        self.point("queue.receive")?;
        let received = self.queue.receive(most, wait)?;
        self.point("queue.received")?;
        Ok(received)
    }

    fn extend(&self, handles: &[String], lease: Duration) -> Result<Vec<String>, RemoteError> {
        self.point("queue.extend")?;
        self.queue.extend(handles, lease)
    }

    fn delete(&self, handles: &[String]) -> Result<Vec<String>, RemoteError> {
        self.point("queue.delete")?;
        let left = self.queue.delete(handles)?;
        self.point("queue.deleted")?;
        Ok(left)
    }

    fn dead_letter(&self, message: &Message, reason: &str) -> Result<(), RemoteError> {
        self.point("queue.dead_letter")?;
        self.queue.dead_letter(message, reason)
    }
}

impl Bucket for Real {
    fn name(&self) -> &str {
        self.bucket.name()
    }

    fn check(&self) -> Result<(), RemoteError> {
        self.bucket.check()
    }

    fn head(&self, key: &str) -> Result<Option<ObjectHead>, RemoteError> {
        self.point("bucket.head")?;
        self.bucket.head(key)
    }

    fn open(&self, object: &ObjectHead, from: u64) -> Result<Box<dyn Read + Send>, OpenError> {
        self.point("bucket.open")?;
        self.bucket.open(object, from)
    }

    fn list(&self, prefix: &str) -> Result<Vec<ObjectHead>, RemoteError> {
        self.point("bucket.list")?;
        self.bucket.list(prefix)
    }

    fn put(&self, key: &str, body: Vec<u8>, content_type: &str) -> Result<(), RemoteError> {
        self.point("bucket.put")?;
        self.bucket.put(key, body, content_type)
    }
}
