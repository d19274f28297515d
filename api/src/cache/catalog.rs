//! The catalogue with a memory: the same questions, answered from what was answered before where that is still true.
//!
//! An answer is true as long as the revision is the one it was asked at. While the engine does not confirm the revision,
//! or fails, an answer may still be given out for a while, and is told to be stale.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};

use async_trait::async_trait;
use metrics::{counter, gauge};
use tokio::sync::{Semaphore, watch};
use wikimovie_domain::{
    AutocompleteRequest, CatalogInfo, Costar, CostarPath, Filter, Movie, MovieId, ObjectReceipt,
    PersonSummary, Revision, SearchAnswer, SearchRequest, Suggestion,
};
use wikimovie_engine::{Catalog, ReceiptPage, ReceiptsRequest, SearchError, operation::told_whole};

use super::{
    CacheSettings,
    flights::Flights,
    notes::{self, Staleness},
    question::{Asked, Found},
    weigh,
};

/// An engine that has not said for so long which revision is current counts as out of reach: it is asked each second.
const UNCONFIRMED: Duration = Duration::from_secs(3);

/// Questions asked anew behind the scenes at once; beyond that the next who asks tries again.
const REFRESHES: usize = 32;

/// What is asked, and of which part of the catalogue.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Key {
    /// The filter that the caller cannot leave; `None` for the whole catalogue.
    part: Option<Arc<Filter>>,
    asked: Asked,
}

/// A catalogue that remembers. Cheap to clone.
#[derive(Clone)]
pub struct CachedCatalog {
    inner: Arc<dyn Catalog>,
    part: Option<Arc<Filter>>,
    shared: Arc<Shared>,
}

struct Shared {
    settings: CacheSettings,
    /// Longest time for one question to the engine.
    deadline: Duration,
    revisions: watch::Receiver<Revision>,
    /// `None` where nothing is kept.
    entries: Option<moka::sync::Cache<Arc<Key>, Arc<Entry>>>,
    flights: Flights<(Arc<Key>, u64), Result<Answer, SearchError>>,
    refreshes: Arc<Semaphore>,
    begun: Instant,
}

/// An answer kept.
#[derive(Debug)]
struct Entry {
    found: Arc<Found>,
    revision: u64,
    asked: Instant,
    /// When it was last known to be true, in milliseconds since the cache began.
    true_at: AtomicU64,
    weight: u32,
}

/// What the engine said to one question.
#[derive(Clone)]
struct Answer {
    found: Arc<Found>,
    /// Whether it is of the whole catalogue.
    whole: bool,
}

/// What may be done with an answer kept.
enum Use {
    /// It is true.
    Fresh,
    /// It may be given out at once, for this reason.
    Stale(Staleness),
    /// Only where the engine fails.
    IfError,
    /// It is too old.
    No,
}

impl std::fmt::Debug for CachedCatalog {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CachedCatalog").field("settings", &self.shared.settings).finish_non_exhaustive()
    }
}

impl CachedCatalog {
    /// A memory for `inner`, half of whose bytes are for answers to questions. `inner` is given `deadline` for each.
    pub fn new(inner: Arc<dyn Catalog>, settings: CacheSettings, deadline: Duration) -> Self {
        let entries = (settings.bytes > 0).then(|| {
            moka::sync::Cache::builder()
                .max_capacity(settings.bytes / 2)
                .weigher(|_, entry: &Arc<Entry>| entry.weight)
                .build()
        });
        let shared = Shared {
            settings,
            deadline,
            revisions: inner.revisions(),
            entries,
            flights: Flights::default(),
            refreshes: Arc::new(Semaphore::new(REFRESHES)),
            begun: Instant::now(),
        };
        Self { inner, part: None, shared: Arc::new(shared) }
    }

    /// The current revision, where the engine has said lately that it is.
    pub(crate) fn confirmed_revision(&self) -> Option<u64> {
        (self.inner.unconfirmed_for() <= UNCONFIRMED).then(|| self.revision())
    }

    fn revision(&self) -> u64 {
        self.shared.revisions.borrow().number
    }

    async fn answer(&self, asked: Asked) -> Result<Arc<Found>, SearchError> {
        let Some(entries) = self.shared.entries.as_ref().filter(|_| asked.is_lasting()) else {
            return self.pass(&asked).await;
        };
        let kind = asked.kind();
        let key = Arc::new(Key { part: self.part.clone(), asked });
        let revision = self.revision();
        let known = entries.get(&key);
        if let Some(entry) = &known {
            match self.use_of(entry, revision) {
                Use::Fresh => {
                    count(kind, "hit");
                    notes::answered(revision, true);
                    return Ok(self.touched(entry));
                }
                Use::Stale(why) => {
                    if why == Staleness::Revalidating {
                        self.refresh(&key, revision);
                    }
                    return Ok(given_out_stale(kind, entry, why));
                }
                Use::IfError | Use::No => {}
            }
        }
        let flight = (Arc::clone(&key), revision);
        let (answer, asked) = self.shared.flights.join(flight, || self.ask(&key, revision)).await;
        match (answer, known) {
            (Ok(Answer { found, whole }), _) => {
                count(kind, if asked { "miss" } else { "shared" });
                if whole {
                    notes::answered(revision, !asked);
                } else {
                    notes::changing();
                }
                Ok(found)
            }
            (Err(SearchError::Unavailable | SearchError::Timeout), Some(entry))
                if matches!(self.use_of(&entry, revision), Use::Stale(_) | Use::IfError) =>
            {
                Ok(given_out_stale(kind, &entry, Staleness::EngineUnavailable))
            }
            (Err(error), _) => {
                count(kind, "error");
                notes::changing();
                Err(error)
            }
        }
    }

    /// Asks the engine and keeps nothing.
    async fn pass(&self, asked: &Asked) -> Result<Arc<Found>, SearchError> {
        let revision = self.revision();
        let (found, whole) = told_whole(self.within(asked.ask(&*self.inner))).await;
        match &found {
            Ok(found) if whole && asked.is_lasting() && !found.says_partial() => {
                notes::answered(revision, false);
            }
            Ok(_) | Err(_) => notes::changing(),
        }
        count(asked.kind(), if found.is_ok() { "bypass" } else { "error" });
        found.map(Arc::new)
    }

    /// Asks the engine, and keeps the answer as that of `revision`, which the engine had before.
    async fn ask(&self, key: &Arc<Key>, revision: u64) -> Result<Answer, SearchError> {
        let Some(entries) = &self.shared.entries else { return Err(SearchError::Unavailable) };
        // Answered between the look and the start of this flight.
        let known = entries.get(key);
        if let Some(entry) = known.filter(|entry| matches!(self.use_of(entry, revision), Use::Fresh)) {
            return Ok(Answer { found: self.touched(&entry), whole: true });
        }
        let asked = Instant::now();
        let (found, whole) = told_whole(self.within(key.asked.ask(&*self.inner))).await;
        let found = Arc::new(found?);
        if !whole || found.says_partial() {
            return Ok(Answer { found, whole: false });
        }
        let entry = Entry {
            weight: weigh::entry(&key.asked, &found),
            found: Arc::clone(&found),
            revision,
            asked,
            true_at: AtomicU64::new(self.now_ms()),
        };
        // A slow answer of an older revision must not take the place of a newer one.
        if entries.get(key).is_none_or(|known| known.revision <= revision) {
            entries.insert(Arc::clone(key), Arc::new(entry));
            gauge!("wikimovie_cache_bytes", "store" => "questions").set(entries.weighted_size() as f64);
        }
        Ok(Answer { found, whole: true })
    }

    /// Asks anew behind the scenes, unless that is being done.
    fn refresh(&self, key: &Arc<Key>, revision: u64) {
        let flight = (Arc::clone(key), revision);
        if self.shared.flights.is_open(&flight) {
            return;
        }
        let Ok(permit) = Arc::clone(&self.shared.refreshes).try_acquire_owned() else { return };
        let (catalog, key) = (self.clone(), Arc::clone(key));
        tokio::spawn(async move {
            let asked = catalog.shared.flights.join(flight, || catalog.ask(&key, revision));
            if let (Err(error), _) = asked.await {
                tracing::debug!(%error, "a stale answer could not be refreshed");
            }
            drop(permit);
        });
    }

    /// Waits for the engine no longer than it may take.
    async fn within<T>(
        &self,
        answer: impl Future<Output = Result<T, SearchError>>,
    ) -> Result<T, SearchError> {
        tokio::time::timeout(self.shared.deadline, answer).await.unwrap_or(Err(SearchError::Timeout))
    }

    fn use_of(&self, entry: &Entry, revision: u64) -> Use {
        let settings = &self.shared.settings;
        let unconfirmed = self.inner.unconfirmed_for();
        if entry.revision == revision && unconfirmed <= UNCONFIRMED {
            return Use::Fresh;
        }
        let since_true = if entry.revision == revision {
            unconfirmed
        } else {
            let age_ms = self.now_ms().saturating_sub(entry.true_at.load(Relaxed));
            Duration::from_millis(age_ms)
        };
        if unconfirmed > UNCONFIRMED {
            if since_true <= settings.stale_if_error {
                return Use::Stale(Staleness::EngineUnavailable);
            }
            return Use::No;
        }
        if since_true <= settings.stale_while_revalidate {
            Use::Stale(Staleness::Revalidating)
        } else if since_true <= settings.stale_if_error {
            Use::IfError
        } else {
            Use::No
        }
    }

    fn touched(&self, entry: &Entry) -> Arc<Found> {
        entry.true_at.store(self.now_ms(), Relaxed);
        Arc::clone(&entry.found)
    }

    fn now_ms(&self) -> u64 {
        u64::try_from(self.shared.begun.elapsed().as_millis()).unwrap_or(u64::MAX)
    }
}

fn given_out_stale(kind: &'static str, entry: &Entry, why: Staleness) -> Arc<Found> {
    count(kind, "stale");
    notes::stale(entry.asked.elapsed(), why);
    Arc::clone(&entry.found)
}

fn count(kind: &'static str, result: &'static str) {
    counter!("wikimovie_cache_questions_total", "kind" => kind, "result" => result).increment(1);
}

/// What cannot be: an answer is kept under its own question.
fn odd<T>() -> Result<T, SearchError> {
    Err(SearchError::Engine("a cached answer has another kind".to_owned()))
}

#[async_trait]
impl Catalog for CachedCatalog {
    async fn search(&self, request: SearchRequest) -> Result<SearchAnswer, SearchError> {
        match &*self.answer(Asked::Search(request)).await? {
            Found::Search(answer) => Ok(answer.clone()),
            _ => odd(),
        }
    }

    async fn autocomplete(&self, request: AutocompleteRequest) -> Result<Vec<Suggestion>, SearchError> {
        match &*self.answer(Asked::Autocomplete(request)).await? {
            Found::Suggestions(suggestions) => Ok(suggestions.clone()),
            _ => odd(),
        }
    }

    async fn movies(&self, ids: &[MovieId]) -> Result<Vec<Option<Movie>>, SearchError> {
        match &*self.answer(Asked::Movies(ids.to_vec())).await? {
            Found::Movies(movies) => Ok(movies.clone()),
            _ => odd(),
        }
    }

    async fn similar(&self, id: &MovieId, first: usize) -> Result<Vec<Movie>, SearchError> {
        match &*self.answer(Asked::Similar(id.clone(), first)).await? {
            Found::Similar(movies) => Ok(movies.clone()),
            _ => odd(),
        }
    }

    /// From memory on every engine, so it is not worth keeping.
    async fn people(&self, names: &[String]) -> Result<Vec<Option<PersonSummary>>, SearchError> {
        let revision = self.revision();
        let people = self.within(self.inner.people(names)).await;
        match people {
            Ok(_) if self.confirmed_revision() == Some(revision) => notes::answered(revision, true),
            Ok(_) => notes::stale(self.inner.unconfirmed_for(), Staleness::EngineUnavailable),
            Err(_) => notes::changing(),
        }
        people
    }

    async fn costars(&self, name: &str, first: usize) -> Result<Vec<Costar>, SearchError> {
        match &*self.answer(Asked::Costars(name.to_owned(), first)).await? {
            Found::Costars(costars) => Ok(costars.clone()),
            _ => odd(),
        }
    }

    async fn costar_path(&self, from: &str, to: &str) -> Result<Option<CostarPath>, SearchError> {
        match &*self.answer(Asked::CostarPath(from.to_owned(), to.to_owned())).await? {
            Found::CostarPath(path) => Ok(path.clone()),
            _ => odd(),
        }
    }

    async fn info(&self) -> Result<CatalogInfo, SearchError> {
        notes::changing();
        self.within(self.inner.info()).await
    }

    /// Receipts change without the revision.
    async fn receipt(&self, object: &str) -> Result<Option<ObjectReceipt>, SearchError> {
        notes::changing();
        self.within(self.inner.receipt(object)).await
    }

    async fn receipts(&self, request: ReceiptsRequest) -> Result<ReceiptPage, SearchError> {
        notes::changing();
        self.within(self.inner.receipts(request)).await
    }

    fn revisions(&self) -> watch::Receiver<Revision> {
        self.inner.revisions()
    }

    fn unconfirmed_for(&self) -> Duration {
        self.inner.unconfirmed_for()
    }

    async fn restricted(&self, to: &Filter) -> Result<Arc<dyn Catalog>, SearchError> {
        let inner = self.inner.restricted(to).await?;
        let part = match self.part.as_deref() {
            Some(part) => Filter { and: vec![part.clone(), to.clone()], ..Filter::default() },
            None => to.clone(),
        };
        Ok(Arc::new(Self { inner, part: Some(Arc::new(part)), shared: Arc::clone(&self.shared) }))
    }
}
