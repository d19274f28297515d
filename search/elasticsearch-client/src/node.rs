//! One node: its connections, and whether it is live.

use std::{
    fmt,
    sync::{
        Mutex, PoisonError,
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

use super::auth::{Auth, authorize, host};

/// Consecutive failures that eject a node where one is not enough.
pub(super) const MAX_FAILURES: u32 = 3;

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
    pub(super) name: String,
    /// Its address, ending in a slash.
    pub(super) url: Url,
    pub(super) transport: Transport,
    pub(super) authorization: Option<HeaderValue>,
    pub(super) live: AtomicBool,
    /// Failures since the last good answer.
    pub(super) failures: AtomicU32,
    /// How often the probe delay was doubled since the last good answer.
    pub(super) doublings: AtomicU32,
    pub(super) probe: Mutex<Option<JoinHandle<()>>>,
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
}

impl fmt::Debug for Node {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Node")
            .field("name", &self.name)
            .field("live", &self.is_live())
            .finish_non_exhaustive()
    }
}
