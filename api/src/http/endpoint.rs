//! `/graphql`: GraphQL over HTTP by the specification's draft, checked by its public audits.

use std::sync::Arc;

use async_graphql::{Response as Answer, parser::types::OperationType};
use axum::{
    body::Body,
    extract::{FromRequestParts, State, WebSocketUpgrade},
    response::Response,
};
use http::{HeaderMap, HeaderValue, StatusCode, header, request::Parts};

use crate::{
    Gateway,
    cache::{Key, Stored},
    caller::{Caller, SocketCaller},
    error::{self, ApiError, ErrorCode},
    graphql::schema::{Addressed, add_cost},
    guard::{RateStatus, rate::Exceeded},
    http::{
        Shared,
        negotiate::MediaType,
        parameters::{self, Parameters},
        refuse, respond, socket, tell_retry,
        whole::{self, CacheStatus, Sharing},
        without_data,
    },
};

const METHODS: HeaderValue = HeaderValue::from_static("GET, POST, OPTIONS");

/// A query in the query string, or the start of a WebSocket connection. A GET changes nothing and looks at no
/// cookie, so that another site may make a browser send one does no harm.
pub(super) async fn get(State(shared): State<Arc<Shared>>, request: http::Request<Body>) -> Response {
    let (mut parts, _) = request.into_parts();
    if is_upgrade(&parts.headers) {
        return upgrade(&shared, &mut parts).await;
    }
    let media_type = match accepted(&parts.headers) {
        Ok(media_type) => media_type,
        Err(response) => return *response,
    };
    let gateway = &shared.gateway;
    let cross_site = &gateway.settings.guard.cross_site;
    let parameters =
        match cross_site.check_get(&parts.headers).and_then(|()| parameters::from_uri(&parts.uri)) {
            Ok(parameters) => parameters,
            Err(error) => return refuse(&error, media_type),
        };
    match Caller::authenticate(&gateway.auth, &gateway.settings.guard.proxies, &parts).await {
        Ok(caller) => {
            let asked = Asked { media_type, via: Via::Get, headers: &parts.headers, caller: &caller };
            answer(&shared, parameters, None, &asked).await
        }
        Err(error) => refuse(&error.into(), media_type),
    }
}

/// An operation in a JSON body.
pub(super) async fn post(State(shared): State<Arc<Shared>>, request: http::Request<Body>) -> Response {
    let (parts, body) = request.into_parts();
    let media_type = match accepted(&parts.headers) {
        Ok(media_type) => media_type,
        Err(response) => return *response,
    };
    if let Err(error) = parameters::check_content_type(&parts.headers) {
        return refuse(&error, media_type);
    }
    let body = match read(&shared, body).await {
        Ok(body) => body,
        Err(error) => return refuse(&error, media_type),
    };
    let gateway = &shared.gateway;
    let caller = match Caller::authenticate(&gateway.auth, &gateway.settings.guard.proxies, &parts).await {
        Ok(caller) => caller,
        Err(error) => return refuse(&error.into(), media_type),
    };
    let asked = Asked { media_type, via: Via::Post, headers: &parts.headers, caller: &caller };
    let bytes = shared.gateway.body_key(&body, &caller.identity.access());
    if let Some(stored) = bytes.as_ref().and_then(|bytes| shared.gateway.answer_to_bytes(bytes)) {
        return asked.give(&shared, &stored, Sharing::Unsaid);
    }
    match parameters::from_body(&body) {
        // So that answers from memory carry none of it.
        Ok(parameters) => Box::pin(answer(&shared, parameters, bytes, &asked)).await,
        Err(error) => refuse(&error, media_type),
    }
}

/// Any other method.
pub(super) async fn other_method() -> Response {
    let error = ApiError::new(ErrorCode::MethodNotAllowed, "only GET and POST are allowed here");
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
        let message = "responses are application/graphql-response+json or application/json";
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

/// How an answer is asked for, and by whom.
struct Asked<'a> {
    media_type: MediaType,
    via: Via,
    headers: &'a HeaderMap,
    caller: &'a Caller,
}

impl Asked<'_> {
    /// An answer from memory, once it is paid for.
    fn give(&self, shared: &Shared, stored: &Stored, sharing: Sharing<'_>) -> Response {
        match shared.service.charge(self.caller, stored.cost) {
            Ok(rate) => {
                told(whole::give(stored, self.media_type, self.headers, sharing, CacheStatus::Hit), rate)
            }
            Err(exceeded) => too_much(&exceeded, stored.cost, self.media_type),
        }
    }
}

/// Answers from memory at once, else when it is their turn. `bytes` is the key of the whole body, if it has one.
async fn answer(shared: &Shared, parameters: Parameters, bytes: Option<Key>, asked: &Asked<'_>) -> Response {
    let gateway = &shared.gateway;
    let Parameters { request, document_id } = parameters;
    let addressed = match shared.service.address(request, document_id) {
        Ok(addressed) => addressed,
        Err(answer) => return tell(&answer, asked.media_type),
    };
    let key = gateway.answer_key(addressed.request(), &asked.caller.identity.access());
    let keepable = asked.via == Via::Get && addressed.is_named();
    let sharing = if keepable { sharing(gateway) } else { Sharing::Unsaid };
    if let Some(key) = key {
        if let Some(bytes) = bytes.filter(|_| addressed.is_plain()) {
            gateway.note_bytes(bytes, key);
        }
        // What is remembered takes no longer to tell than a refusal, so that it waits for nobody.
        if let Some(stored) = gateway.answer(&key) {
            shared.service.keep_document(&addressed);
            return asked.give(shared, &stored, sharing);
        }
    }
    match gateway.guard.gate.enter().await {
        // The executor's future is large, and would be copied into each of those around it.
        Ok(_inside) => Box::pin(execute(shared, addressed, key, asked, sharing)).await,
        Err(error) => refuse(&error, asked.media_type),
    }
}

async fn execute(
    shared: &Shared,
    addressed: Addressed,
    key: Option<Key>,
    asked: &Asked<'_>,
    sharing: Sharing<'_>,
) -> Response {
    let media_type = asked.media_type;
    let keepable = !matches!(sharing, Sharing::Unsaid);
    let prepared = match shared.service.prepare(addressed, asked.via == Via::Get) {
        Ok(prepared) => prepared,
        Err(answer) => return tell(&answer, media_type),
    };
    if prepared.kind() == OperationType::Subscription {
        let message = "a subscription needs a WebSocket (graphql-transport-ws) at this address";
        return refuse(&ApiError::new(ErrorCode::BadRequest, message), media_type);
    }
    let cost = prepared.charge();
    let rate = match shared.service.charge(asked.caller, cost) {
        Ok(rate) => rate,
        Err(exceeded) => return too_much(&exceeded, cost, media_type),
    };
    let mut ran = shared.service.run(prepared, asked.caller, rate).await;
    let status = CacheStatus::of(&ran.outcome);
    if rate.is_some() {
        // What is left to spend is told in headers: a body that is kept must be true for everyone.
        add_cost(&mut ran.response, cost, None);
    }
    if let Some(revision) = ran.whole_of.filter(|_| keepable || key.is_some())
        && let Ok(body) = serde_json::to_vec(&ran.response)
    {
        let stored = Stored::new(body.into(), revision, cost);
        if let Some(key) = key {
            shared.gateway.keep_answer(key, stored.clone());
        }
        return told(whole::give(&stored, media_type, asked.headers, sharing, status), rate);
    }
    let mut response = tell(&ran.response, media_type);
    whole::tell_cache(&mut response, status);
    if keepable {
        whole::forbid_keeping(&mut response);
    }
    told(response, rate)
}

/// Tells in headers what is left to spend.
fn told(mut response: Response, rate: Option<RateStatus>) -> Response {
    if let Some(rate) = rate {
        rate.tell(response.headers_mut());
    }
    response
}

/// An operation that its client has no points for.
fn too_much(exceeded: &Exceeded, cost: u32, media_type: MediaType) -> Response {
    let mut answer = exceeded.error.clone().into_response();
    add_cost(&mut answer, cost, Some(exceeded.status));
    let mut response = tell(&answer, media_type);
    if exceeded.retry_after.is_some()
        && let Some(ms) = exceeded.error.retry_after_ms()
    {
        tell_retry(&mut response, ms);
    }
    told(response, Some(exceeded.status))
}

/// Who may keep the answer to a request: where callers are told apart, only who asked.
fn sharing(gateway: &Gateway) -> Sharing<'_> {
    let settings = &gateway.settings.cache;
    if gateway.auth.is_open() { Sharing::Public(settings) } else { Sharing::Private(settings) }
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
    let code = answer.errors.first().map_or(ErrorCode::Internal, error::code_of);
    let status = match (media_type, code.row().status) {
        (MediaType::Json, StatusCode::BAD_REQUEST) => StatusCode::OK,
        (_, status) => status,
    };
    let mut response = respond(status, media_type, &without_data(answer));
    if code == ErrorCode::MethodNotAllowed {
        response.headers_mut().insert(header::ALLOW, HeaderValue::from_static("POST"));
    }
    if let Some(ms) = code.row().retry_after_ms {
        tell_retry(&mut response, ms);
    }
    response
}

fn is_upgrade(headers: &HeaderMap) -> bool {
    headers.get(header::UPGRADE).is_some_and(|value| value.as_bytes().eq_ignore_ascii_case(b"websocket"))
}

async fn upgrade(shared: &Shared, parts: &mut Parts) -> Response {
    if let Err(error) = shared.gateway.settings.guard.cross_site.check_handshake(&parts.headers) {
        return refuse(&error, MediaType::Json);
    }
    let bad = |message| refuse(&ApiError::new(ErrorCode::BadRequest, message), MediaType::Json);
    let Ok(upgrade) = WebSocketUpgrade::from_request_parts(parts, &()).await else {
        return bad("the WebSocket handshake is invalid");
    };
    let caller = SocketCaller::of_handshake(&shared.gateway.settings.guard.proxies, parts);
    socket::accept(shared, upgrade, caller).unwrap_or_else(|error| refuse(&error, MediaType::Json))
}
