//! Calls and replies.

use std::time::Duration;

use crate::error::ClientError;
use bytes::Bytes;
use http::{HeaderMap, Method};
use serde::{Serialize, de::DeserializeOwned};

/// One request.
#[derive(Clone, Debug)]
pub struct Call {
    /// Method: GET, HEAD, POST, PUT or DELETE.
    pub method: Method,
    /// Path with its leading slash, already percent-encoded.
    pub path: String,
    /// Query, not encoded.
    pub query: Vec<(&'static str, String)>,
    /// Body, if any.
    pub body: Option<RequestBody>,
    /// Whether it is idempotent: only then is it sent to another node after a failure that may have reached the first.
    pub repeatable: bool,
    /// In place of the client's own deadline.
    pub deadline: Option<Duration>,
    /// Adds headers, while the span of the call is current.
    pub headers: Option<fn(&mut HeaderMap)>,
    /// Whether the response may be compressed. That costs a node more time than a local network saves, but for
    /// responses of many hundred kilobytes.
    pub gzip_answer: bool,
}

/// Body of a request.
#[derive(Clone, Debug)]
pub enum RequestBody {
    /// One JSON value.
    Json(Bytes),
    /// Lines of JSON, for `_bulk` and `_msearch`.
    Ndjson(Bytes),
}

impl RequestBody {
    fn json(body: &impl Serialize) -> serde_json::Result<Self> {
        Ok(Self::Json(serde_json::to_vec(body)?.into()))
    }
}

impl Call {
    /// A GET, which may be repeated.
    pub fn get(path: String) -> Self {
        Self {
            method: Method::GET,
            path,
            query: Vec::new(),
            body: None,
            repeatable: true,
            deadline: None,
            headers: None,
            gzip_answer: false,
        }
    }

    /// A PUT of JSON that has the same effect twice as once.
    ///
    /// # Errors
    /// Where the body cannot be written as JSON.
    pub fn put(path: String, body: &impl Serialize) -> serde_json::Result<Self> {
        Ok(Self { method: Method::PUT, body: Some(RequestBody::json(body)?), ..Self::get(path) })
    }

    /// A POST of JSON that changes nothing, or nothing more when repeated.
    ///
    /// # Errors
    /// Where the body cannot be written as JSON.
    pub fn post(path: String, body: &impl Serialize) -> serde_json::Result<Self> {
        Ok(Self { method: Method::POST, body: Some(RequestBody::json(body)?), ..Self::get(path) })
    }

    fn is_for(&self, api: &str) -> bool {
        self.path.rsplit('/').next() == Some(api)
    }

    /// Whether it only reads, so that it may be hedged.
    pub(super) fn only_reads(&self) -> bool {
        matches!(self.method, Method::GET | Method::HEAD)
            || ["_search", "_msearch", "_mget", "_count"].iter().any(|api| self.is_for(api))
    }
}

/// Response of a node: JSON, with a status that the engine itself sets (200, 201, 400, 404, 409).
#[derive(Clone, Debug)]
pub struct Reply {
    /// HTTP status.
    pub status: u16,
    /// JSON, not read yet; empty for HEAD.
    pub body: Bytes,
}

impl Reply {
    /// The body, read.
    ///
    /// # Errors
    /// [`ClientError::Failed`] where it is not what was expected.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, ClientError> {
        serde_json::from_slice(&self.body).map_err(|error| {
            ClientError::Failed(format!("{error}: status {}, {}", self.status, excerpt(&self.body)))
        })
    }
}

/// The first part of a body, for the log.
pub(super) fn excerpt(body: &[u8]) -> String {
    const SHOWN_BYTES: usize = 300;
    String::from_utf8_lossy(&body[..body.len().min(SHOWN_BYTES)]).into_owned()
}
