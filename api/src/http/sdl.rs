//! `/schema.graphql`: the contract, with a strong ETag so that tools can watch it cheaply.

use std::sync::Arc;

use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use http::{HeaderMap, StatusCode, header};
use sha2::{Digest, Sha256};

use crate::http::{Shared, conditional::is_known};

/// The contract as it is served.
#[derive(Debug)]
pub(super) struct Contract {
    text: String,
    etag: String,
}

impl Contract {
    pub(super) fn new() -> Self {
        let text = crate::sdl();
        let hash = hex::encode(&Sha256::digest(text.as_bytes())[..16]);
        Self { etag: format!("\"{hash}\""), text }
    }
}

pub(super) async fn get(State(shared): State<Arc<Shared>>, headers: HeaderMap) -> Response {
    let Contract { text, etag } = &shared.sdl;
    let common = [(header::ETAG, etag.as_str()), (header::CACHE_CONTROL, "no-cache")];
    if is_known(&headers, etag) {
        return (StatusCode::NOT_MODIFIED, common).into_response();
    }
    let content_type = [(header::CONTENT_TYPE, "application/graphql; charset=utf-8")];
    (common, content_type, text.clone()).into_response()
}
