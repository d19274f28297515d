//! A proxy before a search node: it accepts `_bulk` requests of source records itself, or records them, and forwards
//! the rest.

use std::sync::{
    Arc, Mutex, PoisonError,
    atomic::{AtomicU64, AtomicUsize, Ordering::Relaxed},
};

use axum::{
    Router,
    body::{Body, Bytes},
    extract::{Request, State},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use tokio::net::TcpListener;

/// What happens to bulk requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BulkMode {
    /// Accept and drop them.
    Discard,
    /// Accept and record them.
    Record,
    /// Forward them.
    Forward,
}

/// The proxy.
#[derive(Clone)]
pub(crate) struct BulkProxy {
    pub(crate) url: String,
    shared: Arc<ProxyState>,
}

struct ProxyState {
    node: String,
    client: reqwest::Client,
    mode: BulkMode,
    recorded: Mutex<Vec<Bytes>>,
    documents: AtomicU64,
    requests: AtomicUsize,
    bytes: AtomicU64,
}

impl BulkProxy {
    pub(crate) async fn start(node: &str, mode: BulkMode) -> anyhow::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let url = format!("http://{}/", listener.local_addr()?);
        let shared = Arc::new(ProxyState {
            node: node.trim_end_matches('/').to_owned(),
            client: reqwest::Client::builder().no_proxy().build()?,
            mode,
            recorded: Mutex::default(),
            documents: AtomicU64::new(0),
            requests: AtomicUsize::new(0),
            bytes: AtomicU64::new(0),
        });
        let router = Router::new().fallback(answer).with_state(Arc::clone(&shared));
        tokio::spawn(async move { axum::serve(listener, router).await });
        Ok(Self { url, shared })
    }

    /// Documents of the bulk requests so far.
    pub(crate) fn documents(&self) -> u64 {
        self.shared.documents.load(Relaxed)
    }

    pub(crate) fn bulk_requests(&self) -> usize {
        self.shared.requests.load(Relaxed)
    }

    pub(crate) fn bulk_bytes(&self) -> u64 {
        self.shared.bytes.load(Relaxed)
    }

    /// Recorded bodies.
    pub(crate) fn recorded(&self) -> Vec<Bytes> {
        std::mem::take(&mut *self.shared.recorded.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

async fn answer(State(shared): State<Arc<ProxyState>>, request: Request) -> Response {
    let is_bulk = request.uri().path().ends_with("/_bulk") && !request.uri().path().contains("-ledger");
    let result = if is_bulk { shared.bulk(request).await } else { shared.forward(request).await };
    result.unwrap_or_else(|error| (StatusCode::BAD_GATEWAY, error.to_string()).into_response())
}

impl ProxyState {
    async fn bulk(&self, request: Request) -> anyhow::Result<Response> {
        let (parts, body) = request.into_parts();
        let body = axum::body::to_bytes(body, 64 << 20).await?;
        // A document never starts like an action, whose first key is `index` or `delete`.
        let is_action = |line: &&[u8]| line.starts_with(b"{\"index\":") || line.starts_with(b"{\"delete\":");
        let count = body.split(|byte| *byte == b'\n').filter(is_action).count();
        self.documents.fetch_add(count as u64, Relaxed);
        self.requests.fetch_add(1, Relaxed);
        self.bytes.fetch_add(body.len() as u64, Relaxed);
        match self.mode {
            BulkMode::Forward => return self.forward(Request::from_parts(parts, Body::from(body))).await,
            BulkMode::Record => self.recorded.lock().unwrap_or_else(PoisonError::into_inner).push(body),
            BulkMode::Discard => {}
        }
        let items = vec!["{\"index\":{\"status\":201}}"; count].join(",");
        let answer = ["{\"errors\":false,\"items\":[", &items, "]}"].concat();
        Ok(([(header::CONTENT_TYPE, "application/json")], answer).into_response())
    }

    async fn forward(&self, request: Request) -> anyhow::Result<Response> {
        let (parts, body) = request.into_parts();
        let body = axum::body::to_bytes(body, 64 << 20).await?;
        let path = parts.uri.path_and_query().map_or("/", |path| path.as_str());
        let mut asked = self.client.request(parts.method, [&self.node, path].concat());
        for name in [header::CONTENT_TYPE, header::CONTENT_ENCODING] {
            if let Some(value) = parts.headers.get(&name) {
                asked = asked.header(name, value);
            }
        }
        let answer = asked.body(body).send().await?;
        let status = answer.status();
        let kind = answer.headers().get(header::CONTENT_TYPE).cloned();
        let mut response = (status, answer.bytes().await?).into_response();
        if let Some(kind) = kind {
            response.headers_mut().insert(header::CONTENT_TYPE, kind);
        }
        Ok(response)
    }
}
