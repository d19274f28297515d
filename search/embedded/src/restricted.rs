//! The catalogue of a tenant: a snapshot of its movies only, taken once per commit.

use std::sync::{
    Arc, Mutex, PoisonError, Weak,
    atomic::{AtomicUsize, Ordering},
};

use arc_swap::ArcSwap;
use wikimovie_domain::Filter;
use wikimovie_engine::{catalog::ReceiptsOf, token::Sealer};
use wikimovie_plan::{Clause, filter, plan_cache::PlanCache, rules::Rules};

use super::{error::ReadError, eval::Matched, snapshot::Snapshot};

/// One restriction, and the snapshot last taken under it.
#[derive(Debug)]
pub(super) struct Restricted {
    pub(super) filter: Filter,
    pub(super) plans: PlanCache,
    pub(super) sealer: Sealer,
    receipts: ReceiptsOf,
    kept: Mutex<Option<Kept>>,
    /// Memory of the snapshot, in bytes.
    bytes: AtomicUsize,
}

/// A snapshot, and the whole one that it is a part of.
#[derive(Debug)]
struct Kept {
    whole: Weak<Snapshot>,
    part: Arc<Snapshot>,
}

impl Restricted {
    pub(super) fn new(filter: &Filter, sealer: &Sealer, plans: PlanCache) -> Self {
        Self {
            filter: filter.clone(),
            plans,
            sealer: sealer.bound_to(filter),
            receipts: ReceiptsOf::restricted(filter),
            kept: Mutex::default(),
            bytes: AtomicUsize::new(0),
        }
    }

    /// Memory of the snapshot last taken, about; 0 before the first.
    pub(super) fn bytes(&self) -> usize {
        self.bytes.load(Ordering::Relaxed)
    }

    /// The restricted part of the newest snapshot. Blocks while it is taken; concurrent callers wait for the same one.
    pub(super) fn snapshot(
        &self,
        newest: &ArcSwap<Snapshot>,
        rules: &Arc<Rules>,
    ) -> Result<Arc<Snapshot>, ReadError> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        // Checked under the lock, so that no older snapshot replaces a newer one.
        let whole = newest.load_full();
        let known = kept.as_ref().filter(|kept| kept.whole.ptr_eq(&Arc::downgrade(&whole)));
        if let Some(known) = known {
            return Ok(Arc::clone(&known.part));
        }
        let filtered = filter::compile(&self.filter);
        let found = Matched::of(&whole, &Clause::all_of(filtered.must), &filtered.drill)?;
        let part = Arc::new(whole.restricted(&found.hits.to_bits(whole.rows()), &self.receipts, rules)?);
        // Here, since whoever asks for it later may not block.
        part.digest()?;
        self.bytes.store(part.bytes(), Ordering::Relaxed);
        *kept = Some(Kept { whole: Arc::downgrade(&whole), part: Arc::clone(&part) });
        Ok(part)
    }

    /// The same where it is taken already and nobody takes another.
    pub(super) fn known_snapshot(&self, newest: &ArcSwap<Snapshot>) -> Option<Arc<Snapshot>> {
        let kept = self.kept.try_lock().ok()?;
        let whole = Arc::downgrade(&newest.load_full());
        kept.as_ref().filter(|kept| kept.whole.ptr_eq(&whole)).map(|kept| Arc::clone(&kept.part))
    }
}
