//! The cached catalogue: equal queries are answered from the cache where the answer is still true.
//!
//! An answer is true as long as the revision is the one that it was asked at. While the engine does not confirm the
//! revision, or fails, an answer may be served stale for a while, and is marked so.

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
use wikimovie_engine::{
    Answered, Catalog, CatalogDigest, Completeness, OperationContext, ReceiptPage, ReceiptsRequest,
    SearchError,
};

use super::{
    CacheSettings,
    outcome::{OutcomeRecorder, Staleness},
    query::{EngineAnswer, EngineQuery},
    single_flight::SingleFlight,
    weigh,
};

/// The engine is asked for its revision each second. One that has not confirmed it for so long counts as unreachable.
const MAX_UNCONFIRMED: Duration = Duration::from_secs(3);

/// Most answers that are revalidated in the background at once. Beyond that the next caller tries again.
const MAX_REVALIDATIONS: usize = 32;

/// A query, and the part of the catalogue that it is asked of.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct QueryKey {
    /// The filter that the caller cannot leave; `None` for the whole catalogue.
    part: Option<Arc<Filter>>,
    query: EngineQuery,
}

/// A catalogue whose answers are cached. Cheap to clone.
#[derive(Clone)]
pub struct CachedCatalog {
    inner: Arc<dyn Catalog>,
    part: Option<Arc<Filter>>,
    cache: Arc<QueryCache>,
    /// Of the operation whose questions it answers; `None` outside of one, as for probes.
    recorder: Option<OutcomeRecorder>,
}

/// What all clones of a cached catalogue share.
struct QueryCache {
    settings: CacheSettings,
    /// Longest time for one question to the engine.
    deadline: Duration,
    revisions: watch::Receiver<Revision>,
    /// `None` where nothing is cached.
    entries: Option<moka::sync::Cache<Arc<QueryKey>, Arc<CachedAnswer>>>,
    flights: SingleFlight<(Arc<QueryKey>, u64), Result<FreshAnswer, SearchError>>,
    revalidations: Arc<Semaphore>,
    started: Instant,
}

/// An answer in the cache.
#[derive(Debug)]
struct CachedAnswer {
    answer: Arc<EngineAnswer>,
    revision: u64,
    asked_at: Instant,
    /// When it was last known to be true, in milliseconds since the cache was made.
    true_at: AtomicU64,
    weight: u32,
}

/// An answer that the engine gave now.
#[derive(Clone)]
struct FreshAnswer {
    answer: Arc<EngineAnswer>,
    completeness: Completeness,
}

/// How an answer in the cache may be served.
enum Freshness {
    /// It is true.
    Fresh,
    /// It may be served stale at once, for this reason.
    Stale(Staleness),
    /// It may be served stale where the engine fails.
    StaleIfError,
    /// It is too old to be served.
    Expired,
}

impl std::fmt::Debug for CachedCatalog {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CachedCatalog").field("settings", &self.cache.settings).finish_non_exhaustive()
    }
}

impl CachedCatalog {
    /// Caches the answers of `inner`, to which half of the settings' bytes belong. `inner` is given `deadline` for each.
    pub fn new(inner: Arc<dyn Catalog>, settings: CacheSettings, deadline: Duration) -> Self {
        let entries = (settings.bytes > 0).then(|| {
            moka::sync::Cache::builder()
                .max_capacity(settings.bytes / 2)
                .weigher(|_, entry: &Arc<CachedAnswer>| entry.weight)
                .build()
        });
        let cache = QueryCache {
            settings,
            deadline,
            revisions: inner.revisions(),
            entries,
            flights: SingleFlight::default(),
            revalidations: Arc::new(Semaphore::new(MAX_REVALIDATIONS)),
            started: Instant::now(),
        };
        Self { inner, part: None, cache: Arc::new(cache), recorder: None }
    }

    /// The same for the questions of one operation.
    pub(crate) fn for_operation(&self, recorder: OutcomeRecorder) -> Self {
        Self { recorder: Some(recorder), ..self.clone() }
    }

    fn record(&self, record: impl FnOnce(&OutcomeRecorder)) {
        self.recorder.as_ref().map(record);
    }

    /// The current revision, where the engine has said lately that it is.
    pub(crate) fn confirmed_revision(&self) -> Option<u64> {
        (self.inner.unconfirmed_for() <= MAX_UNCONFIRMED).then(|| self.revision())
    }

    fn revision(&self) -> u64 {
        self.cache.revisions.borrow().number
    }

    async fn answer(
        &self,
        context: &OperationContext,
        query: EngineQuery,
    ) -> Result<Answered<Arc<EngineAnswer>>, SearchError> {
        let Some(entries) = self.cache.entries.as_ref().filter(|_| query.is_cacheable()) else {
            return self.bypass(context, &query).await;
        };
        let kind = query.kind();
        let key = Arc::new(QueryKey { part: self.part.clone(), query });
        let revision = self.revision();
        let known = entries.get(&key);
        if let Some(entry) = &known {
            match self.freshness(entry, revision) {
                Freshness::Fresh => {
                    count(kind, "hit");
                    self.record(|outcome| outcome.answered(revision, true));
                    return Ok(Answered::complete(self.touched(entry)));
                }
                Freshness::Stale(why) => {
                    if why == Staleness::Revalidating {
                        self.revalidate(&key, revision);
                    }
                    return Ok(Answered::complete(self.serve_stale(kind, entry, why)));
                }
                Freshness::StaleIfError | Freshness::Expired => {}
            }
        }
        let flight = (Arc::clone(&key), revision);
        // Others may wait for this answer, so that it must not end with this operation.
        let shared = context.clone().without_deadline();
        let fetch = || self.fetch(&shared, &key, revision);
        let (answer, is_leader) = self.cache.flights.run(flight, fetch).await;
        match (answer, known) {
            (Ok(FreshAnswer { answer, completeness }), _) => {
                count(kind, if is_leader { "miss" } else { "shared" });
                if completeness == Completeness::Complete {
                    self.record(|outcome| outcome.answered(revision, !is_leader));
                } else {
                    self.record(OutcomeRecorder::volatile);
                }
                Ok(Answered { value: answer, completeness })
            }
            (Err(SearchError::Unavailable | SearchError::Timeout), Some(entry))
                if matches!(
                    self.freshness(&entry, revision),
                    Freshness::Stale(_) | Freshness::StaleIfError
                ) =>
            {
                Ok(Answered::complete(self.serve_stale(kind, &entry, Staleness::EngineUnavailable)))
            }
            (Err(error), _) => {
                count(kind, "error");
                self.record(OutcomeRecorder::volatile);
                Err(error)
            }
        }
    }

    /// Asks the engine and caches nothing.
    async fn bypass(
        &self,
        context: &OperationContext,
        query: &EngineQuery,
    ) -> Result<Answered<Arc<EngineAnswer>>, SearchError> {
        let revision = self.revision();
        let answer = self.within_deadline(query.run(context, &*self.inner)).await;
        match &answer {
            Ok(answer) if answer.is_complete() && query.is_cacheable() => {
                self.record(|outcome| outcome.answered(revision, false));
            }
            Ok(_) | Err(_) => self.record(OutcomeRecorder::volatile),
        }
        count(query.kind(), if answer.is_ok() { "bypass" } else { "error" });
        answer.map(|answer| answer.map(Arc::new))
    }

    /// Asks the engine, and caches the answer as that of `revision`, which the engine had before.
    async fn fetch(
        &self,
        context: &OperationContext,
        key: &Arc<QueryKey>,
        revision: u64,
    ) -> Result<FreshAnswer, SearchError> {
        let Some(entries) = &self.cache.entries else { return Err(SearchError::Unavailable) };
        // Another flight may have ended between the lookup and the start of this one.
        let known = entries.get(key);
        if let Some(entry) = known.filter(|entry| matches!(self.freshness(entry, revision), Freshness::Fresh))
        {
            return Ok(FreshAnswer { answer: self.touched(&entry), completeness: Completeness::Complete });
        }
        let asked_at = Instant::now();
        let answered = self.within_deadline(key.query.run(context, &*self.inner)).await?;
        let Answered { value: answer, completeness } = answered.map(Arc::new);
        if completeness == Completeness::Partial {
            return Ok(FreshAnswer { answer, completeness });
        }
        let entry = CachedAnswer {
            weight: weigh::entry(&key.query, &answer),
            answer: Arc::clone(&answer),
            revision,
            asked_at,
            true_at: AtomicU64::new(self.now_ms()),
        };
        // A slow answer of an older revision must not replace a newer one.
        if entries.get(key).is_none_or(|known| known.revision <= revision) {
            entries.insert(Arc::clone(key), Arc::new(entry));
            gauge!("wikimovie_cache_bytes", "store" => "questions").set(entries.weighted_size() as f64);
        }
        Ok(FreshAnswer { answer, completeness })
    }

    /// Asks again in the background, unless the same query is in flight.
    fn revalidate(&self, key: &Arc<QueryKey>, revision: u64) {
        let flight = (Arc::clone(key), revision);
        if self.cache.flights.is_in_flight(&flight) {
            return;
        }
        let Ok(permit) = Arc::clone(&self.cache.revalidations).try_acquire_owned() else { return };
        let (catalog, key) = (self.clone(), Arc::clone(key));
        tokio::spawn(async move {
            let context = OperationContext::new();
            let fetched = catalog.cache.flights.run(flight, || catalog.fetch(&context, &key, revision));
            if let (Err(error), _) = fetched.await {
                tracing::debug!(%error, "a cached answer could not be revalidated");
            }
            drop(permit);
        });
    }

    /// Waits for the engine until its deadline.
    async fn within_deadline<T>(
        &self,
        answer: impl Future<Output = Result<T, SearchError>>,
    ) -> Result<T, SearchError> {
        tokio::time::timeout(self.cache.deadline, answer).await.unwrap_or(Err(SearchError::Timeout))
    }

    fn freshness(&self, entry: &CachedAnswer, revision: u64) -> Freshness {
        let settings = &self.cache.settings;
        let unconfirmed = self.inner.unconfirmed_for();
        if entry.revision == revision && unconfirmed <= MAX_UNCONFIRMED {
            return Freshness::Fresh;
        }
        let since_true = if entry.revision == revision {
            unconfirmed
        } else {
            let age_ms = self.now_ms().saturating_sub(entry.true_at.load(Relaxed));
            Duration::from_millis(age_ms)
        };
        if unconfirmed > MAX_UNCONFIRMED {
            if since_true <= settings.stale_if_error {
                return Freshness::Stale(Staleness::EngineUnavailable);
            }
            return Freshness::Expired;
        }
        if since_true <= settings.stale_while_revalidate {
            Freshness::Stale(Staleness::Revalidating)
        } else if since_true <= settings.stale_if_error {
            Freshness::StaleIfError
        } else {
            Freshness::Expired
        }
    }

    fn serve_stale(&self, kind: &'static str, entry: &CachedAnswer, why: Staleness) -> Arc<EngineAnswer> {
        count(kind, "stale");
        self.record(|outcome| outcome.stale(entry.asked_at.elapsed(), why));
        Arc::clone(&entry.answer)
    }

    fn touched(&self, entry: &CachedAnswer) -> Arc<EngineAnswer> {
        entry.true_at.store(self.now_ms(), Relaxed);
        Arc::clone(&entry.answer)
    }

    fn now_ms(&self) -> u64 {
        u64::try_from(self.cache.started.elapsed().as_millis()).unwrap_or(u64::MAX)
    }
}

fn count(kind: &'static str, result: &'static str) {
    counter!("wikimovie_cache_questions_total", "kind" => kind, "result" => result).increment(1);
}

/// Cannot happen, since an answer is cached under its own query.
fn mismatch<T>() -> Result<T, SearchError> {
    Err(SearchError::Engine("a cached answer has another kind".to_owned()))
}

#[async_trait]
impl Catalog for CachedCatalog {
    async fn search(
        &self,
        context: &OperationContext,
        request: SearchRequest,
    ) -> Result<Answered<SearchAnswer>, SearchError> {
        self.answer(context, EngineQuery::Search(request)).await?.try_map(|answer| match &*answer {
            EngineAnswer::Search(answer) => Ok(answer.clone()),
            _ => mismatch(),
        })
    }

    async fn autocomplete(
        &self,
        context: &OperationContext,
        request: AutocompleteRequest,
    ) -> Result<Answered<Vec<Suggestion>>, SearchError> {
        self.answer(context, EngineQuery::Autocomplete(request)).await?.try_map(|answer| match &*answer {
            EngineAnswer::Suggestions(suggestions) => Ok(suggestions.clone()),
            _ => mismatch(),
        })
    }

    async fn movies(
        &self,
        context: &OperationContext,
        ids: &[MovieId],
    ) -> Result<Answered<Vec<Option<Movie>>>, SearchError> {
        self.answer(context, EngineQuery::Movies(ids.to_vec())).await?.try_map(|answer| match &*answer {
            EngineAnswer::Movies(movies) => Ok(movies.clone()),
            _ => mismatch(),
        })
    }

    async fn similar(
        &self,
        context: &OperationContext,
        id: &MovieId,
        first: usize,
    ) -> Result<Answered<Vec<Movie>>, SearchError> {
        self.answer(context, EngineQuery::Similar(id.clone(), first)).await?.try_map(
            |answer| match &*answer {
                EngineAnswer::Similar(movies) => Ok(movies.clone()),
                _ => mismatch(),
            },
        )
    }

    /// Not cached: every engine answers it from memory.
    async fn people(
        &self,
        context: &OperationContext,
        names: &[String],
    ) -> Result<Vec<Option<PersonSummary>>, SearchError> {
        let revision = self.revision();
        let people = self.within_deadline(self.inner.people(context, names)).await;
        self.record(|outcome| match people {
            Ok(_) if self.confirmed_revision() == Some(revision) => outcome.answered(revision, true),
            Ok(_) => outcome.stale(self.inner.unconfirmed_for(), Staleness::EngineUnavailable),
            Err(_) => outcome.volatile(),
        });
        people
    }

    async fn costars(
        &self,
        context: &OperationContext,
        name: &str,
        first: usize,
    ) -> Result<Answered<Vec<Costar>>, SearchError> {
        self.answer(context, EngineQuery::Costars(name.to_owned(), first)).await?.try_map(|answer| {
            match &*answer {
                EngineAnswer::Costars(costars) => Ok(costars.clone()),
                _ => mismatch(),
            }
        })
    }

    async fn costar_path(
        &self,
        context: &OperationContext,
        from: &str,
        to: &str,
    ) -> Result<Answered<Option<CostarPath>>, SearchError> {
        self.answer(context, EngineQuery::CostarPath(from.to_owned(), to.to_owned())).await?.try_map(
            |answer| match &*answer {
                EngineAnswer::CostarPath(path) => Ok(path.clone()),
                _ => mismatch(),
            },
        )
    }

    async fn info(&self, context: &OperationContext) -> Result<CatalogInfo, SearchError> {
        self.record(OutcomeRecorder::volatile);
        self.within_deadline(self.inner.info(context)).await
    }

    async fn digest(&self, context: &OperationContext) -> Result<CatalogDigest, SearchError> {
        self.record(OutcomeRecorder::volatile);
        self.within_deadline(self.inner.digest(context)).await
    }

    /// Not cached: receipts change without the revision.
    async fn receipt(
        &self,
        context: &OperationContext,
        object: &str,
    ) -> Result<Option<ObjectReceipt>, SearchError> {
        self.record(OutcomeRecorder::volatile);
        self.within_deadline(self.inner.receipt(context, object)).await
    }

    async fn receipts(
        &self,
        context: &OperationContext,
        request: ReceiptsRequest,
    ) -> Result<ReceiptPage, SearchError> {
        self.record(OutcomeRecorder::volatile);
        self.within_deadline(self.inner.receipts(context, request)).await
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
        Ok(Arc::new(Self { inner, part: Some(Arc::new(part)), ..self.clone() }))
    }
}
