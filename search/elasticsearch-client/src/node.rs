//! One node: its connections, whether it is live, and the task that probes it while it is not.

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
    request::PreparedRequest,
};

/// Consecutive failures that eject a node where one is not enough.
const MAX_FAILURES: u32 = 3;

/// Delay before an ejected node is probed, and between two probes that it does not answer: a node must be used again
/// soon after it is back, however long it was away. One that answers probes and then fails calls is left alone for
/// longer each time, up to [`MAX_PROBE_DELAY`].
const MIN_PROBE_DELAY: Duration = Duration::from_millis(500);

const MAX_PROBE_DELAY: Duration = Duration::from_secs(30);

/// Longest time that a probe may take.
const PROBE_TIMEOUT: Duration = Duration::from_secs(1);

/// Shortest time between two reports about one node in the log.
const REPORT_INTERVAL: Duration = Duration::from_secs(5);

/// When a failure ejects its node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ejection {
    /// At once.
    Immediate,
    /// After [`MAX_FAILURES`] in a row.
    AfterRepeats,
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
    failures: AtomicU32,
    /// How often the probe delay was doubled since the last good answer.
    doublings: AtomicU32,
    probe: Mutex<Option<JoinHandle<()>>>,
    reported: Mutex<Option<Instant>>,
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
            failures: AtomicU32::new(0),
            doublings: AtomicU32::new(0),
            probe: Mutex::default(),
            reported: Mutex::default(),
        })
    }

    pub(super) fn is_live(&self) -> bool {
        self.live.load(Relaxed)
    }

    /// Records a good answer to a call.
    pub(super) fn answered(&self) {
        // Read first: a write would move the cache line between threads.
        for counter in [&self.failures, &self.doublings] {
            if counter.load(Relaxed) != 0 {
                counter.store(0, Relaxed);
            }
        }
    }

    /// Records a failure. True once the node should be ejected.
    pub(super) fn failed(&self, ejection: Ejection) -> bool {
        let failures = self.failures.fetch_add(1, Relaxed) + 1;
        ejection == Ejection::Immediate || failures >= MAX_FAILURES
    }

    /// Ejects it until it answers a probe.
    pub(super) fn eject(self: &Arc<Self>, probe: &Arc<PreparedRequest>, why: &str) {
        let mut task = self.probe.lock().unwrap_or_else(PoisonError::into_inner);
        if self.live.swap(false, Relaxed) {
            tracing::warn!(node = self.name, why, "node ejected");
        } else if is_running(&task) {
            return;
        }
        let probing = tokio::spawn(probe_until_live(Arc::clone(self), Arc::clone(probe)));
        if let Some(other) = task.replace(probing) {
            other.abort();
        }
    }

    /// Probes it, and ejects it only where it does not answer.
    pub(super) fn suspect(self: &Arc<Self>, probe: &Arc<PreparedRequest>) {
        let mut task = self.probe.lock().unwrap_or_else(PoisonError::into_inner);
        if self.is_live() && !is_running(&task) {
            *task = Some(tokio::spawn(probe_suspect(Arc::clone(self), Arc::clone(probe))));
        }
    }

    /// Probes it again where the task that did ended with its runtime.
    pub(super) fn resume_probing(self: &Arc<Self>, probe: &Arc<PreparedRequest>) {
        if !self.is_live() {
            self.eject(probe, "");
        }
    }

    pub(super) fn stop_probing(&self) {
        if let Some(task) = self.probe.lock().unwrap_or_else(PoisonError::into_inner).take() {
            task.abort();
        }
    }

    /// Logs a failure, at most once in [`REPORT_INTERVAL`].
    pub(super) fn report_failure(&self, what: &str, detail: &str) {
        let mut reported = self.reported.lock().unwrap_or_else(PoisonError::into_inner);
        if reported.is_none_or(|at| at.elapsed() >= REPORT_INTERVAL) {
            *reported = Some(Instant::now());
            tracing::warn!(node = self.name, detail, "{what}");
        }
    }

    /// Delay before the first probe after an ejection, longer with each failure since its last good answer.
    fn probe_delay(&self) -> Duration {
        let doublings = self.doublings.fetch_add(1, Relaxed).min(16);
        with_jitter(MIN_PROBE_DELAY.saturating_mul(1 << doublings).min(MAX_PROBE_DELAY))
    }
}

/// Spreads a delay, so that gateways do not all probe at once.
fn with_jitter(delay: Duration) -> Duration {
    delay.mul_f64(0.75 + 0.25 * fastrand::f64())
}

fn is_running(task: &Option<JoinHandle<()>>) -> bool {
    task.as_ref().is_some_and(|task| !task.is_finished())
}

/// Probes a node once; the error says why it is unhealthy.
async fn probe_once(node: &Node, probe: &PreparedRequest) -> Result<(), String> {
    match tokio::time::timeout(PROBE_TIMEOUT, attempt(node, probe)).await {
        // A rejection is an answer: callers must get that one, not that no node is there.
        Ok(Outcome::Answered(_) | Outcome::Overloaded | Outcome::Fatal(_)) => Ok(()),
        Ok(Outcome::ConnectFailed(why) | Outcome::Unhealthy(why)) => Err(why),
        Err(_) => Err("no response in time".to_owned()),
    }
}

/// Probes a node until it answers.
async fn probe_until_live(node: Arc<Node>, probe: Arc<PreparedRequest>) {
    let mut delay = node.probe_delay();
    loop {
        tokio::time::sleep(delay).await;
        match probe_once(&node, &probe).await {
            Ok(()) => break,
            Err(why) => tracing::debug!(node = node.name, why, "node stays ejected"),
        }
        delay = with_jitter(MIN_PROBE_DELAY);
    }
    // Half open: its next failure ejects it at once, for longer.
    node.failures.store(MAX_FAILURES - 1, Relaxed);
    node.live.store(true, Relaxed);
    tracing::info!(node = node.name, "node is live again");
}

/// Probes a live node, and ejects it where it does not answer.
async fn probe_suspect(node: Arc<Node>, probe: Arc<PreparedRequest>) {
    match probe_once(&node, &probe).await {
        Ok(()) => node.failures.store(0, Relaxed),
        Err(why) => {
            node.live.store(false, Relaxed);
            tracing::warn!(node = node.name, why, "node ejected: it is slow and answers no probe");
            probe_until_live(node, probe).await;
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
