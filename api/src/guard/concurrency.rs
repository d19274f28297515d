//! How many operations run at once: a limit that follows the load, a short queue, and a quick "no" beyond it.
//!
//! An operation enters the [`Gate`] before it is parsed and leaves when its answer is made. Inside there are never
//! more than the limit; those who wait are few, and none waits longer than [`GateSettings::wait`]. Everyone else is
//! refused at once with `OVERLOADED`, which costs far less than an answer.
//!
//! Two things make a gateway slow, and each has its own sign:
//!
//! - **The engine is slow.** Operations pile up waiting for it. [`GateSettings::limit`] bounds them.
//! - **The processors are busy.** Then every task waits in the runtime's queue each time it is woken. [`Gate::follow`]
//!   measures that wait itself, by sending a task of its own through the queue ([`queue_wait`]): it is near zero until
//!   the processors saturate, and does not depend on how dear the operations of the day are, as their duration would.
//!   That the *smallest* wait of a tick counts tells a standing queue from a burst, as CoDel (RFC 8289) does it.
//!
//! While the wait stands above [`GateSettings::target`] the limit is cut, afterwards it grows again (AIMD, as TCP
//! does it). While nothing is wrong the limit keeps to twice what is used: a flood then meets a limit that is
//! near what the processors can do, and not one that has first to be cut down while everyone waits.

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

/// Settings of a [`Gate`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GateSettings {
    /// Most operations inside at once, whatever the load; `None` lets everyone in and measures only.
    pub limit: Option<usize>,
    /// Longest wait in the queue.
    pub wait: Duration,
    /// Wait in the runtime's queue from which the processors count as busy.
    pub target: Duration,
}

impl Default for GateSettings {
    fn default() -> Self {
        Self { limit: Some(512), wait: Duration::from_millis(50), target: Duration::from_millis(2) }
    }
}

/// The limit never falls below this for each processor: a gateway that lets nobody in would not notice that the load is
/// gone, and so few make nobody wait for long.
const LEAST: usize = 16;
/// What is let in at once for each processor though nobody asked for it lately.
const READY: usize = 64;
/// Time between two looks at the load.
const TICK: Duration = Duration::from_millis(24);
/// Time between two measurements.
const PROBE: Duration = Duration::from_millis(8);
/// Time until a cut shows in the wait: those inside have to leave first.
const SETTLING: Duration = Duration::from_millis(100);
/// How many times the target a wait is that tells of a flood.
const FLOOD: u32 = 4;
/// Time after a cut in which the processors count as hardly enough.
const WARY: Duration = Duration::from_secs(2);

/// Lets operations in. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Gate {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    settings: GateSettings,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    limit: usize,
    /// Processors that share the work.
    processors: usize,
    inside: usize,
    /// Most that were inside or wanted to be since the last tick.
    peak: usize,
    /// When the limit was cut last.
    cut: Option<Instant>,
    queue: VecDeque<oneshot::Sender<Permit>>,
}

/// The right to be inside; dropping it leaves.
#[derive(Debug)]
pub struct Permit {
    shared: Option<Arc<Shared>>,
}

impl Gate {
    /// A gate by these settings.
    pub fn new(settings: GateSettings) -> Self {
        let limit = settings.limit.unwrap_or(usize::MAX);
        let processors = available_parallelism().map_or(1, NonZeroUsize::get);
        let state = Mutex::new(State { limit, processors, ..State::default() });
        Self { shared: Arc::new(Shared { settings, state }) }
    }

    /// Lets one operation in, perhaps after a short wait.
    ///
    /// # Errors
    /// `OVERLOADED` where the queue is full or the wait was in vain.
    pub async fn enter(&self) -> Result<Permit, ApiError> {
        let started = Instant::now();
        let turn = {
            let mut state = self.shared.state();
            state.peak = state.peak.max(state.inside + state.queue.len() + 1);
            if state.inside < state.limit {
                state.inside += 1;
                return Ok(Permit { shared: Some(Arc::clone(&self.shared)) });
            }
            // Those who hung up while they waited stand in nobody's way.
            state.queue.retain(|waiting| !waiting.is_closed());
            if state.queue.len() >= state.waiting_room() {
                drop(state);
                return Err(shed("queue_full"));
            }
            let (give, turn) = oneshot::channel();
            state.queue.push_back(give);
            turn
        };
        let waited = tokio::time::timeout(self.shared.settings.wait, turn).await;
        histogram!("wikimovie_operation_queue_seconds").record(started.elapsed().as_secs_f64());
        match waited {
            Ok(Ok(permit)) => Ok(permit),
            Ok(Err(_)) | Err(_) => Err(shed("queue_wait")),
        }
    }

    /// Operations inside now.
    pub fn inside(&self) -> usize {
        self.shared.state().inside
    }

    /// The limit now.
    pub fn limit(&self) -> usize {
        self.shared.state().limit
    }

    /// Follows the load for ever. Measures on the runtime's workers, wherever it is itself polled.
    pub async fn follow(&self) {
        let gate = self.clone();
        let measures = tokio::spawn(async move {
            loop {
                let (begun, mut waits) = (Instant::now(), Waits::default());
                // A measurement takes as long as the queue is; a long one is not to be repeated before it counts.
                while begun.elapsed() < TICK {
                    tokio::time::sleep(PROBE).await;
                    waits.add(queue_wait().await);
                }
                gate.adjust(waits, Instant::now());
            }
        });
        // It ends with who follows.
        if AbortOnDropHandle::new(measures).await.is_err() {
            tracing::error!("the queue delay is no longer measured");
        }
    }

    /// Sets the limit by what the last tick showed.
    fn adjust(&self, waits: Waits, now: Instant) {
        let (limit, inside, granted) = {
            let mut state = self.shared.state();
            if let Some(most) = self.shared.settings.limit {
                state.adjust(waits, self.shared.settings.target, most, now);
            }
            let granted = state.grants(&self.shared);
            (state.limit, state.inside, granted)
        };
        for (give, permit) in granted {
            // Who hung up meanwhile gives the permit back by dropping it.
            drop(give.send(permit));
        }
        gauge!("wikimovie_operations_in_flight").set(inside as f64);
        gauge!("wikimovie_operations_in_flight_limit").set(limit as f64);
        histogram!("wikimovie_runtime_queue_seconds").record(waits.smallest.as_secs_f64());
    }
}

/// What was measured in a tick.
#[derive(Clone, Copy, Debug)]
struct Waits {
    smallest: Duration,
    greatest: Duration,
}

impl Default for Waits {
    fn default() -> Self {
        Self { smallest: Duration::MAX, greatest: Duration::ZERO }
    }
}

impl Waits {
    fn add(&mut self, wait: Duration) {
        self.smallest = self.smallest.min(wait);
        self.greatest = self.greatest.max(wait);
    }
}

/// How long a task that can run waits until it runs. To be asked on a worker of the runtime: what a worker wakes last
/// runs next, ahead of its queue, so that the task is followed by one that takes this place and sends it to the end.
async fn queue_wait() -> Duration {
    let queued = Instant::now();
    let passing = tokio::spawn(async move { queued.elapsed() });
    drop(tokio::spawn(std::future::ready(())));
    passing.await.unwrap_or_default()
}

impl State {
    /// How many may wait: where the processors are hardly enough an eighth of those inside, so that waiting adds about an
    /// eighth to the time inside; else as many again, who bridge the time until the limit has grown.
    fn waiting_room(&self) -> usize {
        let share = if self.is_wary(Instant::now()) { 8 } else { 1 };
        (self.limit / share).max(1)
    }

    fn is_wary(&self, now: Instant) -> bool {
        self.cut.is_some_and(|cut| now.saturating_duration_since(cut) < WARY)
    }

    fn adjust(&mut self, waits: Waits, target: Duration, most: usize, now: Instant) {
        let wanted = std::mem::take(&mut self.peak).max(self.inside);
        if waits.smallest > target {
            let is_flood = waits.smallest > FLOOD * target;
            let settling = if is_flood { SETTLING / 2 } else { SETTLING };
            if self.cut.is_none_or(|cut| now.saturating_duration_since(cut) >= settling) {
                // From what is used, not from a limit that nothing came near to.
                let used = self.limit.min(wanted);
                let kept = if is_flood { used / 2 } else { used * 9 / 10 };
                self.limit = kept.max(LEAST * self.processors).min(most);
                self.cut = Some(now);
            }
        } else if wanted >= self.limit {
            // By much only where nothing in the whole tick spoke of busy processors.
            let careful = self.is_wary(now) || waits.greatest > target / 2;
            let more = if careful { 1 + self.limit / 64 } else { 1 + self.limit / 2 };
            self.limit = (self.limit + more).min(most);
        } else {
            let ready = (2 * wanted).max(READY * self.processors).min(most);
            // Slowly either way: what was used a moment ago may be used again.
            self.limit = match self.limit.cmp(&ready) {
                Ordering::Less => (self.limit + 1).min(ready),
                Ordering::Equal => ready,
                Ordering::Greater => (self.limit - self.limit.div_ceil(32)).max(ready),
            };
        }
    }

    /// Takes from the queue who may enter now.
    fn grants(&mut self, shared: &Arc<Shared>) -> Vec<(oneshot::Sender<Permit>, Permit)> {
        let mut granted = Vec::new();
        while self.inside < self.limit
            && let Some(waiting) = self.queue.pop_front()
        {
            if !waiting.is_closed() {
                self.inside += 1;
                granted.push((waiting, Permit { shared: Some(Arc::clone(shared)) }));
            }
        }
        granted
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        let Some(shared) = self.shared.take() else { return };
        let granted = {
            let mut state = shared.state();
            state.inside = state.inside.saturating_sub(1);
            state.grants(&shared)
        };
        for (give, permit) in granted {
            drop(give.send(permit));
        }
    }
}

fn shed(reason: &'static str) -> ApiError {
    counter!("wikimovie_operations_shed_total", "reason" => reason).increment(1);
    ApiError::new(ErrorCode::Overloaded, "too many operations run at once")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Of one processor, whatever the machine has.
    fn gate(limit: usize) -> Gate {
        let gate = Gate::new(GateSettings { limit: Some(limit), ..GateSettings::default() });
        gate.shared.state().processors = 1;
        gate
    }

    const IDLE: Duration = Duration::ZERO;
    const BUSY: Duration = Duration::from_millis(3);
    const FLOODED: Duration = Duration::from_millis(20);

    /// Ticks that follow one another so slowly that each cut has shown.
    fn ticks(gate: &Gate, wait: Duration, number: u32) {
        let begun = Instant::now();
        for tick in 1..=number {
            gate.adjust(Waits { smallest: wait, greatest: wait }, begun + tick * SETTLING);
        }
    }

    #[tokio::test]
    async fn no_more_than_the_limit_are_inside_and_an_eighth_waits_where_processors_are_busy() {
        let gate = gate(16);
        let mut inside = Vec::new();
        for _ in 0..16 {
            inside.push(gate.enter().await.unwrap());
        }
        gate.shared.state().cut = Some(Instant::now());
        let enter = || {
            tokio::spawn({
                let gate = gate.clone();
                async move { gate.enter().await }
            })
        };
        let waiting = [enter(), enter()];
        tokio::task::yield_now().await;
        let refused = gate.enter().await.unwrap_err();
        assert_eq!(refused.code(), ErrorCode::Overloaded);
        inside.pop();
        inside.pop();
        for waiting in waiting {
            inside.push(waiting.await.unwrap().unwrap());
        }
        assert_eq!(gate.inside(), 16);
        drop(inside);
        assert_eq!(gate.inside(), 0);
    }

    #[tokio::test(start_paused = true)]
    async fn a_wait_in_vain_is_refused_and_leaves_nothing_behind() {
        let gate = gate(4);
        let inside: Vec<_> = futures::future::join_all((0..4).map(|_| gate.enter())).await;
        assert_eq!(gate.enter().await.unwrap_err().code(), ErrorCode::Overloaded);
        // One that hangs up while it waits takes no place either.
        drop(tokio::time::timeout(Duration::from_millis(1), gate.enter()).await);
        drop(inside);
        assert_eq!(gate.inside(), 0);
        assert!(gate.enter().await.is_ok());
    }

    #[tokio::test]
    async fn busy_processors_cut_the_limit_from_what_is_used() {
        for (wait, cut) in [(BUSY, 90), (FLOODED, 50)] {
            let gate = gate(512);
            let inside: Vec<_> = futures::future::join_all((0..100).map(|_| gate.enter())).await;
            ticks(&gate, wait, 1);
            assert_eq!(gate.limit(), cut);
            // Until that has shown, it is not cut again.
            gate.adjust(Waits { smallest: wait, greatest: wait }, Instant::now() + SETTLING + TICK);
            assert_eq!(gate.limit(), cut);
            ticks(&gate, wait, 100);
            assert_eq!(gate.limit(), LEAST);
            drop(inside);
        }
    }

    #[tokio::test]
    async fn the_limit_keeps_to_twice_what_is_used_and_grows_with_the_demand() {
        let gate = gate(10_000);
        ticks(&gate, IDLE, 1_000);
        assert_eq!(gate.limit(), READY);
        let many = 4 * READY;
        let mut inside: Vec<_> = futures::future::join_all((0..many).map(|_| gate.enter())).await;
        let refused = inside.iter().filter(|entered| entered.is_err()).count();
        assert_eq!(refused, many - READY);
        let enter = || {
            tokio::spawn({
                let gate = gate.clone();
                async move { gate.enter().await }
            })
        };
        // Who comes while it grows waits a moment and is let in.
        let waiting: Vec<_> = (0..READY / 2).map(|_| enter()).collect();
        tokio::task::yield_now().await;
        ticks(&gate, IDLE, 1);
        for waiting in waiting {
            inside.push(waiting.await.unwrap());
        }
        assert!(gate.limit() > READY && gate.inside() > READY, "{} of {}", gate.inside(), gate.limit());
    }

    #[tokio::test]
    async fn after_a_cut_the_limit_grows_by_little() {
        let gate = gate(512);
        let inside: Vec<_> = futures::future::join_all((0..100).map(|_| gate.enter())).await;
        ticks(&gate, FLOODED, 1);
        ticks(&gate, IDLE, 1);
        assert_eq!(gate.limit(), 51);
        drop(inside);
    }

    #[tokio::test]
    async fn a_gate_without_limit_lets_everyone_in() {
        let gate = Gate::new(GateSettings { limit: None, ..GateSettings::default() });
        let inside: Vec<_> = futures::future::join_all((0..2_000).map(|_| gate.enter())).await;
        ticks(&gate, FLOODED, 1);
        assert!(inside.iter().all(Result::is_ok) && gate.enter().await.is_ok());
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 1)]
    async fn the_wait_is_that_of_a_whole_queue() {
        const TASKS: u32 = 100;
        const EACH: Duration = Duration::from_millis(1);
        let measured = tokio::spawn(async {
            for _ in 0..TASKS {
                tokio::spawn(async { std::thread::sleep(EACH) });
            }
            queue_wait().await
        });
        let measured = measured.await.unwrap();
        assert!(measured >= TASKS * EACH * 9 / 10, "{measured:?}");
    }
}
