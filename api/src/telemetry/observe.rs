//! The outermost layer: every request is counted, timed, and given ids.

use std::{
    net::{IpAddr, SocketAddr},
    sync::{Arc, OnceLock},
    time::Instant,
};

use ::metrics::{Counter, Gauge, Histogram, counter, gauge, histogram};
use axum::{
    extract::{ConnectInfo, MatchedPath, Request as HttpRequest},
    middleware::Next,
    response::Response,
};
use http::{HeaderMap, HeaderName, Method, StatusCode, header::USER_AGENT};
use tracing::{Instrument, Span, field::Empty};
use wikimovie_command::trace;

use super::Request;
use crate::guard::TrustedProxies;

const SERVER_TIMING: HeaderName = HeaderName::from_static("server-timing");
pub(crate) const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const TRACE_RESPONSE: HeaderName = HeaderName::from_static("traceresponse");

/// What all requests are observed with.
#[derive(Debug)]
pub(crate) struct Observed {
    pub(crate) metrics: Arc<RequestMetrics>,
    /// Whether responses say what they took.
    pub(crate) server_timing: bool,
    /// Whose ids of traces are taken over.
    pub(crate) proxies: TrustedProxies,
}

/// Longest id of a request that is taken over.
const MAX_ID_BYTES: usize = 128;

/// Removes an id that is no id: it comes back in the response, and a response may be stored for others.
fn drop_unusable_id(headers: &mut HeaderMap) {
    let is_id = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
    let is_usable = headers.get_all(REQUEST_ID).iter().all(|id| {
        let bytes = id.as_bytes();
        !bytes.is_empty() && bytes.len() <= MAX_ID_BYTES && bytes.iter().all(is_id)
    });
    if !is_usable {
        headers.remove(REQUEST_ID);
    }
}

/// Who the connection is with; `None` without one, as in tests.
fn peer(request: &HttpRequest) -> Option<IpAddr> {
    request.extensions().get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(peer)| peer.ip())
}

/// Counts, times and traces a request, and says in its response what it took.
pub(crate) async fn observe(observed: Arc<Observed>, mut request: HttpRequest, next: Next) -> Response {
    let Observed { metrics, server_timing, proxies } = &*observed;
    let started = Instant::now();
    drop_unusable_id(request.headers_mut());
    let _active = Active::start(&metrics.active);
    let (route, method) = (route(&request), method(request.method()));
    // A stranger who could say that a trace is sampled would decide how much of it is paid for.
    let is_trusted = peer(&request).is_none_or(|peer| proxies.trusts(peer));
    let caller = is_trusted.then(|| trace::extract(request.headers())).flatten();
    let span = span(route, method, &request);
    if let Some(caller) = &caller {
        // Refused only where the span has begun already.
        let _ = tracing_opentelemetry::OpenTelemetrySpanExt::set_parent(&span, caller.clone());
    }
    let ids = trace::ids(&span, caller.as_ref());
    let trace_response = trace::response(&ids);
    let telemetry = Request::new();
    let answer = telemetry.clone().scope(trace::scope(ids, next.run(request)));
    let mut response = answer.instrument(span.clone()).await;

    let status = response.status();
    span.record("http.response.status_code", status.as_u16());
    if status.is_server_error() {
        span.record("otel.status_code", "ERROR");
    }
    metrics.answered(route, method, status, started);
    let headers = response.headers_mut();
    if let Some(value) = trace_response {
        headers.insert(TRACE_RESPONSE, value);
    }
    if let Some(timing) = (*server_timing).then(|| telemetry.server_timing()).flatten() {
        headers.insert(SERVER_TIMING, timing);
    }
    response
}

/// By OpenTelemetry's conventions for HTTP servers. The path is left out because it may hold a query.
fn span(route: &'static str, method: &'static str, request: &HttpRequest) -> Span {
    tracing::info_span!(
        target: "wikimovie_trace",
        "request",
        otel.name = format_args!("{method} {route}"),
        otel.kind = "server",
        otel.status_code = Empty,
        http.request.method = method,
        http.route = route,
        http.response.status_code = Empty,
        network.protocol.version = version(request.version()),
        user_agent.original = request.headers().get(USER_AGENT).and_then(|agent| agent.to_str().ok()),
    )
}

fn version(version: http::Version) -> &'static str {
    match version {
        http::Version::HTTP_2 => "2",
        http::Version::HTTP_10 => "1.0",
        _ => "1.1",
    }
}

/// Handles of the metrics, looked up once: a look-up by labels takes a good part of the time of a stored response.
#[derive(Debug)]
pub(crate) struct RequestMetrics {
    active: Gauge,
    /// By route, method and status, as far as they are common.
    answered: Vec<OnceLock<(Histogram, Counter)>>,
}

const ROUTES: [&str; 21] = [
    "/graphql",
    "/api/{name}",
    "/mcp",
    "/schema.graphql",
    "/openapi.json",
    "/docs",
    "/docs/schema",
    "/docs/errors",
    "/docs/style.css",
    "/llms.txt",
    "/.well-known/oauth-protected-resource",
    "/.well-known/oauth-protected-resource/mcp",
    "/livez",
    "/readyz",
    "/metrics",
    "/",
    "/movie/{*id}",
    "/person/{*name}",
    "/path",
    "/graphiql",
    "/assets/{*path}",
];
const METHODS: [&str; 4] = ["GET", "POST", "OPTIONS", "HEAD"];
const STATUSES: [u16; 6] = [200, 304, 400, 429, 500, 503];

impl RequestMetrics {
    pub(crate) fn new() -> Arc<Self> {
        let answered = std::iter::repeat_with(OnceLock::new);
        Arc::new(Self {
            active: gauge!("wikimovie_http_requests_active"),
            answered: answered.take(ROUTES.len() * METHODS.len() * STATUSES.len()).collect(),
        })
    }

    fn answered(&self, route: &'static str, method: &'static str, status: StatusCode, started: Instant) {
        let find = || {
            let labels =
                [("route", route.into()), ("method", method.into()), ("status", status.as_str().to_owned())];
            (
                histogram!("wikimovie_http_request_duration_seconds", "route" => route),
                counter!("wikimovie_http_requests_total", &labels),
            )
        };
        let place = |all: &[&str], one| all.iter().position(|known| *known == one);
        let common = place(&ROUTES, route)
            .zip(place(&METHODS, method))
            .zip(STATUSES.iter().position(|known| *known == status.as_u16()));
        let known = common.and_then(|((route, method), status)| {
            self.answered.get((route * METHODS.len() + method) * STATUSES.len() + status)
        });
        let found;
        let (durations, count) = match known {
            Some(known) => known.get_or_init(find),
            None => {
                found = find();
                &found
            }
        };
        durations.record(started.elapsed());
        count.increment(1);
    }
}

/// One of our routes; any other path is `other`, since scanners would make labels without a bound.
fn route(request: &HttpRequest) -> &'static str {
    let matched = request.extensions().get::<MatchedPath>().map(MatchedPath::as_str);
    ROUTES.into_iter().find(|route| Some(*route) == matched).unwrap_or("other")
}

fn method(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::POST => "POST",
        Method::OPTIONS => "OPTIONS",
        Method::HEAD => "HEAD",
        _ => "other",
    }
}

/// Counts a request as active for as long as it lives, so that a client which goes away is no longer counted.
struct Active(Gauge);

impl Active {
    fn start(active: &Gauge) -> Self {
        active.increment(1.0);
        Self(active.clone())
    }
}

impl Drop for Active {
    fn drop(&mut self) {
        self.0.decrement(1.0);
    }
}

/// One of the open WebSocket connections.
#[derive(Debug)]
pub(crate) struct Socket;

impl Socket {
    pub(crate) fn open() -> Self {
        gauge!("wikimovie_sockets_active").increment(1.0);
        Self
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        gauge!("wikimovie_sockets_active").decrement(1.0);
    }
}
