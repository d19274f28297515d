//! Serving until told to stop, and then no longer than the open requests need or the drain deadline allows.

use std::{future::Future, io, time::Duration};

use axum::{Router, serve::ListenerExt};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

/// Serves until `shutdown` completes, then takes no new connection and lets open requests finish; whatever is
/// still open after `drain` is cut.
///
/// # Errors
/// What the system says about the listener.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    shutdown: impl Future<Output = ()> + Send + 'static,
    drain: Duration,
) -> io::Result<()> {
    let stopping = CancellationToken::new();
    let told = stopping.clone();
    let listener = listener.tap_io(|stream| {
        // An answer that leaves in two parts must not wait for the client's acknowledgement of the first.
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "a connection keeps Nagle's algorithm");
        }
    });
    let server = axum::serve(listener, router).with_graceful_shutdown(async move {
        shutdown.await;
        told.cancel();
    });
    let overdue = async {
        stopping.cancelled().await;
        tokio::time::sleep(drain).await;
    };
    tokio::select! {
        served = server => served,
        () = overdue => {
            tracing::warn!("requests were still open at the end of the drain deadline and are cut");
            Ok(())
        }
    }
}
