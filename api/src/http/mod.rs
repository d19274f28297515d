//! HTTP: routes and layers. What enters is a request; what leaves is an answer with the right status, type and
//! headers. No GraphQL type is resolved here.

mod conditional;
mod endpoint;
mod negotiate;
mod pages;
mod parameters;
mod probes;
mod sdl;
mod socket;
mod whole;

use std::{any::Any, sync::Arc};

use axum::{
    Router,
    body::HttpBody,
    middleware,
    response::{IntoResponse, Response},
    routing::get,
};
use http::{HeaderName, HeaderValue, StatusCode, header};
use tokio::sync::Semaphore;
use tower::ServiceBuilder;
use tower_http::{
    catch_panic::CatchPanicLayer,
    compression::{
        CompressionLayer,
        predicate::{DefaultPredicate, Predicate},
    },
    request_id::{self, MakeRequestId, RequestId},
    set_header::SetResponseHeaderLayer,
};

use wikimovie_command::metrics::{Program, recorder};

use crate::{Gateway, error::ApiError, graphql::schema::Service, http::negotiate::MediaType, telemetry};

/// What the handlers share.
#[derive(Debug)]
struct Shared {
    gateway: Gateway,
    service: Service,
    sockets: Arc<Semaphore>,
    sdl: sdl::Contract,
}

impl Shared {
    fn new(gateway: Gateway) -> Arc<Self> {
        let sockets = Arc::new(Semaphore::new(gateway.settings.sockets));
        let service = Service::new(gateway.clone());
        Arc::new(Self { gateway, service, sockets, sdl: sdl::Contract::new() })
    }
}

/// The whole HTTP surface of a gateway.
///
/// | path | what |
/// |---|---|
/// | `/graphql` | GraphQL over HTTP (GET, POST) and over WebSocket |
/// | `/schema.graphql` | the contract |
/// | `/livez`, `/readyz`, `/metrics` | probes and metrics, where they have no listener of their own |
/// | `/`, `/graphiql`, `/assets/…` | the pages, where they were built |
pub fn router(gateway: Gateway) -> Router {
    let operation = operation(gateway.clone());
    let timing = gateway.settings.telemetry.server_timing;
    finish(surface(&Shared::new(gateway)).merge(operation), timing)
}

/// The surface for clients, without what is for operators.
pub fn public(gateway: Gateway) -> Router {
    let timing = gateway.settings.telemetry.server_timing;
    finish(surface(&Shared::new(gateway)), timing)
}

/// What is for operators alone: probes and metrics. Never limited.
pub fn admin(gateway: Gateway) -> Router {
    finish(operation(gateway), false)
}

fn surface(shared: &Arc<Shared>) -> Router {
    let graphql = get(endpoint::get).post(endpoint::post).fallback(endpoint::other_method);
    let cors = shared.gateway.settings.guard.cross_site.cors();
    let compression = CompressionLayer::new().compress_when(Untagged.and(DefaultPredicate::new()));
    // One stack for each route: every further layer around a route costs an allocation a request.
    let api = Router::new()
        .route("/graphql", graphql.layer(ServiceBuilder::new().layer(cors.clone()).layer(compression)))
        // Left out of compression, as what has a tag is above.
        .route("/schema.graphql", get(sdl::get).layer(cors))
        .with_state(Arc::clone(shared));
    api.merge(pages::router(shared.gateway.settings.graphiql).layer(CompressionLayer::new()))
}

/// Leaves answers alone that have an ETag: a strong one names one sequence of bytes.
#[derive(Clone, Copy, Debug)]
struct Untagged;

impl Predicate for Untagged {
    fn should_compress<B: HttpBody>(&self, response: &http::Response<B>) -> bool {
        !response.headers().contains_key(header::ETAG)
    }
}

fn operation(gateway: Gateway) -> Router {
    Router::new()
        .route("/livez", get(probes::live))
        .route("/readyz", get(probes::ready))
        .route("/metrics", get(probes::told))
        .with_state(gateway)
}

/// What every answer has.
fn finish(router: Router, timing: bool) -> Router {
    let request_id = HeaderName::from_static("x-request-id");
    // Metrics belong to the recorder that is there when they are found.
    if let Err(error) = recorder(Program::Gateway) {
        tracing::error!(%error, "metrics are not available");
    }
    let metrics = telemetry::RequestMetrics::new();
    router.layer(
        // Outermost first.
        ServiceBuilder::new()
            .layer(middleware::from_fn(move |request, next| {
                telemetry::observe(Arc::clone(&metrics), timing, request, next)
            }))
            .layer(request_id::SetRequestIdLayer::new(request_id.clone(), RandomId))
            .layer(request_id::PropagateRequestIdLayer::new(request_id))
            .layer(fixed(header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
            .layer(fixed(header::REFERRER_POLICY, "no-referrer"))
            .layer(CatchPanicLayer::custom(panicked)),
    )
}

/// Makes ids of requests: random UUIDs (RFC 9562, version 4). They are names and no secrets, so that none is worth a call to
/// the system.
#[derive(Clone, Copy, Debug)]
struct RandomId;

impl MakeRequestId for RandomId {
    fn make_request_id<B>(&mut self, _: &http::Request<B>) -> Option<RequestId> {
        let id = uuid::Builder::from_random_bytes(fastrand::u128(..).to_ne_bytes()).into_uuid();
        HeaderValue::try_from(id.hyphenated().encode_lower(&mut uuid::Uuid::encode_buffer()) as &str)
            .ok()
            .map(RequestId::new)
    }
}

fn fixed(name: HeaderName, value: &'static str) -> SetResponseHeaderLayer<HeaderValue> {
    SetResponseHeaderLayer::if_not_present(name, HeaderValue::from_static(value))
}

fn panicked(_: Box<dyn Any + Send + 'static>) -> Response {
    refuse(&ApiError::internal("a handler panicked"), MediaType::Json)
}

/// An error of the transport as a GraphQL answer, so that clients read one shape only.
fn refuse(error: &ApiError, media_type: MediaType) -> Response {
    let body = error.clone().into_response();
    let mut response = respond(error.code().row().status, media_type, &without_data(&body));
    if let Some(ms) = error.retry_after_ms() {
        tell_retry(&mut response, ms);
    }
    if response.status() == StatusCode::UNAUTHORIZED {
        response
            .headers_mut()
            .insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"wikimovie\""));
    }
    response
}

/// Tells when to come back, in whole seconds.
fn tell_retry(response: &mut Response, ms: u32) {
    response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(ms.div_ceil(1_000)));
}

/// An answer without `data`: the operation never ran.
fn without_data(response: &async_graphql::Response) -> serde_json::Value {
    let mut body = serde_json::Map::new();
    body.insert("errors".to_owned(), serde_json::to_value(&response.errors).unwrap_or_default());
    if !response.extensions.is_empty() {
        let extensions = serde_json::to_value(&response.extensions).unwrap_or_default();
        body.insert("extensions".to_owned(), extensions);
    }
    body.into()
}

fn respond(status: StatusCode, media_type: MediaType, body: &impl serde::Serialize) -> Response {
    let Ok(bytes) = serde_json::to_vec(body) else {
        tracing::error!("a response could not be serialized");
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    (status, [(header::CONTENT_TYPE, media_type.as_header())], bytes).into_response()
}
