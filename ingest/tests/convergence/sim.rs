//! A bucket and its queue in virtual time, with what goes wrong between them, all from one seed.

use std::{
    collections::BTreeMap,
    io::{self, Cursor, Read, Write},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::Duration,
};

use fastrand::Rng;
use flate2::{Compression, write::GzEncoder};
use serde_json::json;
use wikimovie_ingest::{
    bucket::{Bucket, ObjectHead, OpenError},
    queue::{Message, Queue, RemoteError},
};

use crate::world::{Crash, Faults, World};

pub(crate) const BUCKET: &str = "movies";

/// Time for which a received message is hidden, in milliseconds.
const VISIBILITY_MS: u64 = 30_000;

/// The world outside of the worker.
pub(crate) struct Sim {
    clock_ms: AtomicU64,
    state: Mutex<State>,
}

struct State {
    rng: Rng,
    faults: Option<Faults>,
    changes: u32,
    objects: BTreeMap<String, Object>,
    /// The mapping of one provider: where titles come from; nothing where it is refused.
    mapping: Option<(Object, Option<&'static str>)>,
    /// What we put ourselves.
    receipts: BTreeMap<String, Vec<u8>>,
    messages: Vec<Queued>,
    count: u64,
    outage_until_ms: u64,
    lost: bool,
    trace: Vec<String>,
}

#[derive(Clone)]
pub(crate) struct Object {
    pub(crate) body: Vec<u8>,
    pub(crate) etag: String,
    pub(crate) modified_ms: u64,
    /// Id and title of each record, the last of an id counting.
    pub(crate) movies: Vec<(String, String)>,
}

struct Queued {
    id: u64,
    body: String,
    visible_ms: u64,
    receives: u32,
}

impl Sim {
    pub(crate) fn new(seed: u64, faults: Faults) -> Arc<Self> {
        let state = State {
            rng: Rng::with_seed(seed),
            faults: Some(faults),
            changes: faults.changes,
            objects: BTreeMap::new(),
            mapping: None,
            receipts: BTreeMap::new(),
            messages: Vec::new(),
            count: 0,
            outage_until_ms: 0,
            lost: false,
            trace: Vec::new(),
        };
        Arc::new(Self { clock_ms: AtomicU64::new(1_700_000_000_000), state: Mutex::new(state) })
    }

    fn now(&self) -> u64 {
        self.clock_ms.load(Relaxed)
    }

    pub(crate) fn sleep(&self, time: Duration) {
        self.clock_ms.fetch_add(u64::try_from(time.as_millis()).unwrap(), Relaxed);
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes that are still to come; makes one at once where the worker idles.
    pub(crate) fn changes_left(&self) -> bool {
        let now = self.now();
        let mut state = self.lock();
        let loses = state.faults.is_some_and(|faults| faults.loses_events);
        if state.changes > 0 {
            state.changes -= 1;
            state.change(now, loses);
        }
        state.changes > 0
    }

    /// No more faults. Tells whether events were lost.
    pub(crate) fn calm(&self) -> bool {
        let now = self.now();
        let mut state = self.lock();
        state.faults = None;
        // Under a mapping that is refused, what is shown tells of the past.
        if matches!(state.mapping, Some((_, None))) {
            state.map(now, 3);
            state.tell(now, MAPPING, true);
        }
        state.lost
    }

    pub(crate) fn queued(&self) -> usize {
        self.lock().messages.len()
    }

    pub(crate) fn objects(&self) -> BTreeMap<String, Object> {
        self.lock().objects.clone()
    }

    pub(crate) fn receipt(&self, key: &str) -> Option<serde_json::Value> {
        let state = self.lock();
        state.receipts.get(&format!("receipts/{key}.json")).map(|body| serde_json::from_slice(body).unwrap())
    }

    pub(crate) fn trace(&self) -> String {
        self.lock().trace.join("\n")
    }

    /// What a catalogue must show: movie id to title and key of the object.
    pub(crate) fn model(&self) -> BTreeMap<String, (String, String)> {
        let (objects, mapping) = {
            let state = self.lock();
            (state.objects.clone(), state.mapping.as_ref().and_then(|(_, from)| *from))
        };
        let mut ranked: Vec<(&String, &Object)> = objects.iter().collect();
        ranked.sort_by_key(|(key, object)| (object.modified_ms, key.as_str()));
        let mut shown = BTreeMap::new();
        for (key, object) in ranked {
            let provider = key.split('/').next().unwrap();
            let is_other = mapping == Some("other") && MAPPING.starts_with(provider);
            for (id, title) in &object.movies {
                let title = if is_other { format!("Other {title}") } else { title.clone() };
                shown.insert(format!("{provider}:{id}"), (title, key.clone()));
            }
        }
        shown
    }
}

impl World for Sim {
    fn point(&self, name: &'static str) -> Result<(), RemoteError> {
        let now = self.clock_ms.fetch_add(7, Relaxed);
        let mut state = self.lock();
        let Some(faults) = state.faults else { return Ok(()) };
        if state.changes > 0 && state.rng.u32(..8) == 0 {
            state.changes -= 1;
            state.change(now, faults.loses_events);
        }
        if faults.crash_one_in > 0 && state.rng.u32(..faults.crash_one_in) == 0 {
            state.trace.push(format!("{now} crash at {name}"));
            drop(state);
            std::panic::panic_any(Crash);
        }
        if name.starts_with("engine") {
            if state.outage_until_ms == 0
                && faults.fail_one_in > 0
                && state.rng.u32(..faults.fail_one_in * 4) == 0
            {
                state.outage_until_ms = now + state.rng.u64(..20_000);
            }
            if state.outage_until_ms > now {
                return Err(RemoteError::Unavailable("the engine is out".to_owned()));
            }
            state.outage_until_ms = 0;
        }
        if faults.fail_one_in > 0 && state.rng.u32(..faults.fail_one_in) == 0 {
            state.trace.push(format!("{now} failure at {name}"));
            return Err(RemoteError::Unavailable(format!("{name} fails")));
        }
        Ok(())
    }
}

const MAPPING: &str = "acme/_mapping.json";

const KEYS: &[&str] = &[
    "acme/a.json",
    "acme/b c+d.ndjson",
    "acme/é.json.gz",
    "acme/z",
    "zenith/a.json",
    "zenith/deep/er/b.json",
];

impl State {
    /// The bucket changes at one key, and an event tells of it, perhaps.
    fn change(&mut self, now: u64, loses: bool) {
        let maps = self.rng.u8(..8) == 0;
        let key = if maps { MAPPING } else { KEYS[self.rng.usize(..KEYS.len())] };
        let removes =
            if maps { self.mapping.is_some() && self.rng.u8(..4) == 0 } else { self.rng.u8(..10) < 3 };
        if maps {
            let kind = if removes { 3 } else { self.rng.u8(..3) };
            self.map(now, kind);
        } else if removes {
            self.objects.remove(key);
        } else {
            let object = self.content(now);
            self.objects.insert(key.to_owned(), object);
        }
        self.trace.push(format!("{now} {} {key}", if removes { "remove" } else { "put" }));
        if loses && self.rng.u8(..10) == 0 {
            self.lost = true;
            self.trace.push(format!("{now} the event is lost"));
            return;
        }
        self.tell(now, key, removes);
    }

    /// The mapping becomes another one, or goes.
    fn map(&mut self, now: u64, kind: u8) {
        let (body, from) = match kind {
            0 => (r#"{"fields": {"title": "title"}}"#, Some("title")),
            1 => (r#"{"fields": {"title": "other"}}"#, Some("other")),
            2 => (r#"{"fields": {"titel": "title"}}"#, None),
            _ => {
                self.mapping = None;
                return;
            }
        };
        self.count += 1;
        let etag = format!("\"e{}\"", self.count);
        let object = Object { body: body.into(), etag, modified_ms: now / 1_000 * 1_000, movies: Vec::new() };
        self.mapping = Some((object, from));
    }

    fn tell(&mut self, now: u64, key: &str, removes: bool) {
        let name = if removes { "ObjectRemoved:Delete" } else { "ObjectCreated:Put" };
        let spelled = spell(key, self.rng.bool());
        let body = json!({ "Records": [{ "eventVersion": "2.1", "eventName": name,
            "s3": { "bucket": { "name": BUCKET }, "object": { "key": spelled, "sequencer": "00" } } }] });
        for _ in 0..=u8::from(self.rng.u8(..5) == 0) {
            self.count += 1;
            let delay = if self.rng.bool() { 0 } else { self.rng.u64(..90_000) };
            self.messages.push(Queued {
                id: self.count,
                body: body.to_string(),
                visible_ms: now + delay,
                receives: 0,
            });
        }
    }

    fn at(&self, key: &str) -> Option<&Object> {
        match &self.mapping {
            Some((mapping, _)) if key == MAPPING => Some(mapping),
            _ => self.objects.get(key),
        }
    }

    fn content(&mut self, now: u64) -> Object {
        let mut movies: Vec<(String, String)> = Vec::new();
        let mut records = Vec::new();
        for _ in 0..self.rng.usize(..12) {
            let id = format!("m{}", self.rng.u8(..8));
            self.count += 1;
            let title = format!("Title {}", self.count);
            records.push(
                json!({ "id": id, "title": title, "other": format!("Other {title}"), "year": 1999 })
                    .to_string(),
            );
            movies.push((id, title));
        }
        if self.rng.u8(..4) == 0 {
            records.push("{\"title\":true}".to_owned());
        }
        let lines = self.rng.bool();
        let mut body =
            if lines { records.join("\n") } else { format!("[{}]", records.join(",\n")) }.into_bytes();
        if self.rng.u8(..3) == 0 {
            let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
            packed.write_all(&body).unwrap();
            body = packed.finish().unwrap();
        }
        self.count += 1;
        // Clocks of buckets tell whole seconds.
        Object { body, etag: format!("\"e{}\"", self.count), modified_ms: now / 1_000 * 1_000, movies }
    }
}

/// As AWS spells keys, or as LocalStack does.
fn spell(key: &str, plus: bool) -> String {
    key.bytes()
        .map(|byte| match byte {
            b' ' if plus => "+".to_owned(),
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'.' => char::from(byte).to_string(),
            other => format!("%{other:02X}"),
        })
        .collect()
}

impl Queue for Sim {
    fn receive(&self, most: usize, wait: Duration) -> Result<Vec<Message>, RemoteError> {
        self.point("queue.receive")?;
        let mut state = self.lock();
        if !state.messages.iter().any(|message| message.visible_ms <= self.now()) {
            self.sleep(wait);
        }
        let now = self.now();
        let mut rng = state.rng.fork();
        rng.shuffle(&mut state.messages);
        let visible = state.messages.iter_mut().filter(|message| message.visible_ms <= now).take(most);
        let received: Vec<Message> = visible
            .map(|message| {
                message.visible_ms = now + VISIBILITY_MS;
                message.receives += 1;
                Message {
                    id: message.id.to_string(),
                    body: message.body.clone(),
                    handle: format!("{}#{}", message.id, message.receives),
                    receives: message.receives,
                }
            })
            .collect();
        drop(state);
        // Received and not delivered: they come again.
        self.point("queue.received")?;
        Ok(received)
    }

    fn extend(&self, handles: &[String], lease: Duration) -> Result<Vec<String>, RemoteError> {
        self.point("queue.extend")?;
        let until = self.now() + u64::try_from(lease.as_millis()).unwrap();
        let mut state = self.lock();
        for message in &mut state.messages {
            if handles.contains(&format!("{}#{}", message.id, message.receives)) {
                message.visible_ms = until;
            }
        }
        Ok(Vec::new())
    }

    fn delete(&self, handles: &[String]) -> Result<Vec<String>, RemoteError> {
        self.point("queue.delete")?;
        let mut state = self.lock();
        let mut failed = Vec::new();
        let mut rng = state.rng.fork();
        let faulty = state.faults.is_some();
        state.messages.retain(|message| {
            let handle = format!("{}#{}", message.id, message.receives);
            if !handles.contains(&handle) {
                return true;
            }
            if faulty && rng.u8(..20) == 0 {
                failed.push(handle);
                return true;
            }
            false
        });
        drop(state);
        self.point("queue.deleted")?;
        Ok(failed)
    }

    fn dead_letter(&self, message: &Message, reason: &str) -> Result<(), RemoteError> {
        panic!("{}: {reason}: no message of a schedule is bad", message.body);
    }
}

impl Bucket for Sim {
    fn name(&self) -> &str {
        BUCKET
    }

    fn check(&self) -> Result<(), RemoteError> {
        self.point("bucket.check")
    }

    fn head(&self, key: &str) -> Result<Option<ObjectHead>, RemoteError> {
        self.point("bucket.head")?;
        let state = self.lock();
        Ok(state.at(key).map(|object| head(key, object)))
    }

    fn open(&self, wanted: &ObjectHead, from: u64) -> Result<Box<dyn Read + Send>, OpenError> {
        self.point("bucket.open")?;
        let mut state = self.lock();
        let object = state.at(&wanted.key).filter(|object| object.etag == wanted.etag);
        let body = object.ok_or(OpenError::Changed)?.body[usize::try_from(from).unwrap()..].to_vec();
        if state.faults.is_some() && !body.is_empty() && state.rng.u8(..6) == 0 {
            let cut = state.rng.usize(..body.len());
            return Ok(Box::new(Cursor::new(body[..cut].to_vec()).chain(Broken(state.rng.bool()))));
        }
        Ok(Box::new(Cursor::new(body)))
    }

    fn list(&self, prefix: &str) -> Result<Vec<ObjectHead>, RemoteError> {
        self.point("bucket.list")?;
        let state = self.lock();
        let listed = state.objects.iter().filter(|(key, _)| key.starts_with(prefix));
        let listed = listed.map(|(key, object)| head(key, object));
        let mapping = state.mapping.iter().map(|(object, _)| head(MAPPING, object));
        Ok(listed.chain(mapping.filter(|head| head.key.starts_with(prefix))).collect())
    }

    fn put(&self, key: &str, body: Vec<u8>, _: &str) -> Result<(), RemoteError> {
        self.point("bucket.put")?;
        self.lock().receipts.insert(key.to_owned(), body);
        self.point("bucket.put done")
    }
}

fn head(key: &str, object: &Object) -> ObjectHead {
    ObjectHead {
        key: key.to_owned(),
        etag: object.etag.clone(),
        modified_ms: object.modified_ms,
        bytes: object.body.len() as u64,
    }
}

/// A connection that breaks: with an error, or without a word.
struct Broken(bool);

impl Read for Broken {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        if self.0 { Err(io::ErrorKind::ConnectionReset.into()) } else { Ok(0) }
    }
}
