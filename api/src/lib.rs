//! The gateway: one GraphQL endpoint over a movie catalogue, its pages and its probes.
//!
//! [`router`] gets a [`Gateway`] (a catalogue, a sealer, settings) and gives the whole HTTP surface; [`Server`]
//! puts it on listeners. [`args`] are its settings as an operator gives them. Nothing here knows an engine, a queue, or
//! the environment.

pub mod args;
pub mod graphql;
pub mod http;
mod lifecycle;
pub mod reference;
mod server;
mod settings;
mod telemetry;

use std::sync::Arc;

use wikimovie_search::{Catalog, Sealer};

use self::telemetry::engine::Observed;

pub use graphql::{
    error::{CodeRow, ErrorCode},
    schema::sdl,
};
pub use http::router;
pub use lifecycle::Lifecycle;
pub use server::{Server, ServerSettings, TlsSettings};
pub use settings::{ApiSettings, Environment};
pub use telemetry::TelemetrySettings;

/// What the gateway answers from. Cheap to clone.
#[derive(Clone)]
pub struct Gateway {
    /// The movies.
    pub catalog: Arc<dyn Catalog>,
    /// Seals states and cursors; replicas share its secret.
    pub sealer: Sealer,
    /// What the operator set.
    pub settings: Arc<ApiSettings>,
    /// Whether the end is near.
    pub lifecycle: Lifecycle,
}

impl Gateway {
    /// A gateway to a catalogue.
    pub fn new(catalog: Arc<dyn Catalog>, sealer: Sealer, settings: ApiSettings) -> Self {
        wikimovie_search::outgoing::annotate_with(wikimovie_command::trace::annotate);
        let catalog = Arc::new(Observed(catalog));
        Self { catalog, sealer, settings: Arc::new(settings), lifecycle: Lifecycle::default() }
    }
}

impl std::fmt::Debug for Gateway {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Gateway").field("settings", &self.settings).finish_non_exhaustive()
    }
}
