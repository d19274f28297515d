//! For operators: `/livez` says that the process answers, `/readyz` that the catalogue does, `/metrics` what was
//! counted.

use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use http::{StatusCode, header};
use serde::Serialize;
use wikimovie_command::metrics::{Program, recorder};
use wikimovie_domain::CatalogInfo;
use wikimovie_engine::{OperationContext, SearchError};

use crate::{
    Gateway,
    error::ApiError,
    http::{
        negotiate::MediaType,
        response::{json_response, reject},
    },
};

/// Alive: depends on nothing else, so that a restart is only ever asked for when it helps.
pub(super) async fn live() -> Response {
    "ok\n".into_response()
}

#[derive(Serialize)]
struct Ready {
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    engine: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    movies: Option<u64>,
}

#[derive(Serialize)]
struct Ending {
    status: &'static str,
}

/// Ready: the engine answers, and the end is not near.
pub(super) async fn ready(State(gateway): State<Gateway>) -> Response {
    readiness(&gateway, |info| Ready {
        status: "ready",
        engine: Some(info.engine),
        movies: Some(info.movies),
    })
    .await
}

/// The same without what it is that is ready.
pub(super) async fn ready_in_public(State(gateway): State<Gateway>) -> Response {
    readiness(&gateway, |_| Ready { status: "ready", engine: None, movies: None }).await
}

async fn readiness(gateway: &Gateway, ready: impl FnOnce(CatalogInfo) -> Ready) -> Response {
    if gateway.lifecycle.is_draining() {
        let ending = Ending { status: "draining" };
        return json_response(StatusCode::SERVICE_UNAVAILABLE, MediaType::Json, &ending);
    }
    let info = tokio::time::timeout(
        gateway.settings.engine_deadline,
        gateway.catalog.info(&OperationContext::new()),
    )
    .await;
    let not_ready = |error: ApiError| {
        let mut response = reject(&error, MediaType::Json);
        *response.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
        response
    };
    match info {
        Ok(Ok(info)) => json_response(StatusCode::OK, MediaType::Json, &ready(info)),
        Ok(Err(error)) => not_ready(error.into()),
        Err(_) => not_ready(SearchError::Timeout.into()),
    }
}

/// What was counted, for Prometheus.
pub(super) async fn metrics() -> Response {
    match recorder(Program::Gateway) {
        Ok(recorder) => {
            let text = "text/plain; version=0.0.4; charset=utf-8";
            ([(header::CONTENT_TYPE, text)], recorder.render()).into_response()
        }
        Err(error) => {
            tracing::error!(%error, "metrics are not available");
            StatusCode::SERVICE_UNAVAILABLE.into_response()
        }
    }
}
