//! One call of an operation: what it reads, for whom, and whether the whole cluster answered.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};

use tokio::runtime::{Handle, RuntimeFlavor};
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
    pub(crate) view: &'a View,
    context: &'a OperationContext,
    partial: AtomicBool,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(searcher: &'a Searcher, view: &'a View, context: &'a OperationContext) -> Self {
        Self { searcher, view, context, partial: AtomicBool::new(false) }
    }

    /// Reads a text by the vocabulary of the view, until the operation's deadline. That may take a hundred milliseconds, so
    /// that the runtime's worker hands its other tasks over. It does not wait: the operation's other fields gather their
    /// requests in the same moment.
    pub(super) fn read<T>(&self, read: impl FnOnce(&View, &Work) -> T) -> T {
        let work = Work::until(Instant::now() + self.context.time_left(READ_TIMEOUT));
        let read = || read(self.view, &work);
        let is_alone = Handle::current().runtime_flavor() == RuntimeFlavor::CurrentThread;
        if is_alone { read() } else { tokio::task::block_in_place(read) }
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
