//! Writes gathered into `_bulk` requests, a few of which are in flight while the next is filled. Versions keep the order:
//! it does not matter which request comes first.

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use http::Method;
use serde::Serialize;
use tokio::{sync::Semaphore, task::JoinSet};
use wikimovie_elasticsearch_dsl::{BulkAction, BulkItem, BulkMeta, BulkResponse, write_line};
use wikimovie_engine::{failpoint, writer::WriteError};

use crate::{
    client::{Call, Client, RequestBody},
    names::require_alias,
    versions::Versions,
    write_calls::{gone, refused},
};

/// Bytes in one request, some 800 movies: engines do no better with more, and what is small waits for less.
const FULL: usize = 2 * 1024 * 1024;

/// Requests in flight: enough that the engine never waits for us.
const MAX_IN_FLIGHT: usize = 2;

/// Time that one request may take.
pub(crate) const DEADLINE: Duration = Duration::from_secs(60);

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
    client: Client,
    targets: Vec<String>,
    versions: Versions,
    buffer: Buffer,
    in_flight: JoinSet<Result<(), WriteError>>,
    /// Bounds what is in flight of several together.
    within: Option<Arc<Semaphore>>,
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

impl Bulk {
    pub(crate) fn new(client: &Client, targets: Vec<String>, versions: &Versions) -> Self {
        Self {
            client: client.clone(),
            targets,
            versions: versions.clone(),
            buffer: Buffer::default(),
            in_flight: JoinSet::new(),
            within: None,
        }
    }

    /// Sends only as many requests at a time as all of these together may.
    pub(crate) fn within(mut self, bound: &Arc<Semaphore>) -> Self {
        self.within = Some(Arc::clone(bound));
        self
    }

    /// Writes go there from now on. Nothing may be buffered or in flight.
    pub(crate) fn set_targets(&mut self, targets: Vec<String>) {
        self.targets = targets;
    }

    pub(crate) fn targets(&self) -> &[String] {
        &self.targets
    }

    /// Writes a document.
    pub(crate) fn index(&mut self, id: &str, document: &impl Serialize) -> Result<(), WriteError> {
        let version = self.versions.next();
        self.index_as(id, version, document)
    }

    /// Writes a document with the version that it has elsewhere.
    pub(crate) fn index_as(
        &mut self,
        id: &str,
        version: u64,
        document: &impl Serialize,
    ) -> Result<(), WriteError> {
        self.buffer.line(&BulkAction::Index(BulkMeta::new(id, version)), true)?;
        self.buffer.line(document, false)
    }

    /// Removes a document. Engines remember its version for a day, as our indices ask them to.
    pub(crate) fn remove(&mut self, id: &str) -> Result<(), WriteError> {
        let version = self.versions.next();
        self.buffer.line(&BulkAction::Delete(BulkMeta::new(id, version)), true)
    }

    /// Drops what is buffered, and waits for what is in flight, so that nothing of it lands later.
    pub(crate) async fn clear(&mut self) {
        self.buffer = Buffer::default();
        while self.in_flight.join_next().await.is_some() {}
    }

    /// Whether it is time to send what is buffered.
    pub(crate) fn is_full(&self) -> bool {
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
        let (client, targets) = (self.client.clone(), self.targets.clone());
        failpoint::reach("engine.sending");
        self.in_flight.spawn(async move {
            let _permit = permit;
            for target in targets {
                request.clone().deliver(&client, &target).await?;
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
    async fn deliver(mut self, client: &Client, target: &str) -> Result<(), WriteError> {
        let path = ["/", target, "/_bulk"].concat();
        let mut waits = WAITS.iter();
        loop {
            let again = match self.ask(client, &path).await {
                Ok(answer) => self.rejected(&answer, target)?,
                // A request of some megabytes that is too large is two requests.
                Err(WriteError::TooLarge) if self.offsets.len() > 1 => {
                    let (first, second) = self.halves();
                    Box::pin(first.deliver(client, target)).await?;
                    return Box::pin(second.deliver(client, target)).await;
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

    async fn ask(&self, client: &Client, path: &str) -> Result<BulkResponse, WriteError> {
        let filter = ("filter_path", "errors,items.*.status,items.*.error".to_owned());
        let call = Call {
            method: Method::POST,
            query: vec![filter, require_alias()],
            body: Some(RequestBody::Ndjson(self.body.clone())),
            // Versions make a second copy harmless.
            repeatable: true,
            deadline: Some(DEADLINE),
            ..Call::get(path.to_owned())
        };
        let reply = client.request(OPERATION, call).await?;
        match reply.status {
            200 => Ok(reply.json()?),
            404 => Err(gone(path)),
            _ => Err(refused(OPERATION, &reply)),
        }
    }

    /// Places of the writes to send again; an error where the cluster will not have one at all.
    fn rejected(&self, answer: &BulkResponse, target: &str) -> Result<Vec<usize>, WriteError> {
        if answer.items().len() != self.offsets.len() {
            return Err(WriteError::Engine("the bulk response does not match the writes sent".into()));
        }
        let mut again = Vec::new();
        for (at, item) in answer.items().enumerate().filter(|_| answer.errors) {
            match item {
                Some(BulkItem { status: 404, error: Some(_) }) => return Err(gone(target)),
                // 404: a removal of nothing. 409: it is there, or something newer; the lease shows who wrote that.
                None | Some(BulkItem { status: 200..=299 | 404 | 409, .. }) => {}
                Some(BulkItem { status: 429 | 502..=504, .. }) => again.push(at),
                Some(BulkItem { status, error }) => {
                    let error = error.as_ref().map(ToString::to_string).unwrap_or_default();
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

#[cfg(test)]
mod tests;
