//! Problems as responses: `application/problem+json` (RFC 9457).

use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};

use crate::{
    doors::{DoorRefusal, Problem},
    error::ApiError,
    http::{cached::forbid_storing, endpoint::with_rate, response::insert_retry_after},
};

const MEDIA_TYPE: HeaderValue = HeaderValue::from_static("application/problem+json");

/// The response of a request that failed.
pub(super) fn respond(problem: &Problem) -> Response {
    let Ok(body) = serde_json::to_vec(problem) else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let mut response = (problem.status(), [(header::CONTENT_TYPE, MEDIA_TYPE)], body).into_response();
    insert_headers(&mut response, problem);
    forbid_storing(&mut response);
    response
}

/// The response of a refused operation.
pub(super) fn respond_refused(refusal: &DoorRefusal) -> Response {
    with_rate(respond(&refusal.problem), refusal.rate)
}

/// The response of an error.
pub(super) fn respond_error(error: ApiError) -> Response {
    respond(&error.into())
}

/// Inserts what a problem tells in headers: when to retry, and which credential is needed.
pub(super) fn insert_headers(response: &mut Response, problem: &Problem) {
    if let Some(ms) = problem.retry_after_ms {
        insert_retry_after(response, ms);
    }
    let challenge = match (problem.status(), &problem.scope) {
        (StatusCode::UNAUTHORIZED, _) => Some("Bearer realm=\"wikimovie\"".to_owned()),
        (StatusCode::FORBIDDEN, Some(scope)) => {
            Some(format!("Bearer realm=\"wikimovie\", error=\"insufficient_scope\", scope=\"{scope}\""))
        }
        _ => None,
    };
    if let Some(challenge) = challenge.and_then(|text| HeaderValue::try_from(text).ok()) {
        response.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
    }
}
