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
    ("{ catalog { engine movies } rateLimit { cost } }", "{}", 1),
    ("{ search { state } }", "{}", 9),
    ("{ search { hits { nodes { id title } } } }", "{}", 17),
    ("{ search { hits(first: 3) { nodes { id title } edges { cursor } } } }", "{}", 11),
    ("{ search { hits(first: 3, last: 5) { nodes { id } } } }", "{}", 10),
    ("{ search { hits(first: null) { nodes { id } } } }", "{}", 14),
    ("{ search { hits(first: 101) { nodes { id } } } }", "{}", 9),
    ("{ search { hits(first: -1) { nodes { id } } } }", "{}", 9),
    ("query($n: Int!) { search { hits(first: $n) { nodes { id title } } } }", r#"{"n": 7}"#, 12),
    ("query($n: Int!) { search { hits(first: $n) { nodes { id title } } } }", r#"{"n": 50}"#, 28),
    ("query($n: Int = 4) { search { hits(first: $n) { nodes { id title } } } }", "{}", 11),
    ("query($n: Int = 4) { search { hits(first: $n) { nodes { id title } } } }", r#"{"n": null}"#, 17),
    (
        "query($n: Int, $m: Int = 2) { search { hits(last: $n) { nodes { similar(first: $m) { id } } } } }",
        r#"{"n": 3, "m": 5}"#,
        36,
    ),
    ("{ search { hits(first: 2) { nodes { people { name } similar { id } } } } }", "{}", 32),
    (
        "{ search { facets { genres { values { value count } other } cast(first: 3) { values { value } } \
         decades(first: 0) { values { value } } years(interval: 5) { buckets { from } } providers { distinct } } } }",
        "{}",
        36,
    ),
    ("query($f: Int) { search { facets { genres(first: $f) { values { value } } } } }", r#"{"f": 12}"#, 13),
    (r#"{ search { facets { cast(first: 0, contains: "a") { distinct } } } }"#, "{}", 27),
    (
        "query($c: String) { search { facets { cast(first: 0, contains: $c) { distinct } } } }",
        r#"{"c": "a"}"#,
        27,
    ),
    (
        "query($c: String) { search { facets { cast(first: 0, contains: $c) { distinct } } } }",
        r#"{"c": null}"#,
        11,
    ),
    (r#"{ autocomplete(prefix: "a") { text count } }"#, "{}", 12),
    (r#"{ autocomplete(prefix: "a", first: 30) { __typename text count } }"#, "{}", 21),
    ("query($p: String!) { autocomplete(prefix: $p) { text } }", r#"{"p": "al"}"#, 11),
    (r#"{ movie(id: "x") { id similar(first: 9) { id title } } }"#, "{}", 11),
    (r#"{ movies(ids: ["a", "b", "c"]) { id title } }"#, "{}", 1),
    (r#"{ movies(ids: "a") { id } }"#, "{}", 1),
    ("query($i: [ID!]!) { movies(ids: $i) { id title } }", r#"{"i": ["a", "b"]}"#, 1),
    ("query($i: [ID!]!) { movies(ids: $i) { id title } }", r#"{"i": "a"}"#, 1),
    ("query($i: ID!, $j: ID!) { nodes(ids: [$i, $j, 7]) { id } }", r#"{"i": "a", "j": 1}"#, 1),
    (r#"{ nodes(ids: []) { id } }"#, "{}", 1),
    (r#"{ node(id: "x") { ... on Movie { similar(first: 5) { id } } ... on Person { name } } }"#, "{}", 9),
    ("{ node(id: \"x\") { ...M } } fragment M on Movie { id similar(first: 5) { id } }", "{}", 9),
    ("{ node(id: \"x\") { ... on Movie { id similar(first: 5) { id } } } }", "{}", 9),
    ("{ search(text: \"a b c\") { state } }", "{}", 12),
    ("{ search(text: \"a b c\") { relaxations { total } didYouMean { text } } }", "{}", 22),
    (
        "query($w: MovieWhere) { search(where: $w) { total { value } } }",
        r#"{"w": {"genres": {"anyOf": ["a", "b"]}}}"#,
        10,
    ),
    ("{ search { hits(first: 4) { nodes { summary cast } } } }", "{}", 15),
    ("{ search { hits(first: 4) { nodes { summary(max: 150) cast(first: 3) } } } }", "{}", 12),
    ("{ search { hits(first: 4) { nodes { summary(max: 100000) cast(first: 100) } } } }", "{}", 15),
    ("query($m: Int) { search { hits(first: 4) { nodes { summary(max: $m) } } } }", r#"{"m": 200}"#, 11),
    ("query($m: Int) { search { hits(first: 4) { nodes { summary(max: $m) } } } }", r#"{"m": null}"#, 12),
    ("{ search { hits(first: 4) { nodes { plot } } } }", "{}", 260),
    ("{ search { hits(first: 4) { nodes { plot(max: 500) } } } }", "{}", 12),
    ("query($m: Int = 1000) { search { hits(first: 4) { nodes { plot(max: $m) } } } }", "{}", 13),
    (
        "query($m: Int = 1000) { search { hits(first: 4) { nodes { plot(max: $m) } } } }",
        r#"{"m": null}"#,
        260,
    ),
    ("{ search { hits(first: 4) { nodes { plot(max: -1) cast(first: -1) } } } }", "{}", 11),
    ("{ search { hits(first: 4) { nodes { directors writers runtime rating released } } } }", "{}", 13),
    (
        "{ search { hits(first: 4) { nodes { titles { title kind } ratings { value } ids { id } keywords } } } }",
        "{}",
        25,
    ),
    (
        "{ search { hits(first: 4) { nodes { attribution { text licence url } directedBy(first: 2) { name } } } } }",
        "{}",
        14,
    ),
    (
        "{ search { facets { directors(first: 3) { values { value } } languages { missing } countries(first: 5) { other } } } }",
        "{}",
        14,
    ),
    (r#"{ search { facets { directors(first: 0, contains: "a") { distinct } } } }"#, "{}", 27),
    (
        "{ search(where: { directors: { anyOf: [\"a\"] }, runtime: { gte: 1, lte: 2 }, rating: { gte: 7.5 } }) { state } }",
        "{}",
        11,
    ),
    (r#"{ person(name: "x") { filmography(role: DIRECTOR, first: 2) { nodes { id } } } }"#, "{}", 9),
    (
        "{ importReceipt(object: \"x\") { reading { format unread unfilled skipped { value } dropped { field message } } } }",
        "{}",
        6,
    ),
    ("{ movie(id: \"x\") { ...M } } fragment M on Movie { id similar(first: 5) { id } }", "{}", 9),
    (
        r#"{ person(name: "x") { filmography { nodes { id } } costars(first: 4) { person { name } } } }"#,
        "{}",
        23,
    ),
    (r#"{ person(name: "x") { filmography(last: 2) { nodes { id } } costars { together } } }"#, "{}", 19),
    (r#"{ costars(from: "a", to: "b") { length steps { person { name } movie { title } } } }"#, "{}", 23),
    ("{ importReceipts { nodes { object status } totalCount } }", "{}", 9),
    ("{ importReceipts(first: 5) { nodes { object refusals { line } } } }", "{}", 66),
    ("{ rateLimit(dryRun: true) { cost } search { hits { nodes { id } } } }", "{}", 1),
    ("query($d: Boolean!) { rateLimit(dryRun: $d) { cost } search { state } }", r#"{"d": true}"#, 1),
    ("query($d: Boolean!) { rateLimit(dryRun: $d) { cost } search { state } }", r#"{"d": false}"#, 9),
    ("query($s: Boolean!) { search { hits @skip(if: $s) { nodes { id } } state } }", r#"{"s": true}"#, 14),
    ("{ __schema { types { name fields { name } } } }", "{}", 101),
    ("query A { search { state } }", "{}", 9),
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
            "autocomplete 33",
            "catalog 1288",
            "costars 28",
            "movie 22",
            "movies 17",
            "node 2",
            "person 25",
            "receipt 76",
            // Refused, as its state is not given.
            "restore 1",
            "search 143"
        ]
    );
}
