//! HTTP to the nodes of a cluster: one deadline over all attempts, dead nodes set aside, repeats only where they are
//! safe. What a node or a proxy says goes to the log; callers get a [`SearchError`].

mod node;
#[cfg(test)]
mod tests;

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use bytes::Bytes;
use http::Method;
use secrecy::SecretString;
use serde::de::DeserializeOwned;
use url::Url;

use self::node::{Failure, Node};
use crate::error::SearchError;

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

impl Reply {
    /// The answer read.
    pub(super) fn json<T: DeserializeOwned>(&self) -> Result<T, SearchError> {
        const SHOWN_CHARS: usize = 300;
        serde_json::from_slice(&self.body).map_err(|error| {
            let said: String = String::from_utf8_lossy(&self.body).chars().take(SHOWN_CHARS).collect();
            SearchError::Engine(format!("unexpected answer: {error}: status {}, {said}", self.status))
        })
    }
}

/// Of the deadline of a call, the share that one attempt may take while another node could still be asked.
const ATTEMPT_SHARE: u32 = 3;

/// Wait before a busy node is asked again.
const BUSY_WAIT: Duration = Duration::from_millis(50);

/// The nodes, asked in turn.
#[derive(Debug)]
pub(super) struct Client {
    nodes: Vec<Arc<Node>>,
    next: AtomicUsize,
    deadline: Duration,
}

impl Client {
    /// A client of these nodes; nothing is sent yet.
    pub(super) fn new(options: &ClientOptions) -> Result<Self, String> {
        if options.urls.is_empty() {
            return Err("no address of a search node is given".to_owned());
        }
        let alone = options.urls.len() == 1;
        let node = |url| Node::new(url, options, alone).map(Arc::new);
        Ok(Self {
            nodes: options.urls.iter().map(node).collect::<Result<_, _>>()?,
            next: AtomicUsize::new(0),
            deadline: options.deadline,
        })
    }

    /// Sends a call to a node that answers. Nodes that fail are set aside until a probe finds them well; with all of
    /// them aside a call fails at once.
    pub(super) async fn send(&self, call: Call) -> Result<Reply, SearchError> {
        let deadline = call.deadline.unwrap_or(self.deadline);
        let end = Instant::now() + deadline;
        let mut tried: Vec<usize> = Vec::new();
        let mut was_busy = false;
        let mut last = SearchError::Unavailable;
        while let Some(at) = self.pick(&tried) {
            let node = &self.nodes[at];
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err(SearchError::Timeout);
            }
            let others = self.live().filter(|other| *other != at && !tried.contains(other)).count();
            let share = if call.repeatable && others > 0 { left.min(deadline / ATTEMPT_SHARE) } else { left };
            tried.push(at);
            last = match node.ask(&call, share).await {
                Ok(reply) => return Ok(reply),
                Err(Failure::Final(error)) => return Err(error),
                Err(Failure::Busy) if call.repeatable && !was_busy => {
                    was_busy = true;
                    tokio::time::sleep(BUSY_WAIT.min(left)).await;
                    if others == 0 {
                        tried.pop();
                    }
                    SearchError::Unavailable
                }
                Err(Failure::Busy) => return Err(SearchError::Unavailable),
                Err(Failure::NotReached) => SearchError::Unavailable,
                Err(Failure::Broken) if call.repeatable => SearchError::Unavailable,
                Err(Failure::Broken) => return Err(SearchError::Unavailable),
                Err(Failure::Slow) if call.repeatable => SearchError::Timeout,
                Err(Failure::Slow) => return Err(SearchError::Timeout),
            };
        }
        Err(last)
    }

    fn live(&self) -> impl Iterator<Item = usize> {
        self.nodes.iter().enumerate().filter(|(_, node)| node.is_live()).map(|(at, _)| at)
    }

    /// The next live node that was not tried.
    fn pick(&self, tried: &[usize]) -> Option<usize> {
        let start = self.next.fetch_add(1, Ordering::Relaxed);
        let turn = (0..self.nodes.len()).map(|step| (start + step) % self.nodes.len());
        turn.into_iter().find(|at| !tried.contains(at) && self.nodes[*at].is_live())
    }
}
