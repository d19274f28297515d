//! What the worker counts.

use super::{
    Kind::{Counter, Gauge},
    Metric,
};

pub(super) const METRICS: &[Metric] = &[
    Metric {
        name: "wikimovie_ingest_ready",
        kind: Gauge,
        labels: &[],
        help: "1 while queue, bucket and cluster answer, else 0.",
    },
    Metric {
        name: "wikimovie_ingest_messages_received_total",
        kind: Counter,
        labels: &[],
        help: "Messages taken from the queue, redeliveries included.",
    },
    Metric {
        name: "wikimovie_ingest_messages_deleted_total",
        kind: Counter,
        labels: &[],
        help: "Messages that are done.",
    },
    Metric {
        name: "wikimovie_ingest_messages_put_back_total",
        kind: Counter,
        labels: &[],
        help: "Messages left to a later delivery because something failed.",
    },
    Metric {
        name: "wikimovie_ingest_dead_letters_total",
        kind: Counter,
        labels: &[],
        help: "Messages sent to the dead-letter queue with a reason.",
    },
    Metric {
        name: "wikimovie_ingest_failures_total",
        kind: Counter,
        labels: &[],
        help: "Rounds that broke off because queue, bucket or cluster failed; the worker waits and tries again.",
    },
    Metric {
        name: "wikimovie_ingest_lease_failures_total",
        kind: Counter,
        labels: &[],
        help: "Times that leases of messages could not be extended.",
    },
    Metric {
        name: "wikimovie_ingest_leases_lost_total",
        kind: Counter,
        labels: &[],
        help: "Messages whose lease ran out while they were worked on.",
    },
    Metric {
        name: "wikimovie_ingest_objects_total",
        kind: Counter,
        labels: &[("outcome", &["applied", "unchanged", "removed", "held"])],
        help: "Objects looked at: applied, unchanged, removed, or held for approval.",
    },
    Metric {
        name: "wikimovie_ingest_records_total",
        kind: Counter,
        labels: &[("outcome", &["accepted", "merged", "refused", "removed"])],
        help: "Records of applied objects: accepted, merged, refused or removed.",
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
        help: "Times that reading an object broke off and went on where it was.",
    },
    Metric {
        name: "wikimovie_ingest_large_objects",
        kind: Gauge,
        labels: &[],
        help: "Large objects that are applied beside the rest.",
    },
];
