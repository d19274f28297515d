//! For operators: `/livez` says that the process answers, `/readyz` that the catalogue does, `/metrics` what was
//! counted.

use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use http::{StatusCode, header};
use serde::Serialize;
use wikimovie_command::metrics::{self, Program};

use crate::{
    Gateway,
    error::ApiError,
    http::{negotiate::MediaType, refuse, respond},
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
        return respond(StatusCode::SERVICE_UNAVAILABLE, MediaType::Json, &ending);
    }
    let info = tokio::time::timeout(gateway.settings.engine_deadline, gateway.catalog.info()).await;
    let not_ready = |error: ApiError| {
        let mut response = refuse(&error, MediaType::Json);
        *response.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
        response
    };
    match info {
        Ok(Ok(info)) => {
            let ready = Ready { status: "ready", engine: info.engine, movies: info.movies };
            respond(StatusCode::OK, MediaType::Json, &ready)
        }
        Ok(Err(error)) => not_ready(error.into()),
        Err(_) => not_ready(wikimovie_engine::SearchError::Timeout.into()),
    }
}

/// What was counted, for Prometheus.
pub(super) async fn told() -> Response {
    match metrics::recorder(Program::Gateway) {
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
