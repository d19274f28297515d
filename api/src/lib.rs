//! The gateway: one GraphQL endpoint over a movie catalogue, its pages and its probes.
//!
//! [`router`] gets a [`Gateway`] (a catalogue, a sealer, settings) and gives the whole HTTP surface; [`Server`]
//! puts it on listeners. [`args`] are its settings as an operator gives them. Nothing here knows an engine, a queue, or
//! the environment.

pub mod args;
pub mod auth;
pub mod cache;
pub(crate) mod caller;
mod doors;
pub mod error;
mod graphql;
pub mod guard;
pub mod http;
mod lifecycle;
mod operation;
pub mod persisted;
pub mod reference;
mod reloading;
mod server;
mod settings;
mod socket;
mod telemetry;

use std::sync::Arc;

use wikimovie_engine::{Catalog, Sealer};

use auth::Authenticator;
use cache::{CachedCatalog, ResponseCache};
use guard::Guard;
use telemetry::engine::Observed;

pub use cache::CacheSettings;
pub use doors::settings::ServedDoors;
pub use error::{CodeRow, ErrorCode};
pub use graphql::sdl::sdl;
pub use http::router;
pub use lifecycle::Lifecycle;
pub use persisted::{Manifest, ManifestError, PersistedDocuments, PersistedSettings, TrustMode};
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
    /// What it is protected by.
    pub guard: Guard,
    /// Who tells callers apart.
    pub auth: Authenticator,
    persisted: PersistedDocuments,
    cached: Arc<CachedCatalog>,
    responses: ResponseCache,
}

impl Gateway {
    /// A gateway to a catalogue, whose answers it remembers as the settings say.
    pub fn new(catalog: Arc<dyn Catalog>, sealer: Sealer, settings: ApiSettings) -> Self {
        let catalog = Arc::new(Observed(catalog));
        let cached = Arc::new(CachedCatalog::new(catalog, settings.cache.clone(), settings.engine_deadline));
        Self {
            catalog: Arc::clone(&cached) as Arc<dyn Catalog>,
            sealer,
            guard: Guard::new(&settings.guard),
            auth: Authenticator::open(settings.open_scopes),
            persisted: PersistedDocuments::default(),
            cached,
            responses: ResponseCache::new(settings.cache.bytes / 2),
            settings: Arc::new(settings),
            lifecycle: Lifecycle::default(),
        }
    }

    /// The same, with these persisted documents.
    #[must_use]
    pub fn with_persisted_documents(self, persisted: PersistedDocuments) -> Self {
        Self { persisted, ..self }
    }

    /// The same, with callers told apart.
    #[must_use]
    pub fn with_auth(self, auth: Authenticator) -> Self {
        Self { auth, ..self }
    }

    /// Follows load and keys for ever; to be run as a task on the runtime that answers.
    pub async fn follow(&self) {
        tokio::join!(self.guard.concurrency.follow(), self.auth.follow());
    }

    /// Its persisted documents; to be followed where they come from a manifest.
    pub fn persisted_documents(&self) -> PersistedDocuments {
        self.persisted.clone()
    }

    /// The key of the response to a request; `None` where none is cached.
    fn response_key(&self, request: &async_graphql::Request, access: &[u8]) -> Option<cache::ResponseKey> {
        let key = || {
            cache::ResponseKey::of(
                &request.query,
                request.operation_name.as_deref(),
                &request.variables,
                access,
            )
        };
        self.responses.is_on().then(key)
    }

    /// The key of a request body; `None` where a body has to be parsed whatever is cached.
    fn body_key(&self, body: &[u8], access: &[u8]) -> Option<cache::ResponseKey> {
        (self.responses.is_on() && self.persisted.admits_all())
            .then(|| cache::ResponseKey::of_body(body, access))
    }

    /// Links a request body to the key of its response.
    fn link_body(&self, body: cache::ResponseKey, key: cache::ResponseKey) {
        self.responses.link_body(body, key);
    }

    /// The cached response to a request body, as [`Self::cached_response`] gives it.
    fn cached_response_to_body(&self, body: &cache::ResponseKey) -> Option<cache::CachedResponse> {
        self.cached_response(&self.responses.key_of_body(body)?)
    }

    /// The response cached under a key, where its revision is known to be the current one.
    fn cached_response(&self, key: &cache::ResponseKey) -> Option<cache::CachedResponse> {
        self.responses.get(key, self.cached.confirmed_revision())
    }

    /// Caches a response.
    fn cache_response(&self, key: cache::ResponseKey, response: cache::CachedResponse) {
        self.responses.insert(key, response);
    }
}

impl std::fmt::Debug for Gateway {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Gateway").field("settings", &self.settings).finish_non_exhaustive()
    }
}
