//! Metrics of the gateway.

use super::metric::{
    Metric,
    MetricKind::{Counter, Gauge, Histogram},
};

pub(super) const METRICS: &[Metric] = &[
    Metric {
        name: "wikimovie_http_requests_total",
        kind: Counter,
        labels: &[("route", &[]), ("method", &[]), ("status", &[])],
        help: "HTTP responses, by route (`other` for an unknown one), method and status.",
    },
    Metric {
        name: "wikimovie_http_request_duration_seconds",
        kind: Histogram,
        labels: &[("route", &[])],
        help: "Time from the headers of a request to the headers of its response.",
    },
    Metric {
        name: "wikimovie_http_requests_active",
        kind: Gauge,
        labels: &[],
        help: "HTTP requests in flight.",
    },
    Metric {
        name: "wikimovie_http_connections_active",
        kind: Gauge,
        labels: &[],
        help: "Open connections of the public listener; at `WIKIMOVIE_CONNECTIONS` further ones wait.",
    },
    Metric {
        name: "wikimovie_sockets_active",
        kind: Gauge,
        labels: &[],
        help: "Open WebSocket connections.",
    },
    Metric {
        name: "wikimovie_graphql_operations_total",
        kind: Counter,
        labels: &[("type", &["query", "mutation", "subscription"]), ("outcome", &["ok", "partial", "error"])],
        help: "GraphQL operations, by type and by outcome: `ok`, `partial` (some fields failed) or `error`.",
    },
    Metric {
        name: "wikimovie_door_requests_total",
        kind: Counter,
        labels: &[("door", &["rest", "mcp"]), ("outcome", &[])],
        help: "Operations of the manifest that were asked for beside GraphQL, by door and by outcome: `ok` or the \
               code of the problem (docs/errors.md). They are counted as GraphQL operations too.",
    },
    Metric {
        name: "wikimovie_graphql_operation_duration_seconds",
        kind: Histogram,
        labels: &[("type", &["query", "mutation"])],
        help: "Duration of an operation from its parsed document to its response; subscriptions are not \
               timed.",
    },
    Metric {
        name: "wikimovie_graphql_errors_total",
        kind: Counter,
        labels: &[("code", &[])],
        help: "Errors in responses, by code (docs/errors.md).",
    },
    Metric {
        name: "wikimovie_graphql_field_duration_seconds",
        kind: Histogram,
        labels: &[("field", &[])],
        help: "Duration of a root field with all fields below it.",
    },
    Metric {
        name: "wikimovie_graphql_slow_operations_total",
        kind: Counter,
        labels: &[],
        help: "Operations that took longer than `WIKIMOVIE_SLOW_OPERATION`; each is logged.",
    },
    Metric {
        name: "wikimovie_engine_calls_total",
        kind: Counter,
        labels: &[("call", &[]), ("outcome", &["ok", "timeout", "unavailable", "refused", "failed"])],
        help: "Calls of the engine, by kind and by outcome: `ok`, `timeout`, `unavailable`, `refused` (an \
               invalid token of the client) or `failed`.",
    },
    Metric {
        name: "wikimovie_engine_call_duration_seconds",
        kind: Histogram,
        labels: &[("call", &[])],
        help: "Duration of a call of the engine.",
    },
    Metric {
        name: "wikimovie_tls_reloads_total",
        kind: Counter,
        labels: &[("outcome", &["ok", "failed"])],
        help: "Reloads of changed certificates: `ok` or `failed`.",
    },
    Metric {
        name: "wikimovie_operations_in_flight",
        kind: Gauge,
        labels: &[],
        help: "Operations in flight.",
    },
    Metric {
        name: "wikimovie_operations_in_flight_limit",
        kind: Gauge,
        labels: &[],
        help: "Current limit of operations in flight: `WIKIMOVIE_CONCURRENCY`, less while the processors \
               are busy.",
    },
    Metric {
        name: "wikimovie_operation_queue_seconds",
        kind: Histogram,
        labels: &[],
        help: "Queue delay of the operations that waited for a permit.",
    },
    Metric {
        name: "wikimovie_operations_shed_total",
        kind: Counter,
        labels: &[("reason", &["queue_full", "queue_wait"])],
        help: "Operations shed (`OVERLOADED`), because the queue was full or the wait too long.",
    },
    Metric {
        name: "wikimovie_bodies_refused_total",
        kind: Counter,
        labels: &[("reason", &["all", "share"])],
        help: "Request bodies refused (`OVERLOADED`), because all bytes for bodies are in use, or the share of \
               the client's network.",
    },
    Metric {
        name: "wikimovie_http_connections_refused_total",
        kind: Counter,
        labels: &[],
        help: "Connections closed because their network had its share of them.",
    },
    Metric {
        name: "wikimovie_runtime_queue_seconds",
        kind: Histogram,
        labels: &[],
        help: "Delay of a runnable task until a processor runs it: the smallest of five samples in 50 ms.",
    },
    Metric {
        name: "wikimovie_operations_beyond_limit_total",
        kind: Counter,
        labels: &[("limit", &["depth", "fragment_depth", "cost", "aliases", "root_fields", "directives"])],
        help: "Operations that exceed a limit of docs/limits.md: refused, or only counted with \
               `WIKIMOVIE_LIMITS=warn`.",
    },
    Metric {
        name: "wikimovie_rate_limited_total",
        kind: Counter,
        labels: &[("reason", &["points", "too_dear"])],
        help: "Operations refused by the rate limit: `points` (retry later) or `too_dear` (costs more than \
               the limit).",
    },
    Metric {
        name: "wikimovie_rate_limit_store_failures_total",
        kind: Counter,
        labels: &[],
        help: "Questions to the store of shared points that it did not answer in time: processes limit by themselves \
               meanwhile.",
    },
    Metric {
        name: "wikimovie_authentications_total",
        kind: Counter,
        labels: &[(
            "result",
            &[
                "ok",
                "missing",
                "malformed",
                "unknown_key",
                "not_signed",
                "expired",
                "not_yet",
                "audience",
                "issuer",
                "type",
                "claims",
                "provider_unavailable",
            ],
        )],
        help: "Authentications, by result.",
    },
    Metric {
        name: "wikimovie_auth_key_fetches_total",
        kind: Counter,
        labels: &[("result", &["ok", "error"])],
        help: "Fetches of the OpenID provider's keys.",
    },
    Metric {
        name: "wikimovie_cache_answers_total",
        kind: Counter,
        labels: &[("result", &["hit", "miss"])],
        help: "Lookups in the response cache.",
    },
    Metric {
        name: "wikimovie_cache_questions_total",
        kind: Counter,
        labels: &[("kind", &[]), ("result", &["hit", "miss", "shared", "stale", "bypass", "error"])],
        help: "Cacheable questions to the engine, by cache status; `shared` waited for an equal question in \
               flight.",
    },
    Metric {
        name: "wikimovie_cache_bytes",
        kind: Gauge,
        labels: &[("store", &["answers", "questions"])],
        help: "Memory of cached answers, in bytes.",
    },
    Metric {
        name: "wikimovie_documents_total",
        kind: Counter,
        labels: &[("trust", &["trusted", "untrusted", "unknown", "refused"])],
        help: "Requested documents, by their entry in the manifest of trusted documents.",
    },
    Metric {
        name: "wikimovie_trusted_documents",
        kind: Gauge,
        labels: &[],
        help: "Documents in the manifest.",
    },
    Metric {
        name: "wikimovie_trusted_documents_reloads_total",
        kind: Counter,
        labels: &[("result", &["ok", "error"])],
        help: "Reloads of a changed manifest.",
    },
];
