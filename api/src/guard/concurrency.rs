//! The concurrency limiter: how many operations run at once, by a limit that follows the load, a short queue, and a quick
//! refusal beyond it.
//!
//! An operation acquires a [`Permit`] before it is parsed and drops it when its response is made. Never more operations
//! are in flight than the limit; few wait, and none longer than [`ConcurrencySettings::queue_timeout`]. The others are
//! refused at once with `OVERLOADED`, which costs far less than an answer.
//!
//! Two things make a gateway slow, and each has its own sign:
//!
//! - **The engine is slow.** Operations pile up waiting for it. [`ConcurrencySettings::limit`] bounds them.
//! - **The processors are busy.** Then every task waits in the runtime's queue each time it is woken.
//!   [`ConcurrencyLimiter::follow`] measures that queue delay itself, by sending a task of its own through the queue
//!   ([`measure_queue_delay`]): it is near zero until the processors saturate, and does not depend on how expensive the
//!   operations of the day are, as their duration would. The *smallest* delay of a tick counts, which tells a standing
//!   queue from a burst, as CoDel (RFC 8289) does it.
//!
//! While the delay is above [`ConcurrencySettings::target_delay`] the limit is cut, afterwards it grows again (AIMD, as TCP
//! does it). While nothing is wrong the limit stays at twice what is used: a flood then meets a limit that is near
//! what the processors can do, and not one that has first to be cut down while everyone waits.

use std::{
    cmp::Ordering,
    collections::VecDeque,
    num::NonZeroUsize,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    thread::available_parallelism,
    time::{Duration, Instant},
};

use metrics::{counter, gauge, histogram};
use tokio::sync::oneshot;
use tokio_util::task::AbortOnDropHandle;

use crate::error::{ApiError, ErrorCode};

/// Settings of a [`ConcurrencyLimiter`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ConcurrencySettings {
    /// Maximum of operations in flight, whatever the load; `None` limits nothing and only measures.
    pub limit: Option<usize>,
    /// Maximum wait for a permit.
    pub queue_timeout: Duration,
    /// Delay in the runtime's queue above which the processors count as busy.
    pub target_delay: Duration,
}

impl Default for ConcurrencySettings {
    fn default() -> Self {
        Self {
            limit: Some(512),
            queue_timeout: Duration::from_millis(50),
            target_delay: Duration::from_millis(2),
        }
    }
}

/// Least limit for each processor: a gateway that admits nobody would not notice that the load is gone, and so few make
/// nobody wait for long.
const MIN_LIMIT: usize = 16;
/// Limit per processor without load, so that a burst is admitted at once.
const IDLE_LIMIT: usize = 64;
/// Time between two adjustments of the limit.
const TICK: Duration = Duration::from_millis(24);
/// Time between two measurements.
const PROBE_INTERVAL: Duration = Duration::from_millis(8);
/// Time until a cut shows in the delay: those in flight have to finish first.
const SETTLING: Duration = Duration::from_millis(100);
/// Multiple of the target delay from which the load counts as a flood.
const FLOOD_FACTOR: u32 = 4;
/// Time after a cut in which the limit grows slowly.
const CAUTION: Duration = Duration::from_secs(2);

/// Limits the operations in flight. Cheap to clone; all clones are one.
#[derive(Clone, Debug)]
pub struct ConcurrencyLimiter {
    limiter: Arc<Limiter>,
}

#[derive(Debug)]
struct Limiter {
    settings: ConcurrencySettings,
    state: Mutex<LimiterState>,
}

#[derive(Debug, Default)]
struct LimiterState {
    limit: usize,
    /// Processors that share the work.
    processors: usize,
    in_flight: usize,
    /// Maximum of operations in flight or queued since the last tick.
    peak: usize,
    /// When the limit was cut last.
    last_cut: Option<Instant>,
    queue: VecDeque<oneshot::Sender<Permit>>,
}

/// The permit of an operation in flight; dropping it admits the next one.
#[derive(Debug)]
pub struct Permit {
    limiter: Option<Arc<Limiter>>,
}

impl ConcurrencyLimiter {
    /// A limiter with these settings.
    pub fn new(settings: ConcurrencySettings) -> Self {
        let limit = settings.limit.unwrap_or(usize::MAX);
        let processors = available_parallelism().map_or(1, NonZeroUsize::get);
        let state = Mutex::new(LimiterState { limit, processors, ..LimiterState::default() });
        Self { limiter: Arc::new(Limiter { settings, state }) }
    }

    /// Admits one operation, perhaps after a short wait.
    ///
    /// # Errors
    /// `OVERLOADED` where the queue is full or the wait times out.
    pub async fn acquire(&self) -> Result<Permit, ApiError> {
        let started = Instant::now();
        let granted = {
            let mut state = self.limiter.state();
            state.peak = state.peak.max(state.in_flight + state.queue.len() + 1);
            if state.in_flight < state.limit {
                state.in_flight += 1;
                return Ok(Permit { limiter: Some(Arc::clone(&self.limiter)) });
            }
            // Those who hung up while they waited take no place.
            state.queue.retain(|waiting| !waiting.is_closed());
            if state.queue.len() >= state.queue_capacity() {
                drop(state);
                return Err(overloaded("queue_full"));
            }
            let (grant, granted) = oneshot::channel();
            state.queue.push_back(grant);
            granted
        };
        let waited = tokio::time::timeout(self.limiter.settings.queue_timeout, granted).await;
        histogram!("wikimovie_operation_queue_seconds").record(started.elapsed().as_secs_f64());
        match waited {
            Ok(Ok(permit)) => Ok(permit),
            Ok(Err(_)) | Err(_) => Err(overloaded("queue_wait")),
        }
    }

    /// Operations in flight.
    pub fn in_flight(&self) -> usize {
        self.limiter.state().in_flight
    }

    /// The current limit.
    pub fn limit(&self) -> usize {
        self.limiter.state().limit
    }

    /// Adjusts the limit for ever. It measures on the runtime's worker threads, wherever it is polled.
    pub async fn follow(&self) {
        let limiter = self.clone();
        let measures = tokio::spawn(async move {
            loop {
                let (started, mut delays) = (Instant::now(), QueueDelays::default());
                // A measurement takes as long as the queue is; a long one counts before it is repeated.
                while started.elapsed() < TICK {
                    tokio::time::sleep(PROBE_INTERVAL).await;
                    delays.add(measure_queue_delay().await);
                }
                limiter.adjust(delays, Instant::now());
            }
        });
        // It ends with who follows.
        if AbortOnDropHandle::new(measures).await.is_err() {
            tracing::error!("the queue delay is no longer measured");
        }
    }

    /// Adjusts the limit after a tick.
    fn adjust(&self, delays: QueueDelays, now: Instant) {
        let (limit, in_flight, grants) = {
            let mut state = self.limiter.state();
            if let Some(max_limit) = self.limiter.settings.limit {
                state.adjust(delays, self.limiter.settings.target_delay, max_limit, now);
            }
            let grants = state.grant(&self.limiter);
            (state.limit, state.in_flight, grants)
        };
        send(grants);
        gauge!("wikimovie_operations_in_flight").set(in_flight as f64);
        gauge!("wikimovie_operations_in_flight_limit").set(limit as f64);
        histogram!("wikimovie_runtime_queue_seconds").record(delays.smallest.as_secs_f64());
    }
}

/// Hands permits over. One whose operation was given up meanwhile is dropped, and so given back.
fn send(grants: Vec<(oneshot::Sender<Permit>, Permit)>) {
    for (grant, permit) in grants {
        drop(grant.send(permit));
    }
}

/// Measurements of a tick.
#[derive(Clone, Copy, Debug)]
struct QueueDelays {
    smallest: Duration,
    greatest: Duration,
}

impl Default for QueueDelays {
    fn default() -> Self {
        Self { smallest: Duration::MAX, greatest: Duration::ZERO }
    }
}

impl QueueDelays {
    fn add(&mut self, delay: Duration) {
        self.smallest = self.smallest.min(delay);
        self.greatest = self.greatest.max(delay);
    }
}

/// How long a task that can run waits until it runs. To be called on a worker of the runtime: what a worker wakes last
/// runs next, ahead of its queue, so that a second task takes this place and sends the first one to the end.
async fn measure_queue_delay() -> Duration {
    let queued = Instant::now();
    let passing = tokio::spawn(async move { queued.elapsed() });
    drop(tokio::spawn(std::future::ready(())));
    passing.await.unwrap_or_default()
}

impl LimiterState {
    /// How many may wait: shortly after a cut an eighth of those in flight, so that waiting adds about an eighth to their
    /// time; else as many again, who bridge the time until the limit has grown.
    fn queue_capacity(&self) -> usize {
        let share = if self.is_cautious(Instant::now()) { 8 } else { 1 };
        (self.limit / share).max(1)
    }

    fn is_cautious(&self, now: Instant) -> bool {
        self.last_cut.is_some_and(|cut| now.saturating_duration_since(cut) < CAUTION)
    }

    fn adjust(&mut self, delays: QueueDelays, target: Duration, max_limit: usize, now: Instant) {
        let wanted = std::mem::take(&mut self.peak).max(self.in_flight);
        if delays.smallest > target {
            let is_flood = delays.smallest > FLOOD_FACTOR * target;
            let settling = if is_flood { SETTLING / 2 } else { SETTLING };
            if self.last_cut.is_none_or(|cut| now.saturating_duration_since(cut) >= settling) {
                // From what is used, not from a limit that nothing came near to.
                let used = self.limit.min(wanted);
                let kept = if is_flood { used / 2 } else { used * 9 / 10 };
                self.limit = kept.max(MIN_LIMIT * self.processors).min(max_limit);
                self.last_cut = Some(now);
            }
        } else if wanted >= self.limit {
            // By much only where nothing in the whole tick spoke of busy processors.
            let careful = self.is_cautious(now) || delays.greatest > target / 2;
            let more = if careful { 1 + self.limit / 64 } else { 1 + self.limit / 2 };
            self.limit = (self.limit + more).min(max_limit);
        } else {
            let target_limit = (2 * wanted).max(IDLE_LIMIT * self.processors).min(max_limit);
            // Slowly either way: what was used a moment ago may be used again.
            self.limit = match self.limit.cmp(&target_limit) {
                Ordering::Less => (self.limit + 1).min(target_limit),
                Ordering::Equal => target_limit,
                Ordering::Greater => (self.limit - self.limit.div_ceil(32)).max(target_limit),
            };
        }
    }

    /// Takes from the queue those who may run now, each with a permit.
    fn grant(&mut self, limiter: &Arc<Limiter>) -> Vec<(oneshot::Sender<Permit>, Permit)> {
        let mut grants = Vec::new();
        while self.in_flight < self.limit
            && let Some(waiting) = self.queue.pop_front()
        {
            if !waiting.is_closed() {
                self.in_flight += 1;
                grants.push((waiting, Permit { limiter: Some(Arc::clone(limiter)) }));
            }
        }
        grants
    }
}

impl Limiter {
    fn state(&self) -> MutexGuard<'_, LimiterState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        let Some(limiter) = self.limiter.take() else { return };
        let grants = {
            let mut state = limiter.state();
            state.in_flight = state.in_flight.saturating_sub(1);
            state.grant(&limiter)
        };
        send(grants);
    }
}

fn overloaded(reason: &'static str) -> ApiError {
    counter!("wikimovie_operations_shed_total", "reason" => reason).increment(1);
    ApiError::new(ErrorCode::Overloaded, "too many operations run at once")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Of one processor, whatever the machine has.
    fn limiter(limit: usize) -> ConcurrencyLimiter {
        let settings = ConcurrencySettings { limit: Some(limit), ..ConcurrencySettings::default() };
        let limiter = ConcurrencyLimiter::new(settings);
        limiter.limiter.state().processors = 1;
        limiter
    }

    const IDLE: Duration = Duration::ZERO;
    const BUSY: Duration = Duration::from_millis(3);
    const FLOODED: Duration = Duration::from_millis(20);

    /// Ticks that follow one another so slowly that each cut has shown.
    fn ticks(limiter: &ConcurrencyLimiter, delay: Duration, number: u32) {
        let started = Instant::now();
        for tick in 1..=number {
            limiter.adjust(QueueDelays { smallest: delay, greatest: delay }, started + tick * SETTLING);
        }
    }

    #[tokio::test]
    async fn no_more_than_the_limit_are_in_flight_and_an_eighth_waits_after_a_cut() {
        let limiter = limiter(16);
        let mut permits = Vec::new();
        for _ in 0..16 {
            permits.push(limiter.acquire().await.unwrap());
        }
        limiter.limiter.state().last_cut = Some(Instant::now());
        let acquire = || {
            tokio::spawn({
                let limiter = limiter.clone();
                async move { limiter.acquire().await }
            })
        };
        let waiting = [acquire(), acquire()];
        tokio::task::yield_now().await;
        let refused = limiter.acquire().await.unwrap_err();
        assert_eq!(refused.code(), ErrorCode::Overloaded);
        permits.pop();
        permits.pop();
        for waiting in waiting {
            permits.push(waiting.await.unwrap().unwrap());
        }
        assert_eq!(limiter.in_flight(), 16);
        drop(permits);
        assert_eq!(limiter.in_flight(), 0);
    }

    #[tokio::test(start_paused = true)]
    async fn a_wait_that_times_out_is_refused_and_leaves_nothing_behind() {
        let limiter = limiter(4);
        let permits: Vec<_> = futures::future::join_all((0..4).map(|_| limiter.acquire())).await;
        assert_eq!(limiter.acquire().await.unwrap_err().code(), ErrorCode::Overloaded);
        // One that is given up while it waits takes no place either.
        drop(tokio::time::timeout(Duration::from_millis(1), limiter.acquire()).await);
        drop(permits);
        assert_eq!(limiter.in_flight(), 0);
        assert!(limiter.acquire().await.is_ok());
    }

    #[tokio::test]
    async fn busy_processors_cut_the_limit_from_what_is_used() {
        for (delay, cut) in [(BUSY, 90), (FLOODED, 50)] {
            let limiter = limiter(512);
            let permits: Vec<_> = futures::future::join_all((0..100).map(|_| limiter.acquire())).await;
            ticks(&limiter, delay, 1);
            assert_eq!(limiter.limit(), cut);
            // Until that has shown, it is not cut again.
            limiter
                .adjust(QueueDelays { smallest: delay, greatest: delay }, Instant::now() + SETTLING + TICK);
            assert_eq!(limiter.limit(), cut);
            ticks(&limiter, delay, 100);
            assert_eq!(limiter.limit(), MIN_LIMIT);
            drop(permits);
        }
    }

    #[tokio::test]
    async fn the_limit_stays_at_twice_what_is_used_and_grows_with_the_demand() {
        let limiter = limiter(10_000);
        ticks(&limiter, IDLE, 1_000);
        assert_eq!(limiter.limit(), IDLE_LIMIT);
        let many = 4 * IDLE_LIMIT;
        let mut permits: Vec<_> = futures::future::join_all((0..many).map(|_| limiter.acquire())).await;
        let refused = permits.iter().filter(|acquired| acquired.is_err()).count();
        assert_eq!(refused, many - IDLE_LIMIT);
        let acquire = || {
            tokio::spawn({
                let limiter = limiter.clone();
                async move { limiter.acquire().await }
            })
        };
        // Who comes while it grows waits a moment and is admitted.
        let waiting: Vec<_> = (0..IDLE_LIMIT / 2).map(|_| acquire()).collect();
        tokio::task::yield_now().await;
        ticks(&limiter, IDLE, 1);
        for waiting in waiting {
            permits.push(waiting.await.unwrap());
        }
        assert!(
            limiter.limit() > IDLE_LIMIT && limiter.in_flight() > IDLE_LIMIT,
            "{} of {}",
            limiter.in_flight(),
            limiter.limit()
        );
    }

    #[tokio::test]
    async fn after_a_cut_the_limit_grows_by_little() {
        let limiter = limiter(512);
        let permits: Vec<_> = futures::future::join_all((0..100).map(|_| limiter.acquire())).await;
        ticks(&limiter, FLOODED, 1);
        ticks(&limiter, IDLE, 1);
        assert_eq!(limiter.limit(), 51);
        drop(permits);
    }

    #[tokio::test]
    async fn a_limiter_without_limit_admits_everyone() {
        let limiter =
            ConcurrencyLimiter::new(ConcurrencySettings { limit: None, ..ConcurrencySettings::default() });
        let permits: Vec<_> = futures::future::join_all((0..2_000).map(|_| limiter.acquire())).await;
        ticks(&limiter, FLOODED, 1);
        assert!(permits.iter().all(Result::is_ok) && limiter.acquire().await.is_ok());
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 1)]
    async fn the_delay_is_that_of_the_whole_queue() {
        const TASKS: u32 = 100;
        const EACH: Duration = Duration::from_millis(1);
        let measured = tokio::spawn(async {
            for _ in 0..TASKS {
                tokio::spawn(async { std::thread::sleep(EACH) });
            }
            measure_queue_delay().await
        });
        let measured = measured.await.unwrap();
        assert!(measured >= TASKS * EACH * 9 / 10, "{measured:?}");
    }
}
