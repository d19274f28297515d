//! One call of an operation: what it reads, for whom, and whether the whole cluster answered.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};

use wikimovie_elasticsearch_dsl::Search;
use wikimovie_engine::{Answered, Completeness, OperationContext, SearchError};
use wikimovie_plan::work::Work;

use crate::{
    batcher::Batcher,
    response::{MoviesFound, MultiSearchItem, found, unexpected_response},
    searcher::Searcher,
    view::View,
};

/// Gathers what the fields of one operation ask the cluster in the same moment.
type SearchBatcher = Batcher<Search, MultiSearchItem, SearchError>;

/// Longest time for reading a text.
const READ_TIMEOUT: Duration = Duration::from_secs(5);

/// Reads a view of the catalogue for one call of an operation.
pub(crate) struct Reader<'a> {
    searcher: &'a Searcher,
    pub(crate) view: &'a Arc<View>,
    context: &'a OperationContext,
    partial: AtomicBool,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(searcher: &'a Searcher, view: &'a Arc<View>, context: &'a OperationContext) -> Self {
        Self { searcher, view, context, partial: AtomicBool::new(false) }
    }

    /// Reads a text by the vocabulary of the view, until the deadline of the operation, or until its caller leaves. That may
    /// take a hundred milliseconds, so that it runs on a thread of its own; the operation's batch waits for it.
    pub(super) async fn read<T: Send + 'static>(
        &self,
        read: impl FnOnce(&View, &Work) -> T + Send + 'static,
    ) -> Result<T, SearchError> {
        let batcher = self.context.engine_state::<SearchBatcher>();
        let _announced = batcher.as_deref().map(SearchBatcher::announce);
        let work = Work::until(Instant::now() + self.context.time_left(READ_TIMEOUT));
        let _waiting = work.waiting();
        let permit = self.searcher.read_permit().await?;
        let view = Arc::clone(self.view);
        let reading = tokio::task::spawn_blocking(move || {
            let _permit = permit;
            read(&view, &work)
        });
        reading.await.map_err(|panicked| SearchError::Engine(panicked.to_string()))
    }

    /// Sends searches, in one request with those of the operation's other fields. Every question about movies goes
    /// through here, so that none escapes what the view forces.
    pub(crate) async fn ask(&self, mut searches: Vec<Search>) -> Result<Vec<MoviesFound>, SearchError> {
        let timeout = self.searcher.search_timeout(self.context);
        for search in &mut searches {
            self.view.force(search);
            search.timeout.get_or_insert_with(|| timeout.clone());
        }
        let asked = searches.len();
        let send =
            |searches: Arc<[Search]>| async move { self.searcher.send(&searches, self.context, false).await };
        let items = match self.context.engine_state::<SearchBatcher>() {
            Some(batcher) => batcher.ask(searches, send).await?,
            None => send(searches.into()).await?,
        };
        if items.len() != asked {
            return Err(unexpected_response("the responses do not match the requests"));
        }
        let answers = items.into_iter().map(found).collect::<Result<Vec<_>, _>>()?;
        if answers.iter().any(MoviesFound::is_partial) {
            self.partial.store(true, Relaxed);
        }
        Ok(answers)
    }

    /// An answer made of all that was read.
    pub(crate) fn answered<T>(&self, value: T) -> Answered<T> {
        Answered { value, completeness: Completeness::partial_if(self.partial.load(Relaxed)) }
    }
}

#[cfg(test)]
mod tests {
    use tokio::sync::oneshot;
    use wikimovie_domain::Revision;
    use wikimovie_engine::Sealer;
    use wikimovie_plan::plan_cache::PlanCache;

    use super::*;
    use crate::fake::FakeCluster;

    /// Longest time until work has ended that nobody waits for.
    const SOON: Duration = Duration::from_millis(100);

    fn parts() -> (Searcher, Arc<View>) {
        let stores = FakeCluster::new().stores();
        let view = View {
            revision: Revision::default(),
            vocabulary: wikimovie_plan::vocabulary::Vocabulary::default(),
            shards: 1,
            about: String::new(),
            forced: None,
            sealer: Sealer::new(b"secret"),
            plans: PlanCache::default(),
        };
        (Searcher::new(stores.client.clone(), Arc::clone(&stores.names)), Arc::new(view))
    }

    /// Works until nobody waits, and says when it began and ended.
    fn work_on(begun: oneshot::Sender<()>, ended: oneshot::Sender<Instant>) -> impl FnOnce(&View, &Work) {
        move |_, work| {
            begun.send(()).unwrap();
            while !work.is_over() {
                std::thread::yield_now();
            }
            let _ = ended.send(Instant::now());
        }
    }

    // One thread, which reading would hold up.
    #[tokio::test]
    async fn reading_holds_up_nobody_and_ends_with_its_caller() {
        let (searcher, view) = parts();
        let context = OperationContext::new();
        let reader = Reader::new(&searcher, &view, &context);
        let (begun, has_begun) = oneshot::channel();
        let (ended, has_ended) = oneshot::channel();
        let mut reading = Box::pin(reader.read(work_on(begun, ended)));
        tokio::select! {
            biased;
            _ = &mut reading => panic!("somebody waits"),
            begun = has_begun => begun.unwrap(),
        }
        let left = Instant::now();
        drop(reading);
        let took = has_ended.await.unwrap().duration_since(left);
        assert!(took < SOON, "{took:?}");
    }

    #[tokio::test]
    async fn reading_ends_at_the_deadline_of_the_operation() {
        let (searcher, view) = parts();
        let started = Instant::now();
        let context = OperationContext::new().with_deadline(started + SOON / 2);
        let reader = Reader::new(&searcher, &view, &context);
        let (begun, _has_begun) = oneshot::channel();
        let (ended, has_ended) = oneshot::channel();
        reader.read(work_on(begun, ended)).await.unwrap();
        let took = has_ended.await.unwrap().duration_since(started);
        // Time left is rounded on its way to the work.
        let rounding = Duration::from_millis(1);
        assert!((SOON / 2 - rounding..SOON * 2).contains(&took), "{took:?}");
    }
}
