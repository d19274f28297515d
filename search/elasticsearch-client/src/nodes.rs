//! All nodes: round robin over the live ones, ejection, and the hedge budget.

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicU32, AtomicUsize, Ordering::Relaxed},
    },
};

use super::{
    node::{Ejection, Node},
    request::PreparedRequest,
};

/// Most hedges that can be saved up, in tenths.
const MAX_HEDGE_TENTHS: u32 = 100;

/// The nodes of a cluster.
pub(super) struct Nodes {
    nodes: Vec<Arc<Node>>,
    next: AtomicUsize,
    probe: Arc<PreparedRequest>,
    /// Hedge budget, in tenths of a request. Each call adds a tenth, so that a cluster which is slow as a whole gets
    /// at most a tenth more requests, not twice as many.
    hedge_tenths: AtomicU32,
}

impl Nodes {
    pub(super) fn new(nodes: Vec<Node>, probe: PreparedRequest) -> Self {
        Self {
            nodes: nodes.into_iter().map(Arc::new).collect(),
            // Gateways that start together must not all begin with the first node.
            next: AtomicUsize::new(fastrand::usize(..1 << 16)),
            probe: Arc::new(probe),
            hedge_tenths: AtomicU32::new(MAX_HEDGE_TENTHS),
        }
    }

    pub(super) fn is_any_live(&self) -> bool {
        self.nodes.iter().any(|node| node.is_live())
    }

    pub(super) fn is_live(&self, at: usize) -> bool {
        self.nodes[at].is_live()
    }

    pub(super) fn get(&self, at: usize) -> &Node {
        &self.nodes[at]
    }

    /// The next live node in turn that is not among `tried`.
    pub(super) fn pick(&self, tried: &[usize]) -> Option<usize> {
        let is_candidate = |at: &usize| self.nodes[*at].is_live() && !tried.contains(at);
        let candidates = (0..self.nodes.len()).filter(is_candidate).count();
        // Counted among the candidates: the successor of an ejected node must not get its share too.
        let nth = self.next.fetch_add(1, Relaxed).checked_rem(candidates)?;
        let picked = (0..self.nodes.len()).filter(is_candidate).nth(nth);
        // A node may have been ejected between the two passes.
        picked.or_else(|| (0..self.nodes.len()).find(is_candidate))
    }

    /// Whether a live node is not among `tried`.
    pub(super) fn has_other(&self, tried: &[usize]) -> bool {
        (0..self.nodes.len()).any(|at| self.nodes[at].is_live() && !tried.contains(&at))
    }

    /// Records a good answer.
    pub(super) fn answered(&self, at: usize) {
        self.nodes[at].answered();
    }

    /// Records that a connection to a node failed.
    pub(super) fn connect_failed(&self, at: usize, why: &str) {
        self.failed(at, Ejection::Immediate, why);
    }

    /// Records that a node answered as no healthy node does.
    pub(super) fn unhealthy(&self, at: usize, why: &str) {
        let ejection = if self.has_other(&[at]) { Ejection::Immediate } else { Ejection::AfterRepeats };
        self.failed(at, ejection, why);
    }

    /// Records that a node took too long.
    pub(super) fn slow(&self, at: usize) {
        const WHY: &str = "no response in time";
        if self.has_other(&[at]) {
            self.failed(at, Ejection::AfterRepeats, WHY);
        } else if self.nodes[at].failed(Ejection::AfterRepeats) {
            // The calls may just be expensive, and no other node could answer in its place.
            self.nodes[at].suspect(&self.probe);
        } else {
            self.nodes[at].report_failure("a node failed", WHY);
        }
    }

    fn failed(&self, at: usize, ejection: Ejection, why: &str) {
        let node = &self.nodes[at];
        if !node.failed(ejection) {
            node.report_failure("a node failed", why);
            return;
        }
        node.eject(&self.probe, why);
        if !self.is_any_live() {
            node.report_failure("no node is live; calls fail until one answers a probe", "");
        }
    }

    /// Makes sure that ejected nodes are probed. Called when no node is live.
    pub(super) fn resume_probing(&self) {
        for node in &self.nodes {
            node.resume_probing(&self.probe);
        }
    }

    /// Adds a tenth to the hedge budget.
    pub(super) fn earn_hedge(&self) {
        if self.hedge_tenths.load(Relaxed) < MAX_HEDGE_TENTHS {
            self.hedge_tenths.fetch_add(1, Relaxed);
        }
    }

    /// Takes one hedge from the budget; false where it is used up.
    pub(super) fn take_hedge(&self) -> bool {
        self.hedge_tenths.fetch_update(Relaxed, Relaxed, |tenths| tenths.checked_sub(10)).is_ok()
    }
}

impl Drop for Nodes {
    fn drop(&mut self) {
        for node in &self.nodes {
            node.stop_probing();
        }
    }
}

impl fmt::Debug for Nodes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(&self.nodes).finish()
    }
}
