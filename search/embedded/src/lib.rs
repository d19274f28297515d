//! The embedded engine: a tantivy index in a folder, answering the same contract as a search cluster.
//!
//! Reads go to a [`snapshot::Snapshot`], swapped whole when a commit becomes visible; a question sees one
//! snapshot from its first to its last step. Writes go through the one [`EmbeddedWriter`]. A question's steps:
//! [`wikimovie_plan::compile`] makes the plan, [`eval`] finds the movies, [`paging`] orders them, [`facets`] counts them.

mod autocomplete;
mod columns;
mod error;
mod eval;
mod facets;
mod fields;
mod folder;
mod ledger;
mod lists;
mod paging;
mod people;
mod postings;
mod restricted;
mod search;
mod similar;
mod snapshot;
#[cfg(test)]
mod testing;
mod turns;
mod values;
mod writer;

use std::{io, num::NonZeroUsize, path::PathBuf, sync::Arc, time::Duration};

use arc_swap::ArcSwap;
use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use tantivy::{Index, IndexReader, ReloadPolicy, TantivyError, directory::MmapDirectory};
use tokio::sync::watch;
use wikimovie_domain::{
    AutocompleteRequest, CatalogInfo, Costar, CostarPath, Filter, Movie, MovieId, ObjectReceipt,
    PersonSummary, Revision, SearchAnswer, SearchRequest, Suggestion,
};
use wikimovie_engine::{
    Answered, OperationContext,
    catalog::{Catalog, ReceiptPage, ReceiptsRequest},
    error::SearchError,
    token::Sealer,
    writer::WriteError,
};
use wikimovie_plan::{rules::Rules, work::Work};

pub use self::writer::EmbeddedWriter;
use self::{
    error::ReadError, fields::Fields, folder::DataFolder, restricted::Restricted, search::Plans,
    snapshot::Snapshot, turns::Turns,
};

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

/// The embedded engine, open. It holds the folder's lock until the last handle to it is gone.
#[derive(Clone, Debug)]
pub struct Embedded {
    shared: Arc<Shared>,
    /// The part of the catalogue that this handle sees; `None` for all of it.
    part: Option<Arc<Restricted>>,
}

struct Shared {
    folder: DataFolder,
    deadline: Duration,
    rules: Arc<Rules>,
    index: Index,
    reader: IndexReader,
    fields: Fields,
    snapshot: ArcSwap<Snapshot>,
    revisions: watch::Sender<Revision>,
    sealer: Sealer,
    plans: Plans,
    parts: moka::sync::Cache<Filter, Arc<Restricted>>,
    /// Questions that are worked on at once. More would be no faster, and each takes some megabytes.
    turns: Turns,
}

/// Twice the processors: one question may wait for the disk while another computes.
fn turns() -> usize {
    2 * std::thread::available_parallelism().map_or(1, NonZeroUsize::get)
}

impl std::fmt::Debug for Shared {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Shared").field("folder", &self.folder).finish_non_exhaustive()
    }
}

impl Embedded {
    /// Opens the index in a folder, making both where they are missing.
    ///
    /// # Errors
    /// [`WriteError::Locked`] while another process has the folder open, [`WriteError::Incompatible`] for an index
    /// of a newer format or one that cannot be read, [`WriteError::Storage`] where the folder cannot be written.
    pub fn open(options: &EmbeddedOptions) -> Result<Self, WriteError> {
        let folder = DataFolder::open(&options.folder)?;
        let sealer = Sealer::new(&folder.secret()?);
        let fields = Fields::new();
        let unreadable = |error: TantivyError| match io_error(&error) {
            Some(source) => folder::storage_error(folder.path(), source),
            None => WriteError::Incompatible(format!(
                "the index in {} cannot be read ({error}); remove that folder to rebuild it",
                folder.path().display()
            )),
        };
        let opened = MmapDirectory::open(folder.index())
            .map_err(TantivyError::from)
            .and_then(|directory| Index::open_or_create(directory, fields.schema.clone()))
            .and_then(|index| {
                let reader: IndexReader =
                    index.reader_builder().reload_policy(ReloadPolicy::Manual).try_into()?;
                let revision = committed_revision(&index)?;
                let snapshot = Snapshot::take(&fields, reader.searcher(), revision, &options.rules)?;
                Ok((index, reader, snapshot))
            });
        let (index, reader, snapshot) = opened.map_err(unreadable)?;
        let (revisions, _) = watch::channel(snapshot.revision);
        let deadline = options.deadline;
        let snapshot = ArcSwap::from_pointee(snapshot);
        Ok(Self {
            part: None,
            shared: Arc::new(Shared {
                folder,
                deadline,
                rules: Arc::clone(&options.rules),
                index,
                reader,
                fields,
                snapshot,
                revisions,
                sealer,
                plans: plans(),
                turns: Turns::new(turns()),
                parts: moka::sync::Cache::builder().max_capacity(PARTS).time_to_idle(PART_IDLE).build(),
            }),
        })
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
        EmbeddedWriter::open(Arc::clone(&self.shared))
    }

    /// Seals and opens this index's tokens; its secret stays in the data folder.
    pub fn sealer(&self) -> Sealer {
        self.shared.sealer.clone()
    }

    /// The data folder's absolute path.
    pub fn folder(&self) -> PathBuf {
        self.shared.folder.path().to_owned()
    }

    /// Runs the work of one question on a thread that may block, against one snapshot. It ends soon after its caller
    /// ceases to wait.
    async fn answer<T: Send + 'static>(
        &self,
        context: &OperationContext,
        work: impl FnOnce(&Snapshot, &Plans, &Sealer) -> Result<T, ReadError> + Send + 'static,
    ) -> Result<T, SearchError> {
        let (shared, part) = (Arc::clone(&self.shared), self.part.clone());
        let (current, caller) = (Work::default(), context.caller());
        let _waiting = current.waiting();
        let task = async move {
            let turn = shared.turns.take(caller).await;
            let work = move || {
                let _turn = turn;
                match part {
                    Some(part) => {
                        // Others need the part too, whoever asked for it first.
                        let snapshot = part.snapshot(&shared)?;
                        current.run(|| work(&snapshot, &part.plans, &part.sealer))
                    }
                    None => current.run(|| work(&shared.snapshot(), &shared.plans, &shared.sealer)),
                }
            };
            tokio::task::spawn_blocking(work).await
        };
        match tokio::time::timeout(context.time_left(self.shared.deadline), task).await {
            Ok(Ok(answer)) => Ok(answer?),
            Ok(Err(panicked)) => Err(SearchError::Engine(panicked.to_string())),
            Err(_) => Err(SearchError::Timeout),
        }
    }
}

impl Embedded {
    /// Reads what a snapshot has in memory, on this thread unless the snapshot may have to be taken first.
    async fn read<T: Send + 'static>(
        &self,
        context: &OperationContext,
        read: impl FnOnce(&Snapshot) -> Result<T, ReadError> + Send + 'static,
    ) -> Result<T, SearchError> {
        match self.part {
            Some(_) => self.answer(context, move |snapshot, _, _| read(snapshot)).await,
            None => Ok(read(&self.shared.snapshot())?),
        }
    }
}

impl Snapshot {
    fn info(&self) -> CatalogInfo {
        let providers = self.vocabulary.providers().iter();
        CatalogInfo {
            engine: ENGINE.into(),
            engine_version: tantivy::version_string().into(),
            movies: self.revision.movies,
            people: self.vocabulary.people().len() as u64,
            genres: self.vocabulary.genres().len() as u64,
            providers: providers.map(|entry| (entry.name.clone(), u64::from(entry.movies))).collect(),
            revision: self.revision,
        }
    }
}

impl Shared {
    fn snapshot(&self) -> arc_swap::Guard<Arc<Snapshot>> {
        self.snapshot.load()
    }

    /// Makes the last commit visible.
    fn refresh(&self) -> tantivy::Result<Revision> {
        self.reader.reload()?;
        let revision = committed_revision(&self.index)?;
        let snapshot = Snapshot::take(&self.fields, self.reader.searcher(), revision, &self.rules)?;
        let revision = snapshot.revision;
        self.snapshot.store(Arc::new(snapshot));
        self.revisions.send_if_modified(|current| {
            let news = current.number != revision.number;
            *current = revision;
            news
        });
        Ok(revision)
    }

    fn write_error(&self, error: TantivyError) -> WriteError {
        match (&error, io_error(&error)) {
            (TantivyError::LockFailure(..), _) => {
                WriteError::Locked(self.folder.path().display().to_string())
            }
            (_, Some(source)) => folder::storage_error(self.folder.path(), source),
            // A full disk ends tantivy's indexing thread, and what reaches us says only that it ended.
            _ => match self.folder.probe() {
                Err(source) => folder::storage_error(self.folder.path(), source),
                Ok(()) => WriteError::Engine(error.to_string()),
            },
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
        let search = move |snapshot: &Snapshot, plans: &Plans, sealer: &Sealer| {
            snapshot.search(&request, plans, sealer)
        };
        self.answer(context, search).await.map(Answered::complete)
    }

    async fn autocomplete(
        &self,
        context: &OperationContext,
        request: AutocompleteRequest,
    ) -> Result<Answered<Vec<Suggestion>>, SearchError> {
        let suggest = move |snapshot: &Snapshot, _: &Plans, _: &Sealer| snapshot.autocomplete(&request);
        self.answer(context, suggest).await.map(Answered::complete)
    }

    async fn movies(
        &self,
        context: &OperationContext,
        ids: &[MovieId],
    ) -> Result<Answered<Vec<Option<Movie>>>, SearchError> {
        let ids = ids.to_vec();
        let read = move |snapshot: &Snapshot, _: &Plans, _: &Sealer| {
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
        let similar = move |snapshot: &Snapshot, _: &Plans, _: &Sealer| snapshot.similar(id.as_str(), first);
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
        let costars = move |snapshot: &Snapshot, _: &Plans, _: &Sealer| Ok(snapshot.costars(&name, first));
        self.answer(context, costars).await.map(Answered::complete)
    }

    async fn costar_path(
        &self,
        context: &OperationContext,
        from: &str,
        to: &str,
    ) -> Result<Answered<Option<CostarPath>>, SearchError> {
        let (from, to) = (from.to_owned(), to.to_owned());
        let path = move |snapshot: &Snapshot, _: &Plans, _: &Sealer| Ok(snapshot.costar_path(&from, &to)?);
        self.answer(context, path).await.map(Answered::complete)
    }

    async fn info(&self, context: &OperationContext) -> Result<CatalogInfo, SearchError> {
        self.read(context, |snapshot| Ok(snapshot.info())).await
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
        self.shared.revisions.subscribe()
    }

    async fn restricted(&self, to: &Filter) -> Result<Arc<dyn Catalog>, SearchError> {
        let shared = &self.shared;
        let filter = match &self.part {
            Some(part) => Filter { and: vec![part.filter.clone(), to.clone()], ..Filter::default() },
            None => to.clone(),
        };
        let part = shared
            .parts
            .get_with_by_ref(&filter, || Arc::new(Restricted::new(&filter, &shared.sealer, plans())));
        Ok(Arc::new(Self { shared: Arc::clone(shared), part: Some(part) }))
    }
}

/// Plans remembered: at some 20 KB each about 20 MB.
const REMEMBERED_PLANS: u64 = 1_000;
const PLAN_IDLE: Duration = Duration::from_secs(600);

fn plans() -> Plans {
    Plans::builder().max_capacity(REMEMBERED_PLANS).time_to_idle(PLAN_IDLE).build()
}

/// Restrictions held ready at once. Each holds the columns of the whole catalogue and the words of its part: at
/// 60 bytes a movie some 64 MB for each million.
const PARTS: u64 = 64;
const PART_IDLE: Duration = Duration::from_secs(900);

/// Name of this engine in answers.
const ENGINE: &str = "embedded";

/// What a commit says of itself.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Payload {
    revision: u64,
    as_of_ms: u64,
}

fn payload(revision: Revision) -> String {
    let payload = Payload { revision: revision.number, as_of_ms: revision.as_of_ms };
    serde_json::to_string(&payload).unwrap_or_default()
}

fn committed_revision(index: &Index) -> tantivy::Result<Revision> {
    let payload = index.load_metas()?.payload;
    let payload: Payload =
        payload.and_then(|payload| serde_json::from_str(&payload).ok()).unwrap_or_default();
    Ok(Revision { number: payload.revision, as_of_ms: payload.as_of_ms, movies: 0 })
}

/// The system's own error inside one of tantivy's, such as a full disk.
fn io_error(error: &TantivyError) -> Option<io::Error> {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(error) = cause {
        if let Some(io) = error.downcast_ref::<io::Error>() {
            return Some(io::Error::new(io.kind(), io.to_string()));
        }
        if let Some(io) = error.downcast_ref::<Arc<io::Error>>() {
            return Some(io::Error::new(io.kind(), io.to_string()));
        }
        cause = error.source();
    }
    match error {
        TantivyError::IoError(io) => Some(io::Error::new(io.kind(), io.to_string())),
        _ => None,
    }
}
