//! Who a caller is, and why a credential is rejected.

use std::{num::NonZeroU32, sync::Arc, time::SystemTime};

use wikimovie_domain::Filter;

use super::scope::Scopes;
use crate::error::{ApiError, ErrorCode};

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
    /// A token of another type, such as one that ends a session.
    #[error("the token is of another type")]
    Type,
    /// A token without a claim that it must have.
    #[error("the token lacks a required claim")]
    Claims,
    /// The provider's keys are not known, and it does not answer.
    #[error("credentials cannot be checked now")]
    ProviderUnavailable,
}

impl AuthError {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::Malformed => "malformed",
            Self::UnknownKey => "unknown_key",
            Self::NotSigned => "not_signed",
            Self::Expired => "expired",
            Self::NotYet => "not_yet",
            Self::Audience => "audience",
            Self::Issuer => "issuer",
            Self::Type => "type",
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
