//! Who may ask what: keys, scopes on every field, tenants, and connections that outlast their credential.

use std::{collections::BTreeMap, path::PathBuf};

use axum::body::Body;
use http::{Request, header};
use serde_json::{Value, json};
use wikimovie_api::{
    ApiSettings,
    auth::{AuthSettings, Authenticator, KeySettings, jwt::JwtSettings, keys::new_key},
};
use wikimovie_testkit_builders::dozen;

use crate::app::{Answer, TestApp};

/// Keys by their names, in a file.
pub(crate) struct TestKeys {
    keys: BTreeMap<&'static str, String>,
    file: PathBuf,
    _folder: tempfile::TempDir,
}

impl TestKeys {
    pub(crate) fn new(entries: &[(&'static str, &str, Value)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("keys.json");
        let mut keys = BTreeMap::new();
        let mut listed = Vec::new();
        for (name, scopes, more) in entries {
            let (key, sha256) = new_key().unwrap();
            keys.insert(*name, key);
            let scopes: Vec<&str> = scopes.split(',').filter(|scope| !scope.is_empty()).collect();
            let mut entry = json!({ "name": name, "sha256": sha256, "scopes": scopes });
            for (field, value) in more.as_object().into_iter().flatten() {
                entry[field] = value.clone();
            }
            listed.push(entry);
        }
        std::fs::write(&file, json!({ "keys": listed }).to_string()).unwrap();
        Self { keys, file, _folder: folder }
    }

    pub(crate) fn authenticator(&self) -> Authenticator {
        Authenticator::new(&AuthSettings::Keys(KeySettings::of(self.file.clone()))).unwrap()
    }

    /// The header that shows a key.
    pub(crate) fn bearer(&self, name: &str) -> String {
        format!("Bearer {}", self.keys[name])
    }
}

async fn ask(app: &TestApp, key: &str, query: &str) -> Answer {
    let request = Request::post("/graphql")
        .header(header::CONTENT_TYPE, "application/json")
        .header(header::ACCEPT, "application/graphql-response+json")
        .header(header::AUTHORIZATION, format!("Bearer {key}"))
        .body(Body::from(json!({ "query": query }).to_string()))
        .unwrap();
    app.send(request).await
}

fn codes(answer: &Value) -> Vec<String> {
    let errors = answer["errors"].as_array().cloned().unwrap_or_default();
    errors.iter().map(|error| error["extensions"]["code"].as_str().unwrap_or_default().to_owned()).collect()
}

/// Every field that needs a scope, in an operation that has an answer to all who may ask.
const FIELDS: &[(&str, &str, &str)] = &[
    ("search", "search", "{ search { total { value } } }"),
    ("autocomplete", "search", "{ autocomplete(prefix: \"al\") { text } }"),
    ("movie", "search", "{ movie(id: \"x\") { title } }"),
    ("movies", "search", "{ movies(ids: [\"x\"]) { title } }"),
    ("person", "search", "{ person(name: \"Al Pacino\") { name } }"),
    (
        "costars",
        "search",
        "{ costars(from: \"Al Pacino\", to: \"Jodie Foster\") { steps { movie { title } } } }",
    ),
    ("node", "search", "{ node(id: \"x\") { id } }"),
    ("nodes", "search", "{ nodes(ids: [\"x\"]) { id } }"),
    ("catalog", "search", "{ catalog { movies } }"),
    ("importReceipt", "provider", "{ importReceipt(object: \"x\") { object } }"),
    ("importReceipts", "provider", "{ importReceipts { totalCount } }"),
    ("explain", "search,operator", "{ search { explain { engine } } }"),
];

/// Name of the key with these scopes.
fn name_of(scopes: &'static str) -> &'static str {
    if scopes.is_empty() { "without" } else { scopes }
}

#[tokio::test]
async fn each_field_needs_its_scope_and_no_other() {
    let sets = [
        "",
        "search",
        "provider",
        "operator",
        "search,provider",
        "search,operator",
        "search,provider,operator",
    ];
    let entries: Vec<_> = sets.iter().map(|scopes| (name_of(scopes), *scopes, json!({}))).collect();
    let keys = TestKeys::new(&entries);
    let app = TestApp::of(dozen(), ApiSettings::default()).with_auth(keys.authenticator());
    for (field, needed, query) in FIELDS {
        for scopes in sets {
            let answer = ask(&app, &keys.keys[name_of(scopes)], query).await.json();
            let may = needed.split(',').all(|scope| scopes.split(',').any(|own| own == scope));
            let expected = if may { Vec::new() } else { vec!["FORBIDDEN".to_owned()] };
            assert_eq!(codes(&answer), expected, "{field} with {scopes:?}: {answer}");
        }
    }
    // What tells nothing of movies is for everyone who is let in.
    for query in ["{ __typename }", "{ rateLimit { cost } }"] {
        assert_eq!(
            codes(&ask(&app, &keys.keys[name_of("")], query).await.json()),
            Vec::<String>::new(),
            "{query}"
        );
    }
}

#[test]
fn no_field_of_the_root_is_forgotten() {
    let sdl = wikimovie_api::sdl();
    let root = sdl.split("type Query {").nth(1).unwrap().split("\n}").next().unwrap();
    let known: Vec<&str> = FIELDS.iter().map(|(name, ..)| *name).chain(["rateLimit"]).collect();
    let mut named = 0;
    for line in root.lines().filter(|line| line.starts_with("  ") && !line.starts_with("   ")) {
        let name = line.trim().split(['(', ':']).next().unwrap();
        // The rest are lines of descriptions and ends of lists of arguments.
        let is_name = name.starts_with(|first: char| first.is_ascii_lowercase())
            && name.chars().all(|letter| letter.is_ascii_alphanumeric())
            && line.contains(['(', ':']);
        if !is_name {
            continue;
        }
        named += 1;
        assert!(known.contains(&name), "{name} is not among the fields whose scopes are tested");
    }
    // `explain` stands below the root.
    assert_eq!(named, FIELDS.len(), "{root}");
}

#[tokio::test]
async fn who_shows_no_good_credential_is_told_so_and_nothing_else() {
    let keys = TestKeys::new(&[("web", "search", json!({}))]);
    let app = TestApp::of(dozen(), ApiSettings::default()).with_auth(keys.authenticator());
    let query = "{ search { total { value } } }";
    let anonymous = app.post(&json!({ "query": query })).await;
    for (answer, message) in [
        (anonymous, "a credential is required: Authorization: Bearer, or X-API-Key"),
        (ask(&app, "wmk_nobody", query).await, "the key is not known"),
        (ask(&app, "", query).await, "the credential cannot be read"),
    ] {
        assert_eq!((answer.status.as_u16(), answer.code().as_str()), (401, "UNAUTHENTICATED"));
        assert_eq!(answer.header(header::WWW_AUTHENTICATE), "Bearer realm=\"wikimovie\"");
        assert_eq!(
            answer.json(),
            json!({ "errors": [{ "message": message, "extensions": { "code": "UNAUTHENTICATED" } }] })
        );
    }
    assert_eq!(ask(&app, &keys.keys["web"], query).await.status, 200);
    let by_header = Request::post("/graphql")
        .header(header::CONTENT_TYPE, "application/json")
        .header("x-api-key", &keys.keys["web"])
        .body(Body::from(json!({ "query": query }).to_string()))
        .unwrap();
    assert_eq!(app.send(by_header).await.status, 200);
    // A GET is no way around, and probes need nobody.
    assert_eq!(app.get("/graphql?query=%7B__typename%7D").await.status, 401);
    for path in ["/livez", "/readyz"] {
        assert_eq!(app.get(path).await.status, 200, "{path}");
    }
}

#[tokio::test]
async fn answers_that_are_remembered_are_told_only_to_those_who_may_see_them() {
    let keys = TestKeys::new(&[
        ("web", "search", json!({})),
        ("none", "", json!({})),
        ("acme", "search", json!({ "where": { "genres": { "anyOf": ["Horror"] } } })),
    ]);
    let app = TestApp::of(dozen(), ApiSettings::default()).with_auth(keys.authenticator());
    let query = "{ search { total { value } } }";
    for _ in 0..3 {
        assert_eq!(ask(&app, &keys.keys["web"], query).await.json()["data"]["search"]["total"]["value"], 12);
        assert_eq!(ask(&app, &keys.keys["acme"], query).await.json()["data"]["search"]["total"]["value"], 2);
        assert_eq!(codes(&ask(&app, &keys.keys["none"], query).await.json()), ["FORBIDDEN"]);
    }
}

/// Everything that can be asked, in one operation each.
const ALL: &[&str] = &[
    "{ search(text: \"alien\") { total { value } hits(first: 50) { edges { score highlights { html } reasons { kind } node { title cast genres people { name movieCount } similar(first: 20) { title } } } }
       facets { genres { values { value count } other missing distinct } cast { values { value count } distinct } providers { values { value count } } decades { values { value count } } years { min max buckets { count } } }
       understood { kind value } didYouMean { text total } relaxations { total } } }",
    "{ search(text: \"drama al pacino\") { total { value } hits { nodes { title } } understood { kind value } } }",
    "{ search(text: \"godfahter\") { total { value } hits { nodes { title } } didYouMean { text } } }",
    "{ search(where: { genres: { anyOf: [\"Crime\"] } }) { total { value } facets { genres { values { value count } } } } }",
    "{ autocomplete(prefix: \"a\", first: 30) { __typename text count } }",
    "{ autocomplete(prefix: \"god\", first: 30) { __typename text count } }",
    "{ person(name: \"Al Pacino\") { name movieCount filmography { nodes { title } } costars { together person { name } } } }",
    "{ person(name: \"Sigourney Weaver\") { name movieCount filmography { nodes { title } } costars { together person { name } } } }",
    "{ costars(from: \"Al Pacino\", to: \"Anthony Hopkins\") { steps { movie { title } person { name } } } }",
    "{ costars(from: \"Tom Skerritt\", to: \"Bill Murray\") { steps { movie { title } person { name } } } }",
    "{ catalog { movies people genres providers { name movies } } }",
    "{ importReceipts { totalCount nodes { object } } }",
];

#[tokio::test]
async fn a_tenant_is_answered_as_if_there_were_no_other_movies() {
    let is_horror = |movie: &wikimovie_domain::Movie| {
        movie.genres.iter().any(|genre| genre == "Horror" || genre == "Comedy")
    };
    let keys = TestKeys::new(&[
        ("tenant", "search,provider", json!({ "where": { "genres": { "anyOf": ["Horror", "comedy"] } } })),
        ("everyone", "search,provider", json!({})),
    ]);
    let whole = TestApp::of(dozen(), ApiSettings::default()).with_auth(keys.authenticator());
    let own = dozen().into_iter().filter(is_horror).collect();
    let alone = TestApp::of(own, ApiSettings::default()).with_auth(keys.authenticator());
    for query in ALL {
        let mut part = ask(&whole, &keys.keys["tenant"], query).await.json();
        let mut other = ask(&alone, &keys.keys["everyone"], query).await.json();
        assert_eq!(codes(&part), Vec::<String>::new(), "{query}: {part}");
        if query.contains("importReceipts") {
            // Whose deliveries they are is not said by a genre.
            assert_eq!(part["data"]["importReceipts"], json!({ "totalCount": 0, "nodes": [] }));
            (part, other) = (Value::Null, Value::Null);
        }
        assert_eq!(part, other, "{query}");
    }
    // By id, each of the others is as if it were not there.
    let ids: Vec<_> =
        futures::future::join_all(dozen().iter().map(|movie| whole_id(&whole, &keys, movie.title.clone())))
            .await;
    let listed = serde_json::to_string(&ids).unwrap();
    let query = format!("{{ movies(ids: {listed}) {{ title }} nodes(ids: {listed}) {{ __typename }} }}");
    let answer = ask(&whole, &keys.keys["tenant"], &query).await.json();
    for (place, movie) in dozen().iter().enumerate() {
        assert_eq!(answer["data"]["movies"][place].is_null(), !is_horror(movie), "{}", movie.title);
        assert_eq!(answer["data"]["nodes"][place].is_null(), !is_horror(movie), "{}", movie.title);
    }
    // A filter of the caller's own only narrows.
    for filter in [
        "{ not: { genres: { anyOf: [\"Horror\", \"Comedy\"] } } }",
        "{ or: [{}, { genres: { anyOf: [\"Crime\"] } }] }",
    ] {
        let query = format!("{{ search(where: {filter}) {{ total {{ value }} }} }}");
        let total =
            ask(&whole, &keys.keys["tenant"], &query).await.json()["data"]["search"]["total"]["value"]
                .as_u64()
                .unwrap();
        assert!(total <= 4, "{filter}: {total}");
    }
}

async fn whole_id(app: &TestApp, keys: &TestKeys, title: String) -> String {
    let query =
        format!("{{ search(where: {{ title: {} }}) {{ hits {{ nodes {{ id title }} }} }} }}", json!(title));
    let answer = ask(app, &keys.keys["everyone"], &query).await.json();
    let nodes = answer["data"]["search"]["hits"]["nodes"].as_array().unwrap().clone();
    nodes.iter().find(|node| node["title"] == title.as_str()).unwrap()["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn cursors_of_one_tenant_are_no_others() {
    let keys = TestKeys::new(&[
        ("one", "search", json!({ "where": { "genres": { "anyOf": ["Crime"] } } })),
        ("other", "search", json!({ "where": { "genres": { "anyOf": ["Drama"] } } })),
    ]);
    let app = TestApp::of(dozen(), ApiSettings::default()).with_auth(keys.authenticator());
    let answer =
        ask(&app, &keys.keys["one"], "{ search { hits(first: 1) { edges { cursor } } } }").await.json();
    let cursor = answer["data"]["search"]["hits"]["edges"][0]["cursor"].clone();
    let next = format!("{{ search {{ hits(first: 1, after: {cursor}) {{ nodes {{ title }} }} }} }}");
    assert_eq!(codes(&ask(&app, &keys.keys["one"], &next).await.json()), Vec::<String>::new());
    assert_eq!(codes(&ask(&app, &keys.keys["other"], &next).await.json()), ["BAD_CURSOR"]);
}

#[tokio::test]
async fn a_key_has_points_of_its_own() {
    let keys = TestKeys::new(&[
        ("small", "search", json!({ "pointsPerMinute": 30 })),
        ("usual", "search", json!({})),
    ]);
    let guard = wikimovie_api::guard::GuardSettings {
        points_per_minute: std::num::NonZeroU32::new(500),
        ..Default::default()
    };
    let settings = ApiSettings { guard, ..ApiSettings::default() };
    let app = TestApp::of(dozen(), settings).with_auth(keys.authenticator());
    let query = "{ search { hits(first: 30) { nodes { title year } } } }";
    assert_eq!(
        ask(&app, &keys.keys["small"], query).await.header("ratelimit-policy"),
        "\"points\";q=30;w=60"
    );
    assert_eq!(ask(&app, &keys.keys["small"], query).await.status, 429);
    assert_eq!(
        ask(&app, &keys.keys["usual"], query).await.header("ratelimit-policy"),
        "\"points\";q=500;w=60"
    );
}

#[tokio::test]
async fn without_the_keys_of_the_provider_callers_are_told_to_come_back() {
    let settings = JwtSettings::of("http://127.0.0.1:9", vec!["wikimovie".to_owned()]);
    let auth = Authenticator::new(&AuthSettings::Jwt(Box::new(settings))).unwrap();
    let app = TestApp::of(dozen(), ApiSettings::default()).with_auth(auth);
    // A well-formed token that names a key nobody has.
    let token = "eyJhbGciOiJSUzI1NiIsImtpZCI6ImEifQ.e30.AAAA";
    let answer = ask(&app, token, "{ catalog { movies } }").await;
    assert_eq!((answer.status.as_u16(), answer.code().as_str()), (503, "AUTH_UNAVAILABLE"));
    assert!(answer.json().get("data").is_none());
    assert!(!answer.text().contains("127.0.0.1"), "{}", answer.text());
}
