//! HTTP to the nodes of a cluster.

use std::time::Duration;

use bytes::Bytes;
use http::Method;
use secrecy::SecretString;
use url::Url;

/// Who we are to the cluster.
#[derive(Clone, Debug, Default)]
pub enum Auth {
    /// Nobody is asked.
    #[default]
    None,
    /// User and password (RFC 7617).
    Basic {
        /// User.
        username: String,
        /// Password.
        password: SecretString,
    },
    /// An API key in its encoded form.
    ApiKey(SecretString),
    /// AWS Signature Version 4, for managed OpenSearch; credentials come from AWS's usual chain.
    SigV4 {
        /// Region; from AWS's usual chain where it is not given.
        region: Option<String>,
        /// Service name: `es`, or `aoss` for serverless collections.
        service: String,
    },
}
/// How to reach the nodes.
#[derive(Clone, Debug)]
pub(super) struct ClientOptions {
    pub(super) urls: Vec<Url>,
    pub(super) auth: Auth,
    pub(super) ca_certificates: Option<Vec<u8>>,
    /// Longest time of one call, all attempts together.
    pub(super) deadline: Duration,
}

/// One request.
#[derive(Clone, Debug)]
pub(super) struct Call {
    pub(super) method: Method,
    /// Path with its leading slash, already percent-encoded.
    pub(super) path: String,
    pub(super) query: Vec<(&'static str, String)>,
    pub(super) body: Option<Body>,
    /// Whether doing it twice is as good as doing it once: only then it is tried again on another node after a
    /// failure that may have reached the first one.
    pub(super) repeatable: bool,
    /// In place of the client's own deadline.
    pub(super) deadline: Option<Duration>,
}

/// Body of a request.
#[derive(Clone, Debug)]
pub(super) enum Body {
    Json(Bytes),
    /// Lines of JSON, for `_bulk` and `_msearch`.
    Ndjson(Bytes),
}

/// What a node answered: JSON, with a status that is the engine's own word (200, 201, 400, 404, 409).
#[derive(Clone, Debug)]
pub(super) struct Reply {
    pub(super) status: u16,
    pub(super) body: Bytes,
}

/// The nodes.
#[derive(Debug)]
pub(super) struct Client {
    nodes: Vec<elasticsearch::http::transport::Transport>,
    next: std::sync::atomic::AtomicUsize,
    deadline: Duration,
}

impl Client {
    pub(super) fn new(options: &ClientOptions) -> Result<Self, String> {
        use elasticsearch::http::transport::{SingleNodeConnectionPool, TransportBuilder};
        let node = |url: &Url| {
            let pool = SingleNodeConnectionPool::new(url.clone());
            TransportBuilder::new(pool).build().map_err(|error| error.to_string())
        };
        Ok(Self {
            nodes: options.urls.iter().map(node).collect::<Result<_, _>>()?,
            next: std::sync::atomic::AtomicUsize::new(0),
            deadline: options.deadline,
        })
    }

    pub(super) async fn send(&self, call: Call) -> Result<Reply, crate::error::SearchError> {
        use crate::error::SearchError;
        use elasticsearch::http::Method as M;
        let at = self.next.fetch_add(1, std::sync::atomic::Ordering::Relaxed) % self.nodes.len();
        let method = match call.method {
            Method::GET => M::Get,
            Method::PUT => M::Put,
            Method::DELETE => M::Delete,
            _ => M::Post,
        };
        let mut headers = elasticsearch::http::headers::HeaderMap::new();
        headers.insert("accept-encoding", elasticsearch::http::headers::HeaderValue::from_static("identity"));
        let body = call.body.map(|body| match body {
            Body::Json(bytes) => bytes,
            Body::Ndjson(bytes) => {
                headers.insert(
                    "content-type",
                    elasticsearch::http::headers::HeaderValue::from_static("application/x-ndjson"),
                );
                bytes
            }
        });
        let query = (!call.query.is_empty()).then_some(&call.query);
        let sent = self.nodes[at].send(method, &call.path, headers, query, body, None);
        match tokio::time::timeout(call.deadline.unwrap_or(self.deadline), sent).await {
            Err(_) => Err(SearchError::Timeout),
            Ok(Err(_)) => Err(SearchError::Unavailable),
            Ok(Ok(response)) => {
                let status = response.status_code().as_u16();
                if matches!(status, 429 | 502 | 503 | 504) {
                    return Err(SearchError::Unavailable);
                }
                let body = response.bytes().await.map_err(|_| SearchError::Unavailable)?;
                Ok(Reply { status, body })
            }
        }
    }
}

impl Reply {
    pub(super) fn json<T: serde::de::DeserializeOwned>(&self) -> Result<T, crate::error::SearchError> {
        serde_json::from_slice(&self.body).map_err(|error| {
            let text: String = String::from_utf8_lossy(&self.body).chars().take(300).collect();
            crate::error::SearchError::Engine(format!("{error}: status {}, {text}", self.status))
        })
    }
}
