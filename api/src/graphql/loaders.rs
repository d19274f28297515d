//! Many small lookups of one operation become one question to the engine.
//!
//! A lookup notes its keys and yields once. By then every sibling field has been polled and has noted its own,
//! so the first to wake asks for all of them; the others wait for the same answer. No timer and no spawned task
//! is involved, hence no delay. Loaders live for one operation: nothing stale survives.

use std::{collections::HashMap, future::Future, hash::Hash, sync::Arc};

use tokio::sync::{Mutex, OnceCell};
use wikimovie_engine::operation::let_siblings_join;

use crate::error::ApiError;

type Found<K, V> = Result<Arc<HashMap<K, V>>, ApiError>;

/// Collects the keys of sibling fields.
#[derive(Debug)]
pub(crate) struct Batch<K, V> {
    open: Mutex<Option<Arc<Round<K, V>>>>,
}

#[derive(Debug)]
struct Round<K, V> {
    keys: std::sync::Mutex<Vec<K>>,
    found: OnceCell<Found<K, V>>,
}

impl<K, V> Default for Batch<K, V> {
    fn default() -> Self {
        Self { open: Mutex::new(None) }
    }
}

impl<K: Clone + Eq + Hash, V> Batch<K, V> {
    /// Finds what `keys` name, together with what sibling fields ask for. `ask` gets each key once and answers
    /// in the same order.
    pub(crate) async fn load<F>(&self, keys: &[K], ask: impl FnOnce(Vec<K>) -> F) -> Found<K, V>
    where
        F: Future<Output = Result<Vec<Option<V>>, ApiError>>,
    {
        if keys.is_empty() {
            return Ok(Arc::default());
        }
        let round = self.join(keys).await;
        let_siblings_join().await;
        round.found.get_or_init(|| self.settle(&round, ask)).await.clone()
    }

    async fn join(&self, keys: &[K]) -> Arc<Round<K, V>> {
        let mut open = self.open.lock().await;
        let round = open.get_or_insert_with(|| {
            Arc::new(Round { keys: std::sync::Mutex::default(), found: OnceCell::new() })
        });
        lock(&round.keys).extend_from_slice(keys);
        Arc::clone(round)
    }

    async fn settle<F>(&self, round: &Arc<Round<K, V>>, ask: impl FnOnce(Vec<K>) -> F) -> Found<K, V>
    where
        F: Future<Output = Result<Vec<Option<V>>, ApiError>>,
    {
        let mut open = self.open.lock().await;
        if open.as_ref().is_some_and(|current| Arc::ptr_eq(current, round)) {
            *open = None;
        }
        drop(open);
        let mut seen = std::collections::HashSet::new();
        let keys: Vec<K> = lock(&round.keys).iter().filter(|key| seen.insert(*key)).cloned().collect();
        let answers = ask(keys.clone()).await?;
        let found = keys.into_iter().zip(answers);
        Ok(Arc::new(found.filter_map(|(key, value)| Some((key, value?))).collect()))
    }
}

fn lock<T>(mutex: &std::sync::Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    // A panic of another field cannot leave a list of keys half written.
    mutex.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};

    #[tokio::test]
    async fn siblings_share_one_question_and_later_ones_ask_anew() {
        let batch = Batch::<u32, u32>::default();
        let asked = AtomicUsize::new(0);
        let load = |keys: Vec<u32>| {
            let (batch, asked) = (&batch, &asked);
            async move {
                let ask = |keys: Vec<u32>| async move {
                    asked.fetch_add(1, Ordering::Relaxed);
                    Ok(keys.into_iter().map(|key| (key != 3).then_some(key * 10)).collect())
                };
                batch.load(&keys, ask).await.unwrap()
            }
        };
        let found = futures::future::join_all((0..10).map(|key| load(vec![key, 3]))).await;
        assert_eq!(asked.load(Ordering::Relaxed), 1);
        assert_eq!(found[7].get(&7), Some(&70));
        assert_eq!(found[7].get(&3), None);
        load(vec![5]).await;
        assert_eq!(asked.load(Ordering::Relaxed), 2);
    }
}
