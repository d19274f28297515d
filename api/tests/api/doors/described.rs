//! What describes the doors: OpenAPI, the pages, the text for agents; and the examples in all of them.

use std::time::Duration;

use serde_json::{Value, json};
use wikimovie_api::{ApiSettings, Environment, PersistedDocuments, PersistedSettings};
use wikimovie_testkit_builders::dozen;

use super::{get, json_of, operations, post, validator};
use crate::app::{TestApp, until};

#[tokio::test]
async fn examples_are_answered_within_their_schemas() {
    let app = TestApp::dozen();
    let openapi = json_of(&app, "/openapi.json").await;
    let mut run = 0;
    for (name, operation) in operations(&openapi) {
        let body =
            &openapi["paths"][format!("/api/{name}")]["post"]["requestBody"]["content"]["application/json"];
        let examples = body["examples"].as_object().cloned().unwrap_or_default();
        // A state token is one of an answer, and no text of a file.
        assert_eq!(examples.is_empty(), name == "restore", "{name} has no example");
        for example in examples.values() {
            let variables = &example["value"];
            assert!(
                validator(&openapi, &format!("{operation}Variables")).is_valid(variables),
                "{name} {variables}"
            );
            for answer in [get(&app, &name, &[], variables).await, post(&app, &name, &[], variables).await] {
                assert_eq!(answer.status, 200, "{name} {variables}: {}", answer.text());
                let answers = validator(&openapi, &format!("{operation}Data"));
                let wrong: Vec<_> =
                    answers.iter_errors(&answer.json()).map(|error| error.to_string()).collect();
                assert_eq!(wrong, Vec::<String>::new(), "{name} {variables}");
                run += 1;
            }
        }
    }
    assert!(run >= 30, "{run}");
}

#[tokio::test]
async fn problems_are_within_their_schema() {
    let app = TestApp::dozen();
    let openapi = json_of(&app, "/openapi.json").await;
    let problems = validator(&openapi, "Problem");
    for uri in ["/api/searchy", "/api/search?first=x", "/api/restore?state=x", "/api/search?first=-1"] {
        let problem = app.get(uri).await.json();
        let wrong: Vec<_> = problems.iter_errors(&problem).map(|error| error.to_string()).collect();
        assert_eq!(wrong, Vec::<String>::new(), "{uri}: {problem}");
    }
}

#[tokio::test]
async fn openapi_has_types_descriptions_and_statuses() {
    let app = TestApp::dozen();
    let openapi = json_of(&app, "/openapi.json").await;
    assert_eq!(openapi["openapi"], "3.1.0");
    let search = &openapi["paths"]["/api/search"]["get"];
    let parameter = |name: &str| {
        let all = search["parameters"].as_array().unwrap();
        all.iter().find(|parameter| parameter["name"] == name).unwrap().clone()
    };
    assert_eq!(parameter("first")["schema"]["type"], "integer");
    assert_eq!(parameter("first")["schema"]["default"], 5);
    assert_eq!(parameter("sort")["schema"]["$ref"], "#/components/schemas/MovieSort");
    assert_eq!(
        parameter("where")["content"]["application/json"]["schema"]["$ref"],
        "#/components/schemas/MovieWhere"
    );
    assert_eq!(parameter("where")["description"], "Filter of the movies.");
    let cast = &openapi["paths"]["/api/movies-by-cast"]["get"]["parameters"][0];
    assert_eq!((&cast["required"], &cast["schema"]["type"]), (&json!(true), &json!("array")));
    let mut statuses: Vec<_> = search["responses"].as_object().unwrap().keys().cloned().collect();
    statuses.sort();
    assert_eq!(statuses, ["200", "304", "400", "403", "406", "421", "429", "500", "503", "504"]);
    let year = &openapi["components"]["schemas"]["YearRange"]["properties"]["gte"];
    assert_eq!(
        (&year["type"], &year["description"]),
        (&json!(["integer", "null"]), &json!("First year of the range."))
    );
    for (name, schema) in openapi["components"]["schemas"].as_object().unwrap() {
        assert!(schema.is_object(), "{name}");
    }
    let text = openapi.to_string();
    for reference in text.split("\"$ref\":\"#").skip(1).map(|rest| rest.split('"').next().unwrap()) {
        assert!(openapi.pointer(reference).is_some(), "{reference}");
    }
}

#[tokio::test]
async fn pages_load_nothing_from_elsewhere() {
    let settings = ApiSettings::of(Environment::Production);
    let app = TestApp::of(dozen(), settings);
    for (uri, content_type, part) in [
        ("/docs", "text/html; charset=utf-8", "Movies by title"),
        ("/docs/schema", "text/html; charset=utf-8", "id=\"MovieWhere\""),
        ("/docs/errors", "text/html; charset=utf-8", "id=\"OPERATION_NOT_FOUND\""),
        ("/docs/style.css", "text/css; charset=utf-8", "main"),
        ("/llms.txt", "text/plain; charset=utf-8", "(/docs#movies-by-title)"),
        ("/openapi.json", "application/json", "\"/api/movies-by-title\""),
    ] {
        let page = app.get(uri).await;
        assert_eq!((page.status.as_u16(), page.header("content-type")), (200, content_type), "{uri}");
        assert!(page.text().contains(part), "{uri}");
        assert!(page.header("content-security-policy").starts_with("default-src 'none'"), "{uri}");
        for foreign in ["src=\"http", "href=\"http", "@import", "<script", "style=\""] {
            assert!(!page.text().contains(foreign), "{uri} has {foreign}");
        }
        assert!(page.body.len() < 400_000, "{uri}: {} bytes", page.body.len());
        let tag = page.header("etag").to_owned();
        let again =
            super::send(&app, http::Request::get(uri), &[("if-none-match", &tag)], String::new()).await;
        assert_eq!((again.status.as_u16(), again.body.len()), (304, 0), "{uri}");
    }
}

/// An operator's manifest takes the place of the shared operations at every door.
#[tokio::test]
async fn the_operators_manifest_decides_what_is_offered() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("manifest.json");
    let write = |text: &str| std::fs::write(&path, json!({ "one": text }).to_string()).unwrap();
    write(
        "# Titles of a genre.\n# Example: {\"genre\": \"Crime\"}\nquery TitlesOf($genre: String!) { search(where: { \
           genres: { anyOf: [$genre] } }) { hits { nodes { name: title } } } }",
    );
    let poll_interval = Duration::from_millis(20);
    let settings =
        PersistedSettings { manifest: Some(path.clone()), poll_interval, ..PersistedSettings::default() };
    let documents = PersistedDocuments::open(settings).unwrap();
    let app = TestApp::dozen().with_persisted_documents(documents.clone());
    let answer = get(&app, "titles-of", &[], &json!({ "genre": "romance" })).await;
    assert_eq!(answer.json()["search"]["hits"]["nodes"], json!([{ "name": "Amélie" }]));
    assert_eq!(app.get("/api/search").await.status, 404);
    let openapi = json_of(&app, "/openapi.json").await;
    assert_eq!(operations(&openapi), [("titles-of".to_owned(), "TitlesOf".to_owned())]);
    let listed = super::message(&app, &[], "tools/list", json!({})).await.json()["result"]["tools"].clone();
    let tools: Vec<_> = listed.as_array().unwrap().iter().map(|tool| tool["name"].clone()).collect();
    assert_eq!(tools, ["search", "fetch", "titles_of"].map(Value::from));

    // A change of the file changes all doors at once.
    let following = tokio::spawn(documents.follow());
    write("# How many there are.\n# Example: {}\nquery CountAll { search { total { value } } }");
    until("the manifest is read again", async || app.get("/api/count-all").await.status == 200).await;
    following.abort();
    assert_eq!(app.get("/api/titles-of?genre=romance").await.status, 404);
    let openapi = json_of(&app, "/openapi.json").await;
    assert_eq!(operations(&openapi), [("count-all".to_owned(), "CountAll".to_owned())]);
    let listed = super::message(&app, &[], "tools/list", json!({})).await.json()["result"]["tools"].clone();
    assert_eq!(listed.as_array().unwrap().last().unwrap()["name"], "count_all");
}
