//! `/schema.graphql`: the contract, with a strong ETag so that tools can watch it cheaply.

use std::sync::Arc;

use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use http::{HeaderMap, StatusCode, header};
use sha2::{Digest, Sha256};

use crate::http::conditional::is_known;

/// The contract as it is served.
#[derive(Debug)]
pub(super) struct PublishedSchema {
    text: String,
    etag: String,
}

impl PublishedSchema {
    pub(super) fn new() -> Self {
        let text = crate::sdl();
        let hash = hex::encode(&Sha256::digest(text.as_bytes())[..16]);
        Self { etag: format!("\"{hash}\""), text }
    }
}

pub(super) async fn get(State(schema): State<Arc<PublishedSchema>>, headers: HeaderMap) -> Response {
    let PublishedSchema { text, etag } = &*schema;
    let common = [(header::ETAG, etag.as_str()), (header::CACHE_CONTROL, "no-cache")];
    if is_known(&headers, etag) {
        return (StatusCode::NOT_MODIFIED, common).into_response();
    }
    let content_type = [(header::CONTENT_TYPE, "application/graphql; charset=utf-8")];
    (common, content_type, text.clone()).into_response()
}
