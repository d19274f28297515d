//! Metrics: the one table of what our programs count, and the recorder that keeps it for Prometheus.
//!
//! Where something happens, a macro of the `metrics` crate names the metric; here it is described. A test reads the
//! sources and fails for a name that only one side knows; `docs/metrics.md` is rendered from the table.
//!
//! Labels take few values, all known beforehand: never the text of an operation, never anything of a visitor.

mod gateway;
mod worker;

use std::{fmt::Write as _, sync::OnceLock, time::Duration};

use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};

use crate::Failure;

/// How a metric moves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Only up.
    Counter,
    /// Up and down.
    Gauge,
    /// Counts of values in ranges; [`BUCKETS`] are their upper ends.
    Histogram,
}

/// A metric as it is documented.
#[derive(Clone, Copy, Debug)]
pub struct Metric {
    /// Its name; a counter's ends in `_total`.
    pub name: &'static str,
    /// How it moves.
    pub kind: Kind,
    /// Its labels, each with the values it takes where the list is short.
    pub labels: &'static [(&'static str, &'static [&'static str])],
    /// What it tells.
    pub help: &'static str,
}

/// Upper ends of the ranges of seconds: a cached answer takes tenths of a millisecond, the longest wait ten seconds.
pub const BUCKETS: [f64; 16] =
    [0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0];

/// Who counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Program {
    /// `wikimovie` and `wikimovie-api`.
    Gateway,
    /// `wikimovie-ingest worker`.
    Worker,
}

impl Program {
    /// What it counts.
    pub fn metrics(self) -> &'static [Metric] {
        match self {
            Self::Gateway => gateway::METRICS,
            Self::Worker => worker::METRICS,
        }
    }
}

/// All metrics.
pub fn all() -> impl Iterator<Item = &'static Metric> {
    [Program::Gateway, Program::Worker].into_iter().flat_map(Program::metrics)
}

/// Time between two rounds of the recorder's own housekeeping: without them, values that nobody asks for pile up.
const HOUSEKEEPING: Duration = Duration::from_secs(5);

static RECORDER: OnceLock<Result<PrometheusHandle, String>> = OnceLock::new();

/// The recorder of this process, installed at the first call; the program is that of the first call.
///
/// # Errors
/// One line where another recorder is there already.
pub fn recorder(program: Program) -> Result<PrometheusHandle, Failure> {
    let recorder = RECORDER.get_or_init(|| {
        let builder = PrometheusBuilder::new()
            .set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), &BUCKETS)
            .and_then(PrometheusBuilder::install_recorder);
        let handle = builder.map_err(|error| error.to_string())?;
        for metric in program.metrics() {
            match metric.kind {
                Kind::Counter => metrics::describe_counter!(metric.name, metric.help),
                Kind::Gauge => metrics::describe_gauge!(metric.name, metric.help),
                Kind::Histogram => metrics::describe_histogram!(metric.name, metric.help),
            }
            start_at_zero(metric);
        }
        Ok(handle)
    });
    recorder.clone().map_err(|error| Failure::new(format!("metrics cannot be kept: {error}")))
}

/// A counter that first appears with its first event has not increased in the eyes of Prometheus, and no rule would
/// see that event. So those whose values are known beforehand are there from the start.
fn start_at_zero(metric: &Metric) {
    match metric.labels {
        _ if metric.kind != Kind::Counter => {}
        [] => metrics::counter!(metric.name).increment(0),
        [(label, values)] => {
            for value in *values {
                metrics::counter!(metric.name, *label => *value).increment(0);
            }
        }
        _ => {}
    }
}

/// Keeps house for the recorder, for ever.
pub async fn keep_house(recorder: PrometheusHandle) {
    let mut due = tokio::time::interval(HOUSEKEEPING);
    loop {
        due.tick().await;
        recorder.run_upkeep();
    }
}

/// Renders the table as Markdown.
pub fn markdown() -> String {
    let mut out = String::from(
        "# Metrics\n\n\
         Rendered from the table in the code; tests keep it equal, and fail for a metric that is counted and not \
         described. `/metrics` serves them to Prometheus: on `WIKIMOVIE_ADMIN_LISTEN` where that is set, else beside \
         the rest. Counters whose labels are few are there from the start, the others once something was counted. [deploy/monitoring](../deploy/monitoring) holds \
         a dashboard and alert rules over them.\n",
    );
    let programs = [
        ("the gateway (`wikimovie`, `wikimovie-api`)", Program::Gateway),
        ("the worker (`wikimovie-ingest worker`)", Program::Worker),
    ];
    for (title, program) in programs {
        let _ = writeln!(out, "\n## Of {title}\n\n| metric | type | labels | meaning |\n|---|---|---|---|");
        for Metric { name, kind, labels, help } in program.metrics() {
            let label = |(label, values): &(&str, &[&str])| match values {
                [] => format!("`{label}`"),
                values => format!("`{label}`: {}", values.join(", ")),
            };
            let labels: Vec<_> = labels.iter().map(label).collect();
            let kind = format!("{kind:?}").to_lowercase();
            let _ = writeln!(out, "| `{name}` | {kind} | {} | {help} |", labels.join("; "));
        }
    }
    let ends: Vec<_> = BUCKETS.iter().map(ToString::to_string).collect();
    let _ = writeln!(out, "\nHistograms count seconds, in ranges that end at {}.", ends.join(", "));
    out
}

#[cfg(test)]
mod tests {
    use std::{
        collections::{BTreeMap, BTreeSet},
        fs,
        path::{Path, PathBuf},
    };

    use super::*;

    fn root() -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
    }

    /// Every name that a macro of the sources counts under, with the kind of the macro.
    fn counted() -> BTreeMap<String, Kind> {
        fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
            for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
                let path = entry.path();
                if path.is_dir() {
                    sources(&path, found);
                } else if path.extension().is_some_and(|extension| extension == "rs") {
                    found.push(path);
                }
            }
        }
        let mut files = Vec::new();
        for member in ["api", "search", "ingest", "standalone", "command"] {
            sources(&root().join(member).join("src"), &mut files);
        }
        let mut names = BTreeMap::new();
        for file in files {
            let text = fs::read_to_string(&file).unwrap();
            for (call, kind) in
                [("counter!(", Kind::Counter), ("gauge!(", Kind::Gauge), ("histogram!(", Kind::Histogram)]
            {
                for (at, _) in text.match_indices(call) {
                    let rest = text[at + call.len()..].trim_start();
                    let name = rest.strip_prefix('"').and_then(|rest| rest.split('"').next());
                    // This file holds the macros' names as text.
                    let is_name = |name: &&str| name.chars().all(|c| c.is_ascii_lowercase() || c == '_');
                    if let Some(name) = name.filter(is_name) {
                        names.insert(name.to_owned(), kind);
                    }
                }
            }
        }
        names
    }

    #[test]
    fn what_is_counted_is_described_and_the_other_way_round() {
        let counted = counted();
        let described: BTreeMap<_, _> = all().map(|metric| (metric.name.to_owned(), metric.kind)).collect();
        assert_eq!(counted, described);
        assert!(counted.len() > 10, "the sources were found");
    }

    #[test]
    fn names_follow_the_rules() {
        let names: BTreeSet<_> = all().map(|metric| metric.name).collect();
        assert_eq!(names.len(), all().count(), "each once");
        for metric in all() {
            assert!(metric.name.starts_with("wikimovie_"), "{}", metric.name);
            assert_eq!(metric.name.ends_with("_total"), metric.kind == Kind::Counter, "{}", metric.name);
            assert_eq!(metric.name.ends_with("_seconds"), metric.kind == Kind::Histogram, "{}", metric.name);
            assert!(metric.help.ends_with('.') && !metric.help.contains('|'), "{}", metric.name);
        }
    }

    #[test]
    fn the_reference_equals_the_table() {
        let path = root().join("docs/metrics.md");
        if std::env::var_os("WIKIMOVIE_CODEGEN").is_some() {
            fs::write(&path, markdown()).unwrap();
        }
        let found = fs::read_to_string(&path).unwrap_or_default();
        assert!(
            found == markdown(),
            "docs/metrics.md differs from the code: run `cargo xtask codegen settings`"
        );
    }

    /// Names of metrics in a text, without the endings that Prometheus gives the parts of a histogram.
    fn named(text: &str) -> BTreeSet<String> {
        let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_';
        let histogram = |name: &str| {
            let base = ["_bucket", "_count", "_sum"].iter().find_map(|end| name.strip_suffix(end));
            base.unwrap_or(name).to_owned()
        };
        let at = text.match_indices("wikimovie_").map(|(at, _)| at);
        at.filter(|&at| !text[..at].ends_with(is_part))
            .map(|at| histogram(text[at..].split(|c| !is_part(c)).next().unwrap_or_default()))
            .collect()
    }

    #[test]
    fn rules_and_dashboard_name_only_what_is_counted() {
        let described: BTreeSet<String> = all().map(|metric| metric.name.to_owned()).collect();
        let folder = root().join("deploy/monitoring");
        for file in ["alerts.yaml", "alerts_test.yaml", "dashboard.json"] {
            let named = named(&fs::read_to_string(folder.join(file)).unwrap());
            assert!(named.len() > 10, "{file}: {named:?}");
            let unknown: Vec<_> = named.difference(&described).collect();
            assert!(unknown.is_empty(), "{file} names what nothing counts: {unknown:?}");
        }
        let shown = named(&fs::read_to_string(folder.join("dashboard.json")).unwrap());
        let hidden: Vec<_> = described.difference(&shown).collect();
        assert!(hidden.is_empty(), "no panel shows {hidden:?}");
    }

    #[test]
    fn every_alert_is_tested() {
        let folder = root().join("deploy/monitoring");
        let rules = fs::read_to_string(folder.join("alerts.yaml")).unwrap();
        let tests = fs::read_to_string(folder.join("alerts_test.yaml")).unwrap();
        let alerts: Vec<_> = rules.lines().filter_map(|line| line.trim().strip_prefix("- alert: ")).collect();
        assert!(alerts.len() >= 10);
        for alert in alerts {
            let silent = format!("alertname: {alert}, exp_alerts: []");
            let fires = format!("alertname: {alert}\n        exp_alerts:\n");
            assert!(tests.contains(&silent) && tests.contains(&fires), "{alert}");
        }
    }
}
