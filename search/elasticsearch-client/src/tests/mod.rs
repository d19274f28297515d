//! The client against a small server behind proxies that fail in every way.

mod faults;
mod recovery;
mod request;
#[cfg(feature = "sigv4")]
mod sigv4;
mod tls;

use std::{io::Write, time::Duration};

use crate::error::ClientError;
use axum::{
    Json, Router,
    body::Bytes,
    http::{HeaderMap, HeaderName, StatusCode, header},
    response::{IntoResponse, Response},
};
use flate2::{Compression, write::GzEncoder};
use http::Method;
use serde_json::{Value, json};
use url::Url;
use wikimovie_testkit_services::{Fault, FaultProxy};

use super::{Auth, Call, Client, ClientOptions, RequestBody};

/// Long enough for machines that are busy with other tests.
const DEADLINE: Duration = Duration::from_secs(2);

/// A server that answers JSON: `/status/N` with that status, `/long` with a long answer, compressed where asked,
/// `/slow` after a while, anything else with the number 1.
async fn server() -> String {
    async fn long(headers: HeaderMap) -> Response {
        let json = |encoding: &'static str| {
            [(header::CONTENT_TYPE, "application/json"), (HeaderName::from_static("x-encoding"), encoding)]
        };
        let body = json!({ "words": vec!["word"; 10_000] }).to_string();
        if headers.get(header::ACCEPT_ENCODING).is_some_and(|encoding| encoding == "gzip") {
            let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
            encoder.write_all(body.as_bytes()).unwrap();
            let body = encoder.finish().unwrap();
            return (json("gzip"), [(header::CONTENT_ENCODING, "gzip")], body).into_response();
        }
        (json("identity"), body).into_response()
    }
    async fn slow() -> Json<Value> {
        tokio::time::sleep(Duration::from_secs(60)).await;
        Json(json!({ "answer": 1 }))
    }
    async fn status(axum::extract::Path(status): axum::extract::Path<u16>) -> impl IntoResponse {
        (StatusCode::from_u16(status).unwrap(), Json(json!({ "status": status })))
    }
    async fn one(_body: Bytes) -> Json<Value> {
        Json(json!({ "answer": 1, "filler": "x".repeat(100) }))
    }
    let router = Router::new()
        .route("/long", axum::routing::get(long))
        .route("/slow", axum::routing::get(slow))
        .route("/status/{status}", axum::routing::any(status))
        .fallback(one);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, router).await });
    address.to_string()
}

/// As many nodes, each behind a proxy of its own.
async fn nodes(faults: impl IntoIterator<Item = Fault>) -> Vec<FaultProxy> {
    let server = server().await;
    let mut nodes = Vec::new();
    for fault in faults {
        let node = FaultProxy::start(&server).await;
        node.set(fault);
        nodes.push(node);
    }
    // Until the dead ones refuse connections.
    tokio::time::sleep(Duration::from_millis(20)).await;
    nodes
}

fn options(nodes: &[FaultProxy], auth: Auth) -> ClientOptions {
    let urls = nodes.iter().map(|node| Url::parse(&node.url()).unwrap()).collect();
    ClientOptions { urls, auth, ca_certificates: None, deadline: DEADLINE, user_agent: "test/1" }
}

fn client(nodes: &[FaultProxy]) -> Client {
    Client::new(&options(nodes, Auth::None)).unwrap()
}

/// A search, which may be repeated.
fn search() -> Call {
    Call {
        method: Method::POST,
        body: Some(RequestBody::Json(Bytes::from_static(b"{}"))),
        ..get("/movies/_search")
    }
}

fn get(path: &str) -> Call {
    Call::get(path.to_owned())
}

/// A write that may not be repeated.
fn write_once() -> Call {
    Call { method: Method::PUT, repeatable: false, ..search() }
}

fn received(nodes: &[FaultProxy]) -> usize {
    nodes.iter().map(FaultProxy::received).sum()
}
