//! Prices are part of what clients rely on: a table pins the points of operations, with and without variables.

use std::{num::NonZeroU32, path::Path};

use serde_json::{Value, json};
use wikimovie_api::{
    ApiSettings, CacheSettings,
    guard::{GuardSettings, LimitMode, Limits},
};
use wikimovie_testkit_builders::dozen;

use crate::app::TestApp;

/// Documents, their variables, and their points.
const PRICES: &[(&str, &str, u64)] = &[
    ("{ __typename }", "{}", 1),
    ("{ catalog { engine movies } rateLimit { cost } }", "{}", 4),
    ("{ search { state } }", "{}", 2),
    ("{ search { hits { nodes { id title } } } }", "{}", 62),
    ("{ search { hits(first: 3) { nodes { id title } edges { cursor } } } }", "{}", 17),
    ("{ search { hits(first: 3, last: 5) { nodes { id } } } }", "{}", 12),
    ("{ search { hits(first: null) { nodes { id } } } }", "{}", 42),
    ("{ search { hits(first: 101) { nodes { id } } } }", "{}", 2),
    ("{ search { hits(first: -1) { nodes { id } } } }", "{}", 2),
    ("query($n: Int!) { search { hits(first: $n) { nodes { id title } } } }", r#"{"n": 7}"#, 23),
    ("query($n: Int!) { search { hits(first: $n) { nodes { id title } } } }", r#"{"n": 50}"#, 152),
    ("query($n: Int = 4) { search { hits(first: $n) { nodes { id title } } } }", "{}", 14),
    ("query($n: Int = 4) { search { hits(first: $n) { nodes { id title } } } }", r#"{"n": null}"#, 62),
    (
        "query($n: Int, $m: Int = 2) { search { hits(last: $n) { nodes { similar(first: $m) { id } } } } }",
        r#"{"n": 3, "m": 5}"#,
        53,
    ),
    ("{ search { hits(first: 2) { nodes { people { name } similar { id } } } } }", "{}", 50),
    (
        "{ search { facets { genres { values { value count } other } cast(first: 3) { values { value } } \
         decades(first: 0) { values { value } } years(interval: 5) { buckets { from } } providers { distinct } } } }",
        "{}",
        213,
    ),
    ("query($f: Int) { search { facets { genres(first: $f) { values { value } } } } }", r#"{"f": 12}"#, 27),
    (r#"{ autocomplete(prefix: "a") { text count } }"#, "{}", 27),
    (r#"{ autocomplete(prefix: "a", first: 30) { __typename text count } }"#, "{}", 71),
    ("query($p: String!) { autocomplete(prefix: $p) { text } }", r#"{"p": "al"}"#, 19),
    (r#"{ movie(id: "x") { id similar(first: 9) { id title } } }"#, "{}", 31),
    (r#"{ movies(ids: ["a", "b", "c"]) { id title } }"#, "{}", 7),
    (r#"{ movies(ids: "a") { id } }"#, "{}", 2),
    ("query($i: [ID!]!) { movies(ids: $i) { id title } }", r#"{"i": ["a", "b"]}"#, 5),
    ("query($i: [ID!]!) { movies(ids: $i) { id title } }", r#"{"i": "a"}"#, 3),
    ("query($i: ID!, $j: ID!) { nodes(ids: [$i, $j, 7]) { id } }", r#"{"i": "a", "j": 1}"#, 4),
    (r#"{ nodes(ids: []) { id } }"#, "{}", 1),
    (r#"{ node(id: "x") { ... on Movie { similar(first: 5) { id } } ... on Person { name } } }"#, "{}", 18),
    ("{ node(id: \"x\") { ...M } } fragment M on Movie { id similar(first: 5) { id } }", "{}", 18),
    ("{ node(id: \"x\") { ... on Movie { id similar(first: 5) { id } } } }", "{}", 18),
    ("{ search(text: \"a b c\") { state } }", "{}", 2),
    ("{ search(text: \"a b c\") { relaxations { total } didYouMean { text } } }", "{}", 2),
    (
        "query($w: MovieWhere) { search(where: $w) { total { value } } }",
        r#"{"w": {"genres": {"anyOf": ["a", "b"]}}}"#,
        2,
    ),
    ("{ movie(id: \"x\") { ...M } } fragment M on Movie { id similar(first: 5) { id } }", "{}", 18),
    (
        r#"{ person(name: "x") { filmography { nodes { id } } costars(first: 4) { person { name } } } }"#,
        "{}",
        71,
    ),
    (r#"{ person(name: "x") { filmography(last: 2) { nodes { id } } costars { together } } }"#, "{}", 37),
    (r#"{ costars(from: "a", to: "b") { length steps { person { name } movie { title } } } }"#, "{}", 46),
    ("{ importReceipts { nodes { object status } totalCount } }", "{}", 81),
    ("{ importReceipts(first: 5) { nodes { object refusals { line } } } }", "{}", 21),
    ("{ rateLimit(dryRun: true) { cost } search { hits { nodes { id } } } }", "{}", 1),
    ("query($d: Boolean!) { rateLimit(dryRun: $d) { cost } search { state } }", r#"{"d": true}"#, 1),
    ("query($d: Boolean!) { rateLimit(dryRun: $d) { cost } search { state } }", r#"{"d": false}"#, 3),
    ("query($s: Boolean!) { search { hits @skip(if: $s) { nodes { id } } state } }", r#"{"s": true}"#, 43),
    ("{ __schema { types { name fields { name } } } }", "{}", 5),
    ("query A { search { state } }", "{}", 2),
];

fn app() -> TestApp {
    let guard = GuardSettings {
        limits: Limits { mode: LimitMode::Warn, ..Limits::default() },
        points_per_minute: NonZeroU32::new(1_000_000_000),
        ..GuardSettings::default()
    };
    TestApp::of(dozen(), ApiSettings { guard, cache: CacheSettings::off(), ..ApiSettings::default() })
}

async fn points(app: &TestApp, body: &Value) -> u64 {
    let answer = app.post(body).await;
    let json = answer.json();
    json["extensions"]["cost"]["points"].as_u64().unwrap_or_else(|| panic!("{body}: {json}"))
}

#[tokio::test]
async fn prices_stay() {
    let app = app();
    let mut changed = Vec::new();
    // Asked twice: an operation that is known costs what it cost when it was new.
    for _ in 0..2 {
        for (document, variables, expected) in PRICES {
            let variables: Value = serde_json::from_str(variables).unwrap();
            let body = json!({ "query": document, "variables": variables });
            let now = points(&app, &body).await;
            if now != *expected {
                changed.push(format!("{document} {variables}: {expected} -> {now}"));
            }
        }
    }
    assert!(changed.is_empty(), "{changed:#?}");
}

#[tokio::test]
async fn prices_of_the_clients_operations_stay() {
    let app = app();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../clients/operations");
    let mut prices = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        if path.extension().is_none_or(|extension| extension != "graphql") || name == "catalog-changed" {
            continue;
        }
        let document = std::fs::read_to_string(&path).unwrap();
        prices.push((name, points(&app, &json!({ "query": document })).await));
    }
    prices.sort();
    let prices: Vec<_> = prices.iter().map(|(name, points)| format!("{name} {points}")).collect();
    assert_eq!(
        prices,
        [
            "autocomplete 147",
            "catalog 432",
            "costars 68",
            "movie 46",
            "movies 39",
            "node 9",
            "person 116",
            "receipt 18",
            "restore 51",
            "search 875"
        ]
    );
}
