//! What is known about the current request; every layer adds to it.

use std::{
    fmt::Write as _,
    future::Future,
    sync::{
        Arc, Mutex, OnceLock, PoisonError,
        atomic::{AtomicU32, AtomicU64, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};

use http::HeaderValue;

tokio::task_local! {
    static CURRENT: Arc<Request>;
}

/// One request, or one operation of a WebSocket connection.
#[derive(Debug)]
pub(crate) struct Request {
    started: Instant,
    engine_ns: AtomicU64,
    engine_calls: AtomicU32,
    notes: Mutex<Vec<(&'static str, &'static str)>>,
    /// The door by which it came, and the operation of the manifest that it named.
    door: OnceLock<(&'static str, Box<str>)>,
}

impl Request {
    pub(super) fn new() -> Arc<Self> {
        Arc::new(Self {
            started: Instant::now(),
            engine_ns: AtomicU64::new(0),
            engine_calls: AtomicU32::new(0),
            notes: Mutex::default(),
            door: OnceLock::new(),
        })
    }

    /// Runs something as this request.
    pub(super) async fn scope<F: Future>(self: Arc<Self>, run: F) -> F::Output {
        CURRENT.scope(self, run).await
    }

    /// The current request.
    pub(crate) fn current() -> Option<Arc<Self>> {
        CURRENT.try_with(Arc::clone).ok()
    }

    /// Adds the time of an engine call.
    pub(super) fn add_engine_call(&self, took: Duration) {
        self.engine_ns.fetch_add(u64::try_from(took.as_nanos()).unwrap_or(u64::MAX), Relaxed);
        self.engine_calls.fetch_add(1, Relaxed);
    }

    /// Notes something for `Server-Timing` that has a name and no duration, such as `cache` and `hit`. Both are tokens
    /// of ours.
    pub(crate) fn note(&self, name: &'static str, what: &'static str) {
        self.notes.lock().unwrap_or_else(PoisonError::into_inner).push((name, what));
    }

    /// Notes the door by which it came; the first counts.
    pub(super) fn enter_door(&self, door: &'static str, operation: &str) {
        self.door.get_or_init(|| (door, operation.into()));
    }

    /// The door by which it came, and the operation of the manifest that it named; `graphql` names none.
    pub(super) fn door(&self) -> (&'static str, Option<&str>) {
        self.door.get().map_or(("graphql", None), |(door, operation)| (*door, Some(operation)))
    }

    pub(super) fn elapsed(&self) -> Duration {
        self.started.elapsed()
    }

    /// Time of all engine calls; calls that overlap are counted each.
    pub(super) fn engine(&self) -> Duration {
        Duration::from_nanos(self.engine_ns.load(Relaxed))
    }

    pub(super) fn engine_calls(&self) -> u32 {
        self.engine_calls.load(Relaxed)
    }

    /// The header `Server-Timing` (W3C): where the time went, in milliseconds.
    pub(super) fn server_timing(&self) -> Option<HeaderValue> {
        let ms = |time: Duration| time.as_secs_f64() * 1_000.0;
        let mut text = format!("total;dur={:.2}", ms(self.elapsed()));
        if self.engine_calls() > 0 {
            let _ =
                write!(text, ", engine;dur={:.2};desc=\"{} calls\"", ms(self.engine()), self.engine_calls());
        }
        for (name, what) in self.notes.lock().unwrap_or_else(PoisonError::into_inner).iter() {
            let _ = write!(text, ", {name};desc={what}");
        }
        HeaderValue::try_from(text).ok()
    }
}
