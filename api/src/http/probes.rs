//! For operators: `/livez` says that the process answers, `/readyz` that the catalogue does, `/metrics` what was
//! counted.

use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use http::{StatusCode, header};
use serde::Serialize;
use wikimovie_command::metrics::{Program, recorder};
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
    engine: String,
    movies: u64,
}

#[derive(Serialize)]
struct Ending {
    status: &'static str,
}

/// Ready: the engine answers, and the end is not near.
pub(super) async fn ready(State(gateway): State<Gateway>) -> Response {
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
        Ok(Ok(info)) => {
            let ready = Ready { status: "ready", engine: info.engine, movies: info.movies };
            json_response(StatusCode::OK, MediaType::Json, &ready)
        }
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
