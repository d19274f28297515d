//! The engine as its callers hold it: the read side, and the way to the one writer.

use std::{path::PathBuf, sync::Arc, time::Duration};

use async_trait::async_trait;
use tokio::sync::watch;
use wikimovie_domain::{
    AutocompleteRequest, CatalogInfo, Costar, CostarPath, Filter, Movie, MovieId, ObjectReceipt,
    PersonSummary, Revision, SearchAnswer, SearchRequest, Suggestion,
};
use wikimovie_engine::{
    Answered, OperationContext,
    catalog::{Catalog, CatalogDigest, ReceiptPage, ReceiptsRequest},
    error::SearchError,
    token::Sealer,
    writer::WriteError,
};
use wikimovie_plan::{plan_cache::PlanCache, rules::Rules, work::Work};

use super::{error::ReadError, index::OpenIndex, ledger, snapshot::Snapshot, writer::EmbeddedWriter};

/// How to open the embedded index.
#[derive(Clone, Debug)]
pub struct EmbeddedOptions {
    /// Data folder; made where it is missing.
    pub folder: PathBuf,
    /// Longest time a question may take.
    pub deadline: Duration,
    /// Synonyms and pins.
    pub rules: Arc<Rules>,
}

impl Default for EmbeddedOptions {
    fn default() -> Self {
        Self { folder: PathBuf::from("data"), deadline: Duration::from_secs(5), rules: Arc::default() }
    }
}

/// What a question is answered with.
struct QuestionContext<'a> {
    snapshot: &'a Snapshot,
    plans: &'a PlanCache,
    sealer: &'a Sealer,
    work: &'a Work,
}

/// The embedded engine, open. It holds the folder's lock until the last handle to it is gone.
#[derive(Clone, Debug)]
pub struct Embedded {
    index: Arc<OpenIndex>,
    /// What leaves the part of the catalogue that this handle sees; `None` for all of it. Not the part itself, which would
    /// stay in memory as long as somebody follows it.
    part: Option<Arc<Filter>>,
}

impl Embedded {
    /// Opens the index in a folder, making both where they are missing.
    ///
    /// # Errors
    /// [`WriteError::Locked`] while another process has the folder open, [`WriteError::Incompatible`] for an index
    /// of a newer format or one that cannot be read, [`WriteError::Storage`] where the folder cannot be written.
    pub fn open(options: &EmbeddedOptions) -> Result<Self, WriteError> {
        let index = OpenIndex::open(&options.folder, options.deadline, &options.rules)?;
        Ok(Self { part: None, index: Arc::new(index) })
    }

    /// The read side.
    pub fn catalog(&self) -> Arc<dyn Catalog> {
        Arc::new(self.clone())
    }

    /// The write side.
    ///
    /// # Errors
    /// [`WriteError::Locked`] while another writer of this index is open, in this process too.
    pub fn writer(&self) -> Result<EmbeddedWriter, WriteError> {
        EmbeddedWriter::open(Arc::clone(&self.index))
    }

    /// Seals and opens this index's tokens; its secret stays in the data folder.
    pub fn sealer(&self) -> Sealer {
        self.index.sealer.clone()
    }

    /// The data folder's absolute path.
    pub fn folder(&self) -> PathBuf {
        self.index.folder.path().to_owned()
    }

    /// Runs the work of one question on a thread that may block, against one snapshot. It ends soon after its caller
    /// ceases to wait.
    async fn answer<T: Send + 'static>(
        &self,
        context: &OperationContext,
        answer: impl FnOnce(&QuestionContext<'_>) -> Result<T, ReadError> + Send + 'static,
    ) -> Result<T, SearchError> {
        let (index, part) = (Arc::clone(&self.index), self.part.clone());
        let (current, caller) = (Work::default(), context.caller());
        let _waiting = current.waiting();
        let task = async move {
            let permit = index.permits.take(caller).await;
            let work = move || {
                let _permit = permit;
                match part {
                    Some(filter) => {
                        let part = index.part(&filter);
                        // Others need the part too, whoever asked for it first.
                        let snapshot = &index.part_snapshot(&part)?;
                        let (plans, sealer) = (&part.plans, &part.sealer);
                        answer(&QuestionContext { snapshot, plans, sealer, work: &current })
                    }
                    None => {
                        let (plans, sealer) = (&index.plans, &index.sealer);
                        answer(&QuestionContext {
                            snapshot: &index.snapshot(),
                            plans,
                            sealer,
                            work: &current,
                        })
                    }
                }
            };
            tokio::task::spawn_blocking(work).await
        };
        match tokio::time::timeout(context.time_left(self.index.deadline), task).await {
            Ok(Ok(answer)) => Ok(answer?),
            Ok(Err(panicked)) => Err(SearchError::Engine(panicked.to_string())),
            Err(_) => Err(SearchError::Timeout),
        }
    }

    /// Reads what a snapshot has in memory, on this thread unless the snapshot may have to be taken first.
    async fn read<T: Send + 'static>(
        &self,
        context: &OperationContext,
        read: impl FnOnce(&Snapshot) -> Result<T, ReadError> + Send + 'static,
    ) -> Result<T, SearchError> {
        match &self.part {
            Some(filter) => match self.index.part(filter).known_snapshot(&self.index.snapshot) {
                Some(snapshot) => Ok(read(&snapshot)?),
                None => self.answer(context, move |with| read(with.snapshot)).await,
            },
            None => Ok(read(&self.index.snapshot())?),
        }
    }
}

#[async_trait]
impl Catalog for Embedded {
    async fn search(
        &self,
        context: &OperationContext,
        request: SearchRequest,
    ) -> Result<Answered<SearchAnswer>, SearchError> {
        let search = move |with: &QuestionContext<'_>| {
            with.snapshot.search(&request, with.plans, with.sealer, with.work)
        };
        self.answer(context, search).await.map(Answered::complete)
    }

    async fn autocomplete(
        &self,
        context: &OperationContext,
        request: AutocompleteRequest,
    ) -> Result<Answered<Vec<Suggestion>>, SearchError> {
        let suggest = move |with: &QuestionContext<'_>| with.snapshot.autocomplete(&request, with.work);
        self.answer(context, suggest).await.map(Answered::complete)
    }

    async fn movies(
        &self,
        context: &OperationContext,
        ids: &[MovieId],
    ) -> Result<Answered<Vec<Option<Movie>>>, SearchError> {
        let ids = ids.to_vec();
        let read = move |with: &QuestionContext<'_>| {
            let snapshot = with.snapshot;
            let movie = |id: &MovieId| -> Result<Option<Movie>, ReadError> {
                Ok(snapshot.doc_of(id.as_str())?.map(|doc| snapshot.movie(doc)).transpose()?)
            };
            ids.iter().map(movie).collect()
        };
        self.answer(context, read).await.map(Answered::complete)
    }

    async fn similar(
        &self,
        context: &OperationContext,
        id: &MovieId,
        first: usize,
    ) -> Result<Answered<Vec<Movie>>, SearchError> {
        let id = id.clone();
        let similar = move |with: &QuestionContext<'_>| with.snapshot.similar(id.as_str(), first);
        self.answer(context, similar).await.map(Answered::complete)
    }

    async fn people(
        &self,
        context: &OperationContext,
        names: &[String],
    ) -> Result<Vec<Option<PersonSummary>>, SearchError> {
        let names = names.to_vec();
        let summaries = move |snapshot: &Snapshot| {
            let summary = |name: &String| snapshot.person(name).map(|person| snapshot.person_summary(person));
            Ok(names.iter().map(summary).collect())
        };
        self.read(context, summaries).await
    }

    async fn costars(
        &self,
        context: &OperationContext,
        name: &str,
        first: usize,
    ) -> Result<Answered<Vec<Costar>>, SearchError> {
        let name = name.to_owned();
        let costars = move |with: &QuestionContext<'_>| Ok(with.snapshot.costars(&name, first));
        self.answer(context, costars).await.map(Answered::complete)
    }

    async fn costar_path(
        &self,
        context: &OperationContext,
        from: &str,
        to: &str,
    ) -> Result<Answered<Option<CostarPath>>, SearchError> {
        let (from, to) = (from.to_owned(), to.to_owned());
        let path = move |with: &QuestionContext<'_>| Ok(with.snapshot.costar_path(&from, &to)?);
        self.answer(context, path).await.map(Answered::complete)
    }

    async fn info(&self, context: &OperationContext) -> Result<CatalogInfo, SearchError> {
        self.read(context, |snapshot| Ok(snapshot.info())).await
    }

    async fn digest(&self, context: &OperationContext) -> Result<CatalogDigest, SearchError> {
        let digest = |snapshot: &Snapshot| Ok(snapshot.digest()?);
        match self.part {
            Some(_) => self.read(context, digest).await,
            None => self.answer(context, move |with| digest(with.snapshot)).await,
        }
    }

    async fn receipt(
        &self,
        context: &OperationContext,
        object: &str,
    ) -> Result<Option<ObjectReceipt>, SearchError> {
        let object = object.to_owned();
        self.read(context, move |snapshot| Ok(ledger::receipt(&snapshot.ledger, &object))).await
    }

    async fn receipts(
        &self,
        context: &OperationContext,
        request: ReceiptsRequest,
    ) -> Result<ReceiptPage, SearchError> {
        self.read(context, move |snapshot| Ok(ledger::receipts(&snapshot.ledger, &request))).await
    }

    fn revisions(&self) -> watch::Receiver<Revision> {
        self.index.revisions.subscribe()
    }

    async fn restricted(&self, to: &Filter) -> Result<Arc<dyn Catalog>, SearchError> {
        let filter = match self.part.as_deref() {
            Some(part) => Filter { and: vec![part.clone(), to.clone()], ..Filter::default() },
            None => to.clone(),
        };
        Ok(Arc::new(Self { index: Arc::clone(&self.index), part: Some(Arc::new(filter)) }))
    }
}

#[cfg(test)]
mod tests;
