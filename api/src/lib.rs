//! The gateway: one GraphQL endpoint over a movie catalogue, its pages and its probes.
//!
//! [`router`] gets a [`Gateway`] (a catalogue, a sealer, settings) and gives the whole HTTP surface; [`Server`]
//! puts it on listeners. [`args`] are its settings as an operator gives them. Nothing here knows an engine, a queue, or
//! the environment.

pub mod args;
pub mod auth;
pub mod cache;
pub(crate) mod caller;
pub mod documents;
pub mod error;
pub mod graphql;
pub mod guard;
pub mod http;
mod lifecycle;
pub mod reference;
mod server;
mod settings;
mod telemetry;

use std::sync::Arc;

use wikimovie_engine::{Catalog, Sealer};

use auth::Authenticator;
use cache::{CachedCatalog, WholeAnswers};
use guard::Guard;
use telemetry::engine::Observed;

pub use cache::CacheSettings;
pub use documents::{DocumentSettings, Documents, Manifest, ManifestError, TrustMode};
pub use error::{CodeRow, ErrorCode};
pub use graphql::schema::sdl;
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
    /// What it is protected by.
    pub guard: Guard,
    /// Who tells callers apart.
    pub auth: Authenticator,
    documents: Documents,
    cached: Arc<CachedCatalog>,
    answers: WholeAnswers,
}

impl Gateway {
    /// A gateway to a catalogue, whose answers it remembers as the settings say.
    pub fn new(catalog: Arc<dyn Catalog>, sealer: Sealer, settings: ApiSettings) -> Self {
        wikimovie_engine::outgoing::annotate_with(wikimovie_command::trace::annotate);
        let catalog = Arc::new(Observed(catalog));
        let cached = Arc::new(CachedCatalog::new(catalog, settings.cache.clone(), settings.engine_deadline));
        Self {
            catalog: Arc::clone(&cached) as Arc<dyn Catalog>,
            sealer,
            guard: Guard::new(&settings.guard),
            auth: Authenticator::open(settings.open_scopes),
            documents: Documents::default(),
            cached,
            answers: WholeAnswers::new(settings.cache.bytes / 2),
            settings: Arc::new(settings),
            lifecycle: Lifecycle::default(),
        }
    }

    /// The same, with these documents known by name.
    #[must_use]
    pub fn with_documents(self, documents: Documents) -> Self {
        Self { documents, ..self }
    }

    /// The same, with callers told apart.
    #[must_use]
    pub fn with_auth(self, auth: Authenticator) -> Self {
        Self { auth, ..self }
    }

    /// Follows load and keys for ever; to be run as a task on the runtime that answers.
    pub async fn follow(&self) {
        tokio::join!(self.guard.gate.follow(), self.auth.follow());
    }

    /// The documents that it knows by name; to be followed where they come from a manifest.
    pub fn documents(&self) -> Documents {
        self.documents.clone()
    }

    /// The key of the answer to a request; `None` where none is kept.
    fn answer_key(&self, request: &async_graphql::Request, access: &[u8]) -> Option<cache::Key> {
        let key =
            || cache::Key::of(&request.query, request.operation_name.as_deref(), &request.variables, access);
        self.answers.is_on().then(key)
    }

    /// The key of a whole body; `None` where a body has to be read whatever is remembered.
    fn body_key(&self, body: &[u8], access: &[u8]) -> Option<cache::Key> {
        (self.answers.is_on() && self.documents.admits_all()).then(|| cache::Key::of_body(body, access))
    }

    /// Notes which question a body asks.
    fn note_bytes(&self, body: cache::Key, question: cache::Key) {
        self.answers.note_body(body, question);
    }

    /// The answer kept to the question that a body asks, as [`Self::answer`] gives it.
    fn answer_to_bytes(&self, body: &cache::Key) -> Option<cache::Stored> {
        self.answer(&self.answers.question_of(body)?)
    }

    /// The answer kept under a key, where its revision is known to be the current one.
    fn answer(&self, key: &cache::Key) -> Option<cache::Stored> {
        self.answers.get(key, self.cached.confirmed_revision())
    }

    /// Keeps an answer.
    fn keep_answer(&self, key: cache::Key, stored: cache::Stored) {
        self.answers.put(key, stored);
    }
}

impl std::fmt::Debug for Gateway {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Gateway").field("settings", &self.settings).finish_non_exhaustive()
    }
}
