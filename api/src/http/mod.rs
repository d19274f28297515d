//! HTTP: routes and layers. A request enters; a response with its status, type and headers leaves. No GraphQL type is
//! resolved here.

mod cached;
mod conditional;
mod endpoint;
mod mcp;
mod negotiate;
mod pages;
mod parameters;
mod probes;
mod problem;
mod published;
mod reference;
mod response;
mod rest;
mod sdl;
mod socket;
mod state;

use std::{any::Any, sync::Arc};

use axum::{
    Router,
    body::HttpBody,
    extract::Request,
    middleware::{self, Next},
    response::Response,
    routing::{get, post},
};
use http::{HeaderName, HeaderValue, header};
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

use self::{negotiate::MediaType, response::reject, state::HandlerState};
use crate::{
    ApiSettings, Environment, Gateway,
    doors::settings::ServedDoors,
    error::{ApiError, ErrorCode},
    guard::AllowedHosts,
    telemetry,
};

/// The whole HTTP surface of a gateway.
///
/// | path | what |
/// |---|---|
/// | `/graphql` | GraphQL over HTTP (GET, POST) and over WebSocket |
/// | `/schema.graphql` | the contract |
/// | `/api/<name>`, `/openapi.json` | the operations of the manifest as REST |
/// | `/mcp`, `/.well-known/oauth-protected-resource/mcp` | the same as tools of agents |
/// | `/docs`, `/llms.txt` | the reference |
/// | `/livez`, `/readyz`, `/metrics` | probes and, in development, metrics, where they have no listener of their own |
/// | `/`, `/graphiql`, `/assets/…` | the pages, where they were built |
pub fn router(gateway: Gateway) -> Router {
    let settings = Arc::clone(&gateway.settings);
    let operation = match settings.environment {
        Environment::Development => operation(gateway.clone()),
        Environment::Production => probes(gateway.clone()),
    };
    finish(surface(&HandlerState::new(gateway)).merge(operation), &settings)
}

/// The surface for clients, without what is for operators.
pub fn public(gateway: Gateway) -> Router {
    let settings = Arc::clone(&gateway.settings);
    finish(surface(&HandlerState::new(gateway)), &settings)
}

/// What is for operators alone: probes and metrics. Never limited.
pub fn admin(gateway: Gateway) -> Router {
    let mut settings = ApiSettings::clone(&gateway.settings);
    settings.telemetry.server_timing = false;
    finish(operation(gateway), &settings)
}

fn surface(state: &Arc<HandlerState>) -> Router {
    let graphql = get(endpoint::get).post(endpoint::post).fallback(endpoint::other_method);
    let cors = state.gateway.settings.guard.cross_site.cors();
    let compression = CompressionLayer::new().compress_when(Untagged.and(DefaultPredicate::new()));
    // One stack for each route: every further layer around a route costs an allocation a request.
    let api = Router::new()
        .route(
            "/graphql",
            graphql.layer(ServiceBuilder::new().layer(cors.clone()).layer(compression.clone())),
        )
        .merge(
            doors(state.gateway.settings.doors)
                .layer(ServiceBuilder::new().layer(cors.clone()).layer(compression)),
        )
        .with_state(Arc::clone(state));
    // Not compressed, as nothing is that has a tag.
    let sdl = Router::new()
        .route("/schema.graphql", get(sdl::get).layer(cors))
        .with_state(Arc::new(sdl::published()));
    let router = api.merge(sdl).merge(pages::router(state.gateway.settings.graphiql));
    let hosts = state.gateway.settings.guard.hosts.clone();
    if !hosts.is_restricted() {
        return router;
    }
    let hosts = Arc::new(hosts);
    router.layer(middleware::from_fn(move |request, next| of_served_host(Arc::clone(&hosts), request, next)))
}

/// The routes beside GraphQL.
fn doors(served: ServedDoors) -> Router<Arc<HandlerState>> {
    let mut router = reference::router(served);
    if served.rest {
        let operation = get(rest::get).post(rest::post).fallback(rest::other_method);
        router = router.route("/api/{name}", operation);
    }
    if served.mcp {
        router = router
            .route("/mcp", post(mcp::post).fallback(mcp::other_method))
            .route(mcp::METADATA, get(mcp::metadata))
            .route(mcp::METADATA_OF_PATH, get(mcp::metadata));
    }
    router
}

async fn of_served_host(hosts: Arc<AllowedHosts>, request: Request, next: Next) -> Response {
    match hosts.check(request.uri(), request.headers()) {
        Ok(()) => next.run(request).await,
        Err(error) if speaks_problems(request.uri().path()) => problem::respond_error(error),
        Err(error) => reject(&error, MediaType::negotiate(request.headers()).unwrap_or(MediaType::Json)),
    }
}

/// Whether what fails at a path is a problem, and not a response of GraphQL.
fn speaks_problems(path: &str) -> bool {
    path.starts_with("/api/") || path == "/mcp"
}

/// Leaves answers alone that have an ETag: a strong one names one sequence of bytes.
#[derive(Clone, Copy, Debug)]
struct Untagged;

impl Predicate for Untagged {
    fn should_compress<B: HttpBody>(&self, response: &http::Response<B>) -> bool {
        !response.headers().contains_key(header::ETAG)
    }
}

/// Probes of a public service: nobody is told how much there is.
fn probes(gateway: Gateway) -> Router {
    Router::new()
        .route("/livez", get(probes::live))
        .route("/readyz", get(probes::ready_in_public))
        .with_state(gateway)
}

/// What operators see.
fn operation(gateway: Gateway) -> Router {
    Router::new()
        .route("/livez", get(probes::live))
        .route("/readyz", get(probes::ready))
        .route("/metrics", get(probes::metrics))
        .with_state(gateway)
}

/// What every answer has.
fn finish(router: Router, settings: &ApiSettings) -> Router {
    let request_id = telemetry::REQUEST_ID;
    // Metrics belong to the recorder that is there when they are found.
    if let Err(error) = recorder(Program::Gateway) {
        tracing::error!(%error, "metrics are not available");
    }
    let observed = Arc::new(telemetry::Observed {
        metrics: telemetry::RequestMetrics::new(),
        server_timing: settings.telemetry.server_timing,
        proxies: settings.guard.proxies.clone(),
    });
    router.layer(
        // Outermost first.
        ServiceBuilder::new()
            .layer(middleware::from_fn(move |request, next| {
                telemetry::observe(Arc::clone(&observed), request, next)
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

/// The response to a request that is none of HTTP.
pub(crate) fn bad_request(message: &str) -> Response {
    reject(&ApiError::new(ErrorCode::BadRequest, message), MediaType::Json)
}

fn panicked(_: Box<dyn Any + Send + 'static>) -> Response {
    reject(&ApiError::internal("a handler panicked"), MediaType::Json)
}
