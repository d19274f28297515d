//! Observability with an operator's tools: a trace collector, Prometheus, and the log.
#![allow(clippy::unwrap_used, reason = "a test may panic where its own ground gives way")]

mod support;

use std::{
    collections::HashMap,
    fs,
    net::TcpListener as StdListener,
    process::{Child, Command, Stdio},
    sync::{Arc, Mutex},
    time::Duration,
};

use opentelemetry_proto::tonic::{
    collector::trace::v1::{
        ExportTraceServiceRequest, ExportTraceServiceResponse,
        trace_service_server::{TraceService, TraceServiceServer},
    },
    common::v1::{KeyValue, any_value::Value as Any},
    trace::v1::{ResourceSpans, Span, span::SpanKind},
};
use serde_json::{Value, json};
use support::{Gateway, Home, seeds, until};
use tokio::{net::TcpListener, runtime::Runtime};
use tonic::{Request, Response, Status, transport::server::TcpIncoming};
use wikimovie_testkit_skip::skipped;

const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
const CALLER: &str = "00f067aa0ba902b7";

/// A collector that records its spans.
struct Collector {
    address: String,
    kept: Arc<Mutex<Vec<ResourceSpans>>>,
    _runtime: Runtime,
}

struct Receiver(Arc<Mutex<Vec<ResourceSpans>>>);

#[tonic::async_trait]
impl TraceService for Receiver {
    async fn export(
        &self,
        request: Request<ExportTraceServiceRequest>,
    ) -> Result<Response<ExportTraceServiceResponse>, Status> {
        self.0.lock().unwrap().extend(request.into_inner().resource_spans);
        Ok(Response::new(ExportTraceServiceResponse { partial_success: None }))
    }
}

impl Collector {
    fn start() -> Self {
        let runtime = Runtime::new().unwrap();
        let kept = Arc::new(Mutex::new(Vec::new()));
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let service = TraceServiceServer::new(Receiver(Arc::clone(&kept)));
        let server = tonic::transport::Server::builder().add_service(service);
        runtime.spawn(server.serve_with_incoming(TcpIncoming::from(listener)));
        Self { address, kept, _runtime: runtime }
    }

    fn spans(&self) -> Vec<Span> {
        let kept = self.kept.lock().unwrap();
        kept.iter().flat_map(|spans| &spans.scope_spans).flat_map(|spans| spans.spans.clone()).collect()
    }

    fn service(&self) -> String {
        let kept = self.kept.lock().unwrap();
        text(&kept[0].resource.as_ref().unwrap().attributes, "service.name")
    }
}

fn text(attributes: &[KeyValue], key: &str) -> String {
    let found = attributes.iter().find(|attribute| attribute.key == key);
    match found.and_then(|found| found.value.clone()?.value) {
        Some(Any::StringValue(text)) => text,
        Some(Any::IntValue(number)) => number.to_string(),
        other => panic!("{key}: {other:?} in {attributes:?}"),
    }
}

fn agent() -> ureq::Agent {
    ureq::Agent::config_builder()
        .timeout_global(Some(Duration::from_secs(10)))
        .http_status_as_error(false)
        .build()
        .into()
}

fn get(url: &str) -> (u16, String) {
    let mut answer = agent().get(url).call().unwrap();
    (answer.status().as_u16(), answer.body_mut().read_to_string().unwrap())
}

#[test]
fn a_trace_continues_from_the_caller_to_the_collector() {
    let (home, collector) = (Home::new(), Collector::start());
    let gateway = Gateway::start(
        home.command(&["serve"])
            .env("WIKIMOVIE_WATCH", seeds())
            .env("ENV", "production")
            .env("WIKIMOVIE_TRUSTED_PROXIES", "127.0.0.0/8")
            .env("OTEL_EXPORTER_OTLP_ENDPOINT", &collector.address),
    );
    let question = json!({
        "query": "query Typed($text: String) { mine: search(text: $text) { total { value } } catalog { movies } }",
        "variables": { "text": "a secret wish" },
    });
    let answer = agent()
        .post(format!("{}/graphql", gateway.url))
        .header("traceparent", format!("00-{TRACE}-{CALLER}-01"))
        .content_type("application/json")
        .send(question.to_string())
        .unwrap();
    let response_ids = answer.headers()["traceresponse"].to_str().unwrap().to_owned();
    let timing = answer.headers()["server-timing"].to_str().unwrap().to_owned();
    assert!(timing.starts_with("total;dur=") && timing.contains("engine;dur="), "{timing}");
    assert_eq!(gateway.terminate(), Some(0), "what is left is sent at the end");

    let spans: Vec<Span> =
        collector.spans().into_iter().filter(|span| hex::encode(&span.trace_id) == TRACE).collect();
    assert_eq!(collector.service(), "wikimovie");
    let by_name = |name: &str| {
        let found: Vec<_> = spans.iter().filter(|span| span.name == name).collect();
        assert_eq!(found.len(), 1, "{name} in {:?}", spans.iter().map(|span| &span.name).collect::<Vec<_>>());
        found[0].clone()
    };
    let server = by_name("POST /graphql");
    assert_eq!(hex::encode(&server.parent_span_id), CALLER);
    assert_eq!(response_ids, format!("00-{TRACE}-{}-01", hex::encode(&server.span_id)));
    assert_eq!(server.kind, SpanKind::Server as i32);
    for (key, value) in
        [("http.request.method", "POST"), ("http.route", "/graphql"), ("http.response.status_code", "200")]
    {
        assert_eq!(text(&server.attributes, key), value);
    }
    let operation = by_name("query");
    assert_eq!(operation.parent_span_id, server.span_id);
    assert_eq!(text(&operation.attributes, "graphql.operation.type"), "query");
    let names: HashMap<Vec<u8>, String> =
        spans.iter().map(|span| (span.span_id.clone(), span.name.clone())).collect();
    for (field, call) in [("search", "search"), ("catalog", "info")] {
        let below: Vec<_> = spans
            .iter()
            .filter(|span| {
                span.name == call && names.get(&span.parent_span_id).is_some_and(|name| name == field)
            })
            .collect();
        assert_eq!(below.len(), 1, "{call} below {field}");
    }
    let sent = format!("{spans:?}");
    assert!(!sent.contains("secret wish") && !sent.contains("Typed") && !sent.contains("mine"), "{sent}");
}

#[test]
fn a_slow_operation_is_logged_in_normalized_form_with_trace_ids() {
    let home = Home::new();
    let gateway = Gateway::start(
        home.command(&["serve"])
            .env("ENV", "production")
            .env("WIKIMOVIE_SLOW_OPERATION", "1")
            .env("WIKIMOVIE_TRUSTED_PROXIES", "127.0.0.0/8")
            .env("WIKIMOVIE_WATCH", seeds()),
    );
    // Expensive enough to take a millisecond on any machine: facets and pages of the whole catalogue.
    let dear = r#"query Alice { one: search(text: "secret wish", where: { genres: { anyOf: ["Bob"] } }) { hits(first: 100) {
        nodes { title cast genres summary similar(first: 6) { title } } } facets { genres { values { value count } } cast(first: 100) { values { value } } } }
        two: search { hits(first: 100) { nodes { title similar(first: 6) { title } } } } }"#;
    let mut logged = None;
    until("an operation that took a millisecond", || {
        agent()
            .post(format!("{}/graphql", gateway.url))
            .header("traceparent", format!("00-{TRACE}-{CALLER}-01"))
            .content_type("application/json")
            .send(json!({ "query": dear }).to_string())
            .unwrap();
        logged = gateway.log().into_iter().find(|line| line.contains("slow operation"));
        logged.is_some()
    });
    let line: Value = serde_json::from_str(&logged.unwrap()).unwrap();
    assert_eq!(line["trace_id"], TRACE);
    assert_eq!(line["span_id"].as_str().unwrap().len(), 16);
    let fields = &line["fields"];
    let shape = fields["shape"].as_str().unwrap();
    assert!(shape.starts_with("{search(text where){hits(first){nodes{title cast"), "{shape}");
    assert_eq!(fields["operation"].as_str().unwrap().len(), 16);
    assert!(fields["took_ms"].as_f64().unwrap() >= 1.0 && fields["engine_calls"].as_u64().unwrap() >= 2);
    for line in gateway.log() {
        for typed in ["secret", "wish", "Bob", "Alice", "one:", "two:"] {
            assert!(!line.contains(typed), "{typed} in {line}");
        }
    }
}

#[test]
fn probes_and_metrics_have_a_separate_listener() {
    let home = Home::new();
    let gateway = Gateway::start(home.command(&["serve"]).env("WIKIMOVIE_ADMIN_LISTEN", "127.0.0.1:0"));
    let admin = admin(&gateway);
    for path in ["/metrics", "/livez", "/readyz"] {
        assert_eq!(get(&format!("{admin}{path}")).0, 200, "{path}");
        assert_eq!(get(&format!("{}{path}", gateway.url)).0, 404, "{path}");
    }
    assert_eq!(get(&format!("{admin}/graphql?query=%7B__typename%7D")).0, 404);
    let other = Home::new();
    let alone = Gateway::start(&mut other.command(&["serve"]));
    for path in ["/metrics", "/livez", "/readyz"] {
        assert_eq!(get(&format!("{}{path}", alone.url)).0, 200, "{path}");
    }
}

/// Address of probes and metrics, as the gateway printed it.
fn admin(gateway: &Gateway) -> String {
    let lines = gateway.lines();
    let line = lines.iter().find(|line| line.starts_with("metrics")).unwrap();
    line.split_whitespace().nth(1).unwrap().trim_end_matches("/metrics").to_owned()
}

struct Prometheus {
    child: Child,
    url: String,
}

impl Drop for Prometheus {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

impl Prometheus {
    /// Scrapes a target every second; `None` if Prometheus is missing.
    fn start(folder: &std::path::Path, target: &str) -> Option<Self> {
        let found =
            Command::new("prometheus").arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
        if !found.is_ok_and(|status| status.success()) {
            skipped("a real scrape", "the program prometheus was not found");
            return None;
        }
        let config = json!({
            "global": { "scrape_interval": "1s" },
            "scrape_configs": [{ "job_name": "wikimovie-gateway", "static_configs": [{ "targets": [target] }] }],
        });
        // YAML is a superset of JSON.
        fs::write(folder.join("prometheus.yml"), config.to_string()).unwrap();
        let port = StdListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let child = Command::new("prometheus")
            .arg(format!("--config.file={}", folder.join("prometheus.yml").display()))
            .arg(format!("--storage.tsdb.path={}", folder.join("tsdb").display()))
            .arg(format!("--web.listen-address=127.0.0.1:{port}"))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        Some(Self { child, url: format!("http://127.0.0.1:{port}") })
    }

    /// The first value of a query, if there is one yet.
    fn value(&self, query: &str) -> Option<f64> {
        let mut answer =
            agent().get(format!("{}/api/v1/query", self.url)).query("query", query).call().ok()?;
        let answer: Value = serde_json::from_str(&answer.body_mut().read_to_string().ok()?).ok()?;
        answer["data"]["result"][0]["value"][1].as_str()?.parse().ok()
    }
}

#[test]
fn prometheus_scrapes_the_metrics() {
    let home = Home::new();
    let folder = tempfile::tempdir().unwrap();
    let gateway = Gateway::start(
        home.command(&["serve"]).env("WIKIMOVIE_ADMIN_LISTEN", "127.0.0.1:0").env("WIKIMOVIE_WATCH", seeds()),
    );
    let admin = admin(&gateway);
    // Different questions, so that no response is cached.
    for times in 1..=5 {
        gateway.titles(&"the godfather ".repeat(times));
    }
    gateway.post(r#"{"query":"{ nothing }"}"#);
    let Some(prometheus) = Prometheus::start(folder.path(), admin.trim_start_matches("http://")) else {
        return;
    };
    until("a scrape", || prometheus.value("up{job=\"wikimovie-gateway\"}") == Some(1.0));
    for (query, least) in [
        ("sum(wikimovie_http_requests_total{route=\"/graphql\",method=\"POST\",status=\"200\"})", 6.0),
        ("wikimovie_http_request_duration_seconds_count{route=\"/graphql\"}", 6.0),
        ("wikimovie_graphql_operations_total{type=\"query\",outcome=\"ok\"}", 5.0),
        ("wikimovie_graphql_errors_total{code=\"GRAPHQL_VALIDATION_FAILED\"}", 1.0),
        ("wikimovie_graphql_field_duration_seconds_count{field=\"search\"}", 5.0),
        ("wikimovie_engine_calls_total{call=\"search\",outcome=\"ok\"}", 5.0),
        ("wikimovie_engine_call_duration_seconds_bucket{call=\"search\",le=\"+Inf\"}", 5.0),
        ("wikimovie_http_connections_active", 0.0),
        ("wikimovie_tls_reloads_total{outcome=\"failed\"}", 0.0),
    ] {
        let value = prometheus.value(query);
        assert!(value.is_some_and(|value| value >= least), "{query}: {value:?}");
    }
    // No label contains the text of a question.
    let (_, metrics) = get(&format!("{admin}/metrics"));
    assert!(!metrics.contains("godfather") && !metrics.contains("nothing"), "{metrics}");
    for line in metrics.lines().filter(|line| line.starts_with("# TYPE")) {
        let name = line.split(' ').nth(2).unwrap();
        assert!(metrics.contains(&format!("# HELP {name} ")), "{name} is not described");
    }
}
