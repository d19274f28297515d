//! One node: its connections, and whether it is well.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU32, Ordering},
    },
    time::Duration,
};

use elasticsearch::{
    auth::Credentials,
    cert::{Certificate, CertificateValidation},
    http::{
        Method as ClientMethod,
        headers::{ACCEPT_ENCODING, CONTENT_TYPE, HeaderMap, HeaderValue},
        transport::{SingleNodeConnectionPool, Transport, TransportBuilder},
    },
};
use http::Method;
use secrecy::ExposeSecret;
use url::Url;

use super::{Auth, Body, Call, ClientOptions, Reply};
use crate::error::SearchError;

/// Failures in a row after which the only node is set aside; one of several is at the first.
const PATIENCE: u32 = 3;
/// Time that a probe may take.
const PROBE: Duration = Duration::from_secs(1);
/// Wait before the first probe, doubled up to [`LONGEST_WAIT`].
const FIRST_WAIT: Duration = Duration::from_millis(500);
const LONGEST_WAIT: Duration = Duration::from_secs(30);

/// Why a node gave no answer.
#[derive(Debug)]
pub(super) enum Failure {
    /// No connection: the request was never read.
    NotReached,
    /// The connection broke, or what came is no answer of an engine.
    Broken,
    /// Nothing came in time.
    Slow,
    /// It is well, and has too much to do.
    Busy,
    /// An answer that no other node would better.
    Final(SearchError),
}

/// A node of the cluster.
#[derive(Debug)]
pub(super) struct Node {
    transport: Transport,
    /// For the log.
    host: String,
    /// Whether there is no other.
    alone: bool,
    aside: AtomicBool,
    failures: AtomicU32,
}

impl Node {
    pub(super) fn new(url: &Url, options: &ClientOptions, alone: bool) -> Result<Self, String> {
        let host = url.host_str().ok_or("an address of a search node has no host")?.to_owned();
        let mut address = url.clone();
        let own_user = (!url.username().is_empty()).then(|| {
            let decode = |text: &str| percent_decoded(text);
            Credentials::Basic(decode(url.username()), decode(url.password().unwrap_or_default()))
        });
        let plain = address.set_username("").and_then(|()| address.set_password(None));
        plain.map_err(|()| format!("the address of the search node {host} cannot be used"))?;
        let mut builder = TransportBuilder::new(SingleNodeConnectionPool::new(address)).disable_proxy();
        let credentials = match &options.auth {
            Auth::None => own_user,
            _ if own_user.is_some() => {
                return Err(
                    "a user stands in the address of a search node, and credentials beside it: give one"
                        .into(),
                );
            }
            Auth::Basic { username, password } => {
                Some(Credentials::Basic(username.clone(), password.expose_secret().to_owned()))
            }
            Auth::ApiKey(key) => Some(Credentials::EncodedApiKey(key.expose_secret().to_owned())),
        };
        if let Some(credentials) = credentials {
            builder = builder.auth(credentials);
        }
        if let Some(pem) = &options.ca_certificates {
            let certificate = Certificate::from_pem(pem);
            let certificate = certificate
                .map_err(|error| format!("the certificates of the authority cannot be read: {error}"))?;
            builder = builder.cert_validation(CertificateValidation::Full(certificate));
        }
        let transport =
            builder.build().map_err(|error| format!("the search node {host} cannot be used: {error}"))?;
        Ok(Self { transport, host, alone, aside: AtomicBool::new(false), failures: AtomicU32::new(0) })
    }

    /// Whether it may be asked.
    pub(super) fn is_live(&self) -> bool {
        !self.aside.load(Ordering::Relaxed)
    }

    /// Asks, and notes how it went.
    pub(super) async fn ask(self: &Arc<Self>, call: &Call, time: Duration) -> Result<Reply, Failure> {
        let answer = self.attempt(call, time).await;
        match &answer {
            Ok(_) | Err(Failure::Busy | Failure::Final(_)) => self.failures.store(0, Ordering::Relaxed),
            Err(failure) => self.failed(failure),
        }
        answer
    }

    fn failed(self: &Arc<Self>, failure: &Failure) {
        let failures = self.failures.fetch_add(1, Ordering::Relaxed) + 1;
        let enough = !self.alone || failures >= PATIENCE || matches!(failure, Failure::NotReached);
        if enough && !self.aside.swap(true, Ordering::Relaxed) {
            tracing::warn!(host = self.host, ?failure, "a search node is set aside");
            let node = Arc::downgrade(self);
            tokio::spawn(async move {
                let mut wait = FIRST_WAIT;
                loop {
                    tokio::time::sleep(wait).await;
                    // Nobody holds the client any more.
                    let Some(node) = node.upgrade() else { return };
                    if node.attempt(&Call::get("/".to_owned()), PROBE).await.is_ok() {
                        tracing::info!(host = node.host, "a search node answers again");
                        node.failures.store(0, Ordering::Relaxed);
                        node.aside.store(false, Ordering::Relaxed);
                        return;
                    }
                    wait = (wait * 2).min(LONGEST_WAIT);
                }
            });
        }
    }

    async fn attempt(&self, call: &Call, time: Duration) -> Result<Reply, Failure> {
        match tokio::time::timeout(time, self.exchange(call)).await {
            Ok(answer) => answer,
            Err(_) => Err(Failure::Slow),
        }
    }

    async fn exchange(&self, call: &Call) -> Result<Reply, Failure> {
        let mut headers = HeaderMap::new();
        // Answers are small, and packing them costs the node more than sending them.
        headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("identity"));
        let body = call.body.as_ref().map(|body| match body {
            Body::Json(bytes) => bytes.clone(),
            Body::Ndjson(bytes) => {
                headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/x-ndjson"));
                bytes.clone()
            }
        });
        let method = match call.method {
            Method::GET => ClientMethod::Get,
            Method::PUT => ClientMethod::Put,
            Method::DELETE => ClientMethod::Delete,
            Method::HEAD => ClientMethod::Head,
            _ => ClientMethod::Post,
        };
        let query = (!call.query.is_empty()).then_some(&call.query);
        let sent = self.transport.send(method, &call.path, headers, query, body, None).await;
        let response = sent.map_err(|error| {
            tracing::debug!(host = self.host, %error, "a search node did not answer");
            if is_refused(&error) { Failure::NotReached } else { Failure::Broken }
        })?;
        let status = response.status_code().as_u16();
        let body = response.bytes().await.map_err(|_| Failure::Broken)?;
        match status {
            200 | 201 | 400 | 404 | 409 if is_whole_json(&body) => Ok(Reply { status, body }),
            200 | 201 | 400 | 404 | 409 | 502..=504 => Err(Failure::Broken),
            429 => Err(Failure::Busy),
            401 | 403 => Err(Failure::Final(SearchError::Engine(format!(
                "the search cluster refuses our credentials: status {status}"
            )))),
            _ => Err(Failure::Final(SearchError::Engine(format!(
                "the search cluster answered with status {status}"
            )))),
        }
    }
}

/// Whether an answer starts and ends as one object of JSON does: a proxy's page and a cut answer do not.
fn is_whole_json(body: &[u8]) -> bool {
    let body = body.trim_ascii();
    body.first() == Some(&b'{') && body.last() == Some(&b'}')
}

/// Whether no connection came about, so that nothing was read.
fn is_refused(error: &elasticsearch::Error) -> bool {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(error) = cause {
        if let Some(io) = error.downcast_ref::<std::io::Error>() {
            return io.kind() == std::io::ErrorKind::ConnectionRefused;
        }
        cause = error.source();
    }
    false
}

/// A part of an address as it was meant.
fn percent_decoded(text: &str) -> String {
    let pairs = [text, ""].join("=").replace('+', "%2B");
    url::form_urlencoded::parse(pairs.as_bytes())
        .next()
        .map_or_else(String::new, |(name, _)| name.into_owned())
}
