//! `/schema.graphql`: the contract.

use std::sync::Arc;

use axum::{extract::State, response::Response};
use http::HeaderMap;

use crate::http::published::PublishedText;

/// The contract as it is served.
pub(super) fn published() -> PublishedText {
    PublishedText::new(crate::sdl(), "application/graphql; charset=utf-8")
}

pub(super) async fn get(State(schema): State<Arc<PublishedText>>, headers: HeaderMap) -> Response {
    schema.respond(&headers)
}
