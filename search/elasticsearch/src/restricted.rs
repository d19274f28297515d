//! The catalogue as someone sees it who may see a part of it: the words of those movies only, and a filter forced into
//! every question.

use std::sync::Arc;

use arc_swap::ArcSwapOption;
use tokio::sync::Mutex;
use wikimovie_domain::Filter;
use wikimovie_elasticsearch_dsl::Query;
use wikimovie_engine::{CatalogDigest, catalog::ReceiptsOf, error::SearchError, token::Sealer};
use wikimovie_plan::{Clause, Plan, filter, plan_cache::PlanCache};

use crate::{
    compile::everything, digest::digest, searcher::Searcher, view::View, vocabulary::VocabularyCounter,
};

/// One restriction, and the view last counted under it.
#[derive(Debug)]
pub(crate) struct Restricted {
    pub(crate) filter: Filter,
    pub(crate) receipts: ReceiptsOf,
    sealer: Sealer,
    plans: PlanCache,
    kept: ArcSwapOption<View>,
    /// Held while the words are counted.
    counting: Arc<Mutex<()>>,
    /// The digest last read, and the revision that it is of. Held while it is read.
    digest: Mutex<Option<(u64, CatalogDigest)>>,
}

impl Restricted {
    pub(crate) fn new(filter: &Filter, sealer: &Sealer, plans: PlanCache) -> Self {
        Self {
            filter: filter.clone(),
            receipts: ReceiptsOf::restricted(filter),
            sealer: sealer.bound_to(filter),
            plans,
            kept: ArcSwapOption::empty(),
            counting: Arc::default(),
            digest: Mutex::default(),
        }
    }

    /// The part of a view of the whole catalogue. The words of an older revision are good enough while those of a new one are counted: what
    /// is found is decided by the cluster, which is asked with the filter.
    pub(crate) async fn view(
        self: &Arc<Self>,
        counter: &VocabularyCounter,
        whole: &Arc<View>,
    ) -> Result<Arc<View>, SearchError> {
        let kept = self.kept.load_full();
        if let Some(kept) = kept.as_ref().filter(|kept| kept.revision.number == whole.revision.number) {
            return Ok(Arc::clone(kept));
        }
        // Counted by a task: whoever asks first may give up before it is done, and the next one is glad of it.
        if let Ok(counting) = Arc::clone(&self.counting).try_lock_owned() {
            let (part, counter, whole) = (Arc::clone(self), counter.clone(), Arc::clone(whole));
            tokio::spawn(async move {
                if let Err(error) = part.count(&counter, &whole).await {
                    tracing::warn!(%error, "the vocabulary of a tenant cannot be read");
                }
                drop(counting);
            });
        }
        match kept {
            Some(older) => Ok(older),
            None => {
                drop(self.counting.lock().await);
                self.kept.load_full().ok_or(SearchError::Unavailable)
            }
        }
    }

    /// The digest of the part at a revision, read once for all who follow it.
    pub(crate) async fn digest(
        &self,
        searcher: &Searcher,
        revision: u64,
    ) -> Result<CatalogDigest, SearchError> {
        let mut kept = self.digest.lock().await;
        if let Some((of, known)) = *kept
            && of == revision
        {
            return Ok(known);
        }
        let digest = digest(searcher, &self.forced()).await?;
        *kept = Some((revision, digest));
        Ok(digest)
    }

    /// What every movie of the part meets.
    fn forced(&self) -> Query {
        let filtered = filter::compile(&self.filter);
        let must = Clause::all_of(filtered.must);
        everything(&Plan { must, drill: filtered.drill, score: Vec::new() })
    }

    async fn count(&self, counter: &VocabularyCounter, whole: &View) -> Result<(), SearchError> {
        let forced = self.forced();
        let vocabulary = counter.count(&forced).await?;
        let mut revision = whole.revision;
        revision.movies = vocabulary.movies();
        self.kept.store(Some(Arc::new(View {
            revision,
            vocabulary,
            shards: whole.shards,
            about: whole.about.clone(),
            forced: Some(forced),
            sealer: self.sealer.clone(),
            plans: self.plans.clone(),
        })));
        Ok(())
    }
}
