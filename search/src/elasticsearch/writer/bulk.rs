//! Writes gathered into `_bulk` requests.

use std::time::Duration;

use http::Method;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::Listing;
use crate::{
    account::hash128,
    elasticsearch::{
        Shared,
        client::{Body, Call},
        document::Document,
        dsl::write_line,
    },
    error::SearchError,
    writer::WriteError,
};

/// Bytes in one request: engines do best at some megabytes.
const FULL: usize = 4 * 1024 * 1024;

/// Time that one request may take.
const DEADLINE: Duration = Duration::from_secs(60);

/// Waits before a write that the cluster was too busy for is sent again.
const WAITS: [Duration; 6] = [
    Duration::from_millis(100),
    Duration::from_millis(300),
    Duration::from_secs(1),
    Duration::from_secs(3),
    Duration::from_secs(5),
    Duration::from_secs(10),
];

/// Writes to one index, in their order.
#[derive(Debug)]
pub(super) struct Bulk {
    path: String,
    body: Vec<u8>,
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
    pub(super) fn new(index: &str) -> Self {
        Self { path: ["/", index, "/_bulk"].concat(), body: Vec::new(), starts: Vec::new() }
    }

    /// Writes the shown listing of a movie.
    pub(super) fn show(&mut self, listing: &Listing) -> Result<(), WriteError> {
        let document = Document::new(&listing.object, &listing.movie, &listing.content, true);
        self.index(listing.movie.id.as_str(), &document)
    }

    /// Writes a listing that another one hides.
    pub(super) fn hide(&mut self, listing: &Listing) -> Result<(), WriteError> {
        let document = Document::new(&listing.object, &listing.movie, &listing.content, false);
        self.index(&hidden_id(&listing.object, listing.movie.id.as_str()), &document)
    }

    /// Removes a hidden listing.
    pub(super) fn unhide(&mut self, object: &str, movie: &str) -> Result<(), WriteError> {
        self.remove(&hidden_id(object, movie))
    }

    /// Writes a document.
    pub(super) fn index(&mut self, id: &str, document: &impl Serialize) -> Result<(), WriteError> {
        self.line(&json!({ "index": { "_id": id } }), true)?;
        self.line(document, false)
    }

    /// Removes a document.
    pub(super) fn remove(&mut self, id: &str) -> Result<(), WriteError> {
        self.line(&json!({ "delete": { "_id": id } }), true)
    }

    /// Forgets what was not sent.
    pub(super) fn clear(&mut self) {
        self.body.clear();
        self.starts.clear();
    }

    fn line(&mut self, value: &impl Serialize, starts: bool) -> Result<(), WriteError> {
        if starts {
            self.starts.push(self.body.len());
        }
        write_line(&mut self.body, value).map_err(|error| WriteError::Engine(error.to_string()))
    }

    /// Whether it is time to send what was gathered.
    pub(super) fn is_full(&self) -> bool {
        self.body.len() >= FULL
    }

    /// Sends what was gathered once it is much.
    pub(super) async fn flush_if_full(&mut self, shared: &Shared) -> Result<(), WriteError> {
        if self.is_full() { self.flush(shared).await } else { Ok(()) }
    }

    /// Sends what was gathered. Writes that the cluster was too busy for are sent again, alone.
    pub(super) async fn flush(&mut self, shared: &Shared) -> Result<(), WriteError> {
        let mut waits = WAITS.iter();
        while !self.body.is_empty() {
            let refused = match self.send(shared).await {
                Ok(answer) => self.refused(&answer)?,
                Err(SearchError::Unavailable | SearchError::Timeout) => (0..self.starts.len()).collect(),
                Err(error) => return Err(error.into()),
            };
            self.keep(&refused);
            if self.body.is_empty() {
                break;
            }
            let Some(&wait) = waits.next() else { return Err(WriteError::Unavailable) };
            tracing::warn!(writes = self.starts.len(), "the cluster is too busy to write; trying again");
            tokio::time::sleep(wait).await;
        }
        Ok(())
    }

    async fn send(&self, shared: &Shared) -> Result<Answer, SearchError> {
        let call = Call {
            method: Method::POST,
            body: Some(Body::Ndjson(self.body.clone().into())),
            // Each write puts a whole document under its own id.
            repeatable: true,
            deadline: Some(DEADLINE),
            ..Call::get(self.path.clone())
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
            return Err(WriteError::Engine("the cluster answered other writes than were sent".into()));
        }
        let mut again = Vec::new();
        for (at, item) in answer.items.iter().enumerate().filter(|_| answer.errors) {
            match item.values().next() {
                // Removing what is not there is as good as removing it.
                None | Some(Item { status: 200..=299 | 404, .. }) => {}
                Some(Item { status: 429 | 503, .. }) => again.push(at),
                Some(Item { status, error }) => {
                    return Err(WriteError::Engine(format!("a write was refused: status {status}, {error}")));
                }
            }
        }
        Ok(again)
    }

    fn keep(&mut self, places: &[usize]) {
        let mut body = Vec::new();
        let mut starts = Vec::new();
        for &at in places {
            if let Some(&start) = self.starts.get(at) {
                let end = self.starts.get(at + 1).copied().unwrap_or(self.body.len());
                starts.push(body.len());
                body.extend_from_slice(self.body.get(start..end).unwrap_or_default());
            }
        }
        (self.body, self.starts) = (body, starts);
    }
}

/// Id of a hidden listing: no movie's id starts so, as those start with a provider and a colon.
fn hidden_id(object: &str, movie: &str) -> String {
    format!("hidden~{:032x}", hash128(&[object, movie].join("\0")))
}
