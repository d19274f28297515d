//! One node: its connections, whether it is live, and the task that looks at it while it is not.

use std::{
    fmt,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU32, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};

use elasticsearch::{
    cert::{Certificate, CertificateValidation},
    http::transport::{SingleNodeConnectionPool, Transport, TransportBuilder},
};
use http::HeaderValue;
use tokio::task::JoinHandle;
use url::Url;

use super::{
    attempt::{Outcome, attempt},
    auth::{Auth, authorize, host},
    wire::Wire,
};

/// Failures in a row that set a node aside where one is not enough.
const STRIKES: u32 = 3;

/// Time until a node that is aside is looked at, and between two looks that it does not answer: a node must be used
/// again soon after it is back, however long it was away. One that answers looks and then fails calls is left alone for
/// longer each time, up to [`LONGEST_REST`].
const SHORTEST_REST: Duration = Duration::from_millis(500);

const LONGEST_REST: Duration = Duration::from_secs(30);

/// Longest time that a look may take.
const PROBE: Duration = Duration::from_secs(1);

/// Shortest time between two complaints about one node in the log.
const COMPLAINTS: Duration = Duration::from_secs(5);

/// How sure a failure makes us that a node is of no use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Doubt {
    /// One failure is enough.
    Certain,
    /// Only several in a row are.
    Some,
}

/// One node of the cluster.
pub(super) struct Node {
    /// Host and port, for the log.
    name: String,
    /// Its address, ending in a slash.
    pub(super) url: Url,
    pub(super) transport: Transport,
    pub(super) authorization: Option<HeaderValue>,
    live: AtomicBool,
    /// Failures since the last good answer.
    strikes: AtomicU32,
    /// How often the rest was doubled since the last good answer.
    doublings: AtomicU32,
    probe: Mutex<Option<JoinHandle<()>>>,
    complained: Mutex<Option<Instant>>,
}

impl Node {
    pub(super) fn new(url: &Url, auth: &Auth, ca_certificates: Option<&[u8]>) -> Result<Self, String> {
        let name = host(url);
        if !matches!(url.scheme(), "http" | "https") || name.is_empty() {
            return Err(format!("urls: {name} is not an http or https address"));
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err(format!("urls: the address of {name} has a query or a fragment"));
        }
        let (mut url, authorization) = authorize(url, auth)?;
        if !url.path().ends_with('/') {
            url.set_path(&[url.path(), "/"].concat());
        }
        let mut builder = TransportBuilder::new(SingleNodeConnectionPool::new(url.clone()))
            .enable_meta_header(false)
            // Else proxies would be read from the environment.
            .disable_proxy();
        if let Some(pem) = ca_certificates {
            let authorities =
                Certificate::from_pem(pem).map_err(|error| format!("ca_certificates: {error}"))?;
            builder = builder.cert_validation(CertificateValidation::Full(authorities));
        }
        let option = if ca_certificates.is_some() { "ca_certificates" } else { "urls" };
        let transport = builder.build().map_err(|error| format!("{option}: {error}"))?;
        Ok(Self {
            name,
            url,
            transport,
            authorization,
            live: AtomicBool::new(true),
            strikes: AtomicU32::new(0),
            doublings: AtomicU32::new(0),
            probe: Mutex::default(),
            complained: Mutex::default(),
        })
    }

    pub(super) fn is_live(&self) -> bool {
        self.live.load(Relaxed)
    }

    /// Takes note of a good answer to a call.
    pub(super) fn answered(&self) {
        // Read first: writing would pass the cache line around all threads.
        for counter in [&self.strikes, &self.doublings] {
            if counter.load(Relaxed) != 0 {
                counter.store(0, Relaxed);
            }
        }
    }

    /// Takes note of a failure. True once it should be set aside.
    pub(super) fn failed(&self, doubt: Doubt) -> bool {
        let strikes = self.strikes.fetch_add(1, Relaxed) + 1;
        doubt == Doubt::Certain || strikes >= STRIKES
    }

    /// Sets it aside until it answers a look.
    pub(super) fn set_aside(self: &Arc<Self>, probe: &Arc<Wire>, why: &str) {
        let mut task = self.probe.lock().unwrap_or_else(PoisonError::into_inner);
        if self.live.swap(false, Relaxed) {
            tracing::warn!(node = self.name, why, "node set aside");
        } else if is_running(&task) {
            return;
        }
        let looks = tokio::spawn(revive(Arc::clone(self), Arc::clone(probe)));
        if let Some(other) = task.replace(looks) {
            other.abort();
        }
    }

    /// Has a look at it, and sets it aside only if it does not answer that.
    pub(super) fn suspect(self: &Arc<Self>, probe: &Arc<Wire>) {
        let mut task = self.probe.lock().unwrap_or_else(PoisonError::into_inner);
        if self.is_live() && !is_running(&task) {
            *task = Some(tokio::spawn(doubt(Arc::clone(self), Arc::clone(probe))));
        }
    }

    /// Looks after it again where the task that did went with its runtime.
    pub(super) fn look_after(self: &Arc<Self>, probe: &Arc<Wire>) {
        if !self.is_live() {
            self.set_aside(probe, "");
        }
    }

    pub(super) fn stop_probing(&self) {
        if let Some(task) = self.probe.lock().unwrap_or_else(PoisonError::into_inner).take() {
            task.abort();
        }
    }

    /// Tells the log what is wrong with it, now and then.
    pub(super) fn complain(&self, what: &str, detail: &str) {
        let mut complained = self.complained.lock().unwrap_or_else(PoisonError::into_inner);
        if complained.is_none_or(|at| at.elapsed() >= COMPLAINTS) {
            *complained = Some(Instant::now());
            tracing::warn!(node = self.name, detail, "{what}");
        }
    }

    /// Time to leave it alone once it is set aside, longer with each failure since its last good answer.
    fn rest(&self) -> Duration {
        let doublings = self.doublings.fetch_add(1, Relaxed).min(16);
        spread(SHORTEST_REST.saturating_mul(1 << doublings).min(LONGEST_REST))
    }
}

/// So that gateways do not all look at once.
fn spread(rest: Duration) -> Duration {
    rest.mul_f64(0.75 + 0.25 * fastrand::f64())
}

fn is_running(task: &Option<JoinHandle<()>>) -> bool {
    task.as_ref().is_some_and(|task| !task.is_finished())
}

/// Looks at a node once; an error says why it is not well.
async fn look(node: &Node, probe: &Wire) -> Result<(), String> {
    match tokio::time::timeout(PROBE, attempt(node, probe)).await {
        // An answer that says no is an answer: callers shall be told that, not that nobody is there.
        Ok(Outcome::Answered(_) | Outcome::Busy | Outcome::Final(_)) => Ok(()),
        Ok(Outcome::Refused(why) | Outcome::Ill(why)) => Err(why),
        Err(_) => Err("no answer in time".to_owned()),
    }
}

/// Looks at a node until it answers; ends then.
async fn revive(node: Arc<Node>, probe: Arc<Wire>) {
    let mut rest = node.rest();
    loop {
        tokio::time::sleep(rest).await;
        match look(&node, &probe).await {
            Ok(()) => break,
            Err(why) => tracing::debug!(node = node.name, why, "node stays aside"),
        }
        rest = spread(SHORTEST_REST);
    }
    // It is on trial: its next failure sets it aside at once, for longer.
    node.strikes.store(STRIKES - 1, Relaxed);
    node.live.store(true, Relaxed);
    tracing::info!(node = node.name, "node answers again");
}

/// Looks at a live node, and sets it aside where it does not answer.
async fn doubt(node: Arc<Node>, probe: Arc<Wire>) {
    match look(&node, &probe).await {
        Ok(()) => node.strikes.store(0, Relaxed),
        Err(why) => {
            node.live.store(false, Relaxed);
            tracing::warn!(
                node = node.name,
                why,
                "node set aside: it takes too long, and does not answer a look"
            );
            revive(node, probe).await;
        }
    }
}

impl fmt::Debug for Node {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Node")
            .field("name", &self.name)
            .field("live", &self.is_live())
            .finish_non_exhaustive()
    }
}
