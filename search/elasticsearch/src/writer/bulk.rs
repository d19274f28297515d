//! Writes gathered into `_bulk` requests, a few of which are in flight while the next is filled. Versions keep the order:
//! it does not matter which request comes first.

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use http::Method;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio::{sync::Semaphore, task::JoinSet};
use wikimovie_elasticsearch_dsl::write_line;
use wikimovie_engine::{content_hash::hash128, failpoint, writer::WriteError};

use super::{source_records::SourceRecord, versions::Versions};
use crate::{
    Shared,
    client::{Body, Call},
    document::{Document, Folded},
    index::{refused, require_alias},
    maintenance::gone,
};

/// Bytes in one request, some 800 movies: engines do no better with more, and what is small waits for less.
const FULL: usize = 2 * 1024 * 1024;

/// Requests in flight: enough that the engine never waits for us.
const MAX_IN_FLIGHT: usize = 2;

/// Time that one request may take.
pub(super) const DEADLINE: Duration = Duration::from_secs(60);

/// What a request is, for the log.
const OPERATION: &str = "writing documents";

/// Waits before a write that the cluster was too busy for is sent again.
const WAITS: [Duration; 6] = [
    Duration::from_millis(100),
    Duration::from_millis(300),
    Duration::from_secs(1),
    Duration::from_secs(3),
    Duration::from_secs(5),
    Duration::from_secs(10),
];

/// Writes to one index, or to several alike.
#[derive(Debug)]
pub(crate) struct Bulk {
    shared: Arc<Shared>,
    targets: Vec<String>,
    versions: Versions,
    buffer: Buffer,
    in_flight: JoinSet<Result<(), WriteError>>,
    /// Bounds what is in flight of several together.
    within: Option<Arc<Semaphore>>,
}

/// What is to be done with a document.
#[derive(Serialize)]
#[serde(rename_all = "lowercase")]
enum Action<'a> {
    Index(ActionMeta<'a>),
    Delete(ActionMeta<'a>),
}

#[derive(Serialize)]
struct ActionMeta<'a> {
    _id: &'a str,
    version: u64,
    version_type: &'static str,
}

impl<'a> ActionMeta<'a> {
    fn new(id: &'a str, version: u64) -> Self {
        Self { _id: id, version, version_type: "external" }
    }
}

/// A request that is being filled.
#[derive(Debug, Default)]
struct Buffer {
    body: Vec<u8>,
    /// Byte at which each write starts.
    offsets: Vec<usize>,
}

/// A request.
#[derive(Clone, Debug)]
struct Request {
    body: Bytes,
    /// Byte at which each write starts.
    offsets: Vec<usize>,
}

#[derive(Deserialize)]
struct Items {
    #[serde(default)]
    errors: bool,
    #[serde(default)]
    items: Vec<std::collections::HashMap<String, Item>>,
}

#[derive(Deserialize)]
struct Item {
    status: u16,
    #[serde(default)]
    error: Value,
}

impl Bulk {
    pub(crate) fn new(shared: &Arc<Shared>, targets: Vec<String>, versions: &Versions) -> Self {
        Self {
            shared: Arc::clone(shared),
            targets,
            versions: versions.clone(),
            buffer: Buffer::default(),
            in_flight: JoinSet::new(),
            within: None,
        }
    }

    /// Sends only as many requests at a time as all of these together may.
    pub(super) fn within(mut self, bound: &Arc<Semaphore>) -> Self {
        self.within = Some(Arc::clone(bound));
        self
    }

    /// Writes go there from now on. Nothing may be buffered or in flight.
    pub(super) fn set_targets(&mut self, targets: Vec<String>) {
        self.targets = targets;
    }

    pub(super) fn targets(&self) -> &[String] {
        &self.targets
    }

    /// Writes a record: shown under the movie's id, or hidden behind another one.
    pub(super) fn put_record(&mut self, record: &SourceRecord, shown: bool) -> Result<(), WriteError> {
        let version = self.versions.next();
        self.put_record_as(record, shown, version)
    }

    /// Writes a record with the version that it has elsewhere.
    pub(crate) fn put_record_as(
        &mut self,
        record: &SourceRecord,
        shown: bool,
        version: u64,
    ) -> Result<(), WriteError> {
        let folded = Folded::new(record);
        let document = Document::new(record, &folded, shown);
        let id = record.movie.id.as_str();
        if shown {
            self.write(id, version, &document)
        } else {
            self.write(&hidden_id(&record.object, id), version, &document)
        }
    }

    /// Removes a hidden record.
    pub(super) fn remove_hidden(&mut self, object: &str, movie: &str) -> Result<(), WriteError> {
        self.remove(&hidden_id(object, movie))
    }

    /// Writes a document.
    pub(super) fn index(&mut self, id: &str, document: &impl Serialize) -> Result<(), WriteError> {
        let version = self.versions.next();
        self.write(id, version, document)
    }

    /// Removes a document. Engines remember its version for a day, as our indices ask them to.
    pub(super) fn remove(&mut self, id: &str) -> Result<(), WriteError> {
        let version = self.versions.next();
        self.buffer.line(&Action::Delete(ActionMeta::new(id, version)), true)
    }

    fn write(&mut self, id: &str, version: u64, document: &impl Serialize) -> Result<(), WriteError> {
        self.buffer.line(&Action::Index(ActionMeta::new(id, version)), true)?;
        self.buffer.line(document, false)
    }

    /// Drops what is buffered, and waits for what is in flight, so that nothing of it lands later.
    pub(super) async fn clear(&mut self) {
        self.buffer = Buffer::default();
        while self.in_flight.join_next().await.is_some() {}
    }

    /// Whether it is time to send what is buffered.
    pub(super) fn is_full(&self) -> bool {
        self.buffer.body.len() >= FULL
    }

    /// Sends what is buffered once it is much, and does not wait for it.
    pub(crate) async fn send_if_full(&mut self) -> Result<(), WriteError> {
        if self.is_full() { self.send().await } else { Ok(()) }
    }

    /// Sends what is buffered, as soon as few enough requests are in flight.
    async fn send(&mut self) -> Result<(), WriteError> {
        if self.buffer.offsets.is_empty() {
            return Ok(());
        }
        while self.in_flight.len() >= MAX_IN_FLIGHT {
            self.join_one().await?;
        }
        let permit = match &self.within {
            // Never closed.
            Some(bound) => Arc::clone(bound).acquire_owned().await.ok(),
            None => None,
        };
        let Buffer { body, offsets } = std::mem::take(&mut self.buffer);
        let request = Request { body: body.into(), offsets };
        let (shared, targets) = (Arc::clone(&self.shared), self.targets.clone());
        failpoint::reach("engine.sending");
        self.in_flight.spawn(async move {
            let _permit = permit;
            for target in targets {
                request.clone().deliver(&shared, &target).await?;
                failpoint::reach("engine.written");
            }
            Ok(())
        });
        Ok(())
    }

    /// Sends what is buffered, and returns once all is written.
    pub(crate) async fn flush(&mut self) -> Result<(), WriteError> {
        self.send().await?;
        while !self.in_flight.is_empty() {
            self.join_one().await?;
        }
        Ok(())
    }

    async fn join_one(&mut self) -> Result<(), WriteError> {
        match self.in_flight.join_next().await {
            None | Some(Ok(Ok(()))) => Ok(()),
            Some(Ok(Err(error))) => Err(error),
            Some(Err(error)) => Err(WriteError::Engine(error.to_string())),
        }
    }
}

impl Buffer {
    fn line(&mut self, value: &impl Serialize, starts_write: bool) -> Result<(), WriteError> {
        if starts_write {
            self.offsets.push(self.body.len());
        }
        write_line(&mut self.body, value).map_err(|error| WriteError::Engine(error.to_string()))
    }
}

impl Request {
    /// Writes all of it. What the cluster was too busy for is sent again, alone.
    async fn deliver(mut self, shared: &Shared, target: &str) -> Result<(), WriteError> {
        let path = ["/", target, "/_bulk"].concat();
        let mut waits = WAITS.iter();
        loop {
            let again = match self.ask(shared, &path).await {
                Ok(answer) => self.rejected(&answer, target)?,
                // A request of some megabytes that is too large is two requests.
                Err(WriteError::TooLarge) if self.offsets.len() > 1 => {
                    let (first, second) = self.halves();
                    Box::pin(first.deliver(shared, target)).await?;
                    return Box::pin(second.deliver(shared, target)).await;
                }
                Err(WriteError::Unavailable { .. } | WriteError::Slow { .. }) => {
                    (0..self.offsets.len()).collect()
                }
                Err(error) => return Err(error),
            };
            self.retain(&again);
            if self.offsets.is_empty() {
                return Ok(());
            }
            let Some(&wait) = waits.next() else {
                return Err(WriteError::Unavailable { operation: OPERATION });
            };
            tracing::warn!(
                writes = self.offsets.len(),
                "the cluster rejects writes because it is busy; retrying"
            );
            tokio::time::sleep(wait.mul_f64(0.5 + fastrand::f64())).await;
        }
    }

    async fn ask(&self, shared: &Shared, path: &str) -> Result<Items, WriteError> {
        let filter = ("filter_path", "errors,items.*.status,items.*.error".to_owned());
        let call = Call {
            method: Method::POST,
            query: vec![filter, require_alias()],
            body: Some(Body::Ndjson(self.body.clone())),
            // Versions make a second copy harmless.
            repeatable: true,
            deadline: Some(DEADLINE),
            ..Call::get(path.to_owned())
        };
        let reply = shared.request(OPERATION, call).await?;
        match reply.status {
            200 => Ok(reply.json()?),
            404 => Err(gone(path)),
            _ => Err(refused("the cluster takes no writes", &reply)),
        }
    }

    /// Places of the writes to send again; an error where the cluster will not have one at all.
    fn rejected(&self, answer: &Items, target: &str) -> Result<Vec<usize>, WriteError> {
        if answer.items.len() != self.offsets.len() {
            return Err(WriteError::Engine("the bulk response does not match the writes sent".into()));
        }
        let mut again = Vec::new();
        for (at, item) in answer.items.iter().enumerate().filter(|_| answer.errors) {
            match item.values().next() {
                Some(Item { status: 404, error }) if !error.is_null() => return Err(gone(target)),
                // 404: a removal of nothing. 409: it is there, or something newer; the lease tells who wrote that.
                None | Some(Item { status: 200..=299 | 404 | 409, .. }) => {}
                Some(Item { status: 429 | 502..=504, .. }) => again.push(at),
                Some(Item { status, error }) => {
                    return Err(WriteError::Engine(format!(
                        "a write was rejected: status {status}, {error}"
                    )));
                }
            }
        }
        Ok(again)
    }

    fn retain(&mut self, places: &[usize]) {
        if places.len() < self.offsets.len() {
            *self = self.part(places.iter().copied());
        }
    }

    fn halves(&self) -> (Self, Self) {
        let middle = self.offsets.len() / 2;
        (self.part(0..middle), self.part(middle..self.offsets.len()))
    }

    fn part(&self, places: impl Iterator<Item = usize>) -> Self {
        let (mut body, mut offsets) = (Vec::new(), Vec::new());
        for at in places {
            if let Some(&start) = self.offsets.get(at) {
                let end = self.offsets.get(at + 1).copied().unwrap_or(self.body.len());
                offsets.push(body.len());
                body.extend_from_slice(self.body.get(start..end).unwrap_or_default());
            }
        }
        Self { body: body.into(), offsets }
    }
}

/// Id of a hidden record: no movie's id offsets so, as those start with a provider and a colon.
pub(crate) fn hidden_id(object: &str, movie: &str) -> String {
    format!("hidden~{:032x}", hash128(&[object, movie].join("\0")))
}

#[cfg(test)]
#[path = "bulk_tests.rs"]
mod tests;
