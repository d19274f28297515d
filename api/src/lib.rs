//! The gateway: one GraphQL endpoint over a movie catalogue, its pages and its probes.
//!
//! [`router`] gets a [`Gateway`] (a catalogue, a sealer, settings) and gives the whole HTTP surface; [`serve`]
//! puts it on a listener. Nothing here knows an engine, a queue, or the environment.

pub mod graphql;
pub mod http;
pub mod reference;
mod server;
mod settings;

use std::sync::Arc;

use wikimovie_search::{Catalog, Sealer};

pub use graphql::{
    error::{CodeRow, ErrorCode},
    schema::sdl,
};
pub use http::router;
pub use server::serve;
pub use settings::{ApiSettings, Environment};

/// What the gateway answers from. Cheap to clone.
#[derive(Clone)]
pub struct Gateway {
    /// The movies.
    pub catalog: Arc<dyn Catalog>,
    /// Seals states and cursors; replicas share its secret.
    pub sealer: Sealer,
    /// What the operator set.
    pub settings: Arc<ApiSettings>,
}

impl Gateway {
    /// A gateway to a catalogue.
    pub fn new(catalog: Arc<dyn Catalog>, sealer: Sealer, settings: ApiSettings) -> Self {
        Self { catalog, sealer, settings: Arc::new(settings) }
    }
}

impl std::fmt::Debug for Gateway {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Gateway").field("settings", &self.settings).finish_non_exhaustive()
    }
}
