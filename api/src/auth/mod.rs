//! Who asks, and what they may ask for.
//!
//! An [`Authenticator`] turns the credential of a request into an [`Identity`]: scopes, a limit of its own, and for
//! tenants the filter that is forced into all that they ask. Three modes: open, API keys ([`keys`]), and tokens of an
//! OpenID provider ([`jwt`]). Nothing here knows GraphQL; fields are guarded where they are resolved.

pub mod args;
pub mod command;
mod credential;
mod identity;
mod jwks;
pub mod jwt;
pub mod keys;
mod provider;
pub mod scope;
pub mod tenant;

use std::sync::Arc;

use metrics::counter;

pub use self::{
    credential::{API_KEY_HEADER, Credential},
    identity::{AuthError, Identity, Principal},
    jwt::{JwtSettings, JwtVerifier},
    keys::{KeyRing, KeySettings, KeysError},
    scope::{AuthScope, Scopes},
    tenant::TenantRule,
};

/// How callers are authenticated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AuthSettings {
    /// Not at all: everyone has these scopes.
    Open(Scopes),
    /// API keys of a file.
    Keys(KeySettings),
    /// Tokens (JWT) of an OpenID provider.
    Jwt(Box<JwtSettings>),
}

impl Default for AuthSettings {
    fn default() -> Self {
        Self::Open(Scopes::ALL)
    }
}

/// How callers are authenticated, as they are told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AuthKind {
    /// Not at all.
    Open,
    /// By API keys.
    Keys,
    /// By tokens.
    Jwt {
        /// Who issues them.
        issuer: String,
        /// What stands before the name of a scope.
        scope_prefix: String,
    },
}

/// Authenticates callers. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Authenticator {
    mode: Mode,
}

#[derive(Clone, Debug)]
enum Mode {
    Open(Arc<Identity>),
    Keys(KeyRing),
    Jwt(JwtVerifier),
}

impl Authenticator {
    /// Nobody is authenticated, and everyone has these scopes.
    pub fn open(scopes: Scopes) -> Self {
        Self { mode: Mode::Open(Arc::new(Identity::anyone(scopes))) }
    }

    /// By these settings. Nothing is asked of a provider yet.
    ///
    /// # Errors
    /// One line about a file that cannot be used.
    pub fn new(settings: &AuthSettings) -> Result<Self, KeysError> {
        let mode = match settings {
            AuthSettings::Open(scopes) => return Ok(Self::open(*scopes)),
            AuthSettings::Keys(settings) => Mode::Keys(KeyRing::open(settings.clone())?),
            AuthSettings::Jwt(settings) => Mode::Jwt(JwtVerifier::new((**settings).clone())),
        };
        Ok(Self { mode })
    }

    /// Whether everyone is admitted without a credential.
    pub fn is_open(&self) -> bool {
        matches!(self.mode, Mode::Open(_))
    }

    /// How callers are authenticated.
    pub fn kind(&self) -> AuthKind {
        match &self.mode {
            Mode::Open(_) => AuthKind::Open,
            Mode::Keys(_) => AuthKind::Keys,
            Mode::Jwt(verifier) => {
                let JwtSettings { issuer, scope_prefix, .. } = verifier.settings();
                AuthKind::Jwt { issuer: issuer.clone(), scope_prefix: scope_prefix.clone() }
            }
        }
    }

    /// The identity behind a credential. In open mode credentials are ignored.
    ///
    /// # Errors
    /// [`AuthError`].
    pub async fn identify(&self, credential: &Credential) -> Result<Arc<Identity>, AuthError> {
        let identified = match (&self.mode, credential) {
            (Mode::Open(anyone), _) => return Ok(Arc::clone(anyone)),
            (_, Credential::None) => Err(AuthError::Missing),
            (_, Credential::Malformed) => Err(AuthError::Malformed),
            (Mode::Keys(keys), Credential::Bearer(key)) => keys.identify(key),
            // Large, as it may fetch keys, and every request would carry it.
            (Mode::Jwt(verifier), Credential::Bearer(token)) => Box::pin(verifier.identify(token)).await,
        };
        let result = identified.as_ref().map_or_else(|error| error.name(), |_| "ok");
        counter!("wikimovie_authentications_total", "result" => result).increment(1);
        identified
    }

    /// Follows changes of keys for ever; to be run as a task beside the gateway.
    pub async fn follow(&self) {
        match &self.mode {
            Mode::Open(_) => std::future::pending().await,
            Mode::Keys(keys) => keys.follow().await,
            Mode::Jwt(verifier) => verifier.follow().await,
        }
    }
}
