//! The catalogue as someone sees it who may see a part of it: the words of those movies only, and a filter forced into
//! every question.

use std::sync::Arc;

use arc_swap::ArcSwapOption;
use tokio::sync::Mutex;
use wikimovie_domain::Filter;
use wikimovie_engine::{catalog::ReceiptsOf, error::SearchError, token::Sealer};
use wikimovie_plan::{Clause, Plan, filter};

use crate::{
    compile::everything,
    view::{Plans, View},
    vocabulary::VocabularyCounter,
};

/// One restriction, and the view last counted under it.
#[derive(Debug)]
pub(crate) struct Restricted {
    pub(crate) filter: Filter,
    pub(crate) receipts: ReceiptsOf,
    sealer: Sealer,
    plans: Plans,
    kept: ArcSwapOption<View>,
    /// Held while the words are counted.
    counting: Arc<Mutex<()>>,
}

impl Restricted {
    pub(crate) fn new(filter: &Filter, sealer: &Sealer, plans: Plans) -> Self {
        Self {
            filter: filter.clone(),
            receipts: ReceiptsOf::restricted(filter),
            sealer: sealer.bound_to(filter),
            plans,
            kept: ArcSwapOption::empty(),
            counting: Arc::default(),
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

    async fn count(&self, counter: &VocabularyCounter, whole: &View) -> Result<(), SearchError> {
        let filtered = filter::compile(&self.filter);
        let must = Clause::all_of(filtered.must);
        let forced = everything(&Plan { must, drill: filtered.drill, score: Vec::new() });
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
