//! `autocomplete`: four kinds behind one interface.

use serde_json::json;

use crate::app::{TestApp, texts};

const QUERY: &str = "query($prefix: String!, $where: MovieWhere, $kinds: [SuggestionKind!], $first: Int) {
    autocomplete(prefix: $prefix, where: $where, kinds: $kinds, first: $first) {
        __typename text count highlight { html } state
        ... on MovieSuggestion { movie { title } } ... on PersonSuggestion { person { name movieCount } }
        ... on GenreSuggestion { genre } ... on DecadeSuggestion { from to } } }";

#[tokio::test]
async fn each_kind_tells_what_it_stands_for() {
    let app = TestApp::dozen();
    let one = |prefix: &'static str, kind: &'static str| {
        let app = &app;
        async move {
            let data = app.ask_with(QUERY, json!({ "prefix": prefix, "kinds": [kind] })).await;
            data["autocomplete"][0].clone()
        }
    };
    let movie = one("godf", "MOVIE").await;
    assert_eq!(movie["movie"]["title"], "The Godfather");
    assert!(movie["highlight"]["html"].as_str().unwrap().contains("<mark>"));
    let person = one("al pac", "PERSON").await;
    assert_eq!(person["person"], json!({ "name": "Al Pacino", "movieCount": 3 }));
    assert_eq!(person["count"], 3);
    let genre = one("thri", "GENRE").await;
    assert_eq!((&genre["genre"], &genre["count"]), (&json!("Thriller"), &json!(3)));
    let decade = one("197", "DECADE").await;
    assert_eq!((&decade["from"], &decade["to"]), (&json!(1970), &json!(1979)));
}

#[tokio::test]
async fn choosing_a_suggestion_finds_what_it_counts() {
    let app = TestApp::dozen();
    let data = app.ask_with(QUERY, json!({ "prefix": "s" })).await;
    let suggestions = data["autocomplete"].as_array().unwrap().clone();
    assert!(!suggestions.is_empty());
    for suggestion in suggestions.iter().filter(|suggestion| suggestion["__typename"] != "MovieSuggestion") {
        let found = app
            .ask_with(
                "query($s: SearchState) { search(state: $s) { total { value } } }",
                json!({ "s": suggestion["state"] }),
            )
            .await;
        assert_eq!(found["search"]["total"]["value"], suggestion["count"], "{suggestion}");
    }
}

#[tokio::test]
async fn filters_hold_and_counts_are_bounded() {
    let app = TestApp::dozen();
    let comedies =
        json!({ "prefix": "a", "where": { "genres": { "anyOf": ["comedy"] } }, "kinds": ["MOVIE"] });
    let data = app.ask_with(QUERY, comedies).await;
    assert_eq!(texts(&data["autocomplete"], "text"), ["Amélie"]);
    let none = app.ask_with(QUERY, json!({ "prefix": "a", "kinds": [] })).await;
    assert_eq!(none["autocomplete"], json!([]));
    let two = app.ask_with(QUERY, json!({ "prefix": "a", "first": 2 })).await;
    assert!(two["autocomplete"].as_array().unwrap().len() <= 2);
    let error = app.fail("{ autocomplete(prefix: \"a\", first: 101) { text } }").await;
    assert_eq!(error["message"], "first 101 is above the limit of 100");
    let error = app.fail("{ autocomplete(prefix: \"a\", state: \"x\") { text } }").await;
    assert_eq!(error["extensions"]["code"], "BAD_STATE");
}
