//! Plans of recent questions.

use std::{sync::Arc, time::Duration};

use wikimovie_plan::compile::Compiled;

/// Plans of recent questions, by hash of the question and revision, because people type the same things.
pub(super) type Plans = moka::sync::Cache<(u64, u64), Arc<Compiled>>;

/// Plans remembered: at some 20 KB each about 20 MB.
const REMEMBERED_PLANS: u64 = 1_000;
const PLAN_IDLE: Duration = Duration::from_secs(600);

pub(super) fn plans() -> Plans {
    Plans::builder().max_capacity(REMEMBERED_PLANS).time_to_idle(PLAN_IDLE).build()
}
