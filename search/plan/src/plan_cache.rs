//! Plans of recent questions, because people type the same things.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use crate::compile::Compiled;

/// Plans remembered, of all parts of the catalogue together: at some 20 KB each about 20 MB.
const REMEMBERED_PLANS: u64 = 1_000;
const PLAN_IDLE: Duration = Duration::from_secs(600);

/// Part of the catalogue, hash of the question, and revision.
type PlanKey = (u64, u64, u64);

/// The plans of one part of the catalogue, beside those of all others. Cheap to clone.
#[derive(Clone, Debug)]
pub struct PlanCache {
    plans: moka::sync::Cache<PlanKey, Arc<Compiled>>,
    part: u64,
    parts: Arc<AtomicU64>,
}

impl Default for PlanCache {
    fn default() -> Self {
        let plans =
            moka::sync::Cache::builder().max_capacity(REMEMBERED_PLANS).time_to_idle(PLAN_IDLE).build();
        Self { plans, part: 0, parts: Arc::default() }
    }
}

impl PlanCache {
    /// The plans of another part, in the same memory.
    #[must_use]
    pub fn of_new_part(&self) -> Self {
        Self { part: self.parts.fetch_add(1, Ordering::Relaxed) + 1, ..self.clone() }
    }

    /// The plan of a question, given by its hash, at a revision.
    pub fn get(&self, question: u64, revision: u64) -> Option<Arc<Compiled>> {
        self.plans.get(&(self.part, question, revision))
    }

    /// Remembers it.
    pub fn insert(&self, question: u64, revision: u64, plan: Arc<Compiled>) {
        self.plans.insert((self.part, question, revision), plan);
    }
}
