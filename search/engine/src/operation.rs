//! How the fields of one operation wait for each other, so that what they ask in the same moment becomes one request.

use std::{future::poll_fn, task::Poll};

/// Lets the sibling fields of one operation be polled before this one continues.
pub async fn yield_to_siblings() {
    let mut polled = false;
    poll_fn(|context| {
        if std::mem::replace(&mut polled, true) {
            return Poll::Ready(());
        }
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

    use super::*;

    #[tokio::test]
    async fn every_sibling_starts_before_one_continues() {
        let started = AtomicUsize::new(0);
        let field = || async {
            started.fetch_add(1, SeqCst);
            yield_to_siblings().await;
            started.load(SeqCst)
        };
        assert_eq!(futures::future::join_all((0..10).map(|_| field())).await, [10; 10]);
    }
}
