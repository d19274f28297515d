//! What operators see of the gateway: metrics, traces, and the log of slow operations.
//!
//! [`observe()`] wraps every HTTP request, [`operation`] around every GraphQL operation, [`fields`] around
//! every root field, and [`engine`] around every question to the engine. Metrics are described in
//! [`wikimovie_command::metrics`]. What a person typed never becomes a label, an attribute or a line.

pub(crate) mod engine;
pub(crate) mod fields;
mod observe;
pub(crate) mod operation;
mod request;

pub(crate) use self::{
    observe::{Observed, REQUEST_ID, RequestMetrics, Socket, observe},
    request::Request,
};

use std::time::Duration;

/// Notes the door by which the current request came, and the operation of the manifest that it names.
pub(crate) fn enter_door(door: &'static str, operation: &str) {
    if let Some(request) = Request::current() {
        request.enter_door(door, operation);
    }
}

/// Counts what became of a request at a door: `ok`, or the code of its problem.
pub(crate) fn count_door(door: &'static str, outcome: &'static str) {
    metrics::counter!("wikimovie_door_requests_total", "door" => door, "outcome" => outcome).increment(1);
}

/// Settings of what operators see.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TelemetrySettings {
    /// Time from which an operation is logged as slow; zero logs none.
    pub slow_operation: Duration,
    /// Whether responses carry `Server-Timing`, which shows where their time went.
    pub server_timing: bool,
}

impl Default for TelemetrySettings {
    fn default() -> Self {
        Self { slow_operation: Duration::from_secs(1), server_timing: true }
    }
}
