//! Responses as JSON, and rejected requests in the same shape as failed operations.

use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};

use crate::{error::ApiError, http::negotiate::MediaType};

/// An error of the transport as a GraphQL response, so that clients read one shape only.
pub(super) fn reject(error: &ApiError, media_type: MediaType) -> Response {
    let body = error.clone().into_response();
    let mut response = json_response(error.code().row().status, media_type, &without_data(&body));
    if let Some(ms) = error.retry_after_ms() {
        insert_retry_after(&mut response, ms);
    }
    if response.status() == StatusCode::UNAUTHORIZED {
        response
            .headers_mut()
            .insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"wikimovie\""));
    }
    response
}

/// Inserts `Retry-After`, in whole seconds.
pub(super) fn insert_retry_after(response: &mut Response, ms: u32) {
    response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(ms.div_ceil(1_000)));
}

/// A response without `data`: the operation did not run.
pub(super) fn without_data(response: &async_graphql::Response) -> serde_json::Value {
    let mut body = serde_json::Map::new();
    body.insert("errors".to_owned(), serde_json::to_value(&response.errors).unwrap_or_default());
    if !response.extensions.is_empty() {
        let extensions = serde_json::to_value(&response.extensions).unwrap_or_default();
        body.insert("extensions".to_owned(), extensions);
    }
    body.into()
}

/// A response with a body in one of the two JSON media types.
pub(super) fn json_response(
    status: StatusCode,
    media_type: MediaType,
    body: &impl serde::Serialize,
) -> Response {
    let Ok(bytes) = serde_json::to_vec(body) else {
        tracing::error!("a response could not be written as JSON");
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    (status, [(header::CONTENT_TYPE, media_type.as_header())], bytes).into_response()
}
