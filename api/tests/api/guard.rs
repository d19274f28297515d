//! Limits of an operation, points of a client, its turn, and whose pages may ask.

use std::{
    num::NonZeroU32,
    sync::atomic::{AtomicUsize, Ordering::SeqCst},
};

use axum::body::Body;
use http::{Request, header};
use serde_json::json;
use wikimovie_api::{
    ApiSettings, Environment,
    guard::{ConcurrencySettings, CrossSite, GuardSettings, LimitMode, Limits, Origins, TrustedProxies},
};
use wikimovie_testkit_builders::dozen;

use crate::app::{Answer, TestApp, until};

fn guarded(guard: GuardSettings) -> TestApp {
    TestApp::of(dozen(), ApiSettings { guard, ..ApiSettings::default() })
}

fn limited(points: u32) -> GuardSettings {
    GuardSettings { points_per_minute: NonZeroU32::new(points), ..GuardSettings::default() }
}

/// Posts with headers besides the usual ones.
async fn post(app: &TestApp, query: &str, headers: &[(&str, &str)]) -> Answer {
    let mut request = Request::post("/graphql")
        .header(header::CONTENT_TYPE, "application/json")
        .header(header::ACCEPT, "application/graphql-response+json");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    app.send(request.body(Body::from(json!({ "query": query }).to_string())).unwrap()).await
}

#[tokio::test]
async fn each_limit_refuses_one_more_than_it_says_and_warn_mode_lets_it_run() {
    let limits = Limits {
        depth: 4,
        fragment_depth: 2,
        cost: 30,
        aliases: 3,
        root_fields: 3,
        directives: 2,
        mode: LimitMode::Enforce,
    };
    let enforced = guarded(GuardSettings { limits, ..GuardSettings::default() });
    let warned = guarded(GuardSettings {
        limits: Limits { mode: LimitMode::Warn, ..limits },
        ..GuardSettings::default()
    });
    let cases = [
        ("{ search { hits { nodes { title } } } }", Some("")),
        (
            "{ search { hits { nodes { provenance { record } } } } }",
            Some("5 levels deep, more than the limit of 4"),
        ),
        (
            "{ ...f } fragment f on Query { ...g } fragment g on Query { ...h } fragment h on Query { __typename }",
            Some("3 fragment spreads, more than the limit of 2"),
        ),
        ("{ search { hits(first: 100) { nodes { title } } } }", Some("points, more than the limit of 30")),
        ("{ a: __typename b: __typename c: __typename }", Some("")),
        (
            "{ catalog { a: movies b: movies c: movies d: movies } }",
            Some("4 aliases, more than the limit of 3"),
        ),
        (
            "{ __typename catalog { movies } a: __typename b: __typename }",
            Some("4 root fields, more than the limit of 3"),
        ),
        (
            "{ __typename @skip(if: false) ...f @include(if: true) } fragment f on Query { catalog { movies @skip(if: false) } }",
            Some("3 directives, more than the limit of 2"),
        ),
    ];
    for (query, refused) in cases {
        let answer = post(&enforced, query, &[]).await;
        match refused {
            Some("") | None => assert_eq!(answer.status, 200, "{query}: {}", answer.text()),
            Some(part) => {
                assert_eq!(
                    (answer.status.as_u16(), answer.code().as_str()),
                    (400, "QUERY_TOO_COMPLEX"),
                    "{query}"
                );
                assert!(answer.text().contains(part), "{query}: {}", answer.text());
            }
        }
        assert_eq!(post(&warned, query, &[]).await.json().get("errors"), None, "{query}");
    }
}

#[tokio::test]
async fn warn_mode_keeps_what_keeps_the_process_alive() {
    let limits = Limits { mode: LimitMode::Warn, ..Limits::default() };
    let app = guarded(GuardSettings { limits, ..GuardSettings::default() });
    let mut doubling = "{ ...f0 }".to_owned();
    for number in 0..40 {
        doubling += &format!(" fragment f{number} on Query {{ ...f{0} ...f{0} }}", number + 1);
    }
    doubling += " fragment f40 on Query { __typename }";
    let round = "{ __schema { types { fields { type { fields { type { fields { type { fields { name } } } } } } } } } }";
    let deep = format!("{{ search(where: {}{{}}{}) {{ state }} }}", "{not:".repeat(100), "}".repeat(100));
    for query in [doubling.as_str(), round, &deep] {
        assert_eq!(post(&app, query, &[]).await.code(), "QUERY_TOO_COMPLEX", "{query}");
    }
}

#[tokio::test]
async fn points_are_told_and_taken_until_they_are_gone() {
    let app = guarded(limited(200));
    let query = "{ search { hits(first: 20) { nodes { title } } } }";
    let told =
        "{ rateLimit { cost limit remaining resetAt } search { hits(first: 20) { nodes { title } } } }";
    let first = post(&app, told, &[]).await;
    let rate = first.json()["data"]["rateLimit"].clone();
    let cost = rate["cost"].as_u64().unwrap();
    assert!(cost > 10, "{rate}");
    assert_eq!(rate["limit"], 200);
    assert_eq!(rate["remaining"].as_u64().unwrap(), 200 - cost);
    assert!(rate["resetAt"].as_str().unwrap().ends_with('Z'), "{rate}");
    assert_eq!(first.json()["extensions"]["cost"], json!({ "points": cost }));
    assert_eq!(first.header("ratelimit-policy"), "\"points\";q=200;w=60");
    assert!(first.header("ratelimit").starts_with(&format!("\"points\";r={};t=", 200 - cost)));
    let mut answers = 0;
    let refused = loop {
        let answer = post(&app, query, &[]).await;
        if answer.status == 429 {
            break answer;
        }
        assert_eq!(answer.status, 200, "{}", answer.text());
        answers += 1;
        assert!(answers < 20, "nothing is ever refused");
    };
    assert_eq!(refused.code(), "RATE_LIMITED");
    let wait: u64 = refused.header(header::RETRY_AFTER).parse().unwrap();
    let error = refused.json()["errors"][0]["extensions"].clone();
    assert_eq!(error["retryable"], true);
    assert_eq!(error["retryAfterMs"].as_u64().unwrap().div_ceil(1_000), wait);
    assert!((1..=60).contains(&wait));
    assert_eq!(refused.json().get("data"), None);
    // Whoever cannot pay is not asked for: probes, the contract and pages are free.
    for path in ["/livez", "/readyz", "/schema.graphql", "/metrics"] {
        assert_eq!(app.get(path).await.status, 200, "{path}");
    }
}

#[tokio::test]
async fn what_was_remembered_costs_the_same() {
    // Few, so that what comes back between two questions is less than what they cost.
    let app = guarded(limited(300));
    let query = "{ search(text: \"alien\") { hits(first: 10) { nodes { title } } } }";
    let left = |answer: &Answer| {
        let told = answer.header("ratelimit").split(';').find_map(|part| part.strip_prefix("r=")).unwrap();
        told.parse::<i64>().unwrap()
    };
    let (first, second, third) =
        (post(&app, query, &[]).await, post(&app, query, &[]).await, post(&app, query, &[]).await);
    assert_eq!(first.json(), second.json());
    assert!(left(&second) < left(&first) && left(&third) < left(&second));
}

#[tokio::test]
async fn a_dry_run_tells_the_price_and_runs_nothing() {
    let app = guarded(limited(5_000));
    app.catalog.take_calls();
    let query = "{ search(text: \"x\") { hits(first: 50) { nodes { title cast } } } r: rateLimit(dryRun: true) { cost remaining } }";
    let answer = post(&app, query, &[]).await.json();
    assert_eq!(answer.get("errors"), None, "{answer}");
    assert!(answer["data"]["r"]["cost"].as_u64().unwrap() > 50, "{answer}");
    assert_eq!(answer["data"]["r"]["remaining"], 4_999);
    assert_eq!(answer["data"].get("search"), None);
    assert_eq!(app.catalog.take_calls(), 0);
}

#[tokio::test]
async fn clients_are_told_apart_by_address_and_proxies_only_where_they_are_trusted() {
    // In tests a request comes from this machine.
    let trusting =
        GuardSettings { proxies: TrustedProxies::new(vec!["127.0.0.0/8".parse().unwrap()]), ..limited(30) };
    let query = "{ search { hits(first: 10) { nodes { title } } } }";
    let spent = |app: TestApp| async move {
        let mut answers = Vec::new();
        for client in [
            "198.51.100.1",
            "198.51.100.1",
            "198.51.100.1",
            "198.51.100.2",
            "2001:db8::1",
            "2001:db8::2",
            "2001:db8::3",
        ] {
            answers.push(post(&app, query, &[("x-forwarded-for", client)]).await.status.as_u16());
        }
        answers
    };
    let answers = spent(guarded(trusting)).await;
    assert_eq!(
        (answers[0], answers[2], answers[3], answers[4], answers[6]),
        (200, 429, 200, 200, 429),
        "{answers:?}"
    );
    let answers = spent(guarded(limited(30))).await;
    assert_eq!(answers[3..], [429; 4], "{answers:?}");
}

#[tokio::test]
async fn beyond_the_limit_of_operations_the_rest_is_told_to_come_back() {
    let concurrency = ConcurrencySettings {
        limit: Some(2),
        queue_timeout: std::time::Duration::from_millis(50),
        ..ConcurrencySettings::default()
    };
    let app = guarded(GuardSettings { concurrency, ..GuardSettings::default() });
    app.catalog.hold();
    let refused = AtomicUsize::new(0);
    let asked = (0..12).map(|number| {
        let query = format!("{{ search(text: \"held {number}\") {{ total {{ value }} }} }}");
        let (app, refused) = (&app, &refused);
        async move {
            let answer = post(app, &query, &[]).await;
            refused.fetch_add(usize::from(answer.status == 503), SeqCst);
            answer
        }
    });
    let asked = futures::future::join_all(asked);
    let probes = async {
        until("all but two are refused", async || refused.load(SeqCst) == 10).await;
        let statuses = (app.get("/livez").await.status, app.get("/metrics").await.status);
        app.catalog.release();
        statuses
    };
    let (answers, probes) = tokio::join!(asked, probes);
    assert_eq!((probes.0.as_u16(), probes.1.as_u16()), (200, 200));
    let shed: Vec<&Answer> = answers.iter().filter(|answer| answer.status == 503).collect();
    assert_eq!(shed.len(), 10);
    for answer in shed {
        assert_eq!(answer.code(), "OVERLOADED");
        assert_eq!(answer.header(header::RETRY_AFTER), "2");
    }
}

#[tokio::test]
async fn pages_of_other_sites_may_ask_by_the_operators_rules() {
    async fn preflight(app: &TestApp, origin: &str) -> String {
        let request = Request::options("/graphql")
            .header(header::ORIGIN, origin)
            .header(header::ACCESS_CONTROL_REQUEST_METHOD, "POST")
            .header(header::ACCESS_CONTROL_REQUEST_HEADERS, "authorization,content-type")
            .body(Body::empty())
            .unwrap();
        let answer = app.send(request).await;
        assert!(
            answer.header(header::ACCESS_CONTROL_ALLOW_HEADERS).contains("authorization"),
            "{:?}",
            answer.headers
        );
        answer.header(header::ACCESS_CONTROL_ALLOW_ORIGIN).to_owned()
    }
    let open = TestApp::dozen();
    assert_eq!(preflight(&open, "https://films.example").await, "*");
    let listed = Origins::Listed(vec!["https://films.example".parse().unwrap()]);
    let app = guarded(GuardSettings {
        cross_site: CrossSite { origins: listed, preflight: true },
        ..GuardSettings::default()
    });
    assert_eq!(preflight(&app, "https://films.example").await, "https://films.example");
    assert_eq!(preflight(&app, "https://evil.example").await, "");
    let query = "/graphql?query=%7B__typename%7D";
    assert_eq!(open.get(query).await.status, 200);
    let refused = app.get(query).await;
    assert_eq!((refused.status.as_u16(), refused.code().as_str()), (403, "CROSS_SITE_REQUEST"));
    let asked = Request::get(query).header("graphql-require-preflight", "1").body(Body::empty()).unwrap();
    assert_eq!(app.send(asked).await.status, 200);
}

#[tokio::test]
async fn introspection_and_graphiql_are_for_development() {
    let query = "{ __schema { queryType { name } } }";
    for environment in [Environment::Development, Environment::Production] {
        let app = TestApp::of(dozen(), ApiSettings::of(environment));
        let open = environment == Environment::Development;
        let told = app.post(&json!({ "query": query })).await.json();
        assert_eq!(told["data"]["__schema"]["queryType"]["name"] == "Query", open, "{told}");
        // A binary without the pages serves a page that says so.
        let page = app.get("/graphiql").await;
        assert_eq!(page.status == 200 || page.text().contains("without the pages"), open, "{environment:?}");
        // The name of a type is no secret, and clients ask it everywhere.
        assert_eq!(app.ask("{ __typename }").await["__typename"], "Query");
        let slip = app.post(&json!({ "query": "{ serch { state } }" })).await.text();
        assert!(!slip.contains("Did you mean"), "{slip}");
        let explain = app.post(&json!({ "query": "{ search { explain { engine } } }" })).await;
        assert_eq!(explain.code() == "FORBIDDEN", !open, "{}", explain.text());
    }
}
