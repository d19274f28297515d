//! Where the gateway is in its life, told to whoever has to act on it.

use tokio_util::sync::CancellationToken;

/// Open, draining, closing. Cheap to clone; all clones are one.
#[derive(Clone, Debug, Default)]
pub struct Lifecycle {
    draining: CancellationToken,
    closing: CancellationToken,
}

impl Lifecycle {
    /// From now on `/readyz` says that no more should be sent here.
    pub fn start_draining(&self) {
        self.draining.cancel();
    }

    /// From now on no new connection is taken, and what has no end of its own is ended.
    pub fn close(&self) {
        self.draining.cancel();
        self.closing.cancel();
    }

    /// Whether the end is near.
    pub fn is_draining(&self) -> bool {
        self.draining.is_cancelled()
    }

    /// Completes when what has no end of its own has to end.
    pub async fn closed(&self) {
        self.closing.cancelled().await;
    }
}
