//! Single-flight: equal calls that are made at the same time become one.
//!
//! The first caller makes the call, within its own operation; the others wait for its answer. No task is spawned: when the
//! leader is dropped (its client hung up, its deadline passed), the next in line makes the call in its place. Neither
//! `moka` nor a shared future does that without a task, so this is ours.

use std::{
    collections::HashMap,
    hash::Hash,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::sync::OnceCell;

/// The calls that are in flight: at most one for each field of each running operation.
#[derive(Debug)]
pub(super) struct SingleFlight<K: Eq + Hash, V> {
    in_flight: Mutex<HashMap<K, Arc<OnceCell<V>>>>,
}

impl<K: Eq + Hash, V> Default for SingleFlight<K, V> {
    fn default() -> Self {
        Self { in_flight: Mutex::default() }
    }
}

impl<K: Clone + Eq + Hash, V: Clone> SingleFlight<K, V> {
    /// The answer of the call in flight for `key`, else of `call`; and whether `call` was made.
    pub(super) async fn run<F: Future<Output = V>>(&self, key: K, call: impl FnOnce() -> F) -> (V, bool) {
        let cell = Arc::clone(self.lock().entry(key.clone()).or_default());
        let flight = FlightGuard { flights: self, key, cell };
        let mut called = false;
        let answer = flight.cell.get_or_init(|| {
            called = true;
            call()
        });
        let answer = answer.await.clone();
        (answer, called)
    }

    /// Whether a call for `key` is in flight.
    pub(super) fn is_in_flight(&self, key: &K) -> bool {
        self.lock().contains_key(key)
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<K, Arc<OnceCell<V>>>> {
        // A panic elsewhere cannot leave the map half changed.
        self.in_flight.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One who takes part in a flight. The last to leave, or the first to leave with an answer, removes the flight.
struct FlightGuard<'a, K: Clone + Eq + Hash, V: Clone> {
    flights: &'a SingleFlight<K, V>,
    key: K,
    cell: Arc<OnceCell<V>>,
}

impl<K: Clone + Eq + Hash, V: Clone> Drop for FlightGuard<'_, K, V> {
    fn drop(&mut self) {
        let mut in_flight = self.flights.lock();
        let ours = in_flight.get(&self.key).is_some_and(|cell| Arc::ptr_eq(cell, &self.cell));
        // Two hold it: the map, and this one.
        if ours && (self.cell.initialized() || Arc::strong_count(&self.cell) <= 2) {
            in_flight.remove(&self.key);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{
        sync::atomic::{AtomicUsize, Ordering::SeqCst},
        time::Duration,
    };

    #[tokio::test(start_paused = true)]
    async fn a_thousand_equal_calls_are_made_once() {
        let flights = Arc::new(SingleFlight::<u8, usize>::default());
        let calls = Arc::new(AtomicUsize::new(0));
        let tasks = (0..1_000).map(|_| {
            let (flights, calls) = (Arc::clone(&flights), Arc::clone(&calls));
            tokio::spawn(async move {
                let call = || async {
                    calls.fetch_add(1, SeqCst);
                    tokio::time::sleep(Duration::from_millis(200)).await;
                    7
                };
                flights.run(1, call).await
            })
        });
        let answers = futures::future::join_all(tasks).await;
        assert!(answers.iter().all(|answer| answer.as_ref().unwrap().0 == 7));
        assert_eq!(answers.iter().filter(|answer| answer.as_ref().unwrap().1).count(), 1);
        assert_eq!(calls.load(SeqCst), 1);
        assert!(!flights.is_in_flight(&1));
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn each_round_of_callers_on_several_threads_makes_one_call() {
        let flights = Arc::new(SingleFlight::<u32, u32>::default());
        for round in 0..200 {
            let barrier = Arc::new(tokio::sync::Barrier::new(8));
            let tasks = (0..8).map(|_| {
                let (flights, barrier) = (Arc::clone(&flights), Arc::clone(&barrier));
                let call = move || async move {
                    tokio::task::yield_now().await;
                    round
                };
                tokio::spawn(async move {
                    barrier.wait().await;
                    flights.run(round, call).await
                })
            });
            let answers = futures::future::join_all(tasks).await;
            assert!(answers.iter().all(|answer| answer.as_ref().unwrap().0 == round));
            assert!(flights.lock().is_empty());
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_follower_makes_the_call_in_the_place_of_a_leader_that_left() {
        let flights = SingleFlight::<u8, u8>::default();
        let never = flights.run(1, || async {
            tokio::time::sleep(Duration::from_secs(60)).await;
            1
        });
        let leader = tokio::time::timeout(Duration::from_millis(50), never);
        let followers = futures::future::join_all((0..10).map(|_| flights.run(1, || async { 2 })));
        let (led, followed) = futures::join!(leader, followers);
        assert!(led.is_err(), "the leader has left");
        assert!(followed.iter().all(|(answer, _)| *answer == 2));
        assert_eq!(followed.iter().filter(|(_, called)| *called).count(), 1);
        assert!(flights.lock().is_empty());
    }

    #[tokio::test(start_paused = true)]
    async fn nothing_is_left_of_callers_that_left() {
        let flights = SingleFlight::<u8, u8>::default();
        let waits = (0..5).map(|_| flights.run(1, std::future::pending));
        let waits = futures::future::join_all(waits);
        assert!(tokio::time::timeout(Duration::from_millis(50), waits).await.is_err());
        assert!(flights.lock().is_empty());
    }
}
