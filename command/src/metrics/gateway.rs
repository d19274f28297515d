//! What the gateway counts.

use super::{
    Kind::{Counter, Gauge, Histogram},
    Metric,
};

pub(super) const METRICS: &[Metric] = &[
    Metric {
        name: "wikimovie_http_requests_total",
        kind: Counter,
        labels: &[("route", &[]), ("method", &[]), ("status", &[])],
        help: "HTTP requests answered, by route of ours (`other` for none), method and status.",
    },
    Metric {
        name: "wikimovie_http_request_duration_seconds",
        kind: Histogram,
        labels: &[("route", &[])],
        help: "Time from the headers of a request to the headers of its answer.",
    },
    Metric {
        name: "wikimovie_http_requests_active",
        kind: Gauge,
        labels: &[],
        help: "HTTP requests being answered.",
    },
    Metric {
        name: "wikimovie_http_connections_active",
        kind: Gauge,
        labels: &[],
        help: "Connections open on the public listener; at `WIKIMOVIE_CONNECTIONS` further ones wait.",
    },
    Metric {
        name: "wikimovie_sockets_active",
        kind: Gauge,
        labels: &[],
        help: "WebSocket connections open.",
    },
    Metric {
        name: "wikimovie_graphql_operations_total",
        kind: Counter,
        labels: &[("type", &["query", "mutation", "subscription"]), ("outcome", &["ok", "partial", "error"])],
        help: "GraphQL operations, by type and by outcome: `ok`, `partial` (some fields failed) or `error`.",
    },
    Metric {
        name: "wikimovie_graphql_operation_duration_seconds",
        kind: Histogram,
        labels: &[("type", &["query", "mutation"])],
        help: "Time from a parsed operation to its answer; subscriptions are not timed.",
    },
    Metric {
        name: "wikimovie_graphql_errors_total",
        kind: Counter,
        labels: &[("code", &[])],
        help: "Errors in answers, by code (docs/errors.md).",
    },
    Metric {
        name: "wikimovie_graphql_field_duration_seconds",
        kind: Histogram,
        labels: &[("field", &[])],
        help: "Time that a root field took with all below it.",
    },
    Metric {
        name: "wikimovie_graphql_slow_operations_total",
        kind: Counter,
        labels: &[],
        help: "Operations that took longer than `WIKIMOVIE_SLOW_OPERATION`; each is in the log.",
    },
    Metric {
        name: "wikimovie_engine_calls_total",
        kind: Counter,
        labels: &[("call", &[]), ("outcome", &["ok", "timeout", "unavailable", "refused", "failed"])],
        help: "Questions to the engine, by kind and by outcome: `ok`, `timeout`, `unavailable`, `refused` (a token of the client) or `failed`.",
    },
    Metric {
        name: "wikimovie_engine_call_duration_seconds",
        kind: Histogram,
        labels: &[("call", &[])],
        help: "Time that a question to the engine took.",
    },
    Metric {
        name: "wikimovie_tls_reloads_total",
        kind: Counter,
        labels: &[("outcome", &["ok", "failed"])],
        help: "Times that changed certificates were read: `ok` or `failed`.",
    },
];
