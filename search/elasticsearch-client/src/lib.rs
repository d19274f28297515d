//! HTTP to the nodes of a search cluster: a [`Call`] goes in, a [`Reply`] or a [`ClientError`] comes out.
//!
//! A call goes to one of the live nodes, round robin ([`nodes`]). Where that fails or is slow, and where the call may be
//! repeated, it goes to another node, all within one deadline ([`hedge`]). A node that fails is ejected and probed in
//! the background until it answers again ([`probe`]); while all are ejected, calls fail at once: this is the circuit
//! breaker. [`attempt`] classifies what a node answers. Hosts and text of the engine go to the log only.
//!
//! # When a node is ejected
//! - A connection to it fails: at once.
//! - It answers 502, 503, 504, something that is not JSON, or half an answer: at once while another node is live,
//!   else after three failures with no good answer between them.
//! - It gives no response in time, or another node that was tried later answers first: after three such in a row. The
//!   only live node is probed before, and ejected only where it does not answer that either: expensive calls must not
//!   close it for everybody.
//! - It was ejected before and has not answered a call since: at its first failure.
//!
//! Too many requests (429) never eject a node: it is healthy.

mod attempt;
mod auth;
mod call;
mod error;
mod hedge;
mod node;
mod nodes;
mod probe;
mod request;
#[cfg_attr(not(feature = "sigv4"), path = "no_sigv4.rs")]
mod sigv4;
#[cfg(test)]
mod tests;

use std::{sync::Arc, time::Duration};

use tracing::{Instrument, Span, field::Empty};
use url::Url;

pub use self::{
    auth::Auth,
    call::{Call, Reply, RequestBody},
    error::ClientError,
};
use self::{node::Node, nodes::Nodes, request::PreparedRequest, sigv4::Signer};

/// How to reach the nodes.
#[derive(Clone, Debug)]
pub struct ClientOptions {
    /// Addresses of nodes, at least one.
    pub urls: Vec<Url>,
    /// Who we are to the cluster.
    pub auth: Auth,
    /// Certificates (PEM, one or more) of an own authority to trust besides the usual ones.
    pub ca_certificates: Option<Vec<u8>>,
    /// Longest time of one call, all attempts together.
    pub deadline: Duration,
    /// `User-Agent` of every request.
    pub user_agent: &'static str,
}

/// The nodes of a cluster. Needs a tokio runtime from the first call on, not before.
#[derive(Debug)]
pub struct Client {
    nodes: Nodes,
    signer: Option<Arc<Signer>>,
    deadline: Duration,
    user_agent: &'static str,
}

impl Client {
    /// A client by these options; nothing is sent yet.
    ///
    /// # Errors
    /// One line that names the option which cannot be used.
    pub fn new(options: &ClientOptions) -> Result<Self, String> {
        let signer = match &options.auth {
            Auth::SigV4 { region, service } => Some(Arc::new(Signer::new(region.clone(), service.clone())?)),
            Auth::None | Auth::Basic { .. } | Auth::ApiKey(_) => None,
        };
        Self::with_signer(options, signer)
    }

    fn with_signer(options: &ClientOptions, signer: Option<Arc<Signer>>) -> Result<Self, String> {
        if options.urls.is_empty() {
            return Err("urls: at least one address of a node is needed".to_owned());
        }
        for url in options.urls.iter().filter(|url| auth::is_in_clear(url, &options.auth)) {
            tracing::warn!(node = auth::host(url), "the credential of the cluster is sent without TLS");
        }
        let node = |url| Node::new(url, &options.auth, options.ca_certificates.as_deref());
        let nodes = options.urls.iter().map(node).collect::<Result<_, _>>()?;
        let nodes = Nodes::new(nodes, PreparedRequest::probe(signer.clone(), options.user_agent));
        let ClientOptions { deadline, user_agent, .. } = *options;
        Ok(Self { nodes, signer, deadline, user_agent })
    }

    /// Sends a call to the cluster.
    ///
    /// # Errors
    /// [`ClientError::Timeout`] past the deadline, [`ClientError::Unavailable`] where no node can answer now,
    /// [`ClientError::Rejected`] where one answered a status that no caller handles, [`ClientError::Failed`] where the call
    /// cannot be sent or its answer cannot be read.
    pub async fn send(&self, call: Call) -> Result<Reply, ClientError> {
        let time = call.deadline.unwrap_or(self.deadline);
        let deadline = tokio::time::Instant::now() + time;
        let (span, headers) = (span(&call), call.headers);
        let send = async {
            let mut request = PreparedRequest::new(call, self.signer.clone(), self.user_agent)?;
            if let Some(headers) = headers {
                headers(&mut request.headers);
            }
            hedge::run(&self.nodes, &request, time, deadline).await
        };
        let reply = send.instrument(span.clone()).await;
        match &reply {
            Ok(reply) => span.record("http.response.status_code", reply.status),
            Err(_) => span.record("otel.status_code", "ERROR"),
        };
        reply
    }

    /// Whether a node is live: false while the circuit breaker is open.
    #[cfg(test)]
    pub fn is_reachable(&self) -> bool {
        self.nodes.is_any_live()
    }
}

/// A call as part of a trace, by OpenTelemetry's conventions for database clients. Never with the question in it.
fn span(call: &Call) -> Span {
    let mut segments = call.path.rsplit('/').filter(|segment| !segment.is_empty());
    let api = segments.next().unwrap_or("info");
    tracing::info_span!(
        target: "wikimovie_trace",
        "engine",
        otel.name = api,
        otel.kind = "client",
        otel.status_code = Empty,
        db.system.name = "elasticsearch",
        db.operation.name = api,
        db.collection.name = segments.next(),
        http.request.method = call.method.as_str(),
        http.response.status_code = Empty,
        server.address = Empty,
        server.port = Empty,
    )
}
