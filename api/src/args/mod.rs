//! The gateway's settings as an operator gives them, the same for both binaries: one group of options for each
//! concern, and one check that they fit together.
//!
//! A group is a clap `Args` struct in the module it belongs to. It is flattened into [`GatewayArgs`], and turned into
//! values that fit together by its own `settings`; [`GatewayArgs::settings`] is the only caller.

mod server;

use std::time::Duration;

use clap::{ArgAction, Args, ValueEnum};
use wikimovie_command::{CliError, LogArgs, LogFormat, LogSettings, TraceArgs, TraceSettings};

pub use self::server::ServerArgs;
use crate::{
    ApiSettings, Environment, PersistedDocuments, PersistedSettings, ServerSettings, TelemetrySettings,
    auth::{AuthSettings, Authenticator, args::AuthArgs},
    cache::CacheArgs,
    doors::args::DoorArgs,
    guard::args::GuardArgs,
    persisted::PersistedArgs,
};

/// Options of the gateway.
#[derive(Args, Clone, Debug)]
pub struct GatewayArgs {
    /// Addresses and connections
    #[command(flatten)]
    pub server: ServerArgs,
    /// What can be asked
    #[command(flatten)]
    pub graphql: GraphqlArgs,
    /// Who may ask
    #[command(flatten)]
    pub auth: AuthArgs,
    /// How much may be asked
    #[command(flatten)]
    pub guard: GuardArgs,
    /// Documents known by name
    #[command(flatten)]
    pub persisted: PersistedArgs,
    /// What is served beside GraphQL
    #[command(flatten)]
    pub doors: DoorArgs,
    /// What is remembered
    #[command(flatten)]
    pub cache: CacheArgs,
    /// What is logged
    #[command(flatten)]
    pub log: LogArgs,
    /// What operators see besides
    #[command(flatten)]
    pub telemetry: TelemetryArgs,
    /// Where traces go
    #[command(flatten)]
    pub traces: TraceArgs,
}

/// What operators see.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Log")]
pub struct TelemetryArgs {
    /// Duration from which an operation is logged as slow, in milliseconds: its normalized form, never its values; 0
    /// logs none
    #[arg(long, env = "WIKIMOVIE_SLOW_OPERATION", value_name = "MS", default_value_t = 1_000)]
    pub slow_operation: u64,
    /// Whether responses carry the header Server-Timing, with the time of each step
    #[arg(long, env = "WIKIMOVIE_SERVER_TIMING", value_name = "BOOL", action = ArgAction::Set, default_value_t = true)]
    pub server_timing: bool,
}

/// What can be asked.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "GraphQL")]
pub struct GraphqlArgs {
    /// Environment of the gateway: decides the defaults that name it
    #[arg(long = "env", env = "ENV", value_name = "ENV", default_value = "development")]
    pub environment: EnvironmentArg,
    /// Whether introspection is allowed [default: true in development]
    #[arg(long, env = "WIKIMOVIE_INTROSPECTION", value_name = "BOOL", action = ArgAction::Set)]
    pub introspection: Option<bool>,
    /// Whether /graphiql is served [default: true in development]
    #[arg(long, env = "WIKIMOVIE_GRAPHIQL", value_name = "BOOL", action = ArgAction::Set)]
    pub graphiql: Option<bool>,
}

/// Values of `ENV`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum EnvironmentArg {
    /// A developer's machine
    Development,
    /// A public service
    Production,
}

/// Settings that fit together.
#[derive(Clone, Debug)]
pub struct GatewaySettings {
    /// Of the server.
    pub server: ServerSettings,
    /// Of what it serves.
    pub api: ApiSettings,
    /// Of who may ask.
    pub auth: AuthSettings,
    /// Of persisted documents.
    pub persisted: PersistedSettings,
    /// Of the log.
    pub log: LogSettings,
    /// Of traces.
    pub traces: TraceSettings,
}

impl GatewaySettings {
    /// Reads what the settings name, as a start would, and keeps nothing.
    ///
    /// # Errors
    /// One line about the first that cannot be used.
    pub fn check(&self) -> Result<(), CliError> {
        crate::server::check(&self.server)?;
        Authenticator::new(&self.auth).map_err(|error| CliError::new(error.to_string()))?;
        PersistedDocuments::open(self.persisted.clone())
            .map(|_| ())
            .map_err(|error| CliError::new(error.to_string()))
    }
}

impl GatewayArgs {
    /// The settings, if they fit together.
    ///
    /// # Errors
    /// One line about the first that does not.
    pub fn settings(&self) -> Result<GatewaySettings, CliError> {
        let (environment, format) = match self.graphql.environment {
            EnvironmentArg::Development => (Environment::Development, LogFormat::Text),
            EnvironmentArg::Production => (Environment::Production, LogFormat::Json),
        };
        let mut api = ApiSettings::of(environment);
        api.introspection = self.graphql.introspection.unwrap_or(api.introspection);
        api.graphiql = self.graphql.graphiql.unwrap_or(api.graphiql);
        api.doors = self.doors.doors;
        api.public_url = self.doors.public_url()?;
        api.telemetry = TelemetrySettings {
            slow_operation: Duration::from_millis(self.telemetry.slow_operation),
            server_timing: self.telemetry.server_timing,
        };
        api.body_deadline = Duration::from_millis(self.server.body_deadline);
        api.cache = self.cache.settings();
        api.body_limit = self.guard.max_body as usize;
        api.guard = self.guard.settings()?;
        let auth = self.auth.settings(api.open_scopes)?;
        Ok(GatewaySettings {
            server: self.server.settings()?,
            api,
            auth,
            persisted: self.persisted.settings()?,
            log: self.log.settings("info", format)?,
            traces: self.traces.settings()?,
        })
    }
}
