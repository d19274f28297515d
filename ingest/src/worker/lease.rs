//! Keeps messages ours while they are worked on, on a thread of its own: a busy worker must not lose them.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, PoisonError,
        mpsc::{RecvTimeoutError, SyncSender, sync_channel},
    },
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use crate::queue::Queue;

/// Parts of a lease after which it is extended: two extensions in a row may fail.
const PARTS: u32 = 3;

/// Messages under lease.
#[derive(Clone, Default)]
pub struct Leases {
    /// When the lease of each handle ends unless it is extended; `None` once it is lost.
    held: Arc<Mutex<HashMap<String, Option<Instant>>>>,
}

impl Leases {
    /// Takes these under lease.
    pub fn hold<'a>(&self, handles: impl IntoIterator<Item = &'a String>, lease: Duration) {
        let until = Instant::now() + lease;
        self.lock().extend(handles.into_iter().map(|handle| (handle.clone(), Some(until))));
    }

    /// Lets go of one; `false` where it was lost meanwhile.
    pub fn release(&self, handle: &str) -> bool {
        self.lock().remove(handle).flatten().is_some_and(|until| until > Instant::now())
    }

    /// Whether one is ours still.
    pub fn holds(&self, handle: &str) -> bool {
        self.lock().get(handle).copied().flatten().is_some_and(|until| until > Instant::now())
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<String, Option<Instant>>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn extend(&self, queue: &dyn Queue, lease: Duration) {
        let handles: Vec<String> = self
            .lock()
            .iter()
            .filter(|(_, until)| until.is_some())
            .map(|(handle, _)| handle.clone())
            .collect();
        if handles.is_empty() {
            return;
        }
        let asked = Instant::now();
        let lost = match queue.extend(&handles, lease) {
            Ok(lost) => lost,
            Err(error) => {
                metrics::counter!("wikimovie_ingest_lease_failures_total").increment(1);
                tracing::warn!(%error, messages = handles.len(), "message leases could not be extended; retrying");
                return;
            }
        };
        let mut held = self.lock();
        for handle in &handles {
            if let Some(until) = held.get_mut(handle) {
                *until = (!lost.contains(handle)).then_some(asked + lease);
            }
        }
        if !lost.is_empty() {
            metrics::counter!("wikimovie_ingest_leases_lost_total").increment(lost.len() as u64);
            tracing::warn!(messages = lost.len(), "message leases expired; the messages will be redelivered");
        }
    }
}

/// The thread that extends leases. Ends when dropped.
pub struct LeaseKeeper {
    stop: Option<SyncSender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl LeaseKeeper {
    /// Starts to keep these leases.
    ///
    /// # Errors
    /// When no thread can be started.
    pub fn start(queue: Arc<dyn Queue>, leases: Leases, lease: Duration) -> std::io::Result<Self> {
        let (stop, stopped) = sync_channel::<()>(1);
        let thread = thread::Builder::new().name("leases".to_owned()).spawn(move || {
            while let Err(RecvTimeoutError::Timeout) = stopped.recv_timeout(lease / PARTS) {
                leases.extend(&*queue, lease);
            }
        })?;
        Ok(Self { stop: Some(stop), thread: Some(thread) })
    }
}

impl Drop for LeaseKeeper {
    fn drop(&mut self) {
        self.stop.take();
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the lease keeper panicked");
        }
    }
}
