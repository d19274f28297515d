//! One operation of a client: what its fields ask of an engine at the same time becomes one request.

use std::{
    any::Any,
    cell::Cell,
    future::poll_fn,
    pin::pin,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicBool, Ordering::SeqCst},
    },
    task::{Context, Poll, Wake, Waker},
};

use futures::task::AtomicWaker;

/// What an engine holds for one operation: made by the first field that asks for it.
type Held = OnceLock<Arc<dyn Any + Send + Sync>>;

tokio::task_local! {
    static HELD: Held;
}

/// Runs an operation: whatever its fields ask of a cluster in the same moment is sent in one request.
pub async fn operation<F: Future>(run: F) -> F::Output {
    HELD.scope(Held::new(), promptly(run)).await
}

tokio::task_local! {
    static PARTIAL: Cell<bool>;
}

/// Runs one question, and tells besides its answer whether that came from the whole catalogue: a cluster may answer
/// while a part of it does not.
pub async fn told_whole<F: Future>(run: F) -> (F::Output, bool) {
    let watched = async {
        let output = run.await;
        (output, PARTIAL.with(|partial| !partial.get()))
    };
    PARTIAL.scope(Cell::new(false), watched).await
}

/// Notes that the question now running was answered from a part of the catalogue only.
pub fn note_partial() {
    // Nobody may be watching.
    let _ = PARTIAL.try_with(|partial| partial.set(true));
}

/// What the engine holds for the operation now running; `None` outside of one.
pub fn held<T: Default + Send + Sync + 'static>() -> Option<Arc<T>> {
    let held = HELD.try_with(|held| Arc::clone(held.get_or_init(|| Arc::<T>::default()))).ok()?;
    held.downcast().ok()
}

/// Lets the sibling fields of one operation be polled before this one goes on.
pub async fn let_siblings_join() {
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

/// Most times that an operation is polled in a row: more than fields wait for siblings, few enough to be fair.
const MAX_POLLS: usize = 8;

/// Polls an operation again at once when one of its own fields woke it. By way of the runtime it would wait behind
/// every other operation that can run, whose requests would then leave together: the engine would stand idle first
/// and be flooded after.
async fn promptly<F: Future>(run: F) -> F::Output {
    let mut run = pin!(run);
    let state = Arc::new(Polling::default());
    let waker = Waker::from(Arc::clone(&state));
    poll_fn(move |context| {
        state.task.register(context.waker());
        state.polled.store(true, SeqCst);
        for _ in 0..MAX_POLLS {
            state.woken.store(false, SeqCst);
            if let Poll::Ready(output) = run.as_mut().poll(&mut Context::from_waker(&waker)) {
                return Poll::Ready(output);
            }
            if !state.woken.load(SeqCst) {
                break;
            }
        }
        state.polled.store(false, SeqCst);
        // Woken too often, or by another thread since the last look.
        if state.woken.load(SeqCst) {
            context.waker().wake_by_ref();
        }
        Poll::Pending
    })
    .await
}

#[derive(Debug, Default)]
struct Polling {
    task: AtomicWaker,
    polled: AtomicBool,
    woken: AtomicBool,
}

impl Wake for Polling {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.woken.store(true, SeqCst);
        if !self.polled.load(SeqCst) {
            self.task.wake();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    /// Polls of the task around `run` until it is done.
    async fn polls<F: Future>(run: F) -> usize {
        let mut run = pin!(run);
        let mut polls = 0;
        poll_fn(|context| {
            polls += 1;
            run.as_mut().poll(context).map(|_| ())
        })
        .await;
        polls
    }

    #[tokio::test]
    async fn siblings_join_within_one_poll() {
        let fields = || futures::future::join_all((0..10).map(|_| let_siblings_join()));
        assert_eq!(polls(operation(fields())).await, 1);
        assert_eq!(polls(fields()).await, 2);
    }

    #[tokio::test]
    async fn one_that_always_wakes_itself_lets_others_run() {
        let restless = async {
            loop {
                let_siblings_join().await;
            }
        };
        let ended = tokio::time::timeout(Duration::from_millis(20), operation(restless)).await;
        assert!(ended.is_err());
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn no_wake_of_another_thread_is_lost() {
        for _ in 0..2_000 {
            let (tell, told) = tokio::sync::oneshot::channel();
            let teller = tokio::spawn(async move { tell.send(7) });
            let heard = tokio::time::timeout(Duration::from_secs(5), operation(told)).await;
            assert_eq!(heard, Ok(Ok(7)));
            assert_eq!(teller.await.unwrap(), Ok(()));
        }
    }
}
