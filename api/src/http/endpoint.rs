//! `/graphql`: GraphQL over HTTP by the draft specification, checked by its public audits.

use std::{net::IpAddr, sync::Arc};

use async_graphql::parser::types::OperationType;
use axum::{
    body::Body,
    extract::{FromRequestParts, State, WebSocketUpgrade},
    response::{IntoResponse, Redirect, Response},
};
use bytes::{Bytes, BytesMut};
use futures::StreamExt;
use http::{HeaderMap, HeaderValue, StatusCode, header, request::Parts};
use metrics::counter;

use crate::{
    cache::{CachedResponse, ResponseKey},
    caller::{Caller, SocketCaller},
    error::{ApiError, ErrorCode},
    guard::RateStatus,
    http::{
        cached::{self, CacheControl, CacheStatusHeader},
        negotiate::MediaType,
        parameters::{self, Parameters},
        response::{insert_retry_after, json_response, reject, without_data},
        socket,
        state::HandlerState,
    },
    operation::{Execution, Outcome, Refusal, Rejection, ResolvedRequest, insert_cost},
};

const METHODS: HeaderValue = HeaderValue::from_static("GET, POST, OPTIONS");

/// A query in the query string, or the start of a WebSocket connection. A GET changes nothing and reads no cookie, so a
/// forged one does no harm.
pub(super) async fn get(State(state): State<Arc<HandlerState>>, request: http::Request<Body>) -> Response {
    let (mut parts, _) = request.into_parts();
    if is_upgrade(&parts.headers) {
        return upgrade(&state, &mut parts).await;
    }
    if state.gateway.settings.graphiql && is_visit(&parts) {
        return Redirect::temporary("/graphiql").into_response();
    }
    let Some(media_type) = MediaType::negotiate(&parts.headers) else { return not_acceptable() };
    let respond = async {
        state.gateway.settings.guard.cross_site.check_get(&parts.headers)?;
        let parameters = parameters::from_uri(&parts.uri)?;
        let caller = authenticate(&state, &parts).await?;
        let exchange =
            Exchange { state: &state, media_type, method: Method::Get, headers: &parts.headers, caller };
        exchange.respond(parameters, None).await
    };
    respond.await.unwrap_or_else(|error| reject(&error, media_type))
}

/// An operation in a JSON body.
pub(super) async fn post(State(state): State<Arc<HandlerState>>, request: http::Request<Body>) -> Response {
    let (parts, body) = request.into_parts();
    let Some(media_type) = MediaType::negotiate(&parts.headers) else { return not_acceptable() };
    let respond = async {
        parameters::check_content_type(&parts.headers)?;
        // Whoever is refused for a credential sends no body before.
        let caller = authenticate(&state, &parts).await?;
        let body = read(&state, &parts.headers, body, caller.address).await?;
        let exchange =
            Exchange { state: &state, media_type, method: Method::Post, headers: &parts.headers, caller };
        let body_key = state.gateway.body_key(&body, &exchange.caller.identity.access());
        if let Some(stored) = body_key.as_ref().and_then(|key| state.gateway.cached_response_to_body(key)) {
            return Ok(exchange.respond_stored(&stored, CacheControl::Unset).await);
        }
        // Boxed, so that stored responses carry none of it.
        Box::pin(exchange.respond(parameters::from_body(&body)?, body_key)).await
    };
    respond.await.unwrap_or_else(|error| reject(&error, media_type))
}

/// Any other method.
pub(super) async fn other_method() -> Response {
    let error = ApiError::new(ErrorCode::MethodNotAllowed, "only GET and POST are allowed here");
    let mut response = reject(&error, MediaType::Json);
    response.headers_mut().insert(header::ALLOW, METHODS);
    response
}

fn not_acceptable() -> Response {
    let message = "responses are application/graphql-response+json or application/json";
    reject(&ApiError::new(ErrorCode::NotAcceptable, message), MediaType::Json)
}

/// Whose request it is.
pub(super) async fn authenticate(state: &HandlerState, parts: &Parts) -> Result<Caller, ApiError> {
    let gateway = &state.gateway;
    Ok(Caller::authenticate(&gateway.auth, &gateway.settings.guard.proxies, parts).await?)
}

/// Reads a body as it arrives. Its bytes are a share of all that are being read.
pub(super) async fn read(
    state: &HandlerState,
    headers: &HeaderMap,
    body: Body,
    client: IpAddr,
) -> Result<Bytes, ApiError> {
    let settings = &state.gateway.settings;
    let limit = settings.body_limit;
    let length = headers.get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse().ok());
    if length.is_some_and(|length: usize| length > limit) {
        return Err(too_large(limit));
    }
    let arrive = async {
        let mut share = state.gateway.guard.bodies.open(Some(client));
        let mut body = body.into_data_stream();
        let mut bytes = BytesMut::new();
        while let Some(data) = body.next().await {
            let data = data.map_err(|_| ApiError::new(ErrorCode::BadRequest, "the body ended early"))?;
            if bytes.len() + data.len() > limit {
                return Err(too_large(limit));
            }
            share.grow(data.len()).map_err(|held| {
                counter!("wikimovie_bodies_refused_total", "reason" => held.name()).increment(1);
                ApiError::new(ErrorCode::Overloaded, "too many bytes of bodies are being read")
            })?;
            bytes.extend_from_slice(&data);
        }
        Ok(bytes.freeze())
    };
    let late = || ApiError::new(ErrorCode::BadRequest, "the body took too long to arrive");
    tokio::time::timeout(settings.body_deadline, arrive).await.unwrap_or_else(|_| Err(late()))
}

fn too_large(limit: usize) -> ApiError {
    ApiError::new(ErrorCode::BodyTooLarge, format!("the body has more than {limit} bytes"))
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Method {
    Get,
    Post,
}

/// One request, with the format of its response.
struct Exchange<'a> {
    state: &'a HandlerState,
    media_type: MediaType,
    method: Method,
    headers: &'a HeaderMap,
    caller: Caller,
}

impl Exchange<'_> {
    /// Responds from the response cache, or after executing the operation. `body_key` is the key of the whole body, if
    /// it has one.
    async fn respond(
        &self,
        parameters: Parameters,
        body_key: Option<ResponseKey>,
    ) -> Result<Response, ApiError> {
        let gateway = &self.state.gateway;
        let Parameters { request, document_id } = parameters;
        let resolved = match self.state.operations.resolve(request, document_id) {
            Ok(resolved) => resolved,
            Err(refusal) => return Ok(self.respond_refused(&refusal)),
        };
        let key = gateway.response_key(resolved.request(), &self.caller.identity.access());
        let cache_control = self.cache_control(&resolved);
        if let Some(key) = key {
            if let Some(body_key) = body_key.filter(|_| resolved.is_plain()) {
                gateway.link_body(body_key, key);
            }
            // A stored response takes no longer than a refusal, so that it waits for nobody.
            if let Some(stored) = gateway.cached_response(&key) {
                let response = self.respond_stored(&stored, cache_control).await;
                if response.status() != StatusCode::TOO_MANY_REQUESTS {
                    self.state.operations.store_document(&resolved);
                }
                return Ok(response);
            }
        }
        let _permit = gateway.guard.concurrency.acquire().await?;
        // The executor's future is large, and would be copied into each of those around it.
        Ok(Box::pin(self.execute(resolved, key, cache_control)).await)
    }

    async fn execute(
        &self,
        resolved: ResolvedRequest,
        key: Option<ResponseKey>,
        cache_control: CacheControl<'_>,
    ) -> Response {
        let operations = &self.state.operations;
        let validated = operations.validate(resolved, self.method == Method::Get, &self.caller).await;
        let mut operation = match validated {
            Ok(operation) => operation,
            Err(rejection) => return self.respond_rejected(&rejection),
        };
        if operation.kind() == OperationType::Subscription {
            let message = "a subscription needs a WebSocket (graphql-transport-ws) at this address";
            return reject(&ApiError::new(ErrorCode::BadRequest, message), self.media_type);
        }
        let charge = match operations.charge_operation(&self.caller, &mut operation).await {
            Ok(charge) => charge,
            Err(rejection) => return self.respond_rejected(&rejection),
        };
        let mut outcome = operations.run(operation, &self.caller, charge.rate).await;
        if charge.rate.is_some() {
            // What is left to spend is in headers: a body that is stored must be true for everyone.
            insert_cost(outcome.response_mut(), charge.points, None);
        }
        let (mut response, status) = match &outcome {
            Outcome::Executed(execution) => {
                let status = CacheStatusHeader::of(&execution.cache);
                if let Some(stored) = self.store(execution, charge.points, key, cache_control) {
                    let response =
                        cached::respond(&stored, self.media_type, self.headers, cache_control, status);
                    return with_rate(response, charge.rate);
                }
                (json_response(StatusCode::OK, self.media_type, &execution.response), status)
            }
            Outcome::Refused(refusal) => (self.respond_refused(refusal), CacheStatusHeader::Miss),
        };
        status.insert(&mut response);
        if !matches!(cache_control, CacheControl::Unset) {
            cached::forbid_storing(&mut response);
        }
        with_rate(response, charge.rate)
    }

    /// Stores a cacheable response, if we or the client can use it.
    fn store(
        &self,
        execution: &Execution,
        points: u32,
        key: Option<ResponseKey>,
        cache_control: CacheControl<'_>,
    ) -> Option<CachedResponse> {
        let revision =
            execution.revision.filter(|_| key.is_some() || !matches!(cache_control, CacheControl::Unset))?;
        let body = serde_json::to_vec(&execution.response).ok()?;
        let stored = CachedResponse::new(body.into(), revision, points);
        if let Some(key) = key {
            self.state.gateway.cache_response(key, stored.clone());
        }
        Some(stored)
    }

    /// Which caches may store the response: with authentication, only private ones. Only the response to a GET by hash
    /// or id is worth storing.
    fn cache_control(&self, resolved: &ResolvedRequest) -> CacheControl<'_> {
        let gateway = &self.state.gateway;
        let settings = &gateway.settings.cache;
        match self.method {
            Method::Get if resolved.is_named() && gateway.auth.is_open() => CacheControl::Public(settings),
            Method::Get if resolved.is_named() => CacheControl::Private(settings),
            Method::Get | Method::Post => CacheControl::Unset,
        }
    }

    /// A stored response, after its cost is charged.
    async fn respond_stored(&self, stored: &CachedResponse, cache_control: CacheControl<'_>) -> Response {
        match self.state.operations.charge(&self.caller, stored.cost).await {
            Ok(charge) => {
                let hit = CacheStatusHeader::Hit;
                let response = cached::respond(stored, self.media_type, self.headers, cache_control, hit);
                with_rate(response, charge.rate)
            }
            Err(rejection) => self.respond_rejected(&rejection),
        }
    }

    fn respond_rejected(&self, rejection: &Rejection) -> Response {
        with_rate(self.respond_refused(&rejection.refusal), rejection.rate)
    }

    /// A refusal has no `data`. Its status is that of its code, except that plain JSON keeps 200 for an error in the
    /// document.
    fn respond_refused(&self, refusal: &Refusal) -> Response {
        let status = match (self.media_type, refusal.code.row().status) {
            (MediaType::Json, StatusCode::BAD_REQUEST) => StatusCode::OK,
            (_, status) => status,
        };
        let mut response = json_response(status, self.media_type, &without_data(&refusal.response));
        if refusal.code == ErrorCode::MethodNotAllowed {
            response.headers_mut().insert(header::ALLOW, HeaderValue::from_static("POST"));
        }
        if let Some(ms) = refusal.retry_after_ms {
            insert_retry_after(&mut response, ms);
        }
        response
    }
}

/// Inserts the rate-limit headers.
pub(super) fn with_rate(mut response: Response, rate: Option<RateStatus>) -> Response {
    if let Some(rate) = rate {
        rate.insert_headers(response.headers_mut());
    }
    response
}

/// Whether a person opened the address in a browser, which asks for a page and sends no operation.
fn is_visit(parts: &Parts) -> bool {
    let accept = parts.headers.get(header::ACCEPT).and_then(|accept| accept.to_str().ok());
    parts.uri.query().is_none() && accept.is_some_and(|accept| accept.starts_with("text/html"))
}

fn is_upgrade(headers: &HeaderMap) -> bool {
    headers.get(header::UPGRADE).is_some_and(|value| value.as_bytes().eq_ignore_ascii_case(b"websocket"))
}

async fn upgrade(state: &HandlerState, parts: &mut Parts) -> Response {
    if let Err(error) = state.gateway.settings.guard.cross_site.check_handshake(&parts.headers) {
        return reject(&error, MediaType::Json);
    }
    let Ok(upgrade) = WebSocketUpgrade::from_request_parts(parts, &()).await else {
        let message = "the WebSocket handshake is invalid";
        return reject(&ApiError::new(ErrorCode::BadRequest, message), MediaType::Json);
    };
    let caller = SocketCaller::of_handshake(&state.gateway.settings.guard.proxies, parts);
    socket::accept(state, upgrade, caller).unwrap_or_else(|error| reject(&error, MediaType::Json))
}
