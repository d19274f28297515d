//! What describes the gateway, as it is served: each text with a strong ETag so that tools can watch it cheaply. Nothing here
//! loads anything from elsewhere.

use axum::{
    body::Bytes,
    response::{IntoResponse, Response},
};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use sha2::{Digest, Sha256};

use crate::{
    auth::AuthKind,
    doors::{DoorSet, contract_types::ContractTypes, openapi, pages, settings::ServedDoors},
    http::conditional::is_known,
};

/// Pages load their stylesheet and nothing else.
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
);

/// A text as it is served.
#[derive(Debug)]
pub(super) struct PublishedText {
    body: Bytes,
    etag: String,
    content_type: &'static str,
}

/// What describes a set of operations.
#[derive(Debug)]
pub(super) struct Reference {
    pub(super) openapi: PublishedText,
    pub(super) overview: PublishedText,
    pub(super) schema: PublishedText,
    pub(super) errors: PublishedText,
    pub(super) style: PublishedText,
    pub(super) llms: PublishedText,
}

impl PublishedText {
    pub(super) fn new(body: impl Into<Bytes>, content_type: &'static str) -> Self {
        let body = body.into();
        let hash = hex::encode(&Sha256::digest(&body)[..16]);
        Self { body, etag: ["\"", &hash, "\""].concat(), content_type }
    }

    /// The text, or that the client has it.
    pub(super) fn respond(&self, headers: &HeaderMap) -> Response {
        let common = [(header::ETAG, self.etag.as_str()), (header::CACHE_CONTROL, "no-cache")];
        if is_known(headers, &self.etag) {
            return (StatusCode::NOT_MODIFIED, common).into_response();
        }
        let fixed = [
            (header::CONTENT_TYPE, HeaderValue::from_static(self.content_type)),
            (header::CONTENT_SECURITY_POLICY, POLICY),
        ];
        (common, fixed, self.body.clone()).into_response()
    }
}

impl Reference {
    /// Describes the operations.
    pub(super) fn new(set: &DoorSet, types: &ContractTypes, auth: &AuthKind, doors: ServedDoors) -> Self {
        let html = |body: Vec<u8>| PublishedText::new(body, "text/html; charset=utf-8");
        Self {
            openapi: PublishedText::new(openapi::describe(set, types, auth), "application/json"),
            overview: html(pages::overview(set, doors)),
            schema: html(pages::schema(types)),
            errors: html(pages::errors()),
            style: PublishedText::new(pages::STYLE, "text/css; charset=utf-8"),
            llms: PublishedText::new(pages::llms(set, doors), "text/plain; charset=utf-8"),
        }
    }
}
