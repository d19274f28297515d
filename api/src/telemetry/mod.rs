//! What operators see of the gateway: metrics, traces, and the log of slow operations.
//!
//! [`observe()`] stands around every HTTP request, [`operation`] around every GraphQL operation, [`fields`] around
//! every root field, and [`engine`] around every question to the engine. Metrics are described in
//! [`wikimovie_command::metrics`]. What a person typed never becomes a label, an attribute or a line.

pub(crate) mod engine;
pub(crate) mod fields;
mod observe;
pub(crate) mod operation;
mod request;

pub(crate) use self::{
    observe::{RequestMetrics, Socket, observe},
    request::Request,
};

use std::time::Duration;

/// What an operator may set about what he sees.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TelemetrySettings {
    /// Time from which an operation is told in the log; zero tells none.
    pub slow_operation: Duration,
    /// Whether answers say in `Server-Timing` where their time went.
    pub server_timing: bool,
}

impl Default for TelemetrySettings {
    fn default() -> Self {
        Self { slow_operation: Duration::from_secs(1), server_timing: true }
    }
}
