//! Documents by name over HTTP: automatic and trusted ones, and what browsers and proxies may keep of a GET.

use std::time::Duration;

use axum::body::Body;
use http::{Request, header};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use wikimovie_api::{ApiSettings, CacheSettings, PersistedDocuments, PersistedSettings, TrustMode};
use wikimovie_testkit_builders::{dozen, movie};
use wikimovie_testkit_skip::skipped;

use crate::app::{Answer, Failure, TestApp};

const SEARCH: &str =
    "query Find($t: String) { search(text: $t) { hits(first: 20) { nodes { title cast genres summary } } } }";

fn hash(text: &str) -> String {
    hex::encode(Sha256::digest(text))
}

/// Trusts these documents, each under its hash.
fn trusting(app: TestApp, mode: TrustMode, texts: &[&str]) -> (TestApp, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("manifest.json");
    let manifest: serde_json::Map<String, Value> =
        texts.iter().map(|text| (hash(text), (*text).into())).collect();
    std::fs::write(&path, Value::Object(manifest).to_string()).unwrap();
    let settings = PersistedSettings { mode, manifest: Some(path), ..PersistedSettings::default() };
    (app.with_persisted_documents(PersistedDocuments::open(settings).unwrap()), folder)
}

fn by_get(text: &str) -> String {
    format!("/graphql?documentId=sha256:{}&variables=%7B%22t%22%3A%22alien%22%7D", hash(text))
}

async fn get(app: &TestApp, uri: &str, headers: &[(header::HeaderName, &str)]) -> Answer {
    let mut request = Request::get(uri);
    for (name, value) in headers {
        request = request.header(name, *value);
    }
    app.send(request.body(Body::empty()).unwrap()).await
}

#[tokio::test]
async fn a_document_is_named_in_each_of_the_ways() {
    let (app, _folder) = trusting(TestApp::dozen(), TrustMode::Off, &[SEARCH]);
    let variables = json!({ "t": "alien" });
    let whole = app.post(&json!({ "query": SEARCH, "variables": variables })).await.json();
    assert_eq!(whole["data"]["search"]["hits"]["nodes"][0]["title"], "Alien");
    let extension = json!({ "persistedQuery": { "version": 1, "sha256Hash": hash(SEARCH) } });
    for named in [
        json!({ "documentId": format!("sha256:{}", hash(SEARCH)), "variables": variables }),
        json!({ "documentId": hash(SEARCH), "variables": variables, "operationName": "Find" }),
        json!({ "extensions": extension, "variables": variables }),
    ] {
        assert_eq!(app.post(&named).await.json(), whole, "{named}");
    }
    assert_eq!(app.get(&by_get(SEARCH)).await.json(), whole);
    let unknown = app.post(&json!({ "documentId": format!("sha256:{}", hash("{ other }")) })).await;
    assert_eq!((unknown.status.as_u16(), unknown.code().as_str()), (400, "PERSISTED_QUERY_NOT_FOUND"));
    assert_eq!(unknown.json()["errors"].as_array().unwrap().len(), 1);
    let both = app.post(&json!({ "documentId": hash(SEARCH), "query": SEARCH })).await;
    assert_eq!(both.code(), "BAD_REQUEST");
}

#[tokio::test]
async fn only_the_manifest_is_executed_where_that_is_enforced() {
    let introspection = "{ __schema { queryType { name } } }";
    let (app, _folder) = trusting(TestApp::dozen(), TrustMode::Enforce, &[SEARCH, introspection]);
    let refused = app.post(&json!({ "query": "{ catalog { movies } }" })).await;
    assert_eq!(refused.status, 403);
    assert_eq!(
        refused.json(),
        json!({ "errors": [{
            "message": "only documents of the manifest are executed, and this document is not in it",
            "extensions": { "code": "DOCUMENT_NOT_TRUSTED" },
        }] })
    );
    for free in ["{ __typename }", "{ __schema { types { name } } }", "{ broken"] {
        assert_eq!(app.post(&json!({ "query": free })).await.code(), "DOCUMENT_NOT_TRUSTED", "{free}");
    }
    let unknown =
        json!({ "extensions": { "persistedQuery": { "version": 1, "sha256Hash": hash("{ a }") } } });
    assert_eq!(app.post(&unknown).await.code(), "DOCUMENT_NOT_TRUSTED");
    for trusted in [json!({ "query": SEARCH }), json!({ "documentId": hash(introspection) })] {
        assert_eq!(app.post(&trusted).await.json().get("errors"), None, "{trusted}");
    }
    assert_eq!(app.get(&by_get(SEARCH)).await.status, 200);
    assert_eq!(app.catalog.take_calls(), 2, "what was refused asked nothing");
}

#[tokio::test]
async fn others_are_executed_where_they_are_only_logged() {
    let (app, _folder) = trusting(TestApp::dozen(), TrustMode::Log, &[SEARCH]);
    assert_eq!(app.ask("{ catalog { movies } }").await["catalog"]["movies"], 12);
    let hashed = json!({
        "query": "{ catalog { movies } }",
        "extensions": { "persistedQuery": { "version": 1, "sha256Hash": hash("{ catalog { movies } }") } },
    });
    assert_eq!(app.post(&hashed).await.status, 200);
    let by_hash = json!({ "extensions": hashed["extensions"] });
    assert_eq!(app.post(&by_hash).await.json()["data"]["catalog"]["movies"], 12);
}

#[tokio::test]
async fn a_get_by_hash_may_be_kept_and_asked_for_again_by_its_tag() {
    for cache in [CacheSettings::default(), CacheSettings::off()] {
        let cache = CacheSettings { max_age: Duration::from_secs(60), ..cache };
        let remembers = cache.bytes > 0;
        let (app, _folder) = trusting(TestApp::remembering(cache), TrustMode::Off, &[SEARCH]);
        // All of them: an answer that is worth compressing.
        let uri = format!("/graphql?documentId=sha256:{}", hash(SEARCH));
        let first = app.get(&uri).await;
        assert_eq!(first.header(header::CACHE_CONTROL), "public, max-age=60");
        let vary = |answer: &Answer| {
            let values = answer.headers.get_all(header::VARY).iter();
            values.map(|value| value.to_str().unwrap().to_owned()).collect::<Vec<_>>().join(", ")
        };
        assert!(vary(&first).contains("accept, accept-encoding"), "{}", vary(&first));
        let tag = first.header(header::ETAG).to_owned();
        assert!(tag.starts_with('"') && !tag.contains("gzip"), "{tag}");
        let again = get(&app, &uri, &[(header::IF_NONE_MATCH, &tag)]).await;
        assert_eq!((again.status.as_u16(), again.body.len()), (304, 0));
        assert_eq!(
            (again.header(header::ETAG), again.header(header::CACHE_CONTROL)),
            (&*tag, "public, max-age=60")
        );
        assert_eq!(
            again.header("cache-status"),
            if remembers { "wikimovie; hit" } else { "wikimovie; fwd=miss" }
        );

        // Compressed bytes have a tag of their own.
        let packed = get(&app, &uri, &[(header::ACCEPT_ENCODING, "gzip, br")]).await;
        assert_eq!(packed.header(header::CONTENT_ENCODING), "gzip");
        let packed_tag = packed.header(header::ETAG).to_owned();
        assert!(packed_tag.ends_with("-gzip\""), "{packed_tag}");
        let mut unpacked = String::new();
        std::io::Read::read_to_string(&mut flate2::read::GzDecoder::new(&packed.body[..]), &mut unpacked)
            .unwrap();
        assert_eq!(unpacked, first.text());
        let known = [(header::IF_NONE_MATCH, packed_tag.as_str()), (header::ACCEPT_ENCODING, "gzip")];
        assert_eq!(get(&app, &uri, &known).await.status, 304);
        let plain =
            get(&app, &uri, &[(header::ACCEPT_ENCODING, "br"), (header::IF_NONE_MATCH, &packed_tag)]).await;
        assert_eq!((plain.status.as_u16(), plain.header(header::CONTENT_ENCODING)), (200, ""));

        // Another revision is another answer.
        app.index.load("test/more.json", 2_000, vec![movie("more", "Unlike", 2_020).build()]);
        let changed = get(&app, &uri, &[(header::IF_NONE_MATCH, &tag)]).await;
        assert_eq!(changed.status, 200);
        assert_ne!(changed.header(header::ETAG), tag);
    }
}

#[tokio::test]
async fn what_is_not_the_whole_truth_is_kept_by_nobody() {
    let receipts = "{ importReceipts { totalCount } }";
    let app = TestApp::of(dozen(), ApiSettings::default());
    let (app, _folder) = trusting(app, TrustMode::Off, &[SEARCH, receipts]);
    let told = |answer: &Answer| {
        (answer.header(header::CACHE_CONTROL).to_owned(), answer.header(header::ETAG).to_owned())
    };
    let nobody = ("no-store".to_owned(), String::new());
    assert_eq!(told(&app.get(&by_get(receipts)).await), nobody);
    app.catalog.fail_with(Failure::Unavailable);
    assert_eq!(told(&app.get(&by_get(SEARCH)).await), nobody);
    app.catalog.recover();
    assert_ne!(told(&app.get(&by_get(SEARCH)).await), nobody);
    app.catalog.stay_unconfirmed(Duration::from_secs(30));
    let stale = app.get(&by_get(SEARCH)).await;
    assert_eq!(stale.json()["extensions"]["cache"]["status"], "STALE");
    assert_eq!(told(&stale), nobody);
    // A document in the address, or in a body, names nothing that would stay the same.
    app.catalog.recover();
    let post = app.post(&json!({ "documentId": hash(SEARCH), "variables": { "t": "alien" } })).await;
    assert_eq!(told(&post), (String::new(), String::new()));
    let text = app.get("/graphql?query=%7Bsearch%7Btotal%7Bvalue%7D%7D%7D").await;
    assert_eq!(told(&text), (String::new(), String::new()));
}

/// What `clients/operations/manifest.mjs` writes.
#[tokio::test]
async fn the_manifest_of_the_clients_operations_is_enough_for_the_clients() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../clients/operations");
    let mut texts = Vec::new();
    for file in std::fs::read_dir(&folder).unwrap().flatten() {
        if file.path().extension().is_some_and(|extension| extension == "graphql") {
            texts.push(std::fs::read_to_string(file.path()).unwrap());
        }
    }
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    let (app, manifest) = trusting(TestApp::dozen(), TrustMode::Enforce, &texts);
    for text in &texts {
        let answer = app.post(&json!({ "documentId": format!("sha256:{}", hash(text)) })).await;
        // Some need arguments, a scope or a WebSocket; all are known and trusted.
        let code = answer.code();
        let unknown = ["DOCUMENT_NOT_TRUSTED", "PERSISTED_QUERY_NOT_FOUND", "GRAPHQL_PARSE_FAILED"];
        assert!(!unknown.contains(&code.as_str()), "{text}: {}", answer.text());
    }
    let script = std::process::Command::new("node").arg(folder.join("manifest.mjs")).output();
    let Ok(written) = script else {
        skipped(
            "the_manifest_of_the_clients_operations_is_enough_for_the_clients",
            "the program node was not found",
        );
        return;
    };
    let written: Value = serde_json::from_slice(&written.stdout).unwrap();
    let expected = std::fs::read(manifest.path().join("manifest.json")).unwrap();
    assert_eq!(written, serde_json::from_slice::<Value>(&expected).unwrap());
}
