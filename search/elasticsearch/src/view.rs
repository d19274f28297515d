//! What is known of the catalogue at one revision.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering::Relaxed},
};

use wikimovie_domain::{Question, Revision};
use wikimovie_elasticsearch_dsl::{Query, Search};
use wikimovie_engine::{cursor, token::Sealer};
use wikimovie_plan::{
    compile::{Compiled, compile_during},
    vocabulary::Vocabulary,
    work::Work,
};

use crate::compile::Sizes;

/// Plans remembered, of all parts of the catalogue together: at some 20 KB each about 20 MB.
const REMEMBERED_PLANS: u64 = 1_000;

/// Part of the catalogue, hash of the question, and revision.
type PlanKey = (u64, u64, u64);

/// Plans of questions asked lately of one part of the catalogue, beside those of all others. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Plans {
    plans: moka::sync::Cache<PlanKey, Arc<Compiled>>,
    part: u64,
    parts: Arc<AtomicU64>,
}

impl Default for Plans {
    fn default() -> Self {
        let plans = moka::sync::Cache::builder().max_capacity(REMEMBERED_PLANS).build();
        Self { plans, part: 0, parts: Arc::default() }
    }
}

impl Plans {
    /// The plans of another part, in the same memory.
    pub(crate) fn of_new_part(&self) -> Self {
        Self { part: self.parts.fetch_add(1, Relaxed) + 1, ..self.clone() }
    }

    fn key(&self, question: &Question, revision: u64) -> PlanKey {
        (self.part, cursor::hash(question), revision)
    }
}

/// What is known of the catalogue at one revision, or of a part of it.
#[derive(Debug)]
pub(crate) struct View {
    pub(crate) revision: Revision,
    pub(crate) vocabulary: Vocabulary,
    pub(crate) shards: u32,
    /// Name and version of the engine.
    pub(crate) about: String,
    /// A filter that every movie of this view meets; `None` where it is the whole catalogue.
    pub(crate) forced: Option<Query>,
    /// Seals the cursors of answers read through this view.
    pub(crate) sealer: Sealer,
    pub(crate) plans: Plans,
}

impl View {
    pub(crate) fn sizes(&self) -> Sizes {
        Sizes { shards: self.shards, people: self.vocabulary.people().len() }
    }

    /// Keeps a search within the view. The query still gives the scores, the filter only withholds.
    pub(crate) fn force(&self, search: &mut Search) {
        if let Some(forced) = &self.forced {
            let query = std::mem::replace(&mut search.query, Query::ALL);
            search.query = query.within(forced.clone());
        }
    }

    /// The plan of a question, where it was read before.
    pub(crate) fn known_plan(&self, question: &Question) -> Option<Arc<Compiled>> {
        self.plans.plans.get(&self.plans.key(question, self.revision.number))
    }

    /// The plan of a question by the vocabulary of this view.
    pub(crate) fn compiled(&self, question: &Question, work: &Work) -> Arc<Compiled> {
        if let Some(known) = self.known_plan(question) {
            return known;
        }
        let compiled = Arc::new(compile_during(question, &self.vocabulary, work));
        // One that ended early is of no use to anybody.
        if !work.is_over() {
            let key = self.plans.key(question, self.revision.number);
            self.plans.plans.insert(key, Arc::clone(&compiled));
        }
        compiled
    }
}
