//! `/graphql`: GraphQL over HTTP by the specification's draft, checked by its public audits.

use async_graphql::{Response as Answer, parser::types::OperationType};
use axum::{
    body::Body,
    extract::{FromRequestParts, State, WebSocketUpgrade},
    response::Response,
};
use http::{HeaderMap, HeaderValue, StatusCode, header, request::Parts};

use crate::{
    Gateway,
    cache::Stored,
    graphql::error::{ApiError, ErrorCode},
    http::{
        Shared,
        negotiate::MediaType,
        parameters::{self, Parameters},
        refuse, respond, socket,
        whole::{self, CacheStatus, Sharing},
        without_data,
    },
};

const METHODS: HeaderValue = HeaderValue::from_static("GET, POST, OPTIONS");

/// A query in the query string, or the start of a WebSocket connection. A GET changes nothing and looks at no
/// cookie, so that another site may make a browser send one does no harm.
pub(super) async fn get(State(shared): State<Shared>, request: http::Request<Body>) -> Response {
    let (mut parts, _) = request.into_parts();
    if is_upgrade(&parts.headers) {
        return upgrade(&shared, &mut parts).await;
    }
    let media_type = match accepted(&parts.headers) {
        Ok(media_type) => media_type,
        Err(response) => return *response,
    };
    match parameters::from_uri(&parts.uri) {
        Ok(parameters) => execute(&shared, parameters, media_type, Via::Get, &parts.headers).await,
        Err(error) => refuse(&error, media_type),
    }
}

/// An operation in a JSON body.
pub(super) async fn post(State(shared): State<Shared>, request: http::Request<Body>) -> Response {
    let (parts, body) = request.into_parts();
    let media_type = match accepted(&parts.headers) {
        Ok(media_type) => media_type,
        Err(response) => return *response,
    };
    if let Err(error) = parameters::check_content_type(&parts.headers) {
        return refuse(&error, media_type);
    }
    match read(&shared, body).await.and_then(|body| parameters::from_body(&body)) {
        Ok(parameters) => execute(&shared, parameters, media_type, Via::Post, &parts.headers).await,
        Err(error) => refuse(&error, media_type),
    }
}

/// Any other method.
pub(super) async fn other_method() -> Response {
    let error = ApiError::new(ErrorCode::MethodNotAllowed, "only GET and POST are answered here");
    let mut response = refuse(&error, MediaType::Json);
    response.headers_mut().insert(header::ALLOW, METHODS);
    response
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Via {
    Get,
    Post,
}

fn accepted(headers: &HeaderMap) -> Result<MediaType, Box<Response>> {
    MediaType::negotiate(headers).ok_or_else(|| {
        let message = "answers are application/graphql-response+json or application/json";
        Box::new(refuse(&ApiError::new(ErrorCode::NotAcceptable, message), MediaType::Json))
    })
}

async fn read(shared: &Shared, body: Body) -> Result<bytes::Bytes, ApiError> {
    let settings = &shared.gateway.settings;
    let body = axum::body::to_bytes(body, settings.body_limit);
    match tokio::time::timeout(settings.body_deadline, body).await {
        Ok(Ok(bytes)) => Ok(bytes),
        Ok(Err(error)) if is_too_large(&error) => {
            let message = format!("the body has more than {} bytes", settings.body_limit);
            Err(ApiError::new(ErrorCode::BodyTooLarge, message))
        }
        Ok(Err(_)) => Err(ApiError::new(ErrorCode::BadRequest, "the body ended early")),
        Err(_) => Err(ApiError::new(ErrorCode::BadRequest, "the body took too long to arrive")),
    }
}

/// The limit's own error type lies behind a wrapper and is not exported, so the chain is searched for its text.
fn is_too_large(error: &axum::Error) -> bool {
    let mut cause: Option<&dyn std::error::Error> = Some(error);
    while let Some(error) = cause {
        if error.to_string().contains("length limit exceeded") {
            return true;
        }
        cause = error.source();
    }
    false
}

async fn execute(
    shared: &Shared,
    parameters: Parameters,
    media_type: MediaType,
    via: Via,
    headers: &HeaderMap,
) -> Response {
    let Parameters { request, document_id } = parameters;
    let addressed = match shared.service.address(request, document_id) {
        Ok(addressed) => addressed,
        Err(answer) => return tell(&answer, media_type),
    };
    let gateway = &shared.gateway;
    let keepable = via == Via::Get && addressed.is_named();
    let sharing = if keepable { sharing(gateway, headers) } else { Sharing::Unsaid };
    let key = gateway.answer_key(addressed.request());
    if let Some(stored) = key.as_ref().and_then(|key| gateway.answer(key)) {
        return whole::give(&stored, media_type, headers, sharing, CacheStatus::Hit);
    }
    let prepared = match shared.service.prepare(addressed) {
        Ok(prepared) => prepared,
        Err(answer) => return tell(&answer, media_type),
    };
    if via == Via::Get && prepared.kind() == OperationType::Mutation {
        let error = ApiError::new(ErrorCode::MethodNotAllowed, "a mutation cannot be sent by GET");
        let mut response = refuse(&error, media_type);
        response.headers_mut().insert(header::ALLOW, HeaderValue::from_static("POST"));
        return response;
    }
    if prepared.kind() == OperationType::Subscription {
        let message = "a subscription is followed over WebSocket (graphql-transport-ws) at this address";
        return refuse(&ApiError::new(ErrorCode::BadRequest, message), media_type);
    }
    let ran = shared.service.run(prepared).await;
    let status = CacheStatus::of(&ran.outcome);
    if let Some(revision) = ran.whole_of.filter(|_| keepable || key.is_some())
        && let Ok(body) = serde_json::to_vec(&ran.response)
    {
        let stored = Stored::new(body.into(), revision);
        if let Some(key) = key {
            gateway.keep_answer(key, stored.clone());
        }
        return whole::give(&stored, media_type, headers, sharing, status);
    }
    let mut response = tell(&ran.response, media_type);
    whole::tell_cache(&mut response, status);
    if keepable {
        whole::forbid_keeping(&mut response);
    }
    response
}

/// Who may keep the answer to a request: where somebody showed who they are, only they.
fn sharing<'a>(gateway: &'a Gateway, headers: &HeaderMap) -> Sharing<'a> {
    let settings = &gateway.settings.cache;
    let anonymous = !headers.contains_key(header::AUTHORIZATION) && !headers.contains_key("x-api-key");
    if anonymous { Sharing::Public(settings) } else { Sharing::Private(settings) }
}

/// An operation that ran has `data`, be it null, and status 200. One that never ran has no `data`; its status is
/// that of its error, except that plain JSON keeps 200 where the fault is in the document.
fn tell(answer: &Answer, media_type: MediaType) -> Response {
    let never_ran = answer.data == async_graphql::Value::Null
        && !answer.errors.is_empty()
        && answer.errors.iter().all(|error| error.path.is_empty());
    if !never_ran {
        return respond(StatusCode::OK, media_type, answer);
    }
    let code = answer.errors.first().and_then(code).unwrap_or(ErrorCode::Internal);
    let status = match (media_type, code.row().status) {
        (MediaType::Json, StatusCode::BAD_REQUEST) => StatusCode::OK,
        (_, status) => status,
    };
    respond(status, media_type, &without_data(answer))
}

fn code(error: &async_graphql::ServerError) -> Option<ErrorCode> {
    match error.extensions.as_ref()?.get("code")? {
        async_graphql::Value::String(name) => ErrorCode::from_name(name),
        _ => None,
    }
}

fn is_upgrade(headers: &HeaderMap) -> bool {
    headers.get(header::UPGRADE).is_some_and(|value| value.as_bytes().eq_ignore_ascii_case(b"websocket"))
}

async fn upgrade(shared: &Shared, parts: &mut Parts) -> Response {
    let bad = |message| refuse(&ApiError::new(ErrorCode::BadRequest, message), MediaType::Json);
    let Ok(upgrade) = WebSocketUpgrade::from_request_parts(parts, &()).await else {
        return bad("this is no valid WebSocket handshake");
    };
    socket::accept(shared, upgrade).unwrap_or_else(|error| refuse(&error, MediaType::Json))
}
