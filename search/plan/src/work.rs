//! Whether anybody still waits for an answer. Reading a question may take a hundred milliseconds, and its caller may be gone
//! before: the loops over words and questions look here, and end. What they made by then is worth nothing, and whoever
//! began the work drops it.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    time::Instant,
};

/// Work on one question. Cheap to clone; all clones are one.
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

    /// Whether nobody waits for it any more.
    pub fn is_over(&self) -> bool {
        self.over.load(Relaxed) || self.deadline.is_some_and(|deadline| Instant::now() >= deadline)
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        self.0.store(true, Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_is_over_once_nobody_waits() {
        let work = Work::default();
        let waiting = work.waiting();
        assert!(!work.clone().is_over());
        drop(waiting);
        assert!(work.is_over());
        assert!(Work::until(Instant::now()).is_over());
    }
}
