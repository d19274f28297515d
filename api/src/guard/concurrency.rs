//! How many operations run at once: a limit that follows the load, a short queue, and a quick "no" beyond it.
//!
//! An operation enters the [`Gate`] before it is parsed and leaves when its answer is made. Inside there are never
//! more than the limit; in the queue never more than a quarter of it, and none longer than [`GateSettings::wait`].
//! Everyone else is refused at once with `OVERLOADED`, which costs far less than an answer.
//!
//! Two things make a gateway slow, and each has its own sign:
//!
//! - **The engine is slow.** Operations pile up waiting for it. [`GateSettings::limit`] bounds them.
//! - **The processors are busy.** Then every task waits in the runtime's queue each time it is woken. [`Gate::follow`]
//!   measures that wait itself, by letting a task of its own pass through the queue: it is near zero until the
//!   processors saturate, and does not depend on how dear the operations of the day are, as their duration would.
//!   While the wait stands above [`GateSettings::target`] the limit shrinks by a tenth a tick, and afterwards it
//!   grows again, but only while it is being used (AIMD, as TCP does it). That the *smallest* wait of a tick counts
//!   tells a standing queue from a burst, as CoDel (RFC 8289) does it.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use metrics::{counter, gauge, histogram};
use tokio::sync::oneshot;

use crate::graphql::error::{ApiError, ErrorCode};

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

/// The limit never falls below: a gateway that lets nobody in would not notice that the load is gone.
const MIN_LIMIT: usize = 16;
/// Time between two looks at the load.
const TICK: Duration = Duration::from_millis(50);
/// Measurements in one tick.
const PROBES: u32 = 5;

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
    inside: usize,
    /// Most that were inside or waiting since the last tick.
    peak: usize,
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
        let state = Mutex::new(State { limit, ..State::default() });
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

    /// Follows the load for ever; to be run as a task on the runtime that answers.
    pub async fn follow(&self) {
        loop {
            let mut smallest = Duration::MAX;
            for _ in 0..PROBES {
                tokio::time::sleep(TICK / PROBES).await;
                let woken = Instant::now();
                tokio::task::yield_now().await;
                smallest = smallest.min(woken.elapsed());
            }
            self.adjust(smallest);
        }
    }

    /// Sets the limit by what the last tick showed.
    fn adjust(&self, wait: Duration) {
        let (limit, inside, granted) = {
            let mut state = self.shared.state();
            if let Some(most) = self.shared.settings.limit {
                let peak = std::mem::take(&mut state.peak);
                if wait > self.shared.settings.target {
                    // From what was used, not from a limit that nothing came near to.
                    let used = state.limit.min(peak.max(state.inside));
                    state.limit = (used * 9 / 10).max(MIN_LIMIT.min(most));
                } else if peak >= state.limit {
                    state.limit = (state.limit + 1 + state.limit / 20).min(most);
                } else if wait < self.shared.settings.target / 4 {
                    // A quiet tick: what is left of an old overload goes away by itself.
                    state.limit = (state.limit + 1).min(most);
                }
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
        histogram!("wikimovie_runtime_queue_seconds").record(wait.as_secs_f64());
    }
}

impl State {
    /// How many may wait: a quarter of those inside, so that waiting adds about a quarter to the time inside.
    fn waiting_room(&self) -> usize {
        (self.limit / 4).max(1)
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

    fn gate(limit: usize) -> Gate {
        Gate::new(GateSettings { limit: Some(limit), ..GateSettings::default() })
    }

    const IDLE: Duration = Duration::ZERO;
    const BUSY: Duration = Duration::from_millis(20);

    #[tokio::test]
    async fn no_more_than_the_limit_are_inside_and_a_quarter_waits() {
        let gate = gate(8);
        let mut inside = Vec::new();
        for _ in 0..8 {
            inside.push(gate.enter().await.unwrap());
        }
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
        assert_eq!(gate.inside(), 8);
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
    async fn busy_processors_shrink_the_limit_from_what_is_used_and_quiet_ones_restore_it() {
        let gate = gate(512);
        let inside: Vec<_> = futures::future::join_all((0..100).map(|_| gate.enter())).await;
        gate.adjust(BUSY);
        assert_eq!(gate.limit(), 90);
        for _ in 0..100 {
            gate.adjust(BUSY);
        }
        assert!(gate.limit() >= MIN_LIMIT && gate.limit() <= 90);
        drop(inside);
        for _ in 0..600 {
            gate.adjust(IDLE);
        }
        assert_eq!(gate.limit(), 512);
    }

    #[tokio::test]
    async fn a_gate_without_limit_lets_everyone_in() {
        let gate = Gate::new(GateSettings { limit: None, ..GateSettings::default() });
        let inside: Vec<_> = futures::future::join_all((0..2_000).map(|_| gate.enter())).await;
        gate.adjust(BUSY);
        assert!(inside.iter().all(Result::is_ok) && gate.enter().await.is_ok());
    }
}
