//! Ejected nodes are probed until they answer.

use std::{
    sync::{Arc, PoisonError, atomic::Ordering::Relaxed},
    time::Duration,
};

use tokio::task::JoinHandle;

use super::{
    attempt::{AttemptOutcome, attempt},
    node::{MAX_FAILURES, Node},
    request::PreparedRequest,
};

/// Delay before an ejected node is probed, and between two probes that it does not answer: a node must be used again
/// soon after it is back, however long it was away. One that answers probes and then fails calls is left alone for
/// longer each time, up to [`MAX_PROBE_DELAY`].
const MIN_PROBE_DELAY: Duration = Duration::from_millis(500);

const MAX_PROBE_DELAY: Duration = Duration::from_secs(30);

/// Longest time that a probe may take.
const PROBE_TIMEOUT: Duration = Duration::from_secs(1);

impl Node {
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
        Ok(AttemptOutcome::Answered(_) | AttemptOutcome::Overloaded | AttemptOutcome::Fatal(_)) => Ok(()),
        Ok(AttemptOutcome::ConnectFailed(why) | AttemptOutcome::Unhealthy(why)) => Err(why),
        Err(_) => Err("no answer in time".to_owned()),
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
