//! Requests of sibling fields, sent as one.
//!
//! A caller adds its requests to the open batch and yields. By then every sibling field has been polled and has added
//! its own; the first caller to be polled again closes the batch and sends it, and the others wait for the same
//! answers. A caller that still makes its requests on another thread announces them, and the batch waits for them. No
//! timer is involved. Whoever sends may be cancelled: the batch keeps its requests, and the next caller sends all of them
//! again.

use std::{
    ops::Range,
    sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError},
};

use tokio::sync::{OnceCell, watch};
use wikimovie_engine::operation::yield_to_siblings;

/// Times that a caller yields before its batch is sent: once for its siblings, once more for those which gather keys
/// by yielding themselves.
const YIELDS: usize = 2;

/// Most requests in one batch; what is added beyond opens the next one.
const MAX_REQUESTS: usize = 64;

/// Gathers the requests of one operation. `Q` is a request, `A` its answer, `E` the error of a whole batch.
#[derive(Debug)]
pub(crate) struct Batcher<Q, A, E> {
    open: Mutex<Option<Arc<Batch<Q, A, E>>>>,
    /// Callers that have announced requests.
    announced: watch::Sender<usize>,
}

#[derive(Debug)]
struct Batch<Q, A, E> {
    joining: Mutex<Vec<Q>>,
    /// The requests once the batch is closed. They stay until there are answers, so that sending can be repeated.
    closed: OnceLock<Arc<[Q]>>,
    answers: OnceCell<Result<Vec<Mutex<Option<A>>>, E>>,
}

impl<Q, A, E> Default for Batcher<Q, A, E> {
    fn default() -> Self {
        Self { open: Mutex::new(None), announced: watch::Sender::new(0) }
    }
}

impl<Q, A, E> Default for Batch<Q, A, E> {
    fn default() -> Self {
        Self { joining: Mutex::default(), closed: OnceLock::new(), answers: OnceCell::new() }
    }
}

/// Requests to come; dropped when they are asked, or will not be.
#[derive(Debug)]
pub(crate) struct Announced<'a>(&'a watch::Sender<usize>);

impl Drop for Announced<'_> {
    fn drop(&mut self) {
        self.0.send_modify(|announced| *announced -= 1);
    }
}

impl<Q, A, E> Batcher<Q, A, E> {
    /// Announces requests: no batch is sent before they are in it. To be dropped in the same poll in which they are asked.
    pub(crate) fn announce(&self) -> Announced<'_> {
        self.announced.send_modify(|announced| *announced += 1);
        Announced(&self.announced)
    }
}

impl<Q, A, E: Clone> Batcher<Q, A, E> {
    /// Answers to requests, in their order, sent together with what else is asked now. `send` gets all requests of the
    /// batch and answers in their order; it runs once a batch, unless the caller that runs it is cancelled.
    ///
    /// # Errors
    /// That of `send`, for every caller of the batch.
    pub(crate) async fn ask<F>(&self, requests: Vec<Q>, send: impl FnOnce(Arc<[Q]>) -> F) -> Result<Vec<A>, E>
    where
        F: Future<Output = Result<Vec<A>, E>>,
    {
        let (batch, slots) = self.join(requests);
        for _ in 0..YIELDS {
            yield_to_siblings().await;
        }
        // The sender lives as long as this borrow, so that waiting cannot fail.
        let _ = self.announced.subscribe().wait_for(|announced| *announced == 0).await;
        let sent = batch.answers.get_or_init(|| async {
            let answers = send(self.close(&batch)).await?;
            Ok(answers.into_iter().map(|answer| Mutex::new(Some(answer))).collect())
        });
        let answers = sent.await.as_ref().map_err(E::clone)?;
        let own = answers.get(slots).unwrap_or_default();
        Ok(own.iter().filter_map(|answer| lock(answer).take()).collect())
    }

    /// Adds requests to the open batch. Returns it with their slots.
    fn join(&self, requests: Vec<Q>) -> (Arc<Batch<Q, A, E>>, Range<usize>) {
        let mut open = lock(&self.open);
        let full = |batch: &Arc<Batch<Q, A, E>>| lock(&batch.joining).len() + requests.len() > MAX_REQUESTS;
        if open.as_ref().is_some_and(full) {
            *open = None;
        }
        let batch = Arc::clone(open.get_or_insert_default());
        let mut joining = lock(&batch.joining);
        let start = joining.len();
        joining.extend(requests);
        let slots = start..joining.len();
        drop(joining);
        (batch, slots)
    }

    /// Lets nobody else join the batch. Returns its requests, the same ones each time.
    fn close(&self, batch: &Arc<Batch<Q, A, E>>) -> Arc<[Q]> {
        let mut open = lock(&self.open);
        if open.as_ref().is_some_and(|current| Arc::ptr_eq(current, batch)) {
            *open = None;
        }
        drop(open);
        Arc::clone(batch.closed.get_or_init(|| std::mem::take(&mut *lock(&batch.joining)).into()))
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // A panic of another field cannot leave a list half written.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

    use futures::{FutureExt, future::join_all};

    use super::*;

    type Tens = Batcher<u32, u32, &'static str>;

    /// Sends a batch at once and counts it.
    async fn send(sent: &AtomicUsize, requests: Arc<[u32]>) -> Result<Vec<u32>, &'static str> {
        sent.fetch_add(1, SeqCst);
        Ok(requests.iter().map(|request| request * 10).collect())
    }

    #[tokio::test]
    async fn siblings_share_one_request_and_each_gets_its_own_answers() {
        let (batcher, sent) = (Tens::default(), AtomicUsize::new(0));
        let ask = |requests: Vec<u32>| batcher.ask(requests, |all| send(&sent, all));
        let answers = join_all((0..10).map(|n| ask(vec![n, n + 100]))).await;
        assert_eq!(sent.load(SeqCst), 1);
        assert_eq!(answers[7], Ok(vec![70, 1070]));
        assert_eq!(ask(vec![5]).await, Ok(vec![50]));
        assert_eq!(sent.load(SeqCst), 2, "a later question is a batch of its own");
    }

    #[tokio::test]
    async fn a_full_batch_opens_the_next_one() {
        let (batcher, sent) = (Tens::default(), AtomicUsize::new(0));
        let ask = |n: u32| batcher.ask(vec![n], |all| send(&sent, all));
        let answers = join_all((0..u32::try_from(MAX_REQUESTS).unwrap() + 1).map(ask)).await;
        assert_eq!(sent.load(SeqCst), 2);
        assert!((0..).zip(answers).all(|(n, answer)| answer == Ok(vec![n * 10])));
    }

    #[tokio::test]
    async fn the_others_are_answered_when_the_leader_is_dropped() {
        let (batcher, sent) = (Tens::default(), AtomicUsize::new(0));
        // The first to be polled again leads; it never gets its answer.
        let mut leader = Box::pin(batcher.ask(vec![1, 2], |_| std::future::pending()));
        let mut others: Vec<_> =
            [3, 4].map(|n| Box::pin(batcher.ask(vec![n], |all| send(&sent, all)))).into();
        for _ in 0..=YIELDS {
            assert!((&mut leader).now_or_never().is_none());
            assert!(others.iter_mut().all(|other| other.now_or_never().is_none()));
        }
        drop(leader);
        assert_eq!(join_all(others).await, [Ok(vec![30]), Ok(vec![40])]);
        assert_eq!(sent.load(SeqCst), 1);
    }

    #[tokio::test]
    async fn a_batch_waits_for_requests_that_are_still_made() {
        let (batcher, sent) = (Tens::default(), AtomicUsize::new(0));
        let ask = |n: u32| batcher.ask(vec![n], |all| send(&sent, all));
        let (announced, left) = (batcher.announce(), batcher.announce());
        let mut first = Box::pin(ask(1));
        for _ in 0..5 {
            assert!((&mut first).now_or_never().is_none());
        }
        drop(left);
        assert!((&mut first).now_or_never().is_none());
        let second = async {
            drop(announced);
            ask(2).await
        };
        let mut second = Box::pin(second);
        assert!((&mut second).now_or_never().is_none());
        assert_eq!(join_all([first.boxed_local(), second.boxed_local()]).await, [Ok(vec![10]), Ok(vec![20])]);
        assert_eq!(sent.load(SeqCst), 1);
    }

    #[tokio::test]
    async fn an_error_is_that_of_every_caller() {
        let batcher = Tens::default();
        let ask = |n: u32| batcher.ask(vec![n], |_| async { Err("away") });
        assert_eq!(join_all([ask(1), ask(2)]).await, [Err("away"), Err("away")]);
    }
}
