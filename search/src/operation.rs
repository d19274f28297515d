//! One operation of a client: what its fields ask of an engine at the same time becomes one request.

#[cfg(feature = "elasticsearch")]
use std::sync::Arc;

#[cfg(feature = "elasticsearch")]
use crate::elasticsearch::Rounds;

#[cfg(feature = "elasticsearch")]
tokio::task_local! {
    static ROUNDS: Arc<Rounds>;
}

/// Runs an operation: whatever its fields ask of a cluster in the same moment is sent in one request.
pub async fn operation<F: Future>(run: F) -> F::Output {
    #[cfg(feature = "elasticsearch")]
    return ROUNDS.scope(Arc::default(), run).await;
    #[cfg(not(feature = "elasticsearch"))]
    run.await
}

/// What the operation now running has open; `None` outside of one.
#[cfg(feature = "elasticsearch")]
pub(crate) fn rounds() -> Option<Arc<Rounds>> {
    ROUNDS.try_with(Arc::clone).ok()
}
