//! What is asked and what is answered.

use std::time::Duration;

use bytes::Bytes;
use http::Method;
use serde::de::DeserializeOwned;

use crate::error::SearchError;

/// One request.
#[derive(Clone, Debug)]
pub(in crate::elasticsearch) struct Call {
    pub(in crate::elasticsearch) method: Method,
    /// Path with its leading slash, already percent-encoded.
    pub(in crate::elasticsearch) path: String,
    pub(in crate::elasticsearch) query: Vec<(&'static str, String)>,
    pub(in crate::elasticsearch) body: Option<Body>,
    /// Whether doing it twice is as good as doing it once: only then it is tried again on another node after a
    /// failure that may have reached the first one.
    pub(in crate::elasticsearch) repeatable: bool,
    /// In place of the client's own deadline.
    pub(in crate::elasticsearch) deadline: Option<Duration>,
    /// Whether the answer may come compressed. That costs a node more time than a local network saves, save for
    /// answers of many hundred kilobytes.
    pub(in crate::elasticsearch) gzip_answer: bool,
}

/// Body of a request.
#[derive(Clone, Debug)]
pub(in crate::elasticsearch) enum Body {
    Json(Bytes),
    /// Lines of JSON, for `_bulk` and `_msearch`.
    Ndjson(Bytes),
}

impl Call {
    fn is_for(&self, api: &str) -> bool {
        self.path.rsplit('/').next() == Some(api)
    }

    /// Whether it only reads, so that asking two nodes at a time costs nothing but their time.
    pub(super) fn only_reads(&self) -> bool {
        matches!(self.method, Method::GET | Method::HEAD)
            || ["_search", "_msearch", "_mget", "_count"].iter().any(|api| self.is_for(api))
    }
}

/// What a node answered: JSON, with a status that is the engine's own word (200, 201, 400, 404, 409); or 413, with any
/// body.
#[derive(Clone, Debug)]
pub(in crate::elasticsearch) struct Reply {
    pub(in crate::elasticsearch) status: u16,
    pub(in crate::elasticsearch) body: Bytes,
}

impl Reply {
    /// The body, read.
    ///
    /// # Errors
    /// [`SearchError::Engine`] where it is not what was expected.
    pub(in crate::elasticsearch) fn json<T: DeserializeOwned>(&self) -> Result<T, SearchError> {
        serde_json::from_slice(&self.body).map_err(|error| {
            SearchError::Engine(format!("{error}: status {}, {}", self.status, excerpt(&self.body)))
        })
    }
}

/// The first part of an answer, for the log.
pub(super) fn excerpt(body: &[u8]) -> String {
    const SHOWN_BYTES: usize = 300;
    String::from_utf8_lossy(&body[..body.len().min(SHOWN_BYTES)]).into_owned()
}
