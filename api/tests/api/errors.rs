//! Each code, with the whole answer a client sees; and nothing of ours in it.

use serde_json::json;
use std::time::Duration;
use wikimovie_api::{ApiSettings, Environment};

use crate::app::{Failure, TestApp};

#[tokio::test]
async fn an_argument_out_of_bounds_is_named_where_it_stands() {
    let app = TestApp::dozen();
    let answer = app.post(&json!({ "query": "{ search { hits(first: 101) { nodes { id } } } }" })).await;
    assert_eq!(answer.status, 200);
    assert_eq!(
        answer.json(),
        json!({
            "data": null,
            "errors": [{
                "message": "first 101 is above the limit of 100",
                "locations": [{ "line": 1, "column": 12 }],
                "path": ["search", "hits"],
                "extensions": { "argument": "first", "code": "BAD_USER_INPUT" },
            }],
        })
    );
}

#[tokio::test]
async fn arguments_that_cannot_be_asked_say_why() {
    let app = TestApp::dozen();
    for (query, message) in [
        ("{ search { hits(first: 1, last: 1) { nodes { id } } } }", "first and last exclude each other"),
        ("{ search { hits(before: \"x\") { nodes { id } } } }", "before requires last"),
        ("{ search { hits(last: -1) { nodes { id } } } }", "last -1 is below 0"),
        ("{ search { facets { genres(first: 101) { other } } } }", "first 101 is above the limit of 100"),
        ("{ search { facets { years(interval: 0) { min } } } }", "interval 0 is outside 1 to 231"),
        (
            "{ search(where: { year: { gte: 2000, lte: 1990 } }) { state } }",
            "year.gte 2000 is after year.lte 1990",
        ),
        ("{ search(where: { decades: [1985] }) { state } }", "decade 1985"),
        ("{ importReceipts(first: 101) { totalCount } }", "first 101 is above the limit of 100"),
    ] {
        let error = app.fail(query).await;
        assert_eq!(error["extensions"]["code"], "BAD_USER_INPUT", "{query}");
        assert!(error["message"].as_str().unwrap().contains(message), "{query}: {error}");
    }
}

#[tokio::test]
async fn forged_tokens_are_told_apart() {
    let app = TestApp::dozen();
    let data =
        app.ask("{ search(sort: YEAR_ASC) { state hits(first: 2) { pageInfo { endCursor } } } }").await;
    let state = data["search"]["state"].as_str().unwrap();
    let cursor = data["search"]["hits"]["pageInfo"]["endCursor"].as_str().unwrap();
    let code = |query: String| {
        let app = &app;
        async move { app.fail(&query).await["extensions"]["code"].clone() }
    };
    let after = |sort: &str, cursor: &str| {
        format!("{{ search(sort: {sort}) {{ hits(first: 1, after: \"{cursor}\") {{ nodes {{ id }} }} }} }}")
    };
    app.ask(&after("YEAR_ASC", cursor)).await;
    assert_eq!(code(after("TITLE_ASC", cursor)).await, "BAD_CURSOR", "of another question");
    assert_eq!(code(after("YEAR_ASC", state)).await, "BAD_CURSOR", "a state is no cursor");
    assert_eq!(code(after("YEAR_ASC", &format!("{}A{}", &cursor[..5], &cursor[5..]))).await, "BAD_CURSOR");
    for forged in [&state[1..], cursor, ""] {
        assert_eq!(code(format!("{{ search(state: \"{forged}\") {{ state }} }}")).await, "BAD_STATE");
    }
}

#[tokio::test]
async fn failures_of_the_engine_have_codes_and_keep_their_text() {
    let app = TestApp::dozen();
    for (failure, code, retry) in [
        (Failure::Timeout, "ENGINE_TIMEOUT", true),
        (Failure::Unavailable, "ENGINE_UNAVAILABLE", true),
        (Failure::Engine, "INTERNAL", false),
    ] {
        app.catalog.fail_with(failure);
        let answer = app.post(&json!({ "query": "{ catalog { movies } }" })).await;
        assert_eq!(answer.status, 200, "the operation ran");
        assert_eq!(answer.code(), code);
        assert_eq!(answer.json()["errors"][0]["extensions"]["retryable"].is_boolean(), retry);
        assert!(!answer.text().contains("secret"), "{}", answer.text());
    }
}

#[tokio::test]
async fn one_failed_field_leaves_the_others() {
    let app = TestApp::dozen();
    app.catalog.fail_with(Failure::Unavailable);
    let answer = app.post(&json!({ "query": "{ __typename person(name: \"al pacino\") { id } }" })).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.json()["data"], json!({ "__typename": "Query", "person": null }));
    assert_eq!(answer.json()["errors"][0]["path"], json!(["person"]));
}

#[tokio::test]
async fn panics_become_internal() {
    let app = TestApp::dozen();
    app.catalog.fail_with(Failure::Panic);
    let answer = app.post(&json!({ "query": "{ catalog { movies } }" })).await;
    assert_eq!((answer.status.as_u16(), answer.code().as_str()), (500, "INTERNAL"));
    assert!(!answer.text().contains("secret"));
}

#[tokio::test]
async fn a_hanging_engine_times_out() {
    let settings = ApiSettings { engine_deadline: Duration::from_millis(20), ..ApiSettings::default() };
    let app = TestApp::of(Vec::new(), settings);
    app.catalog.fail_with(Failure::Hang);
    assert_eq!(app.fail("{ catalog { movies } }").await["extensions"]["code"], "ENGINE_TIMEOUT");
    assert_eq!(app.get("/readyz").await.status, 503);
    let settings = ApiSettings { operation_deadline: Duration::from_millis(20), ..ApiSettings::default() };
    let app = TestApp::of(Vec::new(), settings);
    app.catalog.fail_with(Failure::Hang);
    let answer = app.post(&json!({ "query": "{ catalog { movies } }" })).await;
    assert_eq!((answer.status.as_u16(), answer.code().as_str()), (504, "ENGINE_TIMEOUT"));
}

#[tokio::test]
async fn documents_that_never_ran_have_codes() {
    let app = TestApp::dozen();
    for (query, code) in [
        ("{", "GRAPHQL_PARSE_FAILED"),
        ("{ nothing }", "GRAPHQL_VALIDATION_FAILED"),
        ("{ movie { id } }", "GRAPHQL_VALIDATION_FAILED"),
        ("query($a: Int!) { search { hits(first: $a) { nodes { id } } } }", "GRAPHQL_VALIDATION_FAILED"),
        ("query A { __typename } query B { __typename }", "GRAPHQL_VALIDATION_FAILED"),
        ("{ search(where: { gener: 1 }) { state } }", "GRAPHQL_VALIDATION_FAILED"),
        ("{ ...a } fragment a on Query { ...a }", "GRAPHQL_VALIDATION_FAILED"),
    ] {
        let answer = app.post(&json!({ "query": query })).await;
        assert_eq!((answer.status.as_u16(), answer.code().as_str()), (400, code), "{query}");
        assert_eq!(answer.json().get("data"), None);
    }
}

#[tokio::test]
async fn production_keeps_its_schema_to_the_published_file() {
    let app = TestApp::of(Vec::new(), ApiSettings::of(Environment::Production));
    let answer = app.post(&json!({ "query": "{ __schema { queryType { name } } }" })).await;
    assert!(!answer.text().contains("\"Query\""), "{}", answer.text());
    assert_eq!(app.get("/graphiql").await.status, 404);
    assert_eq!(app.get("/schema.graphql").await.status, 200);
}
