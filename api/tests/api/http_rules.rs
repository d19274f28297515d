//! GraphQL over HTTP: media types, statuses, methods, persisted queries; the contract file, probes and pages.

use axum::body::Body;
use http::{Request, header};
use serde_json::json;
use sha2::{Digest, Sha256};
use wikimovie_api::ApiSettings;
use wikimovie_testkit_builders::dozen;

use crate::app::TestApp;

#[tokio::test]
async fn get_and_post_answer_alike() {
    let app = TestApp::dozen();
    let answer = app.get("/graphql?query=query%20A(%24n%3AInt)%7Bsearch%7Bhits(first%3A%24n)%7Bnodes%7Btitle%7D%7D%7D%7D&variables=%7B%22n%22%3A1%7D&operationName=A").await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header(header::CONTENT_TYPE), "application/json; charset=utf-8");
    assert_eq!(answer.json()["data"]["search"]["hits"]["nodes"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_fault_in_the_document_keeps_200_for_plain_json() {
    let app = TestApp::dozen();
    let send = |accept: &'static str| {
        let request = Request::post("/graphql")
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::ACCEPT, accept)
            .body(Body::from(r#"{"query":"{ nothing }"}"#))
            .unwrap();
        app.send(request)
    };
    assert_eq!(send("application/json").await.status, 200);
    let answer = send("application/graphql-response+json").await;
    assert_eq!(answer.status, 400);
    assert_eq!(answer.header(header::CONTENT_TYPE), "application/graphql-response+json; charset=utf-8");
    let answer = send("text/html").await;
    assert_eq!((answer.status.as_u16(), answer.code().as_str()), (406, "NOT_ACCEPTABLE"));
}

#[tokio::test]
async fn requests_of_another_shape_have_codes() {
    let settings = ApiSettings { body_limit: 200, ..ApiSettings::default() };
    let app = TestApp::of(Vec::new(), settings);
    let post = |content_type: &'static str, body: String| {
        app.send(
            Request::post("/graphql")
                .header(header::CONTENT_TYPE, content_type)
                .body(Body::from(body))
                .unwrap(),
        )
    };
    let cases = [
        ("application/json", "{".to_owned(), 400, "BAD_REQUEST"),
        ("application/json", "[{\"query\":\"{__typename}\"}]".to_owned(), 400, "BATCHING_NOT_SUPPORTED"),
        ("text/plain", "{\"query\":\"{__typename}\"}".to_owned(), 415, "UNSUPPORTED_MEDIA_TYPE"),
        ("application/x-www-form-urlencoded", "query={__typename}".to_owned(), 415, "UNSUPPORTED_MEDIA_TYPE"),
        ("application/json", format!("{{\"query\":\"{}\"}}", " ".repeat(300)), 413, "BODY_TOO_LARGE"),
    ];
    for (content_type, body, status, code) in cases {
        let answer = post(content_type, body.clone()).await;
        assert_eq!((answer.status.as_u16(), answer.code().as_str()), (status, code), "{body}");
    }
}

#[tokio::test]
async fn methods_are_kept_apart() {
    let app = TestApp::dozen();
    let mutation = app.get("/graphql?query=mutation%7B__typename%7D").await;
    assert_eq!((mutation.status.as_u16(), mutation.code().as_str()), (405, "METHOD_NOT_ALLOWED"));
    assert_eq!(mutation.header(header::ALLOW), "POST");
    let named = app.get("/graphql?query=mutation%20Named%7B__typename%7D").await;
    assert_eq!(named.code(), "METHOD_NOT_ALLOWED", "a name does not hide a mutation");
    let put = app.send(Request::put("/graphql").body(Body::empty()).unwrap()).await;
    assert_eq!((put.status.as_u16(), put.code().as_str()), (405, "METHOD_NOT_ALLOWED"));
    let subscription = app.post(&json!({ "query": "subscription { catalogChanged { movies } }" })).await;
    assert_eq!((subscription.status.as_u16(), subscription.code().as_str()), (400, "BAD_REQUEST"));
}

#[tokio::test]
async fn persisted_queries_are_known_once_sent() {
    let app = TestApp::dozen();
    let query = "{ catalog { movies } }";
    let hash = hex::encode(Sha256::digest(query));
    let extensions = json!({ "persistedQuery": { "version": 1, "sha256Hash": hash } });
    let by_hash = json!({ "extensions": extensions });
    let miss = app.post(&by_hash).await;
    assert_eq!(miss.code(), "PERSISTED_QUERY_NOT_FOUND");
    assert_eq!(miss.json()["errors"][0]["message"], "PersistedQueryNotFound");
    app.post(&json!({ "query": query, "extensions": extensions })).await;
    assert_eq!(app.post(&by_hash).await.json()["data"]["catalog"]["movies"], 12);
}

#[tokio::test]
async fn the_contract_is_served_with_a_tag() {
    let app = TestApp::dozen();
    let first = app.get("/schema.graphql").await;
    assert_eq!(first.text(), wikimovie_api::sdl());
    let tag = first.header(header::ETAG).to_owned();
    assert!(tag.starts_with('"'));
    let again = Request::get("/schema.graphql")
        .header(header::IF_NONE_MATCH, &tag)
        .header(header::ACCEPT_ENCODING, "gzip")
        .body(Body::empty())
        .unwrap();
    let again = app.send(again).await;
    assert_eq!((again.status.as_u16(), again.body.len()), (304, 0));
    assert_eq!(again.header(header::ETAG), tag);
}

#[tokio::test]
async fn probes_answer() {
    let app = TestApp::dozen();
    assert_eq!(app.get("/livez").await.status, 200);
    let ready = app.get("/readyz").await;
    assert_eq!(ready.json(), json!({ "status": "ready", "engine": "embedded", "movies": 12 }));
    app.catalog.fail_with(crate::app::Failure::Unavailable);
    let ready = app.get("/readyz").await;
    assert_eq!((ready.status.as_u16(), ready.header(header::RETRY_AFTER)), (503, "2"));
    assert_eq!(app.get("/livez").await.status, 200);
}

#[tokio::test]
async fn answers_carry_headers_that_protect() {
    let app = TestApp::dozen();
    for uri in ["/", "/graphiql", "/graphql?query=%7B__typename%7D", "/livez", "/nothing/here"] {
        let answer = app.get(uri).await;
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{uri}");
        assert!(!answer.header("x-request-id").is_empty(), "{uri}");
    }
    let page = app.get("/").await;
    // Without Node the pages are absent, and the answer says how to build them.
    if page.status == 200 {
        assert!(page.header(header::CONTENT_SECURITY_POLICY).contains("default-src 'self'"));
        let policy = app.get("/graphiql").await.header(header::CONTENT_SECURITY_POLICY).to_owned();
        assert!(policy.contains("worker-src 'self' blob:"));
    } else {
        assert!(page.text().contains("npm run build"));
    }
    assert_eq!(app.get("/assets/none.js").await.status, 404);
    assert_eq!(app.get("/assets/..%2f..%2fCargo.toml").await.status, 404);
}

#[tokio::test]
async fn files_of_the_pages_have_tags_in_each_form() {
    let app = TestApp::dozen();
    let page = app.get("/").await;
    if page.status != 200 {
        assert!(page.text().contains("npm run build"));
        return;
    }
    for address in ["/movie/x", "/person/Al%20Pacino", "/path?from=a&to=b"] {
        assert_eq!(app.get(address).await.text(), page.text(), "{address}");
    }
    let text = page.text();
    assert!(text.contains("name=\"wikimovie:graphiql\" content=\"on\""));
    let without = TestApp::of(dozen(), ApiSettings { graphiql: false, ..ApiSettings::default() });
    let without_editor = without.get("/").await;
    assert_eq!(
        without_editor.text(),
        text.replace("graphiql\" content=\"on\"", "graphiql\" content=\"off\"")
    );
    assert_ne!(without_editor.header(header::ETAG), page.header(header::ETAG));
    assert_eq!(without.get("/graphiql").await.status, 404);
    let script = text.split('"').find(|part| part.starts_with("/assets/") && part.ends_with(".js")).unwrap();
    let get = |encoding: &'static str, tag: String| {
        let request = Request::get(script).header(header::ACCEPT_ENCODING, encoding);
        app.send(request.header(header::IF_NONE_MATCH, tag).body(Body::empty()).unwrap())
    };
    let (plain, packed) = (get("identity", String::new()).await, get("gzip, br", String::new()).await);
    assert_eq!(plain.header(header::CONTENT_ENCODING), "");
    assert_eq!(packed.header(header::CONTENT_ENCODING), "gzip");
    assert!(packed.body.len() * 2 < plain.body.len());
    assert_ne!(plain.header(header::ETAG), packed.header(header::ETAG));
    for (encoding, answer) in [("identity", &plain), ("gzip", &packed)] {
        let known = get(encoding, answer.header(header::ETAG).to_owned()).await;
        assert_eq!((known.status.as_u16(), known.body.len()), (304, 0), "{encoding}");
    }
}

#[tokio::test]
async fn a_browser_that_opens_the_api_is_led_to_the_editor() {
    let app = TestApp::dozen();
    let visit = |address: &str| {
        Request::get(address).header(header::ACCEPT, "text/html,*/*;q=0.8").body(Body::empty()).unwrap()
    };
    let led = app.send(visit("/graphql")).await;
    assert_eq!((led.status.as_u16(), led.header(header::LOCATION)), (307, "/graphiql"));
    assert_eq!(app.send(visit("/graphql?query=%7B__typename%7D")).await.status, 200);
    assert_eq!(app.get("/graphql").await.status, 400);
}

#[tokio::test]
async fn any_site_may_ask_the_api_without_credentials() {
    let app = TestApp::dozen();
    let preflight = Request::options("/graphql")
        .header(header::ORIGIN, "https://example.org")
        .header(header::ACCESS_CONTROL_REQUEST_METHOD, "POST")
        .header(header::ACCESS_CONTROL_REQUEST_HEADERS, "content-type")
        .body(Body::empty())
        .unwrap();
    let answer = app.send(preflight).await;
    assert_eq!(answer.header(header::ACCESS_CONTROL_ALLOW_ORIGIN), "*");
    assert_eq!(answer.header(header::ACCESS_CONTROL_ALLOW_CREDENTIALS), "");
}

#[tokio::test]
async fn large_answers_are_compressed() {
    let app = TestApp::dozen();
    let request = Request::get("/graphql?query=%7Bsearch%7Bhits%7Bnodes%7Bid%20title%20cast%7D%7D%7D%7D")
        .header(header::ACCEPT_ENCODING, "gzip")
        .body(Body::empty())
        .unwrap();
    assert_eq!(app.send(request).await.header(header::CONTENT_ENCODING), "gzip");
}
