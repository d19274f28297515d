//! The parts of the catalogue that tenants see, held ready: those used last, as many as fit in so much memory.

use std::{sync::Arc, time::Duration};

use arc_swap::ArcSwap;
use moka::{policy::EvictionPolicy, sync::Cache};
use wikimovie_domain::Filter;
use wikimovie_plan::rules::Rules;

use super::{error::ReadError, restricted::Restricted, snapshot::Snapshot};

/// Memory of all parts together. A tenant beyond it is counted again with each of its questions.
const PART_BYTES: usize = 192 * 1024 * 1024;
/// Parts that are held whatever they take: of a large catalogue each is larger than its share.
const LEAST_PARTS: usize = 4;
const PART_IDLE: Duration = Duration::from_secs(900);

/// Unit of weights, in bytes: 32 bits of bytes would end at 4 GiB.
const UNIT: usize = 1024;

/// The parts. Only they hold one for longer than a question.
#[derive(Clone, Debug)]
pub(super) struct Parts(Cache<Filter, Arc<Restricted>>);

impl Default for Parts {
    fn default() -> Self {
        Self::of_bytes(PART_BYTES)
    }
}

impl Parts {
    fn of_bytes(bytes: usize) -> Self {
        let most = bytes / LEAST_PARTS;
        let weight = move |_: &Filter, part: &Arc<Restricted>| {
            u32::try_from(part.bytes().min(most).div_ceil(UNIT)).unwrap_or(u32::MAX)
        };
        let parts = Cache::builder()
            .max_capacity((bytes / UNIT) as u64)
            .weigher(weight)
            // The usual policy may keep no newcomer, which would be counted again for each question.
            .eviction_policy(EvictionPolicy::lru())
            .time_to_idle(PART_IDLE)
            .build();
        Self(parts)
    }

    /// The part that a filter leaves; made where it is not held.
    pub(super) fn get(&self, filter: &Filter, make: impl FnOnce() -> Restricted) -> Arc<Restricted> {
        self.0.get_with_by_ref(filter, || Arc::new(make()))
    }

    /// The part of the newest snapshot; see [`Restricted::snapshot`].
    pub(super) fn snapshot(
        &self,
        part: &Arc<Restricted>,
        newest: &ArcSwap<Snapshot>,
        rules: &Arc<Rules>,
    ) -> Result<Arc<Snapshot>, ReadError> {
        let before = part.bytes();
        let snapshot = part.snapshot(newest, rules)?;
        // It is weighed when it is put in.
        if part.bytes() != before {
            self.0.insert(part.filter.clone(), Arc::clone(part));
        }
        Ok(snapshot)
    }
}

#[cfg(test)]
mod tests {
    use wikimovie_domain::YearRange;
    use wikimovie_engine::Sealer;
    use wikimovie_testkit_builders::movie;

    use super::*;
    use crate::testing;
    use wikimovie_plan::plan_cache::PlanCache;

    #[test]
    fn parts_are_held_as_far_as_their_memory_goes() {
        let movies = (0..2_000).map(|at| movie(&at.to_string(), &format!("Movie {at}"), 1990).build());
        let newest = ArcSwap::from_pointee(testing::snapshot(&[movies.collect()], &[]));
        let (sealer, plans, rules) = (Sealer::new(b"secret"), PlanCache::default(), Arc::default());
        // Each another filter, that all movies meet.
        let filter = |at: i64| {
            let year = YearRange { gte: Some(1900 + at), lte: None };
            Filter { year, ..Filter::default() }
        };
        let ask = |parts: &Parts, at: i64| {
            let filter = filter(at);
            let part = parts.get(&filter, || Restricted::new(&filter, &sealer, plans.of_new_part()));
            let snapshot = parts.snapshot(&part, &newest, &rules).unwrap();
            parts.0.run_pending_tasks();
            (part, snapshot)
        };
        let one = ask(&Parts::default(), 0).1.bytes();
        // Ten, each rounded up.
        let parts = Parts::of_bytes(10 * one.next_multiple_of(UNIT));
        let mut held = Vec::new();
        for at in 0..40 {
            held.push(Arc::downgrade(&ask(&parts, at).1));
        }
        let kept: Vec<i64> = (0..40).filter(|&at| parts.0.contains_key(&filter(at))).collect();
        assert_eq!(kept, (30..40).collect::<Vec<_>>(), "those used last");
        // No other holds them; one that was evicted last may be dropped a little later.
        let living = held.iter().filter(|part| part.strong_count() > 0).count();
        assert!((kept.len()..=kept.len() + 1).contains(&living), "{living}");
        let known = ask(&parts, 39).0;
        assert!(Arc::ptr_eq(&known, &ask(&parts, 39).0), "it is not made again");
        // A part that is larger than all of the memory is held, too.
        let small = Parts::of_bytes(one / 2);
        let first = ask(&small, 0).0;
        assert!(Arc::ptr_eq(&first, &ask(&small, 0).0));
    }
}
