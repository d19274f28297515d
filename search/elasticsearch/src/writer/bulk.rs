//! Writes gathered into `_bulk` requests, a few of which are under way while the next is gathered. Versions keep the
//! order: it does not matter which request comes first.

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use http::Method;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio::{sync::Semaphore, task::JoinSet};
use wikimovie_elasticsearch_dsl::write_line;
use wikimovie_engine::{account::hash128, error::SearchError, kill, writer::WriteError};

use super::{listings::Listing, versions::Versions};
use crate::{
    Shared,
    client::{Body, Call},
    document::{Document, Folded},
};

/// Bytes in one request, some 800 movies: engines do no better with more, and what is small waits for less.
const FULL: usize = 2 * 1024 * 1024;

/// Requests under way: enough that the engine never waits for us.
const UNDER_WAY: usize = 2;

/// Time that one request may take.
pub(super) const DEADLINE: Duration = Duration::from_secs(60);

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
    gathered: Gathered,
    under_way: JoinSet<Result<(), WriteError>>,
    /// Bounds what is under way of several together.
    within: Option<Arc<Semaphore>>,
}

/// What is to be done with a document.
#[derive(Serialize)]
#[serde(rename_all = "lowercase")]
enum Action<'a> {
    Index(Place<'a>),
    Delete(Place<'a>),
}

#[derive(Serialize)]
struct Place<'a> {
    _id: &'a str,
    version: u64,
    version_type: &'static str,
}

impl<'a> Place<'a> {
    fn new(id: &'a str, version: u64) -> Self {
        Self { _id: id, version, version_type: "external" }
    }
}

/// A request to be.
#[derive(Debug, Default)]
struct Gathered {
    body: Vec<u8>,
    /// Where each write starts.
    starts: Vec<usize>,
}

/// A request.
#[derive(Clone, Debug)]
struct Request {
    body: Bytes,
    /// Where each write starts.
    starts: Vec<usize>,
}

#[derive(Deserialize)]
struct Answer {
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
            gathered: Gathered::default(),
            under_way: JoinSet::new(),
            within: None,
        }
    }

    /// Sends only as many requests at a time as all of these together may.
    pub(super) fn within(mut self, bound: &Arc<Semaphore>) -> Self {
        self.within = Some(Arc::clone(bound));
        self
    }

    /// Writes go there from now on. Nothing may be gathered or under way.
    pub(super) fn aim(&mut self, targets: Vec<String>) {
        self.targets = targets;
    }

    pub(super) fn targets(&self) -> &[String] {
        &self.targets
    }

    /// Writes a listing: shown under the movie's id, or hidden behind another one.
    pub(super) fn list(&mut self, listing: &Listing, shown: bool) -> Result<(), WriteError> {
        let version = self.versions.next();
        self.list_as(listing, shown, version)
    }

    /// Writes a listing with the version that it has elsewhere.
    pub(crate) fn list_as(&mut self, listing: &Listing, shown: bool, version: u64) -> Result<(), WriteError> {
        let folded = Folded::new(listing);
        let document = Document::new(listing, &folded, shown);
        let id = listing.movie.id.as_str();
        if shown {
            self.write(id, version, &document)
        } else {
            self.write(&hidden_id(&listing.object, id), version, &document)
        }
    }

    /// Removes a hidden listing.
    pub(super) fn unhide(&mut self, object: &str, movie: &str) -> Result<(), WriteError> {
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
        self.gathered.line(&Action::Delete(Place::new(id, version)), true)
    }

    fn write(&mut self, id: &str, version: u64, document: &impl Serialize) -> Result<(), WriteError> {
        self.gathered.line(&Action::Index(Place::new(id, version)), true)?;
        self.gathered.line(document, false)
    }

    /// Forgets what was gathered, and waits for what is under way, so that nothing of it lands later.
    pub(super) async fn clear(&mut self) {
        self.gathered = Gathered::default();
        while self.under_way.join_next().await.is_some() {}
    }

    /// Whether it is time to send what was gathered.
    pub(super) fn is_full(&self) -> bool {
        self.gathered.body.len() >= FULL
    }

    /// Sends what was gathered once it is much, and does not wait for it.
    pub(crate) async fn send_if_full(&mut self) -> Result<(), WriteError> {
        if self.is_full() { self.send().await } else { Ok(()) }
    }

    /// Sends what was gathered, as soon as few enough requests are under way.
    async fn send(&mut self) -> Result<(), WriteError> {
        if self.gathered.starts.is_empty() {
            return Ok(());
        }
        while self.under_way.len() >= UNDER_WAY {
            self.arrived().await?;
        }
        let permit = match &self.within {
            // Never closed.
            Some(bound) => Arc::clone(bound).acquire_owned().await.ok(),
            None => None,
        };
        let Gathered { body, starts } = std::mem::take(&mut self.gathered);
        let request = Request { body: body.into(), starts };
        let (shared, targets) = (Arc::clone(&self.shared), self.targets.clone());
        kill::point("engine.sending");
        self.under_way.spawn(async move {
            let _permit = permit;
            for target in targets {
                request.clone().deliver(&shared, &target).await?;
                kill::point("engine.written");
            }
            Ok(())
        });
        Ok(())
    }

    /// Sends what was gathered, and returns once all is written.
    pub(crate) async fn flush(&mut self) -> Result<(), WriteError> {
        self.send().await?;
        while !self.under_way.is_empty() {
            self.arrived().await?;
        }
        Ok(())
    }

    async fn arrived(&mut self) -> Result<(), WriteError> {
        match self.under_way.join_next().await {
            None | Some(Ok(Ok(()))) => Ok(()),
            Some(Ok(Err(error))) => Err(error),
            Some(Err(error)) => Err(WriteError::Engine(error.to_string())),
        }
    }
}

impl Gathered {
    fn line(&mut self, value: &impl Serialize, starts: bool) -> Result<(), WriteError> {
        if starts {
            self.starts.push(self.body.len());
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
                Ok(answer) => self.refused(&answer)?,
                Err(SearchError::Unavailable | SearchError::Timeout) => (0..self.starts.len()).collect(),
                // A request of some megabytes that is too large is two requests.
                Err(SearchError::Engine(said)) if said.starts_with("status 413") && self.starts.len() > 1 => {
                    let (first, second) = self.halves();
                    Box::pin(first.deliver(shared, target)).await?;
                    return Box::pin(second.deliver(shared, target)).await;
                }
                Err(error) => return Err(error.into()),
            };
            self.keep(&again);
            if self.starts.is_empty() {
                return Ok(());
            }
            let Some(&wait) = waits.next() else { return Err(WriteError::Unavailable) };
            tracing::warn!(
                writes = self.starts.len(),
                "the cluster rejects writes because it is busy; retrying"
            );
            tokio::time::sleep(wait.mul_f64(0.5 + fastrand::f64())).await;
        }
    }

    async fn ask(&self, shared: &Shared, path: &str) -> Result<Answer, SearchError> {
        let call = Call {
            method: Method::POST,
            query: vec![("filter_path", "errors,items.*.status,items.*.error".to_owned())],
            body: Some(Body::Ndjson(self.body.clone())),
            // Versions make a second copy harmless.
            repeatable: true,
            deadline: Some(DEADLINE),
            ..Call::get(path.to_owned())
        };
        let reply = shared.client.send(call).await?;
        if reply.status == 200 {
            reply.json()
        } else {
            Err(SearchError::Engine(format!("bulk: status {}", reply.status)))
        }
    }

    /// Places of the writes to send again; an error where the cluster will not have one at all.
    fn refused(&self, answer: &Answer) -> Result<Vec<usize>, WriteError> {
        if answer.items.len() != self.starts.len() {
            return Err(WriteError::Engine("the bulk response does not match the writes sent".into()));
        }
        let mut again = Vec::new();
        for (at, item) in answer.items.iter().enumerate().filter(|_| answer.errors) {
            match item.values().next() {
                // Removing what is not there is as good as removing it; 409: it is there, or something newer is. Who
                // has written that is told by the hold, which is looked at after each flush.
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

    fn keep(&mut self, places: &[usize]) {
        if places.len() < self.starts.len() {
            *self = self.part(places.iter().copied());
        }
    }

    fn halves(&self) -> (Self, Self) {
        let middle = self.starts.len() / 2;
        (self.part(0..middle), self.part(middle..self.starts.len()))
    }

    fn part(&self, places: impl Iterator<Item = usize>) -> Self {
        let (mut body, mut starts) = (Vec::new(), Vec::new());
        for at in places {
            if let Some(&start) = self.starts.get(at) {
                let end = self.starts.get(at + 1).copied().unwrap_or(self.body.len());
                starts.push(body.len());
                body.extend_from_slice(self.body.get(start..end).unwrap_or_default());
            }
        }
        Self { body: body.into(), starts }
    }
}

/// Id of a hidden listing: no movie's id starts so, as those start with a provider and a colon.
pub(crate) fn hidden_id(object: &str, movie: &str) -> String {
    format!("hidden~{:032x}", hash128(&[object, movie].join("\0")))
}
