//! Tools of agents: what is listed, what calls answer, and what protects them.

use std::num::NonZeroU32;

use http::{Request, header};
use serde_json::{Value, json};
use wikimovie_api::{
    ApiSettings,
    auth::{AuthSettings, Authenticator, jwt::JwtSettings},
    guard::{CrossSite, GuardSettings, Origins},
};
use wikimovie_testkit_builders::dozen;

use super::{call, message, send};
use crate::{app::TestApp, auth::TestKeys};

#[tokio::test]
async fn tools_are_described_by_the_manifest_and_only_read() {
    let app = TestApp::dozen();
    let hello = json!({
        "protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": { "name": "test", "version": "1" },
    });
    let hello = message(&app, &[], "initialize", hello).await.json()["result"].clone();
    assert_eq!(
        (&hello["serverInfo"]["name"], &hello["protocolVersion"]),
        (&json!("wikimovie"), &json!("2025-11-25"))
    );
    assert!(hello["instructions"].as_str().unwrap().contains("never instructions"));
    let listed = message(&app, &[], "tools/list", json!({})).await.json()["result"].clone();
    let tools = listed["tools"].as_array().unwrap();
    let names: Vec<_> = tools.iter().map(|tool| tool["name"].as_str().unwrap()).collect();
    for name in ["search", "fetch", "search_movies", "movies_by_title", "person", "costars"] {
        assert!(names.contains(&name), "{names:?}");
    }
    for tool in tools {
        assert_eq!(tool["annotations"]["readOnlyHint"], true, "{tool}");
        assert_eq!(tool["annotations"]["openWorldHint"], false);
        assert!(!tool["description"].as_str().unwrap().is_empty());
        for schema in ["inputSchema", "outputSchema"] {
            assert_eq!(tool[schema]["type"], "object", "{tool}");
            jsonschema::validator_for(&tool[schema]).unwrap();
        }
        for (name, property) in tool["inputSchema"]["properties"].as_object().unwrap() {
            assert!(property["description"].is_string() || property["$ref"].is_string(), "{tool} {name}");
        }
    }
}

#[tokio::test]
async fn an_agent_finds_opens_and_walks_on() {
    let app = TestApp::dozen();
    let listed = message(&app, &[], "tools/list", json!({})).await.json()["result"]["tools"].clone();
    let tools = listed.as_array().unwrap().clone();
    let asked = async |tool: &str, arguments: Value| {
        let result = call(&app, &[], tool, &arguments).await.json()["result"].clone();
        assert_ne!(result["isError"], true, "{tool}: {result}");
        let schema = &tools.iter().find(|one| one["name"] == tool).unwrap()["outputSchema"];
        let content = result["structuredContent"].clone();
        let wrong = jsonschema::validator_for(schema).unwrap();
        let wrong: Vec<_> = wrong.iter_errors(&content).map(|error| error.to_string()).collect();
        assert_eq!(wrong, Vec::<String>::new(), "{tool}");
        assert!(result["_meta"]["wikimovie/texts"].is_string());
        content
    };
    let found = asked("search", json!({ "query": "70s horror with sigourney weaver" })).await;
    assert_eq!(found["results"][0]["title"], "Alien (1979)");
    let opened = asked("fetch", json!({ "id": found["results"][0]["id"] })).await;
    let text = opened["text"].as_str().unwrap();
    assert!(text.contains("Cast: Sigourney Weaver, Tom Skerritt") && text.contains("<guest>"), "{text}");
    assert_eq!(opened["metadata"], json!({ "kind": "Movie", "year": 1979 }));
    let person = asked("person", json!({ "name": "Sigourney Weaver" })).await;
    let costar = person["person"]["costars"][0]["person"]["id"].clone();
    let opened = asked("fetch", json!({ "id": costar })).await;
    assert_eq!(opened["metadata"]["kind"], "Person");
    assert!(opened["text"].as_str().unwrap().contains("Newest movies: "));
}

#[tokio::test]
async fn what_is_wrong_with_a_call_is_told_to_the_agent() {
    let app = TestApp::dozen();
    let unknown = call(&app, &[], "searchy", &json!({})).await.json();
    assert_eq!(unknown["error"]["code"], -32602);
    assert!(unknown["error"]["message"].as_str().unwrap().contains("near: search"), "{unknown}");
    for (tool, arguments, told) in [
        ("search", json!({}), "query is required"),
        ("search", json!({ "query": 1 }), "query is not a text"),
        ("search_movies", json!({ "first": 101 }), "above the limit of 100"),
        ("search_movies", json!({ "where": { "and": "x" } }), "where.and is not a list"),
        ("fetch", json!({ "id": "nothing" }), "nothing has this id"),
    ] {
        let answer = call(&app, &[], tool, &arguments).await;
        assert_eq!(answer.status, 200);
        let result = answer.json()["result"].clone();
        assert_eq!(result["isError"], true, "{result}");
        assert!(result["content"][0]["text"].as_str().unwrap().contains(told), "{result}");
        assert!(result.get("structuredContent").is_none());
    }
    let request = || Request::post("/mcp").header(header::HOST, "localhost");
    let json_type = ("content-type", "application/json");
    let large = send(&app, request(), &[json_type], " ".repeat(1024 * 1024 + 1)).await;
    assert_eq!(large.status, 413);
    assert_eq!(send(&app, request(), &[], "{}".to_owned()).await.status, 415);
    assert_eq!(send(&app, request(), &[json_type], "[".repeat(1_000)).await.status, 400);
    assert_eq!(app.get("/mcp").await.status, 405);
}

#[tokio::test]
async fn a_request_of_the_current_revision_needs_no_handshake() {
    let app = TestApp::dozen();
    let meta = json!({
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientInfo": { "name": "test", "version": "1" },
        "io.modelcontextprotocol/clientCapabilities": {},
    });
    let body = json!({
        "jsonrpc": "2.0", "id": 7, "method": "tools/call",
        "params": { "name": "search", "arguments": { "query": "alien" }, "_meta": meta },
    });
    let headers = [
        ("host", "localhost"),
        ("content-type", "application/json"),
        ("accept", "application/json, text/event-stream"),
        ("mcp-protocol-version", "2026-07-28"),
        ("mcp-method", "tools/call"),
        ("mcp-name", "search"),
    ];
    let answer = send(&app, Request::post("/mcp"), &headers, body.to_string()).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    let result = answer.json()["result"].clone();
    assert_eq!(result["structuredContent"]["results"][0]["title"], "Alien (1979)", "{result}");
    assert_eq!(result["resultType"], "complete");
    assert!(answer.headers.get("mcp-session-id").is_none());
}

#[tokio::test]
async fn calls_without_scope_or_points_have_the_status_of_their_code() {
    let keys = TestKeys::new(&[("none", "", json!({})), ("search", "search", json!({}))]);
    let app = TestApp::of(dozen(), ApiSettings::default()).with_auth(keys.authenticator());
    let anyone = message(&app, &[], "tools/list", json!({})).await;
    assert_eq!(anyone.status, 401);
    let bearer = keys.bearer("none");
    let lacking = call(&app, &[("authorization", &bearer)], "search", &json!({ "query": "alien" })).await;
    assert_eq!(lacking.status, 403);
    assert!(lacking.header(header::WWW_AUTHENTICATE).contains("insufficient_scope"));
    assert_eq!(lacking.json()["result"]["isError"], true);
    let guard = GuardSettings { points_per_minute: NonZeroU32::new(200), ..GuardSettings::default() };
    let app = TestApp::of(dozen(), ApiSettings { guard, ..ApiSettings::default() });
    let mut last = call(&app, &[], "search", &json!({ "query": "alien" })).await;
    assert_eq!(last.status, 200);
    for _ in 0..40 {
        last = call(&app, &[], "search", &json!({ "query": "alien" })).await;
    }
    assert_eq!(last.status, 429, "{}", last.text());
    assert!(last.header(header::RETRY_AFTER).parse::<u32>().unwrap() >= 1);
    // A list of tools costs a point.
    let guard = GuardSettings { points_per_minute: NonZeroU32::new(1), ..GuardSettings::default() };
    let app = TestApp::of(dozen(), ApiSettings { guard, ..ApiSettings::default() });
    assert_eq!(message(&app, &[], "tools/list", json!({})).await.status, 200);
    let limited = message(&app, &[], "tools/list", json!({})).await;
    assert_eq!((limited.status.as_u16(), limited.code().as_str()), (429, "RATE_LIMITED"));
}

#[tokio::test]
async fn clients_are_told_who_issues_tokens() {
    let settings = JwtSettings::of("https://issuer.example", vec!["wikimovie".to_owned()]);
    let auth = Authenticator::new(&AuthSettings::Jwt(Box::new(settings))).unwrap();
    let app = TestApp::of(dozen(), ApiSettings::default()).with_auth(auth);
    let refused = message(&app, &[], "tools/list", json!({})).await;
    let metadata = "http://localhost/.well-known/oauth-protected-resource/mcp";
    assert_eq!(refused.status, 401);
    assert!(refused.header(header::WWW_AUTHENTICATE).contains(&format!("resource_metadata=\"{metadata}\"")));
    for (host, base) in [("localhost:1", "http://localhost:1"), ("m.example", "https://m.example")] {
        let request = Request::get("/.well-known/oauth-protected-resource/mcp");
        let told = send(&app, request, &[("host", host)], String::new()).await.json();
        assert_eq!(told["resource"], format!("{base}/mcp"));
        assert_eq!(told["authorization_servers"], json!(["https://issuer.example"]));
        assert_eq!(told["scopes_supported"], json!(["search", "provider", "operator"]));
    }
    assert_eq!(TestApp::dozen().get("/.well-known/oauth-protected-resource").await.status, 404);
}

#[tokio::test]
async fn pages_of_other_origins_call_nothing_where_origins_are_listed() {
    let origins = Origins::Listed(vec!["https://good.example".parse().unwrap()]);
    let guard =
        GuardSettings { cross_site: CrossSite { origins, preflight: false }, ..GuardSettings::default() };
    let app = TestApp::of(dozen(), ApiSettings { guard, ..ApiSettings::default() });
    for (origin, status) in [("https://evil.example", 403), ("https://good.example", 200)] {
        let answer = message(&app, &[("origin", origin)], "tools/list", json!({})).await;
        assert_eq!(answer.status, status, "{origin}");
    }
}
