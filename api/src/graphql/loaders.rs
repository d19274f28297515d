//! Batches of lookups by id and by name: the keys of sibling fields become one question to the engine.
//!
//! async-graphql's [`DataLoader`] collects the keys and starts each batch as a future of its own. [`Batches`] polls those
//! futures in the task of the operation, after its fields: all siblings have given their keys by then, so that a delay of
//! zero collects them all. A batch is dropped with its operation, and nothing is cached beyond it.

use std::{collections::HashMap, future::Future, hash::Hash, pin::pin, sync::Arc, time::Duration};

use async_graphql::dataloader::{DataLoader, Loader};
use futures::{
    StreamExt,
    channel::mpsc::{self, UnboundedReceiver},
    future::{BoxFuture, Either, select},
};
use wikimovie_domain::{Movie, MovieId, PersonSummary};

use crate::{error::ApiError, graphql::catalog::OperationCatalog};

/// Looks keys up in the movies that the caller may see.
pub(crate) struct CatalogLoader(pub(crate) OperationCatalog);

impl Loader<MovieId> for CatalogLoader {
    type Value = Arc<Movie>;
    type Error = ApiError;

    async fn load(&self, ids: &[MovieId]) -> Result<HashMap<MovieId, Arc<Movie>>, ApiError> {
        let ids = sorted(ids);
        let movies = self.0.movies(&ids).await?;
        Ok(by_key(ids, movies.into_iter().map(|movie| movie.map(Arc::new))))
    }
}

impl Loader<String> for CatalogLoader {
    type Value = PersonSummary;
    type Error = ApiError;

    async fn load(&self, names: &[String]) -> Result<HashMap<String, PersonSummary>, ApiError> {
        let names = sorted(names);
        let people = self.0.people(&names).await?;
        Ok(by_key(names, people))
    }
}

/// The loader gives its keys in random order, and the cache takes another order for another question.
fn sorted<K: Clone + Ord>(keys: &[K]) -> Vec<K> {
    let mut keys = keys.to_vec();
    keys.sort_unstable();
    keys
}

fn by_key<K: Eq + Hash, V>(keys: Vec<K>, values: impl IntoIterator<Item = Option<V>>) -> HashMap<K, V> {
    keys.into_iter().zip(values).filter_map(|(key, value)| Some((key, value?))).collect()
}

/// The batches of one operation. Unbounded, since an operation has no more of them than fields, and its price bounds those.
pub(crate) struct Batches(UnboundedReceiver<BoxFuture<'static, ()>>);

/// The data loader of one operation, and the batches that it starts. They make progress only while they are driven.
pub(crate) fn data_loader<L>(loader: L) -> (DataLoader<L>, Batches) {
    let (started, batches) = mpsc::unbounded();
    // Nobody waits for a batch of an operation that is over.
    let spawner = move |batch| drop(started.unbounded_send(batch));
    (DataLoader::new(loader, spawner).delay(Duration::ZERO), Batches(batches))
}

impl Batches {
    /// Runs an operation together with the batches that its fields start.
    pub(crate) async fn drive<F: Future>(self, operation: F) -> F::Output {
        match select(pin!(operation), pin!(self.run())).await {
            Either::Left((output, _)) => output,
            Either::Right(((), operation)) => operation.await,
        }
    }

    /// Runs batches until their loader is dropped.
    pub(crate) async fn run(self) {
        self.0.for_each_concurrent(None, |batch| batch).await;
    }
}

#[cfg(test)]
mod tests {
    use std::{collections::HashSet, convert::Infallible, sync::Mutex};

    use futures::future::join_all;

    use super::*;

    /// Multiplies by ten, and keeps the keys of each batch. Knows no 3, and never answers where there is a 13.
    #[derive(Clone, Default)]
    struct TenTimes(Arc<Mutex<Vec<HashSet<u32>>>>);

    impl Loader<u32> for TenTimes {
        type Value = u32;
        type Error = Infallible;

        async fn load(&self, keys: &[u32]) -> Result<HashMap<u32, u32>, Infallible> {
            self.0.lock().unwrap().push(keys.iter().copied().collect());
            if keys.contains(&13) {
                std::future::pending::<()>().await;
            }
            Ok(keys.iter().filter(|key| **key != 3).map(|key| (*key, key * 10)).collect())
        }
    }

    fn batches(of: &TenTimes) -> Vec<HashSet<u32>> {
        of.0.lock().unwrap().clone()
    }

    #[tokio::test]
    async fn sibling_fields_share_one_batch_and_later_fields_start_another() {
        let asked = TenTimes::default();
        let (loader, batches_of_operation) = data_loader(asked.clone());
        let operation = async {
            let siblings = join_all((0..10).map(|key| loader.load_many([key, 3]))).await;
            for (key, found) in (0..10).zip(&siblings) {
                assert_eq!(found.as_ref().unwrap().get(&key).copied(), (key != 3).then_some(key * 10));
            }
            assert_eq!(batches(&asked), [(0..10).collect()]);
            assert_eq!(loader.load_one(5).await, Ok(Some(50)), "nothing is remembered");
        };
        batches_of_operation.drive(operation).await;
        assert_eq!(batches(&asked), [(0..10).collect(), HashSet::from([5])]);
    }

    #[tokio::test]
    async fn a_field_that_is_given_up_leaves_the_batch_to_its_siblings() {
        let asked = TenTimes::default();
        let (loader, batches_of_operation) = data_loader(asked.clone());
        let operation = async {
            let mut first = Box::pin(loader.load_one(1));
            assert!(futures::poll!(&mut first).is_pending(), "its batch is started and not yet run");
            drop(first);
            assert_eq!(loader.load_one(2).await, Ok(Some(20)));
        };
        batches_of_operation.drive(operation).await;
        assert_eq!(batches(&asked), [HashSet::from([1, 2])]);
    }

    #[tokio::test(start_paused = true)]
    async fn a_batch_ends_with_its_operation_and_other_batches_wait_for_none() {
        let asked = TenTimes::default();
        let (loader, batches_of_operation) = data_loader(asked.clone());
        let operation = async {
            let stuck = tokio::time::timeout(Duration::from_secs(1), loader.load_one(13)).await;
            assert!(stuck.is_err());
            loader.load_one(4).await
        };
        assert_eq!(batches_of_operation.drive(operation).await, Ok(Some(40)));
        assert_eq!(Arc::strong_count(&asked.0), 2, "the stuck batch is gone, the loader is not");
        drop(loader);
        assert_eq!(Arc::strong_count(&asked.0), 1);
    }
}
