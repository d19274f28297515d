//! Whether anybody still waits for what a thread computes. Reading a question may take a hundred milliseconds, and its
//! caller may be gone before: the loops over words and questions look here, and end. What they made by then is worth
//! nothing, and whoever began the work drops it.

use std::{
    cell::RefCell,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    time::Instant,
};

thread_local! {
    static CURRENT: RefCell<Option<Work>> = const { RefCell::new(None) };
}

/// Work on one question, as its thread sees it. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Work {
    over: Arc<AtomicBool>,
    deadline: Option<Instant>,
}

/// Whoever waits for the work; dropping it ends the work.
#[derive(Debug)]
pub struct Waiting(Arc<AtomicBool>);

impl Work {
    /// Work that is over at a moment, whoever waits.
    pub fn until(deadline: Instant) -> Self {
        Self { deadline: Some(deadline), ..Self::default() }
    }

    /// Whoever waits for this work.
    pub fn waiting(&self) -> Waiting {
        Waiting(Arc::clone(&self.over))
    }

    fn is_over(&self) -> bool {
        self.over.load(Relaxed) || self.deadline.is_some_and(|deadline| Instant::now() >= deadline)
    }

    /// Does the work on this thread.
    pub fn run<T>(&self, work: impl FnOnce() -> T) -> T {
        /// Puts back what was there, after a panic too.
        struct Before(Option<Work>);
        impl Drop for Before {
            fn drop(&mut self) {
                CURRENT.set(self.0.take());
            }
        }
        let _before = Before(CURRENT.replace(Some(self.clone())));
        work()
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        self.0.store(true, Relaxed);
    }
}

/// Whether nobody waits for the work of this thread any more.
pub fn is_over() -> bool {
    CURRENT.with_borrow(|work| work.as_ref().is_some_and(Work::is_over))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_is_over_once_nobody_waits() {
        let work = Work::default();
        let waiting = work.waiting();
        assert!(!is_over());
        work.run(|| {
            assert!(!is_over());
            drop(waiting);
            assert!(is_over());
            Work::default().run(|| assert!(!is_over(), "other work"));
            Work::until(Instant::now()).run(|| assert!(is_over()));
            assert!(is_over());
        });
        assert!(!is_over(), "no work at all");
    }
}
