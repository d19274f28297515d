//! Permits: so many questions are worked on at once, and callers are served by turns. One who asks much waits behind one
//! who asks little, and never holds the last permit.
//!
//! A queue is kept for each caller that waits, and the queues are served one after another. A permit is given back at the
//! end of the work, and not when its caller ceases to wait.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::sync::oneshot;
use wikimovie_engine::CallerShare;

/// The permits of one engine. Cheap to clone; all clones are one.
#[derive(Clone, Debug)]
pub(super) struct Permits(Arc<PermitQueue>);

#[derive(Debug)]
struct PermitQueue {
    /// Permits of one caller.
    each: usize,
    state: Mutex<PermitState>,
}

#[derive(Debug, Default)]
struct PermitState {
    free: usize,
    /// Permits taken, by caller.
    taken: HashMap<CallerShare, usize>,
    /// Callers who wait, in the order in which they are served, each with those of its questions that wait.
    waiting: VecDeque<(CallerShare, VecDeque<oneshot::Sender<Permit>>)>,
}

/// A question that is worked on.
#[derive(Debug)]
pub(super) struct Permit {
    permits: Permits,
    caller: CallerShare,
}

impl Permits {
    /// So many permits. Where there are several, one caller leaves one to others.
    pub(super) fn new(number: usize) -> Self {
        let state = PermitState { free: number, ..PermitState::default() };
        Self(Arc::new(PermitQueue { each: number.saturating_sub(1).max(1), state: Mutex::new(state) }))
    }

    /// Waits for a permit.
    pub(super) async fn take(&self, caller: CallerShare) -> Permit {
        loop {
            let granted = {
                let mut state = self.lock();
                if state.is_free_for(caller, self.0.each) {
                    return state.take(self, caller);
                }
                let (grant, granted) = oneshot::channel();
                match state.waiting.iter_mut().find(|(waiting, _)| *waiting == caller) {
                    Some((_, questions)) => questions.push_back(grant),
                    None => state.waiting.push_back((caller, VecDeque::from([grant]))),
                }
                granted
            };
            // The queue is dropped with the engine only.
            if let Ok(permit) = granted.await {
                return permit;
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, PermitState> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Hands free permits to those who wait.
    fn hand_out(&self) {
        while let Some((grant, permit)) = self.next() {
            // One whose caller left meanwhile comes back here, when it is dropped.
            drop(grant.send(permit));
        }
    }

    fn next(&self) -> Option<(oneshot::Sender<Permit>, Permit)> {
        let mut state = self.lock();
        for (_, questions) in &mut state.waiting {
            questions.retain(|question| !question.is_closed());
        }
        state.waiting.retain(|(_, questions)| !questions.is_empty());
        let callers = state.waiting.iter().map(|(caller, _)| *caller);
        let place = callers.clone().position(|caller| state.is_free_for(caller, self.0.each))?;
        let (caller, mut questions) = state.waiting.remove(place)?;
        let grant = questions.pop_front()?;
        if !questions.is_empty() {
            state.waiting.push_back((caller, questions));
        }
        let permit = state.take(self, caller);
        Some((grant, permit))
    }
}

impl PermitState {
    fn is_free_for(&self, caller: CallerShare, each: usize) -> bool {
        self.free > 0 && self.taken.get(&caller).is_none_or(|taken| *taken < each)
    }

    fn take(&mut self, permits: &Permits, caller: CallerShare) -> Permit {
        self.free -= 1;
        *self.taken.entry(caller).or_default() += 1;
        Permit { permits: permits.clone(), caller }
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        {
            let mut state = self.permits.lock();
            state.free += 1;
            if let Some(taken) = state.taken.get_mut(&self.caller) {
                *taken -= 1;
                if *taken == 0 {
                    state.taken.remove(&self.caller);
                }
            }
        }
        self.permits.hand_out();
    }
}

#[cfg(test)]
mod tests {
    use futures::{FutureExt, future::join_all};

    use super::*;

    #[tokio::test]
    async fn who_asks_little_does_not_wait_for_who_asks_much() {
        let permits = Permits::new(4);
        let (much, little) = (CallerShare::of(&"much"), CallerShare::of(&"little"));
        let mut held = join_all((0..3).map(|_| permits.take(much))).await;
        let mut waiting: Vec<_> = (0..50).map(|_| Box::pin(permits.take(much))).collect();
        assert!(
            waiting.iter_mut().all(|permit| permit.now_or_never().is_none()),
            "the last permit is for others"
        );
        let first = permits.take(little).now_or_never().expect("a permit is free");
        let mut second = Box::pin(permits.take(little));
        assert!((&mut second).now_or_never().is_none());
        // Two are given back: one to each caller, though fifty came before.
        held.truncate(1);
        // Kept, as each that is dropped goes to the next.
        let second = second.now_or_never().expect("it is granted");
        let granted: Vec<_> = waiting.iter_mut().filter_map(|permit| permit.now_or_never()).collect();
        assert_eq!(granted.len(), 1);
        drop((first, second, held));
    }

    #[tokio::test]
    async fn a_turn_of_one_who_left_goes_to_the_next() {
        let permits = Permits::new(1);
        let (one, other) = (CallerShare::of(&1), CallerShare::of(&2));
        let held = permits.take(one).await;
        let mut left = Box::pin(permits.take(one));
        let mut stays = Box::pin(permits.take(other));
        assert!((&mut left).now_or_never().is_none() && (&mut stays).now_or_never().is_none());
        drop(left);
        drop(held);
        drop((&mut stays).now_or_never().expect("it is handed on"));
        assert_eq!(permits.lock().free, 1);
        assert!(permits.lock().taken.is_empty() && permits.lock().waiting.is_empty());
    }
}
