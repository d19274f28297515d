//! REST: statuses, problems and caching.

use std::num::NonZeroU32;

use http::{Request, header};
use serde_json::json;
use wikimovie_api::{
    ApiSettings, CacheSettings, ServedDoors,
    guard::{AllowedHosts, GuardSettings},
};
use wikimovie_testkit_builders::dozen;

use super::{get, post, send};
use crate::{app::TestApp, auth::TestKeys};

const PROBLEM: &str = "application/problem+json";

#[tokio::test]
async fn the_seed_routes_answer_by_title_year_cast_genre_and_all_of_them() {
    let app = TestApp::dozen();
    for (name, variables, titles) in [
        ("movies-by-title", json!({ "title": "godfather part" }), &["The Godfather Part II"][..]),
        ("movies-by-year", json!({ "from": 1974, "to": 1976 }), &["The Godfather Part II", "Taxi Driver"]),
        ("movies-by-year", json!({ "from": 1996 }), &["Amélie"]),
        (
            "movies-by-cast",
            json!({ "cast": ["al pacino", "ROBERT DE NIRO"] }),
            &["Heat", "The Godfather Part II"],
        ),
        ("movies-by-genre", json!({ "genres": ["comedy", "romance"] }), &["Amélie"]),
        (
            "find-movies",
            json!({ "cast": ["al pacino"], "genres": ["crime"], "from": 1970, "to": 1972, "title": "godfather" }),
            &["The Godfather"],
        ),
        ("find-movies", json!({ "to": 1927, "sort": "YEAR_ASC" }), &["Metropolis"]),
    ] {
        for answer in [get(&app, name, &[], &variables).await, post(&app, name, &[], &variables).await] {
            assert_eq!(answer.status, 200, "{name}: {}", answer.text());
            let nodes = answer.json()["search"]["hits"]["nodes"].as_array().unwrap().clone();
            let found: Vec<_> = nodes.iter().map(|node| node["title"].as_str().unwrap().to_owned()).collect();
            assert_eq!(found, titles, "{name} {variables}");
        }
    }
}

#[tokio::test]
async fn what_is_wrong_has_a_status_and_a_problem() {
    let app = TestApp::dozen();
    let json_type = ("content-type", "application/json");
    let by_get = |uri: &str| Request::get(uri);
    let cases = [
        (by_get("/api/searchy"), &[][..], String::new(), 404, "OPERATION_NOT_FOUND", None),
        (by_get("/api/search?first=x"), &[], String::new(), 400, "BAD_USER_INPUT", Some("first")),
        (by_get("/api/search?first=101"), &[], String::new(), 400, "BAD_USER_INPUT", Some("first")),
        (by_get("/api/search?firsst=1"), &[], String::new(), 400, "BAD_USER_INPUT", Some("firsst")),
        (by_get("/api/movies-by-title"), &[], String::new(), 400, "BAD_USER_INPUT", Some("title")),
        (
            by_get("/api/search?where=%7B%22year%22:1%7D"),
            &[],
            String::new(),
            400,
            "BAD_USER_INPUT",
            Some("where.year"),
        ),
        (by_get("/api/restore?state=x"), &[], String::new(), 400, "BAD_STATE", Some("state")),
        (by_get("/api/search?text=a&after=x&first=1"), &[], String::new(), 400, "BAD_CURSOR", None),
        (by_get("/api/search"), &[("accept", "text/html")], String::new(), 406, "NOT_ACCEPTABLE", None),
        (Request::post("/api/search"), &[], "{}".to_owned(), 415, "UNSUPPORTED_MEDIA_TYPE", None),
        (Request::post("/api/search"), &[json_type], "{".to_owned(), 400, "BAD_REQUEST", None),
        (Request::post("/api/search"), &[json_type], "[]".to_owned(), 400, "BAD_REQUEST", None),
        (Request::post("/api/search"), &[json_type], "[".repeat(1_000), 400, "QUERY_TOO_COMPLEX", None),
        (
            Request::post("/api/search"),
            &[json_type],
            " ".repeat(1024 * 1024 + 1),
            413,
            "BODY_TOO_LARGE",
            None,
        ),
        (Request::delete("/api/search"), &[], String::new(), 405, "METHOD_NOT_ALLOWED", None),
    ];
    for (request, headers, body, status, code, parameter) in cases {
        let told = format!("{request:?}");
        let answer = send(&app, request, headers, body).await;
        assert_eq!(
            (answer.status.as_u16(), answer.header(header::CONTENT_TYPE)),
            (status, PROBLEM),
            "{told}"
        );
        let problem = answer.json();
        assert_eq!(problem["code"], code, "{told}: {problem}");
        assert_eq!(problem["status"], status);
        assert_eq!(problem["type"], format!("/docs/errors#{code}"));
        assert_eq!(problem["parameter"].as_str(), parameter, "{told}: {problem}");
        assert_eq!(answer.header(header::CACHE_CONTROL), "no-store");
    }
    let near = app.get("/api/movies-by-titlee").await.json()["near"].clone();
    assert_eq!(near[0], "movies-by-title");
    let near = app.get("/api/MoviesByTitle").await.json()["near"].clone();
    assert_eq!(near[0], "movies-by-title");
}

#[tokio::test]
async fn who_lacks_a_scope_or_points_is_told_which_and_when() {
    let keys = TestKeys::new(&[("none", "", json!({})), ("search", "search", json!({}))]);
    let app = TestApp::of(dozen(), ApiSettings::default()).with_auth(keys.authenticator());
    let unknown = app.get("/api/search").await;
    assert_eq!((unknown.status.as_u16(), unknown.json()["code"].clone()), (401, json!("UNAUTHENTICATED")));
    assert_eq!(unknown.header(header::WWW_AUTHENTICATE), "Bearer realm=\"wikimovie\"");
    let bearer = |name: &str| keys.bearer(name);
    for (name, operation, scope) in [("none", "search", "search"), ("search", "receipt", "provider")] {
        let answer = get(&app, operation, &[("authorization", &bearer(name))], &json!({})).await;
        assert_eq!((answer.status.as_u16(), answer.json()["code"].clone()), (403, json!("FORBIDDEN")));
        assert!(answer.header(header::WWW_AUTHENTICATE).contains(&format!("scope=\"{scope}\"")));
    }
    let guard = GuardSettings { points_per_minute: NonZeroU32::new(400), ..GuardSettings::default() };
    let app = TestApp::of(dozen(), ApiSettings { guard, ..ApiSettings::default() });
    let mut last = get(&app, "search", &[], &json!({})).await;
    assert_eq!(last.status, 200);
    for _ in 0..10 {
        last = get(&app, "search", &[], &json!({})).await;
    }
    assert_eq!((last.status.as_u16(), last.json()["code"].clone()), (429, json!("RATE_LIMITED")));
    assert!(last.header(header::RETRY_AFTER).parse::<u32>().unwrap() >= 1);
    assert!(!last.header("ratelimit").is_empty());
}

#[tokio::test]
async fn an_answer_that_is_known_is_not_sent_again() {
    let app = TestApp::remembering(CacheSettings::default());
    let variables = json!({ "text": "crime", "first": 20 });
    let first = get(&app, "search", &[], &variables).await;
    assert_eq!(first.header("cache-status"), "wikimovie; fwd=miss");
    assert!(first.header(header::CACHE_CONTROL).starts_with("public, max-age="));
    let tag = first.header(header::ETAG).to_owned();
    assert!(!tag.is_empty());
    let again = get(&app, "search", &[("if-none-match", &tag)], &variables).await;
    assert_eq!((again.status.as_u16(), again.body.len()), (304, 0));
    assert_eq!(again.header("cache-status"), "wikimovie; hit");
    let packed = get(&app, "search", &[("accept-encoding", "gzip")], &variables).await;
    assert_eq!(packed.header(header::CONTENT_ENCODING), "gzip");
    assert!(packed.body.len() < first.body.len());
    // By POST no cache but ours may store it.
    let posted = post(&app, "search", &[], &variables).await;
    assert_eq!((posted.body, posted.headers.get(header::ETAG)), (first.body, None));
    // What changes without the catalogue is never stored.
    let catalog = get(&app, "catalog", &[], &json!({})).await;
    assert_eq!((catalog.status.as_u16(), catalog.header(header::CACHE_CONTROL)), (200, "no-store"));
}

#[tokio::test]
async fn doors_are_served_as_the_operator_says() {
    let of = |doors: &str| {
        let doors: ServedDoors = doors.parse().unwrap();
        TestApp::of(dozen(), ApiSettings { doors, ..ApiSettings::default() })
    };
    for (doors, served) in [
        ("rest", [true, true, false, false]),
        ("docs", [false, false, true, false]),
        ("mcp", [false, false, false, true]),
        ("none", [false; 4]),
        ("rest,mcp,docs", [true; 4]),
    ] {
        let app = of(doors);
        let tools = super::message(&app, &[], "tools/list", json!({})).await.status == 200;
        let mut found = Vec::new();
        for uri in ["/api/search", "/openapi.json", "/docs"] {
            found.push(app.get(uri).await.status == 200);
        }
        assert_eq!([&found[..], &[tools]].concat(), served, "{doors}");
    }
}

#[tokio::test]
async fn hosts_and_origins_are_those_of_graphql() {
    let guard = GuardSettings {
        hosts: AllowedHosts::Listed(vec!["movies.example".parse().unwrap()]),
        ..GuardSettings::default()
    };
    let app = TestApp::of(dozen(), ApiSettings { guard, ..ApiSettings::default() });
    let other = send(&app, Request::get("/api/search"), &[("host", "evil.example")], String::new()).await;
    assert_eq!((other.status.as_u16(), other.header(header::CONTENT_TYPE)), (421, PROBLEM));
    let own = send(&app, Request::get("/api/search"), &[("host", "movies.example")], String::new()).await;
    assert_eq!(own.status, 200);
    let preflight = [
        ("host", "movies.example"),
        ("origin", "https://a.example"),
        ("access-control-request-method", "POST"),
        ("access-control-request-headers", "content-type"),
    ];
    for uri in ["/api/search", "/mcp", "/graphql"] {
        let answer = send(&app, Request::options(uri), &preflight, String::new()).await;
        assert_eq!(answer.header(header::ACCESS_CONTROL_ALLOW_ORIGIN), "*", "{uri}");
        assert_eq!(answer.header(header::ACCESS_CONTROL_ALLOW_HEADERS), "content-type", "{uri}");
    }
}
