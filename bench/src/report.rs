//! What was measured, for people.

use std::{fmt, time::Duration};

use crate::gateway::Load;

/// Percentiles of many answers, each from request written to answer read.
pub(crate) struct Latencies {
    sorted: Vec<Duration>,
}

impl Latencies {
    pub(crate) fn of(mut taken: Vec<Duration>) -> Self {
        taken.sort_unstable();
        Self { sorted: taken }
    }

    /// The nearest-rank percentile in milliseconds.
    fn ms(&self, percent: f64) -> f64 {
        let rank = (percent / 100.0 * self.sorted.len() as f64).ceil() as usize;
        self.sorted.get(rank.saturating_sub(1)).map_or(0.0, |taken| taken.as_secs_f64() * 1e3)
    }
}

impl fmt::Display for Latencies {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "p50 {:.2} ms, p95 {:.2} ms, p99 {:.2} ms, max {:.2} ms",
            self.ms(50.0),
            self.ms(95.0),
            self.ms(99.0),
            self.ms(100.0)
        )
    }
}

/// One run.
pub(crate) struct Report {
    pub(crate) load: Load,
    pub(crate) search: Latencies,
    pub(crate) autocomplete: Latencies,
    pub(crate) resident_mib: Option<f64>,
    pub(crate) questions: usize,
}

impl Report {
    /// The page `docs/performance.md`.
    pub(crate) fn markdown(&self) -> String {
        let Self { load, search, autocomplete, questions, .. } = self;
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let mib = |value: Option<f64>| value.map_or("not known".to_owned(), |mib| format!("{mib:.0} MiB"));
        let records = load.accepted + load.merged + load.refused;
        let seconds = load.elapsed.as_secs_f64();
        let rate = records as f64 / seconds;
        let row = |name: &str, latencies: &Latencies, goal: &str| {
            format!(
                "| {name} | {:.2} ms | {:.2} ms | {:.2} ms | {:.2} ms | {goal} |\n",
                latencies.ms(50.0),
                latencies.ms(95.0),
                latencies.ms(99.0),
                latencies.ms(100.0)
            )
        };
        [
            "# Performance\n\nWritten by `make bench`; do not edit. One release build on one machine \
             (",
            &format!("{cores} cores), gateway and client each one process, over loopback, one question after another on \
             one connection, answer cache off. Times run from before the request is written until the whole \
             answer is read.\n\n## Load\n\n"),
            &format!(
                "| records | accepted | merged | refused | time | records/s | peak RSS |\n\
                 | --- | --- | --- | --- | --- | --- | --- |\n\
                 | {records} | {} | {} | {} | {seconds:.2} s | {rate:.0} | {} |\n\n",
                load.accepted,
                load.merged,
                load.refused,
                mib(load.peak_mib)
            ),
            "`wikimovie load` as a whole process, from start to exit.\n\n## Questions\n\n",
            "| question | p50 | p95 | p99 | max | goal |\n| --- | --- | --- | --- | --- | --- |\n",
            &row("search: 10 hits, highlights, total, 2 facets", search, "p50 < 2 ms, p99 < 10 ms"),
            &row("autocomplete: 10 suggestions of all kinds", autocomplete, "p99 < 3 ms"),
            &format!("\n{questions} questions of each kind after a warm-up of {}. Peak RSS of the gateway: {}.\n",
                crate::WARM_UP, mib(self.resident_mib)),
        ]
        .concat()
    }
}
