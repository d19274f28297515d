//! Metrics of the worker.

use super::metric::{
    Metric,
    MetricKind::{Counter, Gauge},
};

pub(super) const METRICS: &[Metric] = &[
    Metric {
        name: "wikimovie_ingest_ready",
        kind: Gauge,
        labels: &[],
        help: "1 while queue, bucket and cluster are reachable, else 0.",
    },
    Metric {
        name: "wikimovie_ingest_messages_received_total",
        kind: Counter,
        labels: &[],
        help: "Messages received from the queue, redeliveries included.",
    },
    Metric {
        name: "wikimovie_ingest_messages_deleted_total",
        kind: Counter,
        labels: &[],
        help: "Messages acknowledged (deleted).",
    },
    Metric {
        name: "wikimovie_ingest_messages_put_back_total",
        kind: Counter,
        labels: &[],
        help: "Messages released for a later delivery because something failed.",
    },
    Metric {
        name: "wikimovie_ingest_dead_letters_total",
        kind: Counter,
        labels: &[],
        help: "Messages moved to the dead-letter queue, with a reason.",
    },
    Metric {
        name: "wikimovie_ingest_failures_total",
        kind: Counter,
        labels: &[],
        help: "Ticks of the worker aborted because queue, bucket or cluster failed; it waits and retries.",
    },
    Metric {
        name: "wikimovie_ingest_lease_failures_total",
        kind: Counter,
        labels: &[],
        help: "Failed extensions of message leases.",
    },
    Metric {
        name: "wikimovie_ingest_leases_lost_total",
        kind: Counter,
        labels: &[],
        help: "Messages whose lease expired while they were processed.",
    },
    Metric {
        name: "wikimovie_ingest_objects_total",
        kind: Counter,
        labels: &[("outcome", &["applied", "unchanged", "removed", "held"])],
        help: "Objects processed: applied, unchanged, removed, or held (awaiting approval).",
    },
    Metric {
        name: "wikimovie_ingest_records_total",
        kind: Counter,
        labels: &[("outcome", &["accepted", "merged", "refused", "removed"])],
        help: "Records of applied objects, by outcome: accepted, merged, refused or removed.",
    },
    Metric {
        name: "wikimovie_ingest_read_bytes_total",
        kind: Counter,
        labels: &[],
        help: "Bytes read from the bucket.",
    },
    Metric {
        name: "wikimovie_ingest_resumes_total",
        kind: Counter,
        labels: &[],
        help: "Reads of an object that were interrupted and resumed at the same position.",
    },
    Metric {
        name: "wikimovie_ingest_large_objects",
        kind: Gauge,
        labels: &[],
        help: "Large objects in flight, each in a worker slot.",
    },
];
