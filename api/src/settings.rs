//! What an operator may set about the gateway. Plain values: only a binary reads the environment.

use std::time::Duration;

use url::Url;

use crate::{ServedDoors, TelemetrySettings, auth::Scopes, cache::CacheSettings, guard::GuardSettings};

/// Where the gateway runs; it decides the defaults that differ.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Environment {
    /// A developer's machine: everything that helps is on.
    #[default]
    Development,
    /// A public service.
    Production,
}

/// Settings of the gateway.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiSettings {
    /// Where it runs.
    pub environment: Environment,
    /// Whether the schema can be asked through GraphQL. `/schema.graphql` is served either way: it is the
    /// published contract.
    pub introspection: bool,
    /// What is served beside GraphQL.
    pub doors: ServedDoors,
    /// Address under which clients reach the gateway; `None` for the host of each request.
    pub public_url: Option<Url>,
    /// Whether `/graphiql` is served.
    pub graphiql: bool,
    /// Longest time for a whole operation.
    pub operation_deadline: Duration,
    /// Longest time for one question to the engine.
    pub engine_deadline: Duration,
    /// Longest time for the body of a request to arrive.
    pub body_deadline: Duration,
    /// Largest request body and WebSocket message in bytes.
    pub body_limit: usize,
    /// WebSocket connections open at once.
    pub sockets: usize,
    /// Longest time until a WebSocket connection has shown its credential.
    pub socket_init_deadline: Duration,
    /// Operations running at once on one WebSocket connection.
    pub operations_per_socket: usize,
    /// What everyone may ask for where callers are not told apart.
    pub open_scopes: Scopes,
    /// Protection.
    pub guard: GuardSettings,
    /// Answers kept.
    pub cache: CacheSettings,
    /// What operators see.
    pub telemetry: TelemetrySettings,
}

impl ApiSettings {
    /// The defaults of an environment: introspection and GraphiQL are off in production.
    pub fn of(environment: Environment) -> Self {
        let open = environment == Environment::Development;
        Self {
            environment,
            introspection: open,
            doors: ServedDoors::ALL,
            public_url: None,
            graphiql: open,
            operation_deadline: Duration::from_secs(10),
            engine_deadline: Duration::from_secs(5),
            body_deadline: Duration::from_secs(10),
            body_limit: 1024 * 1024,
            sockets: 1_000,
            socket_init_deadline: Duration::from_secs(10),
            operations_per_socket: 50,
            open_scopes: if open { Scopes::ALL } else { Scopes::SEARCH },
            guard: GuardSettings::default(),
            cache: CacheSettings::default(),
            telemetry: TelemetrySettings::default(),
        }
    }
}

impl Default for ApiSettings {
    fn default() -> Self {
        Self::of(Environment::default())
    }
}
