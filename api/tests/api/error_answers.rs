//! Each code of the table, with the whole answer that a client sees, in `docs/error-answers.md`, which
//! `cargo xtask codegen schema` writes.

use std::{collections::BTreeMap, fmt::Write as _, num::NonZeroU32, path::Path, time::Duration};

use axum::body::Body;
use http::{Method, Request, header};
use serde_json::{Value, json};
use wikimovie_api::{
    ApiSettings, CacheSettings, ErrorCode, PersistedDocuments, PersistedSettings, TrustMode,
    auth::{AuthSettings, Authenticator, jwt::JwtSettings},
    guard::{AllowedHosts, ConcurrencySettings, CrossSite, GuardSettings, Limits},
};
use wikimovie_testkit_builders::dozen;

use crate::{
    app::{Answer, Failure, TestApp},
    auth::TestKeys,
    socket,
};

/// Headers that are part of what an error tells.
const TOLD: [header::HeaderName; 5] = [
    header::CONTENT_TYPE,
    header::RETRY_AFTER,
    header::ALLOW,
    header::WWW_AUTHENTICATE,
    header::HeaderName::from_static("ratelimit"),
];

const PAGE: &str = "docs/error-answers.md";

const CATALOG: &str = "{ catalog { movies } }";

fn with(settings: ApiSettings) -> TestApp {
    TestApp::of(dozen(), ApiSettings { cache: CacheSettings::off(), ..settings })
}

fn guarded(guard: GuardSettings) -> TestApp {
    with(ApiSettings { guard, ..ApiSettings::default() })
}

/// A request as it is told, and as it is sent.
struct Asked {
    told: String,
    request: Request<Body>,
}

fn request(method: Method, uri: &str, headers: &[(header::HeaderName, &str)], body: &str) -> Asked {
    let mut told = format!("{method} {uri}\n");
    let mut request = Request::builder().method(method).uri(uri);
    for (name, value) in headers {
        let _ = writeln!(told, "{name}: {value}");
        request = request.header(name, *value);
    }
    if !headers.iter().any(|(name, _)| name == header::ACCEPT) {
        request = request.header(header::ACCEPT, "application/graphql-response+json");
    }
    if !body.is_empty() {
        let _ = write!(told, "\n{body}\n");
    }
    Asked { told, request: request.body(Body::from(body.to_owned())).unwrap() }
}

fn post(body: &Value, headers: &[(header::HeaderName, &str)]) -> Asked {
    let headers = [headers, &[(header::CONTENT_TYPE, "application/json")]].concat();
    request(Method::POST, "/graphql", &headers, &body.to_string())
}

fn query(text: &str) -> Asked {
    post(&json!({ "query": text }), &[])
}

/// What is told of an answer; times that pass while a test runs are rounded to seconds.
fn shown(asked: &str, answer: &Answer) -> String {
    let mut text = format!("```http\n{asked}```\n\n```http\n{}\n", answer.status);
    for name in TOLD {
        let value = answer.header(&name);
        if !value.is_empty() {
            let _ = writeln!(text, "{name}: {value}");
        }
    }
    let mut body = answer.json();
    for wait in body["errors"]
        .as_array_mut()
        .into_iter()
        .flatten()
        .filter_map(|error| error.pointer_mut("/extensions/retryAfterMs"))
    {
        *wait = (wait.as_u64().unwrap().div_ceil(1_000) * 1_000).into();
    }
    let _ = writeln!(text, "\n{}\n```", serde_json::to_string_pretty(&body).unwrap());
    text
}

/// Asks and tells; `code` is what the answer must hold.
async fn told(pages: &mut BTreeMap<&'static str, String>, code: ErrorCode, app: &TestApp, asked: Asked) {
    let answer = app.send(asked.request).await;
    let name = code.row().name;
    assert_eq!(answer.code(), name, "{}", answer.text());
    let whole = answer.json().get("data").is_none();
    assert!(!whole || answer.status == code.row().status, "{name}: {}", answer.status);
    pages.insert(name, shown(&asked.told, &answer));
}

#[tokio::test]
async fn each_code_has_its_whole_answer() {
    use ErrorCode::*;
    let mut pages = BTreeMap::new();
    let pages_of = &mut pages;
    let app = TestApp::dozen();
    told(pages_of, BadUserInput, &app, query("{ search { hits(first: 101) { nodes { id } } } }")).await;
    told(pages_of, BadCursor, &app, query("{ search { hits(first: 1, after: \"x\") { nodes { id } } } }"))
        .await;
    told(pages_of, BadState, &app, query("{ search(state: \"x\") { state } }")).await;
    told(pages_of, GraphqlParseFailed, &app, query("{ search { ")).await;
    told(pages_of, GraphqlValidationFailed, &app, query("{ nothing }")).await;
    let unknown =
        json!({ "extensions": { "persistedQuery": { "version": 1, "sha256Hash": "0".repeat(64) } } });
    told(pages_of, PersistedQueryNotFound, &app, post(&unknown, &[])).await;
    let unnamed = request(Method::GET, "/api/searchy", &[(header::ACCEPT, "application/json")], "");
    told(pages_of, OperationNotFound, &app, unnamed).await;
    told(pages_of, BadRequest, &app, post(&json!({ "query": 1 }), &[])).await;
    told(pages_of, BatchingNotSupported, &app, post(&json!([{ "query": CATALOG }]), &[])).await;
    told(pages_of, MethodNotAllowed, &app, request(Method::PUT, "/graphql", &[], "")).await;
    let html = [(header::ACCEPT, "text/html")];
    told(pages_of, NotAcceptable, &app, post(&json!({ "query": CATALOG }), &html)).await;
    let form = [(header::CONTENT_TYPE, "text/plain")];
    told(pages_of, UnsupportedMediaType, &app, request(Method::POST, "/graphql", &form, CATALOG)).await;
    for (failure, code) in
        [(Failure::Timeout, Timeout), (Failure::Unavailable, Unavailable), (Failure::Engine, Internal)]
    {
        app.catalog.fail_with(failure);
        told(pages_of, code, &app, query(CATALOG)).await;
    }
    let app = with(ApiSettings { body_limit: 20, ..ApiSettings::default() });
    told(pages_of, BodyTooLarge, &app, query(CATALOG)).await;
    let documents = PersistedSettings { automatic_bytes: 0, ..PersistedSettings::default() };
    let app = TestApp::dozen().with_persisted_documents(PersistedDocuments::open(documents).unwrap());
    told(pages_of, PersistedQueryNotSupported, &app, post(&unknown, &[])).await;
    let limits = Limits { depth: 3, ..Limits::default() };
    let app = guarded(GuardSettings { limits, ..GuardSettings::default() });
    told(pages_of, QueryTooComplex, &app, query("{ search { hits { nodes { title } } } }")).await;
    let cross_site = CrossSite { preflight: true, ..CrossSite::default() };
    let app = guarded(GuardSettings { cross_site, ..GuardSettings::default() });
    let by_get = request(Method::GET, "/graphql?query=%7B__typename%7D", &[], "");
    told(pages_of, CrossSiteRequest, &app, by_get).await;
    let hosts = AllowedHosts::Listed(vec!["movies.example".parse().unwrap()]);
    let app = guarded(GuardSettings { hosts, ..GuardSettings::default() });
    let rebound = post(&json!({ "query": CATALOG }), &[(header::HOST, "rebound.example")]);
    told(pages_of, MisdirectedRequest, &app, rebound).await;
    let app = guarded(GuardSettings { points_per_minute: NonZeroU32::new(1), ..GuardSettings::default() });
    app.ask("{ __typename }").await;
    told(pages_of, RateLimited, &app, query("{ __typename }")).await;

    let concurrency = ConcurrencySettings {
        limit: Some(1),
        queue_timeout: Duration::from_millis(1),
        ..ConcurrencySettings::default()
    };
    let app = guarded(GuardSettings { concurrency, ..GuardSettings::default() });
    app.catalog.fail_with(Failure::Hang);
    let busy = query(CATALOG).request;
    tokio::select! {
        biased;
        answer = app.send(busy) => panic!("the engine hangs, and was answered by {}", answer.text()),
        () = told(pages_of, Overloaded, &app, query(CATALOG)) => {}
    }

    let documents = PersistedSettings { mode: TrustMode::Enforce, ..PersistedSettings::default() };
    let app = TestApp::dozen().with_persisted_documents(PersistedDocuments::open(documents).unwrap());
    told(pages_of, DocumentNotTrusted, &app, query(CATALOG)).await;

    let keys = TestKeys::new(&[("web", "search", json!({}))]);
    let app = TestApp::dozen().with_auth(keys.authenticator());
    told(pages_of, Unauthenticated, &app, query(CATALOG)).await;
    let bearer = keys.bearer("web");
    let mut asked = query("{ importReceipts { totalCount } }");
    asked.request.headers_mut().insert(header::AUTHORIZATION, bearer.parse().unwrap());
    asked.told = asked.told.replacen('\n', "\nauthorization: Bearer <a key with the scope search>\n", 1);
    told(pages_of, Forbidden, &app, asked).await;

    let settings = JwtSettings::of("http://127.0.0.1:9", vec!["wikimovie".to_owned()]);
    let auth = Authenticator::new(&AuthSettings::Jwt(Box::new(settings))).unwrap();
    let app = TestApp::dozen().with_auth(auth);
    // A well-formed token that names a key nobody has.
    let token = [(header::AUTHORIZATION, "Bearer eyJhbGciOiJSUzI1NiIsImtpZCI6ImEifQ.e30.AAAA")];
    told(pages_of, AuthUnavailable, &app, post(&json!({ "query": CATALOG }), &token)).await;

    let (sent, message) = socket::one_operation_too_many().await;
    let message = serde_json::to_string_pretty(&message).unwrap();
    let name = TooManyOperations.row().name;
    assert!(message.contains(&format!("\"{name}\"")), "{message}");
    pages.insert(name, format!("Over WebSocket, while another operation runs:\n\n```json\n{sent}\n```\n\n```json\n{message}\n```\n"));

    let mut page = "# Answers that tell of errors\n\nWritten by a test that asks each of them; do not edit. What the codes \
                    mean is in [errors.md](errors.md). Requests accept `application/graphql-response+json`; where the error \
                    has a `path`, the operation ran and the status is 200.\n"
        .to_owned();
    for code in ErrorCode::ALL {
        let name = code.row().name;
        let answer = pages.get(name).unwrap_or_else(|| panic!("nothing is answered by {name}"));
        let _ = write!(page, "\n## `{name}`\n\n{answer}");
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(PAGE);
    if std::env::var_os("WIKIMOVIE_CODEGEN").is_some() {
        std::fs::write(&path, &page).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    for (kept, made) in kept.split("\n## ").zip(page.split("\n## ")) {
        assert_eq!(kept, made, "{PAGE} differs: run `cargo xtask codegen schema` if the change is meant");
    }
    assert_eq!(kept.len(), page.len(), "{PAGE} has other parts");
}
