//! The description of a metric.

/// Type of a metric.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MetricKind {
    /// Only increases.
    Counter,
    /// Increases and decreases.
    Gauge,
    /// Distribution of values over `BUCKETS`.
    Histogram,
}

/// Description of a metric.
#[derive(Clone, Copy, Debug)]
pub struct Metric {
    /// Its name; the name of a counter ends in `_total`.
    pub name: &'static str,
    /// Its type.
    pub kind: MetricKind,
    /// Its labels, each with its values where the list is short.
    pub labels: &'static [(&'static str, &'static [&'static str])],
    /// Its help text.
    pub help: &'static str,
}
