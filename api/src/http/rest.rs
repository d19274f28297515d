//! `/api/<name>`: the operations of the manifest as REST. GET takes variables as parameters, POST as a JSON object; the
//! answer is the JSON of `data`.

use std::sync::Arc;

use async_graphql::Variables;
use axum::{
    body::Body,
    extract::{Path, Query, State, rejection::PathRejection},
    response::{IntoResponse, Response},
};
use http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use serde_json::Value;

use crate::{
    caller::Caller,
    doors::{self, Door, DoorAnswer, DoorBody, DoorOperation, DoorRefusal, Problem, variables},
    error::{ApiError, ErrorCode},
    guard::bounds,
    http::{
        cached::{self, CacheControl, CacheStatusHeader},
        endpoint::{authenticate, read, with_rate},
        negotiate::MediaType,
        parameters::check_content_type,
        problem,
        state::HandlerState,
    },
};

/// An operation with its variables in the query string.
pub(super) async fn get(
    State(state): State<Arc<HandlerState>>,
    name: Result<Path<String>, PathRejection>,
    request: http::Request<Body>,
) -> Response {
    let (parts, _) = request.into_parts();
    let respond = async {
        check_accept(&parts.headers)?;
        state.gateway.settings.guard.cross_site.check_get(&parts.headers)?;
        let caller = authenticate(&state, &parts).await?;
        let operation = find(&state, name.as_deref().map_or("", String::as_str))?;
        let variables = from_uri(&state, &operation, &parts.uri);
        let answer = answer(&state, &caller, &operation, variables).await?;
        let settings = &state.gateway.settings.cache;
        let cache_control = if state.gateway.auth.is_open() {
            CacheControl::Public(settings)
        } else {
            CacheControl::Private(settings)
        };
        Ok(respond_answer(answer, &parts.headers, cache_control))
    };
    finish(respond.await)
}

/// An operation with its variables in the body.
pub(super) async fn post(
    State(state): State<Arc<HandlerState>>,
    name: Result<Path<String>, PathRejection>,
    request: http::Request<Body>,
) -> Response {
    let (parts, body) = request.into_parts();
    let respond = async {
        check_accept(&parts.headers)?;
        check_content_type(&parts.headers)?;
        let caller = authenticate(&state, &parts).await?;
        let operation = find(&state, name.as_deref().map_or("", String::as_str))?;
        let body = read(&state, &parts.headers, body, caller.address).await?;
        let variables = from_body(&state, &operation, &body);
        let answer = answer(&state, &caller, &operation, variables).await?;
        Ok(respond_answer(answer, &parts.headers, CacheControl::Unset))
    };
    finish(respond.await)
}

/// Any other method.
pub(super) async fn other_method() -> Response {
    let error = ApiError::new(ErrorCode::MethodNotAllowed, "only GET and POST are allowed here");
    let mut response = problem::respond_error(error);
    response.headers_mut().insert(header::ALLOW, HeaderValue::from_static("GET, HEAD, POST, OPTIONS"));
    response
}

fn finish(responded: Result<Response, Box<DoorRefusal>>) -> Response {
    responded.unwrap_or_else(|refusal| problem::respond_refused(&refusal))
}

fn check_accept(headers: &HeaderMap) -> Result<(), ApiError> {
    let not_acceptable = || ApiError::new(ErrorCode::NotAcceptable, "responses are application/json");
    MediaType::negotiate(headers).map(|_| ()).ok_or_else(not_acceptable)
}

/// The operation of a name.
fn find(state: &HandlerState, name: &str) -> Result<Arc<DoorOperation>, Box<DoorRefusal>> {
    let set = state.doors.sets.current();
    if let Some(operation) = set.get(name) {
        return Ok(Arc::clone(operation));
    }
    doors::count_unknown(Door::Rest);
    let error = ApiError::new(ErrorCode::OperationNotFound, "no operation of the manifest has this name");
    let problem = Problem::from(error).near(set.near(name));
    Err(Box::new(DoorRefusal { problem, rate: None }))
}

fn from_uri(state: &HandlerState, operation: &DoorOperation, uri: &Uri) -> Result<Variables, ApiError> {
    let Query(pairs) = Query::<Vec<(String, String)>>::try_from_uri(uri)
        .map_err(|_| ApiError::new(ErrorCode::BadRequest, "the query string is not form-encoded UTF-8"))?;
    variables::from_pairs(operation, &state.doors.sets.types, pairs)
}

fn from_body(state: &HandlerState, operation: &DoorOperation, body: &[u8]) -> Result<Variables, ApiError> {
    bounds::check_json(body)?;
    let bad = |message: String| ApiError::new(ErrorCode::BadRequest, message);
    let read =
        serde_json::from_slice(body).map_err(|error| bad(format!("the body is not valid JSON: {error}")))?;
    match read {
        Value::Object(given) => variables::from_object(operation, &state.doors.sets.types, given),
        _ => Err(bad("the body is not a JSON object of variables".to_owned())),
    }
}

async fn answer(
    state: &HandlerState,
    caller: &Caller,
    operation: &DoorOperation,
    variables: Result<Variables, ApiError>,
) -> Result<DoorAnswer, Box<DoorRefusal>> {
    // The executor's future is large, and would be copied into each of those around it.
    let answering =
        doors::answer(Door::Rest, (&state.gateway, &state.operations), caller, operation, variables);
    Box::pin(answering).await
}

fn respond_answer(answer: DoorAnswer, headers: &HeaderMap, cache_control: CacheControl<'_>) -> Response {
    let status = answer.cache.as_ref().map_or(CacheStatusHeader::Hit, CacheStatusHeader::of);
    let response = match answer.body {
        DoorBody::Cacheable(stored) => {
            cached::respond(&stored, MediaType::Json, headers, cache_control, status)
        }
        DoorBody::Fresh(bytes) => {
            let content_type = [(header::CONTENT_TYPE, MediaType::Json.as_header())];
            let mut response = (StatusCode::OK, content_type, bytes).into_response();
            status.insert(&mut response);
            if !matches!(cache_control, CacheControl::Unset) {
                cached::forbid_storing(&mut response);
            }
            response
        }
    };
    with_rate(response, answer.rate)
}
