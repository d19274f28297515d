//! No door answers what another refuses: over all scopes and tenants.

use serde_json::{Value, json};
use wikimovie_api::{ApiSettings, CacheSettings};
use wikimovie_testkit_builders::dozen;

use super::{call, documents, get, json_of, operations, post, tool_of};
use crate::{app::TestApp, auth::TestKeys};

#[tokio::test]
async fn all_doors_answer_and_refuse_alike_for_all_scopes_and_tenants() {
    let horror = json!({ "where": { "genres": { "anyOf": ["Horror"] } } });
    let pacino = json!({ "where": { "cast": { "anyOf": ["al pacino"] } } });
    let keys = TestKeys::new(&[
        ("none", "", json!({})),
        ("search", "search", json!({})),
        ("provider", "provider", json!({})),
        ("operator", "operator", json!({})),
        ("all", "search,provider,operator", json!({})),
        ("horror", "search,provider", horror),
        ("pacino", "search", pacino),
    ]);
    let names = ["none", "search", "provider", "operator", "all", "horror", "pacino"];
    // With and without caches: none may give one caller the answer of another.
    for cache in [CacheSettings::off(), CacheSettings::default()] {
        let settings = ApiSettings { cache, ..ApiSettings::default() };
        let app = TestApp::of(dozen(), settings).with_auth(keys.authenticator());
        let openapi = json_of(&app, "/openapi.json").await;
        let documents = documents();
        let godfather = {
            let text = "{ search(text: \"the godfather\") { hits(first: 1) { nodes { id } } } }";
            let answer = graphql(&app, &keys.bearer("all"), text, &json!({})).await;
            answer["data"]["search"]["hits"]["nodes"][0]["id"].clone()
        };
        let mut answers = std::collections::BTreeMap::new();
        for (name, operation) in operations(&openapi) {
            let variables = match name.as_str() {
                "movie" => json!({ "id": godfather }),
                "movies" => json!({ "ids": [godfather] }),
                "node" => json!({ "id": godfather, "ids": [godfather, "UGVyc29uOmFsIHBhY2lubw"] }),
                "person" => json!({ "name": "al pacino" }),
                "costars" => json!({ "from": "Al Pacino", "to": "Jodie Foster" }),
                "search" => json!({ "text": "crime" }),
                "movies-by-title" => json!({ "title": "godfather" }),
                "movies-by-year" => json!({ "from": 1970, "to": 1980 }),
                "movies-by-cast" => json!({ "cast": ["al pacino"] }),
                "movies-by-genre" => json!({ "genres": ["horror"] }),
                "restore" => json!({ "state": "x" }),
                _ => json!({}),
            };
            for key in names {
                let bearer = keys.bearer(key);
                let headers = [("authorization", bearer.as_str())];
                let whole = graphql(&app, &bearer, &documents[&operation], &variables).await;
                let rest = [
                    get(&app, &name, &headers, &variables).await,
                    post(&app, &name, &headers, &variables).await,
                ];
                let tool = call(&app, &headers, &tool_of(&name), &variables).await;
                let result = tool.json()["result"].clone();
                let code = whole["errors"][0]["extensions"]["code"].clone();
                for answer in rest {
                    if code.is_null() {
                        assert_eq!(answer.json(), whole["data"], "{key} {name}");
                    } else {
                        assert_eq!(answer.json()["code"], code, "{key} {name}");
                        assert!(answer.status.is_client_error());
                    }
                }
                match code.as_str() {
                    None => assert_eq!(result["structuredContent"], whole["data"], "{key} {name}"),
                    Some(code) => {
                        assert_eq!(result["isError"], true, "{key} {name}");
                        assert_eq!(tool.status.as_u16(), if code == "FORBIDDEN" { 403 } else { 200 });
                    }
                }
                answers.insert((name.clone(), key), whole);
            }
        }
        let of = |name: &str, key: &'static str| answers[&(name.to_owned(), key)].clone();
        assert_eq!(of("search", "none")["errors"][0]["extensions"]["code"], "FORBIDDEN");
        assert_eq!(of("receipt", "search")["errors"][0]["extensions"]["code"], "FORBIDDEN");
        assert_eq!(of("movie", "horror")["data"], json!({ "movie": null }));
        assert_eq!(of("movie", "pacino")["data"]["movie"]["title"], "The Godfather");
    }
}

async fn graphql(app: &TestApp, bearer: &str, document: &str, variables: &Value) -> Value {
    let request = http::Request::post("/graphql").header("content-type", "application/json");
    let body = json!({ "query": document, "variables": variables }).to_string();
    super::send(app, request, &[("authorization", bearer)], body).await.json()
}
