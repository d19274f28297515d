//! All nodes: whose turn it is, and who is set aside.

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicU32, AtomicUsize, Ordering::Relaxed},
    },
};

use super::{
    node::{Doubt, Node},
    wire::Wire,
};

/// Most second requests that can be saved up, in tenths.
const SAVED_TENTHS: u32 = 100;

/// The nodes of a cluster.
pub(super) struct Nodes {
    nodes: Vec<Arc<Node>>,
    turn: AtomicUsize,
    probe: Arc<Wire>,
    /// What second requests may be made, in tenths of one. Each call adds a tenth, so that a cluster which is slow
    /// as a whole gets at most a tenth more to do, not twice as much.
    second_tenths: AtomicU32,
}

impl Nodes {
    pub(super) fn new(nodes: Vec<Node>, probe: Wire) -> Self {
        Self {
            nodes: nodes.into_iter().map(Arc::new).collect(),
            // Gateways that start together do not all ask the first node first.
            turn: AtomicUsize::new(fastrand::usize(..1 << 16)),
            probe: Arc::new(probe),
            second_tenths: AtomicU32::new(SAVED_TENTHS),
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
        let fit = |at: &usize| self.nodes[*at].is_live() && !tried.contains(at);
        let fits = (0..self.nodes.len()).filter(fit).count();
        // Counted among those that fit: the successor of a node that is aside has no more to do than others.
        let nth = self.turn.fetch_add(1, Relaxed).checked_rem(fits)?;
        let picked = (0..self.nodes.len()).filter(fit).nth(nth);
        // A node may have been set aside between the two looks.
        picked.or_else(|| (0..self.nodes.len()).find(fit))
    }

    /// Whether a live node is not among `tried`.
    pub(super) fn has_other(&self, tried: &[usize]) -> bool {
        (0..self.nodes.len()).any(|at| self.nodes[at].is_live() && !tried.contains(&at))
    }

    /// Takes note of a good answer.
    pub(super) fn answered(&self, at: usize) {
        self.nodes[at].answered();
    }

    /// Takes note that a node could not be connected to.
    pub(super) fn refused(&self, at: usize, why: &str) {
        self.failed(at, Doubt::Certain, why);
    }

    /// Takes note that a node answered as none should.
    pub(super) fn ill(&self, at: usize, why: &str) {
        let doubt = if self.has_other(&[at]) { Doubt::Certain } else { Doubt::Some };
        self.failed(at, doubt, why);
    }

    /// Takes note that a node took too long.
    pub(super) fn slow(&self, at: usize) {
        const WHY: &str = "it takes too long";
        if self.has_other(&[at]) {
            self.failed(at, Doubt::Some, WHY);
        } else if self.nodes[at].failed(Doubt::Some) {
            // It may only have been asked hard questions, and nobody could answer in its place.
            self.nodes[at].suspect(&self.probe);
        } else {
            self.nodes[at].complain("a node failed", WHY);
        }
    }

    fn failed(&self, at: usize, doubt: Doubt, why: &str) {
        let node = &self.nodes[at];
        if !node.failed(doubt) {
            node.complain("a node failed", why);
            return;
        }
        node.set_aside(&self.probe, why);
        if !self.is_any_live() {
            node.complain("no node is left; calls fail until one answers", "");
        }
    }

    /// To be called where no node is live: makes sure that they are looked at.
    pub(super) fn look_after(&self) {
        for node in &self.nodes {
            node.look_after(&self.probe);
        }
    }

    /// Adds to what second requests may be made.
    pub(super) fn save_up(&self) {
        if self.second_tenths.load(Relaxed) < SAVED_TENTHS {
            self.second_tenths.fetch_add(1, Relaxed);
        }
    }

    /// Whether a second request may be made now.
    pub(super) fn spend(&self) -> bool {
        self.second_tenths.fetch_update(Relaxed, Relaxed, |tenths| tenths.checked_sub(10)).is_ok()
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
