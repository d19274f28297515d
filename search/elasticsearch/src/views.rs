//! The newest view of the catalogue, and the parts of it that restricted callers see.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use arc_swap::ArcSwapOption;
use tokio::sync::watch;
use wikimovie_domain::{Filter, Revision};
use wikimovie_elasticsearch_dsl::Query;
use wikimovie_engine::{SearchError, token::Sealer};
use wikimovie_plan::{plan_cache::PlanCache, rules::Rules};

use crate::{
    presence::Presence, restricted::Restricted, searcher::Searcher, stores::Stores, view::View,
    vocabulary::VocabularyCounter,
};

/// Restrictions held ready at once, each with the words of its part of the catalogue.
const PARTS: u64 = 64;
const PART_IDLE: Duration = Duration::from_secs(900);

/// What questions are read against.
pub(crate) struct Views {
    stores: Stores,
    counter: VocabularyCounter,
    presence: Presence,
    sealer: Sealer,
    plans: PlanCache,
    /// The newest revision that questions are read against; `None` until the cluster is prepared.
    newest: ArcSwapOption<View>,
    revisions: watch::Sender<Revision>,
    /// When the cluster last said that `newest` is of its current revision.
    confirmed: ArcSwapOption<Instant>,
    parts: moka::sync::Cache<Filter, Arc<Restricted>>,
}

impl Views {
    /// No view yet; cursors are sealed by `sealer`.
    pub(crate) fn new(stores: Stores, searcher: Searcher, rules: Arc<Rules>, sealer: Sealer) -> Self {
        let (revisions, _) = watch::channel(Revision::default());
        Self {
            counter: VocabularyCounter::new(searcher, rules),
            presence: Presence::new(stores.client.clone(), Arc::clone(&stores.names)),
            stores,
            sealer,
            plans: PlanCache::default(),
            newest: ArcSwapOption::empty(),
            revisions,
            confirmed: ArcSwapOption::empty(),
            parts: moka::sync::Cache::builder().max_capacity(PARTS).time_to_idle(PART_IDLE).build(),
        }
    }

    /// Reads the catalogue's revision, and what questions need of it where it is a new one or `always`.
    pub(crate) async fn refresh(&self, always: bool) -> Result<(), SearchError> {
        let asked = Instant::now();
        self.presence.check().await?;
        let revision = self.stores.ledger.revision().await?;
        let known = self.newest.load().as_ref().map(|view| view.revision);
        if !always && known == Some(revision) {
            self.confirmed.store(Some(Arc::new(asked)));
            return Ok(());
        }
        let (shards, about) = self.stores.index.about().await?;
        let vocabulary = self.counter.count(&Query::ALL).await?;
        let (sealer, plans) = (self.sealer.clone(), self.plans.clone());
        let view = View { revision, vocabulary, shards, about, forced: None, sealer, plans };
        self.newest.store(Some(Arc::new(view)));
        self.revisions.send_if_modified(|current| {
            let news = current.number != revision.number;
            *current = revision;
            news
        });
        self.confirmed.store(Some(Arc::new(asked)));
        Ok(())
    }

    /// The newest view of the catalogue, or of a part of it.
    pub(crate) async fn view(&self, part: Option<&Arc<Restricted>>) -> Result<Arc<View>, SearchError> {
        let whole = self.newest.load_full().ok_or(SearchError::Unavailable)?;
        match part {
            Some(part) => part.view(&self.counter, &whole).await,
            None => Ok(whole),
        }
    }

    /// The part of the catalogue that a filter leaves.
    pub(crate) fn part(&self, filter: &Filter) -> Arc<Restricted> {
        self.parts.get_with_by_ref(filter, || {
            Arc::new(Restricted::new(filter, &self.sealer, self.plans.of_new_part()))
        })
    }

    /// Whether index or ledger are gone.
    pub(crate) fn is_lost(&self) -> bool {
        self.presence.is_lost()
    }

    /// Each new revision.
    pub(crate) fn revisions(&self) -> watch::Receiver<Revision> {
        self.revisions.subscribe()
    }

    /// How long ago the newest view was last known to be that of the cluster's revision.
    pub(crate) fn unconfirmed_for(&self) -> Duration {
        self.confirmed.load().as_ref().map_or(Duration::MAX, |confirmed| confirmed.elapsed())
    }
}
