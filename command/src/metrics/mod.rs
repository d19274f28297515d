//! Metrics: the one table of all metrics of our programs, and the recorder that exports them to Prometheus.
//!
//! The code records a metric with a macro of the `metrics` crate; this table describes it. A test reads the sources
//! and fails for a name that only one side has; `docs/metrics.md` is generated from the table.
//!
//! Labels have few values, all known in advance: never the text of an operation, never data of a caller.

mod gateway;
mod metric;
mod worker;

use std::{fmt::Write as _, sync::OnceLock, time::Duration};

use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};

pub use self::metric::{Metric, MetricKind};
use crate::CliError;

/// Upper bounds of histogram buckets, in seconds: a cached answer takes 0.1 ms, the longest deadline is ten seconds.
pub const BUCKETS: [f64; 16] =
    [0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0];

/// A program that exports metrics.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Program {
    /// `wikimovie` and `wikimovie-api`.
    Gateway,
    /// `wikimovie-ingest worker`.
    Worker,
}

impl Program {
    /// Its metrics.
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

/// Time between two upkeeps of the recorder: without them, values that nobody scrapes accumulate.
const UPKEEP_INTERVAL: Duration = Duration::from_secs(5);

static RECORDER: OnceLock<Result<PrometheusHandle, String>> = OnceLock::new();

/// The recorder of this process; the first call installs it for its program.
///
/// # Errors
/// One line if another recorder is installed.
pub fn recorder(program: Program) -> Result<PrometheusHandle, CliError> {
    let recorder = RECORDER.get_or_init(|| {
        let builder = PrometheusBuilder::new()
            .set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), &BUCKETS)
            .and_then(PrometheusBuilder::install_recorder);
        let handle = builder.map_err(|error| error.to_string())?;
        for metric in program.metrics() {
            match metric.kind {
                MetricKind::Counter => metrics::describe_counter!(metric.name, metric.help),
                MetricKind::Gauge => metrics::describe_gauge!(metric.name, metric.help),
                MetricKind::Histogram => metrics::describe_histogram!(metric.name, metric.help),
            }
            start_at_zero(metric);
        }
        Ok(handle)
    });
    recorder
        .clone()
        .map_err(|error| CliError::new(format!("the metrics recorder cannot be installed: {error}")))
}

/// Prometheus sees no increase in a counter that appears with its first event, so alert rules would miss that event:
/// counters whose label values are known are exported as 0 from the start.
fn start_at_zero(metric: &Metric) {
    match metric.labels {
        _ if metric.kind != MetricKind::Counter => {}
        [] => metrics::counter!(metric.name).increment(0),
        [(label, values)] => {
            for value in *values {
                metrics::counter!(metric.name, *label => *value).increment(0);
            }
        }
        _ => {}
    }
}

/// Runs the recorder's upkeep for ever.
pub async fn run_upkeep(recorder: PrometheusHandle) {
    let mut due = tokio::time::interval(UPKEEP_INTERVAL);
    loop {
        due.tick().await;
        recorder.run_upkeep();
    }
}

/// Renders the table as Markdown.
pub fn markdown() -> String {
    let mut out = String::from(
        "# Metrics\n\nGenerated from the table in the code (`make config-docs`). Tests compare both, and \
         fail for a metric that is recorded and not described. Prometheus scrapes `/metrics` on \
         `WIKIMOVIE_ADMIN_LISTEN` if it is set, else on `WIKIMOVIE_LISTEN`. Counters with at most one label \
         are exported as 0 from the start, the others from their first event. \
         [deploy/monitoring](../deploy/monitoring) holds a dashboard and alert rules for them.\n",
    );
    let programs = [
        ("Gateway (`wikimovie`, `wikimovie-api`)", Program::Gateway),
        ("Worker (`wikimovie-ingest worker`)", Program::Worker),
    ];
    for (title, program) in programs {
        let _ = writeln!(out, "\n## {title}\n\n| metric | type | labels | meaning |\n|---|---|---|---|");
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
    let _ = writeln!(out, "\nHistograms are in seconds, with the bucket bounds {}.", ends.join(", "));
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

    /// Every metric name in a macro of the sources, with the type of the macro.
    fn recorded() -> BTreeMap<String, MetricKind> {
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
        for member in ["api/src", "search", "ingest/src", "standalone/src", "command/src"] {
            sources(&root().join(member), &mut files);
        }
        let mut names = BTreeMap::new();
        for file in files {
            let text = fs::read_to_string(&file).unwrap();
            for (call, kind) in [
                ("counter!(", MetricKind::Counter),
                ("gauge!(", MetricKind::Gauge),
                ("histogram!(", MetricKind::Histogram),
            ] {
                for (at, _) in text.match_indices(call) {
                    let rest = text[at + call.len()..].trim_start();
                    let name = rest.strip_prefix('"').and_then(|rest| rest.split('"').next());
                    // This file has the macros' names as text.
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
    fn recorded_and_described_metrics_are_the_same() {
        let recorded = recorded();
        let described: BTreeMap<_, _> = all().map(|metric| (metric.name.to_owned(), metric.kind)).collect();
        assert_eq!(recorded, described);
        assert!(recorded.len() > 10, "the sources were found");
    }

    #[test]
    fn names_follow_the_conventions() {
        let names: BTreeSet<_> = all().map(|metric| metric.name).collect();
        assert_eq!(names.len(), all().count(), "each once");
        for metric in all() {
            assert!(metric.name.starts_with("wikimovie_"), "{}", metric.name);
            assert_eq!(
                metric.name.ends_with("_total"),
                metric.kind == MetricKind::Counter,
                "{}",
                metric.name
            );
            assert_eq!(
                metric.name.ends_with("_seconds"),
                metric.kind == MetricKind::Histogram,
                "{}",
                metric.name
            );
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

    /// Names of metrics in a text, without the suffixes that Prometheus adds to histograms.
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
    fn alerts_and_dashboard_use_only_known_metrics() {
        let described: BTreeSet<String> = all().map(|metric| metric.name.to_owned()).collect();
        let folder = root().join("deploy/monitoring");
        for file in ["alerts.yaml", "alerts_test.yaml", "dashboard.json"] {
            let named = named(&fs::read_to_string(folder.join(file)).unwrap());
            assert!(named.len() > 10, "{file}: {named:?}");
            let unknown: Vec<_> = named.difference(&described).collect();
            assert!(unknown.is_empty(), "{file} uses unknown metrics: {unknown:?}");
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
