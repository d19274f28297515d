//! Attacks that once cost nothing: each is refused, bounded or charged.

use std::{
    num::NonZeroU32,
    time::{Duration, Instant},
};

use axum::body::{Body, Bytes};
use futures::{StreamExt, stream};
use http::{Request, header};
use serde_json::json;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpSocket, TcpStream},
};
use wikimovie_api::{
    ApiSettings, CacheSettings, Environment, Server, ServerSettings,
    auth::{AuthSettings, Authenticator, KeySettings, keys::new_key},
    guard::{AllowedHosts, GuardSettings, LimitMode, Limits, TrustedProxies},
};
use wikimovie_testkit_builders::{dozen, movie};

use crate::app::{TestApp, local};

fn settings(guard: GuardSettings) -> ApiSettings {
    ApiSettings { guard, cache: CacheSettings::off(), ..ApiSettings::default() }
}

fn limited(points: u32) -> TestApp {
    let points_per_minute = NonZeroU32::new(points);
    TestApp::of(dozen(), settings(GuardSettings { points_per_minute, ..GuardSettings::default() }))
}

async fn serve(app: &TestApp, settings: ServerSettings) -> std::net::SocketAddr {
    let server = Server::bind(settings).await.unwrap();
    let address = server.address();
    tokio::spawn(server.serve(app.gateway(), std::future::pending()));
    address
}

/// What the server answers to these bytes, until it closes the connection.
async fn raw(address: std::net::SocketAddr, request: &[u8]) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(request).await.unwrap();
    let mut answer = Vec::new();
    let _ = tokio::time::timeout(Duration::from_secs(5), stream.read_to_end(&mut answer)).await;
    String::from_utf8_lossy(&answer).into_owned()
}

#[tokio::test]
async fn a_price_that_overflows_is_refused() {
    let app = TestApp::dozen();
    let document = include_str!("price-overflow.graphql");
    let answer = app.post(&json!({ "query": document })).await;
    assert_eq!(answer.code(), "QUERY_TOO_COMPLEX", "{}", answer.text());
    assert!(answer.text().contains("costs 1000000000 points"), "{}", answer.text());
    assert_eq!(app.catalog.take_calls(), 0);
}

#[tokio::test]
async fn a_named_fragment_on_an_interface_is_refused_by_its_price() {
    let app = TestApp::dozen();
    let document = "{ node(id: \"x\") { ...F } } fragment F on Movie { similar(first: 100) { similar(first: 100) { \
                    similar(first: 100) { id } } } }";
    let answer = app.post(&json!({ "query": document })).await;
    assert_eq!(answer.code(), "QUERY_TOO_COMPLEX", "{}", answer.text());
}

#[tokio::test]
async fn an_operation_makes_so_many_calls_whatever_its_price() {
    let limits = Limits { mode: LimitMode::Warn, ..Limits::default() };
    let app = TestApp::of(dozen(), settings(GuardSettings { limits, ..GuardSettings::default() }));
    let document = "{ search { hits(first: 12) { nodes { similar(first: 12) { similar(first: 12) { \
                    similar(first: 12) { similar(first: 12) { id } } } } } } } }";
    let answer = app.post(&json!({ "query": document })).await;
    assert!(answer.text().contains("asks the engine more than 500 times"), "{}", answer.text());
    let calls = app.catalog.take_calls();
    assert!(calls <= 500, "{calls}");
}

#[tokio::test]
async fn a_cast_of_a_thousand_is_read_in_parts() {
    let names: Vec<String> = (0..1_000).map(|at| format!("Somebody {at}")).collect();
    let crowd = movie("crowd", "A Crowd", 2001).cast(&names.join(","));
    let app = TestApp::of(vec![crowd.build()], ApiSettings::default());
    let data = app
        .ask("{ search { hits { nodes { cast people { name } five: people(first: 5) { name } } } } }")
        .await;
    let found = &data["search"]["hits"]["nodes"][0];
    let lengths = ["cast", "people", "five"].map(|field| found[field].as_array().unwrap().len());
    assert_eq!(lengths, [1_000, 20, 5]);
    let error = app.fail("{ search { hits { nodes { people(first: 101) { name } } } } }").await;
    assert_eq!(error["message"], "first 101 is above the limit of 100");
}

#[tokio::test]
async fn words_conditions_and_what_is_done_with_them_have_a_price() {
    let app = TestApp::dozen();
    let cost = async |search: String| -> u64 {
        let query = format!("{{ rateLimit(dryRun: true) {{ cost }} {search} }}");
        app.ask(&query).await["rateLimit"]["cost"].as_u64().unwrap()
    };
    let plain = cost("search(text: \"alien\") { total { value } }".to_owned()).await;
    let words = (0..32).map(|at| format!("wordily{at} ")).collect::<String>();
    let many = cost(format!("search(text: {words:?}) {{ total {{ value }} }}")).await;
    assert!(many >= plain + 30, "{plain} {many}");
    let relaxed =
        cost(format!("search(text: {words:?}) {{ total {{ value }} relaxations {{ part }} }}")).await;
    assert!(relaxed >= many + 100, "{many} {relaxed}");
    let values = (0..256).map(|at| format!("\"nobody {at}\" ")).collect::<String>();
    let filtered =
        cost(format!("search(where: {{ cast: {{ anyOf: [{values}] }} }}) {{ total {{ value }} }}")).await;
    assert!(filtered >= plain + 100, "{plain} {filtered}");
    let facets = (0..20)
        .map(|at| format!("f{at}: cast(first: 0, contains: \"{at}\") {{ distinct }} "))
        .collect::<String>();
    assert!(cost(format!("search {{ facets {{ {facets} }} }}")).await >= 40);
    let prefix = "x".repeat(10_000);
    assert!(cost(format!("autocomplete(prefix: {prefix:?}) {{ text }}")).await >= 40);
}

#[tokio::test]
async fn a_state_is_as_dear_as_the_question_that_it_holds() {
    let app = TestApp::dozen();
    let text = "ten words of which not one is in any title";
    let data = app.ask(&format!("{{ search(text: {text:?}) {{ state }} }}")).await;
    let cost = async |arguments: String| {
        let query = format!(
            "{{ rateLimit(dryRun: true) {{ cost }} search({arguments}) {{ relaxations {{ total }} }} }}"
        );
        app.ask(&query).await["rateLimit"]["cost"].as_u64().unwrap()
    };
    assert_eq!(
        cost(format!("text: {text:?}")).await,
        cost(format!("state: {}", data["search"]["state"])).await
    );
}

#[tokio::test]
async fn long_questions_get_no_state_and_any_text_gets_a_short_one() {
    let app = TestApp::dozen();
    let values: Vec<String> = (0..250).map(|at| sha256(&at.to_string()).repeat(7)).collect();
    let query = "query($w: MovieWhere) { search(where: $w) { state } }";
    let long = json!({ "query": query, "variables": { "w": { "genres": { "anyOf": values } } } });
    let answer = app.post(&long).await;
    assert_eq!(answer.code(), "BAD_USER_INPUT", "{}", answer.text());
    assert!(answer.text().contains("too long for a state token of 2048 bytes"), "{}", answer.text());
    for text in
        ["alien", &"\u{1F600}".repeat(10_000), &(0..2_000).map(|at| format!("w{at:x} ")).collect::<String>()]
    {
        let query = "query($t: String) { search(text: $t) { state hits(first: 3) { edges { cursor } } } }";
        let data = app.post(&json!({ "query": query, "variables": { "t": text } })).await.json();
        let state = data["data"]["search"]["state"].as_str().unwrap_or_else(|| panic!("{data}"));
        assert!(state.len() <= 2_048, "{}", state.len());
        app.ask(&format!("{{ search(state: {state:?}) {{ total {{ value }} }} }}")).await;
        for edge in data["data"]["search"]["hits"]["edges"].as_array().unwrap() {
            assert!(edge["cursor"].as_str().unwrap().len() <= 200, "{edge}");
        }
    }
}

#[tokio::test]
async fn an_answer_of_too_many_bytes_is_refused() {
    let big =
        |number: usize| movie(&format!("m{number}"), "Big", 2000).summary(&"word ".repeat(2_000)).build();
    let app = TestApp::of((0..100).map(big).collect(), settings(GuardSettings::default()));
    let aliases = (0..10).map(|at| format!("s{at}: summary ")).collect::<String>();
    let answer = app
        .post(&json!({ "query": format!("{{ search {{ hits(first: 100) {{ nodes {{ {aliases} }} }} }} }}") }))
        .await;
    assert_eq!(answer.code(), "QUERY_TOO_COMPLEX");
    assert!(answer.text().contains("the answer has more than 8388608 bytes"), "{}", answer.text());
}

#[tokio::test]
async fn what_is_refused_is_refused_early_shortly_and_at_a_price() {
    let app = limited(1_000);
    let ids: Vec<String> = (0..100_000).map(|at| at.to_string()).collect();
    let spreads = "...F ".repeat(1_000);
    let query =
        format!("query($v: [ID!]!) {{ {spreads} }} fragment F on Query {{ movies(ids: $v) {{ id }} }}");
    let started = Instant::now();
    let answer = app.post(&json!({ "query": query, "variables": { "v": ids } })).await;
    assert_eq!(answer.code(), "QUERY_TOO_COMPLEX");
    assert!(started.elapsed() < Duration::from_secs(1), "{:?}", started.elapsed());
    let remaining = |answer: &crate::app::Answer| -> u64 {
        let rate = answer.header("ratelimit").to_owned();
        rate.split("r=").nth(1).unwrap().split(';').next().unwrap().parse().unwrap()
    };
    let left = remaining(&answer);
    assert!(left <= 990, "it is charged: {left}");
    let fields: String = (0..400).map(|at| format!("nothing{at} ")).collect();
    let unknown = format!("{{ search {{ {fields} }} }}");
    let answer = app.post(&json!({ "query": unknown })).await;
    assert_eq!(answer.json()["errors"].as_array().unwrap().len(), 10);
    assert!(remaining(&answer) < left);
    let parsed = app.post(&json!({ "query": "{ ".repeat(30) })).await;
    assert_eq!(parsed.code(), "GRAPHQL_PARSE_FAILED");
    assert!(remaining(&parsed) < remaining(&answer));
    // Until nothing is left: then nobody looks at the document. Of few points, as buckets fill while a slow machine asks.
    let app = limited(100);
    let mut codes = Vec::new();
    for at in 0..1_000 {
        let answer = app.post(&json!({ "query": format!("{{ nothing{at} }}") })).await;
        codes.push(answer.code());
        if answer.status == 429 {
            break;
        }
    }
    assert_eq!(codes.last().map(String::as_str), Some("RATE_LIMITED"));
}

#[tokio::test]
async fn variables_that_do_not_fit_a_known_document_are_paid_for() {
    let query = "query($v: [ID!]!) { movies(ids: $v) { id } }";
    for (values, code) in [(2_000, "QUERY_TOO_COMPLEX"), (500, "GRAPHQL_VALIDATION_FAILED")] {
        let app = limited(200);
        let known = app.post(&json!({ "query": query, "variables": { "v": ["1"] } })).await;
        assert_eq!(known.status, 200, "{}", known.text());
        let variables = json!({ "v": vec![json!(null); values] });
        let mut codes = Vec::new();
        for _ in 0..100 {
            codes.push(app.post(&json!({ "query": query, "variables": variables })).await.code());
        }
        assert_eq!((codes[0].as_str(), codes[99].as_str()), (code, "RATE_LIMITED"), "{values}");
    }
}

#[tokio::test]
async fn a_document_is_paid_for_once() {
    let app = limited(1_000);
    let query = "{ search(text: \"alien\") { hits(first: 20) { nodes { title } } } }";
    let mut costs = Vec::new();
    for _ in 0..2 {
        let json = app.post(&json!({ "query": query })).await.json();
        costs.push(json["extensions"]["cost"]["points"].as_u64().unwrap());
    }
    assert_eq!(costs[0], costs[1]);
    let left = app.ask("{ rateLimit { remaining } }").await["rateLimit"]["remaining"].as_u64().unwrap();
    assert!(left >= 1_000 - 2 * costs[0] - 2, "{left} {costs:?}");
}

#[tokio::test]
async fn a_document_is_stored_once_it_is_paid_for() {
    let app = limited(50);
    app.ask("{ search { hits(first: 90) { nodes { id } } } }").await;
    let query = "{ search { hits(first: 90) { nodes { title year } } } }";
    let sha = sha256(query);
    let extensions = json!({ "persistedQuery": { "version": 1, "sha256Hash": sha } });
    let answer = app.post(&json!({ "query": query, "extensions": extensions })).await;
    assert_eq!(answer.code(), "RATE_LIMITED", "{}", answer.text());
    let app_with_points = limited(10_000);
    app_with_points.post(&json!({ "query": query, "extensions": extensions })).await;
    let found = app_with_points.post(&json!({ "extensions": extensions })).await;
    assert_eq!(found.json().get("errors"), None, "{}", found.text());
    tokio::time::sleep(Duration::from_millis(1)).await;
    let stored = app.post(&json!({ "extensions": extensions })).await;
    assert_ne!(stored.code(), "RATE_LIMITED", "it is not known, so that nothing is charged");
    assert_eq!(stored.code(), "PERSISTED_QUERY_NOT_FOUND");
}

fn sha256(text: &str) -> String {
    use sha2::{Digest, Sha256};
    hex::encode(Sha256::digest(text))
}

#[tokio::test]
async fn a_stranger_is_refused_before_the_body_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("keys.json");
    let (_, sha256) = new_key().unwrap();
    std::fs::write(
        &file,
        json!({ "keys": [{ "name": "web", "sha256": sha256, "scopes": ["search"] }] }).to_string(),
    )
    .unwrap();
    let keys = KeySettings { file, poll_interval: Duration::from_secs(60) };
    let auth = Authenticator::new(&AuthSettings::Keys(keys)).unwrap();
    let app = TestApp::of(dozen(), ApiSettings::default()).with_auth(auth);
    // A body that never comes.
    let body = Body::from_stream(stream::pending::<Result<Bytes, std::io::Error>>());
    let request =
        Request::post("/graphql").header(header::CONTENT_TYPE, "application/json").body(body).unwrap();
    let answer =
        tokio::time::timeout(Duration::from_secs(5), app.send(request)).await.expect("it waits for no body");
    assert_eq!(answer.code(), "UNAUTHENTICATED");
}

#[tokio::test]
async fn bodies_that_never_end_hold_a_share_and_no_more() {
    let guard = GuardSettings { body_bytes: 64 * 1024, ..GuardSettings::default() };
    let app = TestApp::of(dozen(), ApiSettings { body_deadline: Duration::from_secs(60), ..settings(guard) });
    let request = |chunk: usize| {
        let first = stream::iter([Ok::<_, std::io::Error>(Bytes::from(vec![b' '; chunk]))]);
        Request::post("/graphql")
            .header(header::CONTENT_TYPE, "application/json")
            .body(Body::from_stream(first.chain(stream::pending())))
            .unwrap()
    };
    // A quarter for one network.
    let held = app.send(request(16 * 1024));
    let mut held = Box::pin(held);
    assert!(futures::poll!(&mut held).is_pending());
    let refused = app.send(request(1_024)).await;
    assert_eq!((refused.status.as_u16(), refused.code().as_str()), (503, "OVERLOADED"));
    assert_ne!(refused.header(header::RETRY_AFTER), "");
    drop(held);
    app.ask("{ catalog { movies } }").await;
    let long = Request::post("/graphql")
        .header(header::CONTENT_TYPE, "application/json")
        .header(header::CONTENT_LENGTH, "999999999")
        .body(Body::from_stream(stream::pending::<Result<Bytes, std::io::Error>>()))
        .unwrap();
    assert_eq!(app.send(long).await.code(), "BODY_TOO_LARGE", "its length says it");
}

#[tokio::test]
async fn cleartext_http_2_and_ambiguous_hosts_are_refused() {
    const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0";
    let app = TestApp::dozen();
    let usual = serve(&app, local()).await;
    let h2c = serve(&app, ServerSettings { h2c: true, ..local() }).await;
    // A frame of settings has type 4 in its fourth byte.
    let settings = |answer: &str| answer.as_bytes().get(3) == Some(&4);
    assert!(!settings(&raw(usual, PREFACE).await));
    assert!(settings(&raw(h2c, PREFACE).await));
    for (hosts, status) in [("", "400"), ("Host: a\r\nHost: b\r\n", "400"), ("Host: a\r\n", "200")] {
        let request = format!("GET /livez HTTP/1.1\r\n{hosts}Connection: close\r\n\r\n");
        let answer = raw(usual, request.as_bytes()).await;
        assert!(answer.starts_with(&format!("HTTP/1.1 {status}")), "{hosts:?}: {answer}");
    }
}

#[tokio::test]
async fn only_listed_hosts_are_served_and_probes_under_any() {
    let hosts = AllowedHosts::Listed(vec!["movies.example".parse().unwrap()]);
    let app = TestApp::of(dozen(), settings(GuardSettings { hosts, ..GuardSettings::default() }));
    let address = serve(&app, ServerSettings { admin_listen: local().listen.into(), ..local() }).await;
    let both = serve(&app, local()).await;
    let status = async |address, path: &str, host: &str| {
        let request = format!("GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
        raw(address, request.as_bytes()).await.split(' ').nth(1).unwrap_or_default().to_owned()
    };
    let query = "/graphql?query=%7B__typename%7D";
    for path in [query, "/schema.graphql", "/"] {
        assert_eq!(status(address, path, "rebound.example").await, "421", "{path}");
        assert_ne!(status(address, path, "movies.example:8080").await, "421", "{path}");
    }
    assert_eq!(status(address, query, "movies.example").await, "200");
    // A request with a whole address as its target has that host, whatever the header says.
    assert_eq!(status(address, &format!("http://rebound.example{query}"), "movies.example").await, "421");
    assert_eq!(status(both, "/livez", "10.0.0.7:8080").await, "200");
}

#[tokio::test]
async fn one_client_leaves_connections_to_others() {
    let app = TestApp::dozen();
    let settings = ServerSettings { connections: 20, connections_per_client: Some(4), ..local() };
    let address = serve(&app, settings).await;
    let mut held = Vec::new();
    for _ in 0..20 {
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(b"GET /livez HTTP/1.1\r\nHost: a\r\n\r\n").await.unwrap();
        let mut byte = [0];
        let served = tokio::time::timeout(Duration::from_secs(5), stream.read(&mut byte)).await.unwrap();
        if matches!(served, Ok(1)) {
            held.push(stream);
        }
    }
    assert_eq!(held.len(), 4);
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.2:0".parse().unwrap()).unwrap();
    let mut other = socket.connect(address).await.unwrap();
    other.write_all(b"GET /livez HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").await.unwrap();
    let mut answer = String::new();
    let read = tokio::time::timeout(Duration::from_secs(5), other.read_to_string(&mut answer)).await;
    assert!(read.is_ok() && answer.starts_with("HTTP/1.1 200"), "{answer}");
}

#[tokio::test]
async fn a_header_that_the_proxy_does_not_write_says_nothing() {
    let proxies = TrustedProxies::new(vec!["127.0.0.0/8".parse().unwrap()]);
    let points_per_minute = NonZeroU32::new(30);
    let app = TestApp::of(
        dozen(),
        settings(GuardSettings { proxies, points_per_minute, ..GuardSettings::default() }),
    );
    let ask = async |number: usize| {
        let body = json!({ "query": "{ search(text: \"alien\") { hits(first: 20) { nodes { id } } } }" })
            .to_string();
        let request = Request::post("/graphql")
            .header(header::CONTENT_TYPE, "application/json")
            .header("x-forwarded-for", "198.51.100.7")
            .header(header::FORWARDED, format!("for=203.0.113.{number}"));
        app.send(request.body(Body::from(body)).unwrap()).await.status.as_u16()
    };
    let mut statuses = Vec::new();
    for number in 0..4 {
        statuses.push(ask(number).await);
    }
    assert_eq!((statuses[0], statuses[3]), (200, 429), "{statuses:?}");
}

#[tokio::test]
async fn in_production_nothing_is_counted_in_public() {
    let app = TestApp::of(dozen(), ApiSettings::of(Environment::Production));
    let get = async |path: &str| app.send(Request::get(path).body(Body::empty()).unwrap()).await;
    assert_eq!(get("/metrics").await.status, 404);
    assert_eq!(get("/readyz").await.json(), json!({ "status": "ready" }));
    let open = TestApp::dozen();
    let ready = open.send(Request::get("/readyz").body(Body::empty()).unwrap()).await.json();
    assert_eq!(ready["movies"], 12);
}

#[tokio::test]
async fn an_id_of_a_request_is_an_id() {
    let app = TestApp::dozen();
    let id = async |id: &str| {
        let request = Request::get("/livez").header("x-request-id", id).body(Body::empty()).unwrap();
        app.send(request).await.header("x-request-id").to_owned()
    };
    assert_eq!(id("abc-1_2.3").await, "abc-1_2.3");
    for odd in ["x".repeat(129).as_str(), "a b", "<script>", ""] {
        let made = id(odd).await;
        assert!(made != odd && made.len() == 36, "{odd}: {made}");
    }
}

#[tokio::test]
async fn work_ends_with_its_caller_and_the_next_is_served() {
    // Words that are in no title, so that each is searched for among all.
    let titles =
        (0..4_000).map(|at| movie(&format!("m{at}"), &format!("w{at:x}orda{at} z{at:x}il"), 2000).build());
    let app = TestApp::of(titles.collect(), settings(GuardSettings::default()));
    let words = (0..32).map(|at| format!("qu{at:x}xworby ")).collect::<String>();
    let query = json!({ "query": format!("{{ search(text: {words:?}) {{ didYouMean {{ text }} relaxations {{ total }} }} }}") });
    for _ in 0..16 {
        let left = tokio::time::timeout(Duration::from_millis(1), app.post(&query)).await;
        drop(left);
    }
    let started = Instant::now();
    app.ask("{ search(text: \"orda\") { total { value } } }").await;
    assert!(started.elapsed() < Duration::from_secs(3), "{:?}", started.elapsed());
}
