//! Each fault of a cluster: its code, its deadline, and no internal text in the response.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use wikimovie_testkit_services::{Fault, engines};

use crate::app::{App, DEADLINE};

/// Tolerance over the deadline, because the machine is busy with other tests.
const SLACK: Duration = Duration::from_millis(700);

const SEARCH: &str =
    "{ search(text: \"alien\") { total { value relation } hits(first: 3) { nodes { title } } } }";

/// Questions of each kind that reach the cluster.
const QUESTIONS: [&str; 6] = [
    SEARCH,
    "{ search { facets { genres { values { value count } } } } }",
    "{ autocomplete(prefix: \"ali\") { text count } }",
    "{ person(name: \"Sigourney Weaver\") { movieCount costars(first: 2) { person { name } } } }",
    "{ costars(from: \"Al Pacino\", to: \"Sigourney Weaver\") { length } }",
    "{ importReceipts(first: 2) { totalCount } }",
];

/// A code that a discreet response may contain.
const PARTIAL: &str = "PARTIAL_RESULTS";

/// A response must not contain a host, port, index or text of an engine.
fn assert_discreet(answer: &str, app: &App) {
    let port = |url: &str| url.rsplit(':').next().unwrap().trim_end_matches('/').to_owned();
    let mut secrets: Vec<String> = app.proxies.iter().map(|proxy| port(&proxy.url())).collect();
    let words =
        ["127.0.0.1", "localhost", "http", "exception", "shard", "secret", "_search", "html", "reqwest"];
    secrets.extend(words.map(str::to_owned));
    secrets.push(app.cluster.options.index.clone());
    for secret in secrets {
        assert!(!answer.to_lowercase().contains(&secret), "{secret:?} leaks: {answer}");
    }
}

fn codes(answer: &str) -> Vec<String> {
    let answer: Value = serde_json::from_str(answer).unwrap();
    let errors = answer["errors"].as_array().cloned().unwrap_or_default();
    errors.iter().map(|error| error["extensions"]["code"].as_str().unwrap().to_owned()).collect()
}

/// Repeats a question until the cluster answers again.
async fn recovered(app: &App) {
    app.fail(&Fault::Pass);
    let started = Instant::now();
    while !codes(&app.ask(SEARCH).await).is_empty() {
        assert!(started.elapsed() < Duration::from_secs(3), "it does not recover");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn each_fault_has_its_code_in_time_and_leaks_nothing() {
    for engine in engines("each_fault_has_its_code_in_time_and_leaks_nothing") {
        // The revision is not polled, because a late failure would eject the node in the next case.
        let app = App::start(&engine, 1).await;
        let unusable =
            json!({ "error": { "reason": "secret host", "type": "some_exception" }, "status": 500 });
        let cases = [
            ("slow", Fault::Slow(Duration::from_millis(100)), None),
            ("too slow", Fault::Slow(Duration::from_secs(30)), Some("ENGINE_TIMEOUT")),
            ("hanging", Fault::Hang, Some("ENGINE_TIMEOUT")),
            ("down", Fault::Dead, Some("ENGINE_UNAVAILABLE")),
            ("busy", Fault::Status(429), Some("ENGINE_UNAVAILABLE")),
            ("a gateway before it", Fault::Status(502), Some("ENGINE_UNAVAILABLE")),
            ("no master", Fault::Status(503), Some("ENGINE_UNAVAILABLE")),
            ("a proxy's page", Fault::Html, Some("ENGINE_UNAVAILABLE")),
            ("half an answer", Fault::TruncatedJson, Some("ENGINE_UNAVAILABLE")),
            ("broken", Fault::Status(500), Some("INTERNAL")),
            ("access denied", Fault::Status(403), Some("INTERNAL")),
            ("nonsense", Fault::rewrite(move |json| *json = unusable.clone()), Some("INTERNAL")),
        ];
        for (name, fault, code) in cases {
            for question in QUESTIONS {
                app.fail(&fault);
                let started = Instant::now();
                let answer = app.ask(question).await;
                assert!(
                    started.elapsed() < DEADLINE + SLACK,
                    "{name}: {question} took {:?}",
                    started.elapsed()
                );
                assert_discreet(&answer, &app);
                let codes = codes(&answer);
                match code {
                    None => assert!(codes.is_empty(), "{name}: {question}: {answer}"),
                    Some(code) => {
                        assert!(!codes.is_empty(), "{name}: {question}: {answer}");
                        assert!(codes.iter().all(|found| found == code), "{name}: {question}: {answer}");
                    }
                }
                recovered(&app).await;
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_partial_answer_is_marked() {
    let set = |key: &'static str, value: Value| {
        Fault::rewrite(move |json| {
            if json.get("hits").is_some() {
                json[key] = value.clone();
            }
        })
    };
    let some_failed = json!({ "total": 2, "successful": 1, "skipped": 0, "failed": 1, "failures": [
        { "shard": 0, "index": "secret", "reason": { "type": "some_exception", "reason": "secret" } },
    ] });
    let all_failed = json!({ "total": 1, "successful": 0, "skipped": 0, "failed": 1 });
    let nothing_found = Fault::rewrite(|json| {
        if json.get("hits").is_some() {
            json["timed_out"] = true.into();
            json["hits"]["hits"] = json!([]);
        }
    });
    for engine in engines("a_partial_answer_is_marked") {
        let app = App::start(&engine, 1).await;
        app.follow();
        for fault in [set("_shards", some_failed.clone()), set("timed_out", true.into())] {
            app.fail(&fault);
            let text = app.ask(SEARCH).await;
            assert_discreet(&text.replace(PARTIAL, ""), &app);
            let answer: Value = serde_json::from_str(&text).unwrap();
            assert_eq!(answer["data"]["search"]["total"]["relation"], "AT_LEAST", "{answer}");
            assert!(!answer["data"]["search"]["hits"]["nodes"].as_array().unwrap().is_empty());
            assert_eq!(answer["extensions"]["warnings"][0]["code"], PARTIAL, "{answer}");
        }
        for (fault, code) in [
            (set("_shards", all_failed.clone()), "ENGINE_UNAVAILABLE"),
            (nothing_found.clone(), "ENGINE_TIMEOUT"),
        ] {
            app.fail(&fault);
            let answer = app.ask(SEARCH).await;
            assert_discreet(&answer, &app);
            assert_eq!(codes(&answer), [code], "{answer}");
        }
        recovered(&app).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restart_is_survived_without_help() {
    for engine in engines("a_restart_is_survived_without_help") {
        let app = App::start(&engine, 1).await;
        app.follow();
        app.data(SEARCH).await;
        app.fail(&Fault::Dead);
        let started = Instant::now();
        while started.elapsed() < Duration::from_secs(2) {
            let asked = Instant::now();
            assert_eq!(codes(&app.ask(SEARCH).await), ["ENGINE_UNAVAILABLE"]);
            assert!(asked.elapsed() < DEADLINE, "calls fail fast");
        }
        // Listening again, but not ready yet.
        app.fail(&Fault::Status(503));
        assert_eq!(codes(&app.ask(SEARCH).await), ["ENGINE_UNAVAILABLE"]);
        let back = Instant::now();
        recovered(&app).await;
        assert!(back.elapsed() < Duration::from_secs(2), "back after {:?}", back.elapsed());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dead_and_a_hanging_node_of_three_are_not_noticed() {
    for engine in engines("a_dead_and_a_hanging_node_of_three_are_not_noticed") {
        let app = App::start(&engine, 3).await;
        app.follow();
        app.proxies[0].set(Fault::Dead);
        app.proxies[1].set(Fault::Hang);
        let times = load(&app, Duration::from_secs(5)).await;
        let errors = times.iter().filter(|asked| asked.started >= Duration::from_secs(1) && !asked.answered);
        assert_eq!(errors.count(), 0, "of {} on {}", times.len(), engine.name);
        let settled = times.iter().filter(|asked| asked.started >= Duration::from_secs(1));
        let mut settled: Vec<Duration> = settled.map(|asked| asked.took).collect();
        settled.sort_unstable();
        let p99 = settled[settled.len() * 99 / 100];
        assert!(p99 < DEADLINE, "p99 {p99:?}");
    }
}

#[derive(Clone)]
struct Exchange {
    started: Duration,
    took: Duration,
    answered: bool,
}

/// Eight clients that ask one question after another.
async fn load(app: &App, time: Duration) -> Vec<Exchange> {
    let started = Instant::now();
    let client = || async {
        let mut times = Vec::new();
        while started.elapsed() < time {
            let asked = Instant::now();
            let answered = codes(&app.ask(SEARCH).await).is_empty();
            times.push(Exchange { started: asked - started, took: asked.elapsed(), answered });
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        times
    };
    futures::future::join_all((0..8).map(|_| client())).await.concat()
}
