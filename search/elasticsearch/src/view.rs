//! What is known of the catalogue at one revision.

use std::sync::Arc;

use wikimovie_domain::{Question, Revision};
use wikimovie_elasticsearch_dsl::{Query, Search};
use wikimovie_engine::{cursor, token::Sealer};
use wikimovie_plan::{
    compile::{Compiled, compile_during},
    plan_cache::PlanCache,
    vocabulary::Vocabulary,
    work::Work,
};

use crate::compile::Sizes;

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
    pub(crate) plans: PlanCache,
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
        self.plans.get(cursor::hash(question), self.revision.number)
    }

    /// The plan of a question by the vocabulary of this view.
    pub(crate) fn compiled(&self, question: &Question, work: &Work) -> Arc<Compiled> {
        if let Some(known) = self.known_plan(question) {
            return known;
        }
        let compiled = Arc::new(compile_during(question, &self.vocabulary, work));
        // One that ended early is of no use to anybody.
        if !work.is_over() {
            self.plans.insert(cursor::hash(question), self.revision.number, Arc::clone(&compiled));
        }
        compiled
    }
}
