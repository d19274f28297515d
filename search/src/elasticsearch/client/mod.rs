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
