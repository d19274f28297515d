//! Reports of measurements.

use std::{fmt, path::Path, time::Duration};

use anyhow::Context;

use crate::gateway::Load;

/// Percentiles of durations, each from writing the request to reading the response.
pub(crate) struct Latencies {
    sorted: Vec<Duration>,
}

impl Latencies {
    pub(crate) fn of(mut taken: Vec<Duration>) -> Self {
        taken.sort_unstable();
        Self { sorted: taken }
    }

    /// The nearest-rank percentile in milliseconds.
    pub(crate) fn ms(&self, percent: f64) -> f64 {
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

/// Sections of `docs/performance.md`, each written by its own command.
#[derive(Clone, Copy)]
pub(crate) enum Section {
    Embedded,
    Engine,
    Text,
    Cache,
    Overload,
    Ingest,
}

const SECTIONS: [Section; 6] =
    [Section::Embedded, Section::Engine, Section::Ingest, Section::Text, Section::Cache, Section::Overload];

impl Section {
    /// Comment that starts the section.
    fn mark(self) -> &'static str {
        match self {
            Self::Embedded => "<!-- make bench -->",
            Self::Engine => "<!-- make bench-engine -->",
            Self::Text => "<!-- make bench-text -->",
            Self::Cache => "<!-- make bench-cache -->",
            Self::Overload => "<!-- make bench-overload -->",
            Self::Ingest => "<!-- make bench-ingest -->",
        }
    }

    /// This section of a page; empty if it has none.
    fn of(self, page: &str) -> &str {
        let Some((_, part)) = page.split_once(self.mark()) else { return "" };
        let ends = SECTIONS.iter().filter_map(|section| part.find(section.mark()));
        part[..ends.min().unwrap_or(part.len())].trim()
    }
}

/// Replaces a section of the page, and leaves the others unchanged.
pub(crate) fn write(page: &Path, section: Section, text: &str) -> anyhow::Result<()> {
    let before = std::fs::read_to_string(page).unwrap_or_default();
    let mut after = "# Performance\n\nWritten by measurements; do not edit.\n".to_owned();
    for other in SECTIONS {
        let text = if other.mark() == section.mark() { text } else { other.of(&before) };
        if !text.is_empty() {
            after.extend(["\n", other.mark(), "\n", text.trim(), "\n"]);
        }
    }
    std::fs::write(page, after).with_context(|| format!("writing {}", page.display()))?;
    println!("written to {}", page.display());
    Ok(())
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
    /// Its section of `docs/performance.md`.
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
            "## Embedded engine\n\nWritten by `make bench`. ",
            &format!(
                "One release build on one machine ({cores} cores), gateway and client each one process, \
                 over loopback, one question after another on one connection, cache off. Durations start \
                 before the request is written and end when the whole response is read.\n\n### Load\n\n"
            ),
            &format!(
                "| records | accepted | merged | refused | time | records/s | peak RSS |\n\
                 | --- | --- | --- | --- | --- | --- | --- |\n\
                 | {records} | {} | {} | {} | {seconds:.2} s | {rate:.0} | {} |\n\n",
                load.accepted,
                load.merged,
                load.refused,
                mib(load.peak_mib)
            ),
            "`wikimovie load` as a process of its own, from start to exit.\n\n### Questions\n\n",
            "| question | p50 | p95 | p99 | max | goal |\n| --- | --- | --- | --- | --- | --- |\n",
            &row("search: 10 hits, highlights, total, 2 facets", search, "p50 < 2 ms, p99 < 10 ms"),
            &row("autocomplete: 10 suggestions of all kinds", autocomplete, "p99 < 3 ms"),
            &format!(
                "\n{questions} questions of each kind after a warm-up of {}. Peak RSS of the gateway: {}.\n",
                crate::WARM_UP,
                mib(self.resident_mib)
            ),
        ]
        .concat()
    }
}
