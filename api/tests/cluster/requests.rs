//! One operation is one request where it finds enough, and the request holds only what was selected.

use futures::{StreamExt as _, stream};
use http::{HeaderMap, HeaderName, HeaderValue};
use serde_json::Value;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    time::{Duration, timeout},
};
use wikimovie_testkit_services::{Recorded, engines};

use crate::app::App;

/// Questions to the catalogue that the proxy saw since it was told to forget.
fn searches(app: &App) -> Vec<Recorded> {
    let mut requests = app.proxies[0].requests();
    requests.retain(|request| request.method == "POST" && request.path.contains("search"));
    requests
}

/// The searches of a request: the body of a `_search`, every second line of an `_msearch`.
fn bodies(request: &Recorded) -> Vec<Value> {
    let text = std::str::from_utf8(&request.body).unwrap();
    let parse = |text: &str| serde_json::from_str(text).unwrap();
    if request.path.contains("_msearch") {
        return text.lines().skip(1).step_by(2).map(parse).collect();
    }
    vec![parse(text)]
}

#[tokio::test(flavor = "multi_thread")]
async fn one_operation_is_few_requests() {
    for engine in engines("one_operation_is_few_requests") {
        let app = App::start(&engine, 1).await;
        let found = app.data("{ search { hits(first: 10) { nodes { id } } } }").await;
        let nodes = found["search"]["hits"]["nodes"].as_array().unwrap();
        let ids: Vec<&str> = nodes.iter().map(|node| node["id"].as_str().unwrap()).collect();
        let alias = |(at, id): (usize, &&str)| format!("m{at}: movie(id: \"{id}\") {{ title }}");
        let ten_aliases: Vec<String> = ids.iter().enumerate().map(alias).collect();
        let operations = [
            ("ten aliases", format!("{{ {} }}", ten_aliases.join(" ")), 1),
            ("a typo", "{ search(text: \"godfahter\") { total { value } hits(first: 5) { nodes { title } } } }".into(), 1),
            (
                "a genre that enough movies have",
                "{ search(text: \"crime\") { total { value } hits(first: 5) { nodes { title } } } }".into(),
                1,
            ),
            (
                "everything of a results page",
                "{ search(text: \"godfather\", where: { genres: { anyOf: [\"Crime\"] }, decades: [1970] }) {
                    total { value } hits(first: 5) { edges { cursor score highlights { html } reasons { kind } node { title cast } } }
                    facets { genres { values { value count } distinct } cast { values { value count } }
                      decades { values { value count } } years { buckets { count } min max } }
                } }"
                .into(),
                // Few movies: weaker matches are counted, then read.
                3,
            ),
            (
                "two pages of one search",
                "{ search { a: hits(first: 2) { nodes { title } } b: hits(last: 2) { nodes { title } } } }".into(),
                1,
            ),
            (
                "two searches",
                "{ a: search(text: \"alien\") { total { value } } b: search(text: \"heat\") { total { value } } }".into(),
                6,
            ),
            (
                "a search, suggestions and a movie",
                format!(
                    "{{ search(text: \"alien\") {{ total {{ value }} }} autocomplete(prefix: \"ali\") {{ text count }} \
                     movie(id: \"{}\") {{ title }} }}",
                    ids[0]
                ),
                3,
            ),
            (
                "a search with what else could be asked",
                "{ search(text: \"godfahter pacino western\") { total { value } didYouMean { text total }
                    relaxations { total } hits(first: 2) { nodes { title } } } }"
                    .into(),
                8,
            ),
        ];
        for (name, query, most) in operations {
            app.proxies[0].forget();
            app.data(&query).await;
            let asked = searches(&app);
            let paths: Vec<&str> = asked.iter().map(|request| request.path.as_str()).collect();
            assert!((1..=most).contains(&asked.len()), "{name} on {}: {paths:?}", engine.name);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_holds_what_was_selected() {
    for engine in engines("a_request_holds_what_was_selected") {
        let app = App::start(&engine, 1).await;
        // What is selected; whether hits are read, counted, and what is aggregated.
        let cases = [
            ("total { value }", false, true, false),
            ("facets { genres { values { count } } }", false, false, true),
            ("hits(first: 3) { nodes { title } }", true, false, false),
            ("total { value } hits(first: 3) { nodes { title } }", true, true, false),
        ];
        for (selected, hits, total, facets) in cases {
            app.proxies[0].forget();
            app.data(&format!("{{ search(text: \"alien\") {{ {selected} }} }}")).await;
            // Two movies are few: what weaker matches find is counted by further requests.
            let asked = searches(&app);
            let Some(request) = asked.first() else { panic!("{selected} asks nothing") };
            let [body] = &bodies(request)[..] else { panic!("{selected} is one search") };
            assert_eq!(body["size"] != 0, hits, "{selected}: {body}");
            assert_eq!(body["track_total_hits"] == true, total, "{selected}: {body}");
            assert_eq!(body.get("aggs").is_some(), facets, "{selected}: {body}");
            let source = body["_source"].to_string();
            assert_eq!(source.contains("movie.title"), hits, "{selected}: {body}");
            assert!(!source.contains("movie.cast"), "{selected}: {body}");
        }
    }
}

/// What the node says of the searches that it runs now.
async fn running(address: &str) -> String {
    let mut socket = TcpStream::connect(address).await.unwrap();
    let request = format!(
        "GET /_tasks?actions=*search*&detailed=true HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n"
    );
    socket.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    socket.read_to_string(&mut answer).await.unwrap();
    answer
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_tells_which_request_it_works_for() {
    const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
    let parent = format!("00-{TRACE}-00f067aa0ba902b7-01");
    let headers = HeaderMap::from_iter([(
        HeaderName::from_static("traceparent"),
        HeaderValue::from_str(&parent).unwrap(),
    )]);
    for engine in engines("a_node_tells_which_request_it_works_for") {
        let app = App::start(&engine, 1).await;
        let url = &app.cluster.options.urls[0];
        let address = format!("{}:{}", url.host_str().unwrap(), url.port().unwrap());
        let asking = stream::iter(0..)
            .map(|number| {
                let query =
                    format!("{{ search(text: \"alien {number}\") {{ facets {{ cast {{ distinct }} }} }} }}");
                let (app, headers) = (&app, headers.clone());
                async move { app.ask_with(&query, headers).await }
            })
            .buffer_unordered(16)
            .for_each(|_| async {});
        let looking = async {
            while !running(&address).await.contains(&format!("\"X-Opaque-Id\":\"{TRACE}\"")) {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
        };
        let found = async {
            tokio::select! {
                () = asking => {}
                () = looking => {}
            }
        };
        timeout(Duration::from_secs(60), found).await.expect("the node's list of tasks names the trace");
    }
}
