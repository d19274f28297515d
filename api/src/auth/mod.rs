//! Who asks, and what they may ask for.
//!
//! An [`Authenticator`] turns the credential of a request into an [`Identity`]: scopes, a limit of its own, and for
//! tenants the filter that is forced into all that they ask. Three modes: open, API keys ([`keys`]), and tokens of an
//! OpenID provider ([`jwt`]). Nothing here knows GraphQL; fields are guarded where they are resolved.

pub mod args;
pub mod command;
mod jwks;
pub mod jwt;
pub mod keys;
mod provider;
pub mod scope;
pub mod tenant;

use std::{num::NonZeroU32, sync::Arc, time::SystemTime};

use http::{HeaderMap, HeaderName, header};
use metrics::counter;
use wikimovie_domain::Filter;

pub use self::{
    jwt::{JwtSettings, JwtVerifier},
    keys::{KeyRing, KeySettings, KeysError},
    scope::{AuthScope, Scopes},
    tenant::TenantRule,
};
use crate::error::{ApiError, ErrorCode};

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

/// Who asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// Which caller.
    pub principal: Principal,
    /// What they may ask for.
    pub scopes: Scopes,
    /// Points a minute of this caller's own.
    pub points_per_minute: Option<NonZeroU32>,
    /// The movies that they may see; `None` for all.
    pub tenant: Option<Arc<Filter>>,
    /// When the credential ends.
    pub expires_at: Option<SystemTime>,
}

/// Which caller.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Principal {
    /// Nobody in particular.
    Anyone,
    /// The holder of an API key, by its name.
    Key(Arc<str>),
    /// The subject of a token.
    Subject(Arc<str>),
}

impl Identity {
    /// Nobody in particular.
    pub fn anyone(scopes: Scopes) -> Self {
        Self { principal: Principal::Anyone, scopes, points_per_minute: None, tenant: None, expires_at: None }
    }

    /// What two callers must have in common to be given the same answer: scopes, and the movies they may see.
    pub fn access(&self) -> Vec<u8> {
        let tenant = self.tenant.as_deref();
        serde_json::to_vec(&(self.scopes.bits(), tenant)).unwrap_or_default()
    }
}

/// What a request shows to say who it is from.
#[derive(Clone, PartialEq, Eq)]
pub enum Credential {
    /// Nothing.
    None,
    /// Something that is no credential of ours.
    Malformed,
    /// A key or a token.
    Bearer(Arc<str>),
}

impl std::fmt::Debug for Credential {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::None => "None",
            Self::Malformed => "Malformed",
            Self::Bearer(_) => "Bearer(…)",
        })
    }
}

/// Header of an API key, beside `Authorization: Bearer`.
pub const API_KEY_HEADER: HeaderName = HeaderName::from_static("x-api-key");

/// Longest credential read, in bytes; tokens with many groups have some 4 KB.
const MAX_BYTES: usize = 16 * 1024;

impl Credential {
    /// What the headers of a request show. Two credentials are one too many.
    pub fn of(headers: &HeaderMap) -> Self {
        let mut shown = headers.get_all(header::AUTHORIZATION).iter();
        let mut keys = headers.get_all(API_KEY_HEADER).iter();
        match (shown.next(), shown.next(), keys.next(), keys.next()) {
            (None, None, None, None) => Self::None,
            (Some(value), None, None, None) => value.to_str().map_or(Self::Malformed, Self::of_authorization),
            (None, None, Some(value), None) => value.to_str().map_or(Self::Malformed, Self::bearer),
            _ => Self::Malformed,
        }
    }

    /// What the payload of `connection_init` shows: `{"authorization": "Bearer …"}`, in any spelling of case.
    pub fn of_payload(payload: &serde_json::Value) -> Self {
        let Some(object) = payload.as_object() else { return Self::None };
        let mut shown = object.iter().filter_map(|(name, value)| {
            let reads: fn(&str) -> Self = match name.to_ascii_lowercase().as_str() {
                "authorization" => Self::of_authorization,
                "x-api-key" => Self::bearer,
                _ => return None,
            };
            Some(value.as_str().map_or(Self::Malformed, reads))
        });
        match (shown.next(), shown.next()) {
            (None, _) => Self::None,
            (Some(one), None) => one,
            (Some(_), Some(_)) => Self::Malformed,
        }
    }

    fn of_authorization(value: &str) -> Self {
        match value.split_once(' ') {
            Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => Self::bearer(token),
            _ => Self::Malformed,
        }
    }

    fn bearer(token: &str) -> Self {
        let token = token.trim();
        if token.is_empty() || token.len() > MAX_BYTES { Self::Malformed } else { Self::Bearer(token.into()) }
    }
}

/// Why a credential is rejected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AuthError {
    /// No credential.
    #[error("a credential is required: Authorization: Bearer, or X-API-Key")]
    Missing,
    /// Something that is no credential.
    #[error("the credential cannot be read")]
    Malformed,
    /// A key that is not known.
    #[error("the key is not known")]
    UnknownKey,
    /// A signature that is not the provider's, or by an algorithm that is not allowed.
    #[error("the token is not signed by the provider")]
    NotSigned,
    /// A token that is over.
    #[error("the token has expired")]
    Expired,
    /// A token of the future.
    #[error("the token is not valid yet")]
    NotYet,
    /// A token for somebody else.
    #[error("the token is for another audience")]
    Audience,
    /// A token of somebody else.
    #[error("the token is from another issuer")]
    Issuer,
    /// A token without a claim that it must have.
    #[error("the token lacks a required claim")]
    Claims,
    /// The provider's keys are not known, and it does not answer.
    #[error("credentials cannot be checked now")]
    ProviderUnavailable,
}

impl AuthError {
    fn name(self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::Malformed => "malformed",
            Self::UnknownKey => "unknown_key",
            Self::NotSigned => "not_signed",
            Self::Expired => "expired",
            Self::NotYet => "not_yet",
            Self::Audience => "audience",
            Self::Issuer => "issuer",
            Self::Claims => "claims",
            Self::ProviderUnavailable => "provider_unavailable",
        }
    }
}

impl From<AuthError> for ApiError {
    fn from(error: AuthError) -> Self {
        let code = match error {
            AuthError::ProviderUnavailable => ErrorCode::AuthUnavailable,
            _ => ErrorCode::Unauthenticated,
        };
        Self::new(code, error.to_string())
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_credential_is_read_from_either_header() {
        let shown = |lines: &[(&'static str, &str)]| {
            let mut headers = HeaderMap::new();
            for (name, value) in lines {
                headers.append(*name, value.parse().unwrap());
            }
            Credential::of(&headers)
        };
        let bearer = Credential::Bearer("abc".into());
        assert_eq!(shown(&[]), Credential::None);
        assert_eq!(shown(&[("authorization", "Bearer abc")]), bearer);
        assert_eq!(shown(&[("authorization", "bearer   abc ")]), bearer);
        assert_eq!(shown(&[("x-api-key", "abc")]), bearer);
        for lines in [
            &[("authorization", "Basic abc")][..],
            &[("authorization", "Bearer ")],
            &[("authorization", "abc")],
            &[("authorization", "Bearer abc"), ("authorization", "Bearer abd")],
            &[("authorization", "Bearer abc"), ("x-api-key", "abc")],
        ] {
            assert_eq!(shown(lines), Credential::Malformed, "{lines:?}");
        }
        let long = "x".repeat(MAX_BYTES + 1);
        assert_eq!(shown(&[("x-api-key", long.as_str())]), Credential::Malformed);
    }

    #[test]
    fn a_socket_shows_it_in_its_first_message() {
        let of = |json: serde_json::Value| Credential::of_payload(&json);
        let bearer = Credential::Bearer("abc".into());
        assert_eq!(of(serde_json::json!({ "Authorization": "Bearer abc" })), bearer);
        assert_eq!(of(serde_json::json!({ "x-api-key": "abc", "other": 1 })), bearer);
        assert_eq!(of(serde_json::json!({})), Credential::None);
        assert_eq!(of(serde_json::json!(null)), Credential::None);
        assert_eq!(of(serde_json::json!({ "authorization": 1 })), Credential::Malformed);
        let two = serde_json::json!({ "authorization": "Bearer abc", "Authorization": "Bearer abd" });
        assert_eq!(of(two), Credential::Malformed);
    }

    #[test]
    fn what_is_shown_in_logs_holds_no_secret() {
        assert!(!format!("{:?}", Credential::Bearer("secret".into())).contains("secret"));
    }
}
