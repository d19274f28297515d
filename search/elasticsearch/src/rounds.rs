//! What the fields of one operation ask in the same moment, sent as one request.
//!
//! A search notes its body and yields. By then every sibling field has been polled and has noted its own; the first
//! to be polled again sends all of them, and the others wait for the same answer. No timer and no spawned task is involved.

use std::{
    ops::Range,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::sync::OnceCell;
use wikimovie_elasticsearch_dsl::Search;
use wikimovie_engine::{error::SearchError, operation::let_siblings_join};

use super::response::MultiSearchItem;

/// The round that fields may still join.
#[derive(Debug, Default)]
pub(crate) struct Rounds {
    open: Mutex<Option<Arc<Round>>>,
}

/// Times that a search yields before its round is sent: once for its siblings, once more for those which gather keys
/// by yielding themselves.
const YIELDS: usize = 2;

/// Most searches in one request.
const MAX_SEARCHES: usize = 64;

#[derive(Debug, Default)]
struct Round {
    searches: Mutex<Vec<Search>>,
    answers: OnceCell<Result<Vec<Mutex<Option<MultiSearchItem>>>, SearchError>>,
}

impl Rounds {
    /// Asks searches together with what else is asked now; `send` gets all of them and answers in their order.
    pub(super) async fn ask<F>(
        &self,
        searches: Vec<Search>,
        send: impl FnOnce(Vec<Search>) -> F,
    ) -> Result<Vec<MultiSearchItem>, SearchError>
    where
        F: Future<Output = Result<Vec<MultiSearchItem>, SearchError>>,
    {
        let (round, places) = self.join(searches);
        for _ in 0..YIELDS {
            let_siblings_join().await;
        }
        let settled = round.answers.get_or_init(|| async {
            self.close(&round);
            let searches = std::mem::take(&mut *lock(&round.searches));
            let answers = send(searches).await?;
            Ok(answers.into_iter().map(|answer| Mutex::new(Some(answer))).collect())
        });
        let answers = settled.await.as_ref().map_err(SearchError::clone)?;
        let own = answers.get(places).unwrap_or_default();
        Ok(own.iter().filter_map(|answer| lock(answer).take()).collect())
    }

    fn join(&self, searches: Vec<Search>) -> (Arc<Round>, Range<usize>) {
        let mut open = lock(&self.open);
        let full = |round: &Arc<Round>| lock(&round.searches).len() + searches.len() > MAX_SEARCHES;
        if open.as_ref().is_some_and(full) {
            *open = None;
        }
        let round = Arc::clone(open.get_or_insert_default());
        let mut joined = lock(&round.searches);
        let start = joined.len();
        joined.extend(searches);
        let places = start..joined.len();
        drop(joined);
        (round, places)
    }

    fn close(&self, round: &Arc<Round>) {
        let mut open = lock(&self.open);
        if open.as_ref().is_some_and(|current| Arc::ptr_eq(current, round)) {
            *open = None;
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // A panic of another field cannot leave a list half written.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
