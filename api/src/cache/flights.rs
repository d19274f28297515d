//! Equal questions asked at the same time become one.
//!
//! The first to come asks, within its own operation; the others wait for its answer. No task is spawned: when the one
//! who asks goes away (its client hung up, its time ran out), the next in line asks in its place.

use std::{
    collections::HashMap,
    hash::Hash,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::sync::OnceCell;

/// The questions now being asked: at most one for each field of each running operation.
#[derive(Debug)]
pub(super) struct Flights<K: Eq + Hash, V> {
    open: Mutex<HashMap<K, Arc<OnceCell<V>>>>,
}

impl<K: Eq + Hash, V> Default for Flights<K, V> {
    fn default() -> Self {
        Self { open: Mutex::default() }
    }
}

impl<K: Clone + Eq + Hash, V: Clone> Flights<K, V> {
    /// The answer to `key`: of whoever asks it now, else of `ask`. Tells besides whether `ask` was run.
    pub(super) async fn join<F: Future<Output = V>>(&self, key: K, ask: impl FnOnce() -> F) -> (V, bool) {
        let cell = Arc::clone(self.lock().entry(key.clone()).or_default());
        let seat = Seat { flights: self, key, cell };
        let mut asked = false;
        let answer = seat.cell.get_or_init(|| {
            asked = true;
            ask()
        });
        let answer = answer.await.clone();
        (answer, asked)
    }

    /// Whether it is being asked.
    pub(super) fn is_open(&self, key: &K) -> bool {
        self.lock().contains_key(key)
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<K, Arc<OnceCell<V>>>> {
        // A panic elsewhere cannot leave the map half changed.
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A place on a flight. The last to leave, or the first to leave with an answer, takes the flight off the list.
struct Seat<'a, K: Clone + Eq + Hash, V: Clone> {
    flights: &'a Flights<K, V>,
    key: K,
    cell: Arc<OnceCell<V>>,
}

impl<K: Clone + Eq + Hash, V: Clone> Drop for Seat<'_, K, V> {
    fn drop(&mut self) {
        let mut open = self.flights.lock();
        let ours = open.get(&self.key).is_some_and(|cell| Arc::ptr_eq(cell, &self.cell));
        // Two hold it: the list, and this one.
        if ours && (self.cell.initialized() || Arc::strong_count(&self.cell) <= 2) {
            open.remove(&self.key);
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

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_thousand_equal_questions_are_asked_once() {
        let flights = Arc::new(Flights::<u8, usize>::default());
        let asked = Arc::new(AtomicUsize::new(0));
        let tasks = (0..1_000).map(|_| {
            let (flights, asked) = (Arc::clone(&flights), Arc::clone(&asked));
            tokio::spawn(async move {
                let ask = || async {
                    asked.fetch_add(1, SeqCst);
                    tokio::time::sleep(Duration::from_millis(200)).await;
                    7
                };
                flights.join(1, ask).await
            })
        });
        let answers = futures::future::join_all(tasks).await;
        assert!(answers.iter().all(|answer| answer.as_ref().unwrap().0 == 7));
        assert_eq!(answers.iter().filter(|answer| answer.as_ref().unwrap().1).count(), 1);
        assert_eq!(asked.load(SeqCst), 1);
        assert!(!flights.is_open(&1));
    }

    #[tokio::test]
    async fn who_waits_asks_in_the_place_of_one_who_left() {
        let flights = Flights::<u8, u8>::default();
        let never = flights.join(1, || async {
            tokio::time::sleep(Duration::from_secs(60)).await;
            1
        });
        let leader = tokio::time::timeout(Duration::from_millis(50), never);
        let followers = futures::future::join_all((0..10).map(|_| flights.join(1, || async { 2 })));
        let (led, followed) = futures::join!(leader, followers);
        assert!(led.is_err(), "the one who asked has left");
        assert!(followed.iter().all(|(answer, _)| *answer == 2));
        assert_eq!(followed.iter().filter(|(_, asked)| *asked).count(), 1);
        assert!(flights.lock().is_empty());
    }

    #[tokio::test]
    async fn nothing_is_left_of_those_who_left() {
        let flights = Flights::<u8, u8>::default();
        let waits = (0..5).map(|_| flights.join(1, std::future::pending));
        let waits = futures::future::join_all(waits);
        assert!(tokio::time::timeout(Duration::from_millis(50), waits).await.is_err());
        assert!(flights.lock().is_empty());
    }
}
