//! Options of authentication.

use std::{path::PathBuf, time::Duration};

use clap::{Args, ValueEnum, value_parser};
use jsonwebtoken::Algorithm;
use wikimovie_command::{
    CliError,
    secret::{read_bytes, read_text},
};

use super::{AuthSettings, JwtSettings, KeySettings, Scopes, TenantRule, jwt::ALGORITHMS};

/// Who may ask.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Authentication")]
pub struct AuthArgs {
    /// How callers are authenticated
    #[arg(long, env = "WIKIMOVIE_AUTH", value_name = "MODE", default_value = "open")]
    pub auth: AuthMode,
    /// Scopes of every caller with WIKIMOVIE_AUTH=open, comma-separated: search, provider, operator [default: all in
    /// development, search in production]
    #[arg(long, env = "WIKIMOVIE_OPEN_SCOPES", value_name = "SCOPES")]
    pub open_scopes: Option<Scopes>,
    /// File of API keys (JSON), reloaded when it changes; `new-key` makes a key
    #[arg(long, env = "WIKIMOVIE_API_KEYS", value_name = "FILE")]
    pub api_keys: Option<PathBuf>,
    /// Issuer of the tokens, exactly as in its discovery document
    #[arg(long, env = "WIKIMOVIE_JWT_ISSUER", value_name = "URL")]
    pub jwt_issuer: Option<String>,
    /// Accepted audiences of a token, comma-separated
    #[arg(long, env = "WIKIMOVIE_JWT_AUDIENCE", value_name = "NAMES", value_delimiter = ',')]
    pub jwt_audience: Vec<String>,
    /// Claim that holds the audience
    #[arg(long, env = "WIKIMOVIE_JWT_AUDIENCE_CLAIM", value_name = "CLAIM", default_value = "aud")]
    pub jwt_audience_claim: String,
    /// Accepted signature algorithms of tokens, comma-separated: RS256, RS384, RS512, PS256, PS384, PS512, ES256,
    /// ES384, EdDSA
    #[arg(long, env = "WIKIMOVIE_JWT_ALGORITHMS", value_name = "NAMES", value_delimiter = ',', default_value = "RS256,ES256", value_parser = algorithm)]
    pub jwt_algorithms: Vec<Algorithm>,
    /// Tolerated clock skew between us and the provider, in seconds
    #[arg(long, env = "WIKIMOVIE_JWT_SKEW", value_name = "SECONDS", default_value_t = 60, value_parser = value_parser!(u64).range(0..=600))]
    pub jwt_skew: u64,
    /// Claims that list scopes, comma-separated; a dot selects a member of an object
    #[arg(
        long,
        env = "WIKIMOVIE_JWT_SCOPE_CLAIMS",
        value_name = "CLAIMS",
        value_delimiter = ',',
        default_value = "scope,scp"
    )]
    pub jwt_scope_claims: Vec<String>,
    /// Prefix of our scopes in those claims [default: none]
    #[arg(long, env = "WIKIMOVIE_JWT_SCOPE_PREFIX", value_name = "TEXT", default_value = "")]
    pub jwt_scope_prefix: String,
    /// Accepted types (`typ`) of a token, comma-separated; a token without one is accepted
    #[arg(
        long,
        env = "WIKIMOVIE_JWT_TYP",
        value_name = "NAMES",
        value_delimiter = ',',
        default_value = "JWT,at+jwt"
    )]
    pub jwt_typ: Vec<String>,
    /// Claims and values that a token must have, such as token_use=access, comma-separated
    #[arg(long, env = "WIKIMOVIE_JWT_REQUIRED", value_name = "CLAIM=VALUE", value_delimiter = ',', value_parser = pair)]
    pub jwt_required: Vec<(String, String)>,
    /// Certificates (PEM) of a certificate authority to trust for requests to the provider
    #[arg(long, env = "WIKIMOVIE_JWT_CA", value_name = "FILE")]
    pub jwt_ca: Option<PathBuf>,
    /// Claim that names the tenant: the part of the catalogue that the holder of a token may see
    #[arg(long, env = "WIKIMOVIE_TENANT_CLAIM", value_name = "CLAIM")]
    pub tenant_claim: Option<String>,
    /// File (JSON) with the filter that applies to all requests of a tenant: a MovieWhere with "$tenant" in place of
    /// the claim's value
    #[arg(long, env = "WIKIMOVIE_TENANT_FILTER", value_name = "FILE")]
    pub tenant_filter: Option<PathBuf>,
}

/// Values of `WIKIMOVIE_AUTH`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum AuthMode {
    /// Callers are not authenticated
    Open,
    /// API keys
    Keys,
    /// Tokens (JWT) of an OpenID provider
    Jwt,
}

fn algorithm(name: &str) -> Result<Algorithm, String> {
    let known = ALGORITHMS.into_iter().find(|algorithm| format!("{algorithm:?}") == name);
    known.ok_or_else(|| "the algorithm is not supported".to_owned())
}

fn pair(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err("it is not of the form CLAIM=VALUE".to_owned()),
    }
}

impl AuthArgs {
    /// The checked settings; `open` is the default of the scopes of everyone without authentication.
    ///
    /// # Errors
    /// One line about the first conflict or invalid value.
    pub fn settings(&self, open: Scopes) -> Result<AuthSettings, CliError> {
        let jwt = self.jwt_issuer.is_some() || !self.jwt_audience.is_empty();
        let tenant = self.tenant_claim.is_some() || self.tenant_filter.is_some();
        let stray = [
            ("WIKIMOVIE_OPEN_SCOPES", AuthMode::Open, self.open_scopes.is_some()),
            ("WIKIMOVIE_API_KEYS", AuthMode::Keys, self.api_keys.is_some()),
            ("WIKIMOVIE_JWT_ISSUER or WIKIMOVIE_JWT_AUDIENCE", AuthMode::Jwt, jwt),
            ("WIKIMOVIE_TENANT_CLAIM or WIKIMOVIE_TENANT_FILTER", AuthMode::Jwt, tenant),
        ];
        if let Some((name, mode, _)) = stray.iter().find(|(_, mode, set)| *set && *mode != self.auth) {
            let value = mode.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default();
            return Err(CliError::new(format!("{name} is set and WIKIMOVIE_AUTH is not {value}")));
        }
        match self.auth {
            AuthMode::Open => Ok(AuthSettings::Open(self.open_scopes.unwrap_or(open))),
            AuthMode::Keys => match &self.api_keys {
                Some(file) => Ok(AuthSettings::Keys(KeySettings::of(file.clone()))),
                None => Err(CliError::new("WIKIMOVIE_AUTH is keys and WIKIMOVIE_API_KEYS is not set")),
            },
            AuthMode::Jwt => Ok(AuthSettings::Jwt(Box::new(self.jwt()?))),
        }
    }

    fn jwt(&self) -> Result<JwtSettings, CliError> {
        let Some(issuer) = &self.jwt_issuer else {
            return Err(CliError::new("WIKIMOVIE_AUTH is jwt and WIKIMOVIE_JWT_ISSUER is not set"));
        };
        let settings = JwtSettings {
            audience_claim: self.jwt_audience_claim.clone(),
            algorithms: self.jwt_algorithms.clone(),
            skew: Duration::from_secs(self.jwt_skew),
            scope_claims: self.jwt_scope_claims.clone(),
            scope_prefix: self.jwt_scope_prefix.clone(),
            types: self.jwt_typ.clone(),
            required: self.jwt_required.clone(),
            tenant: self.tenant()?,
            ca_certificates: self.jwt_ca.as_deref().map(read_bytes).transpose()?,
            ..JwtSettings::of(issuer, self.jwt_audience.clone())
        };
        settings.check().map_err(|why| CliError::new(format!("WIKIMOVIE_AUTH is jwt, and {why}")))?;
        Ok(settings)
    }

    fn tenant(&self) -> Result<Option<TenantRule>, CliError> {
        match (&self.tenant_claim, &self.tenant_filter) {
            (None, None) => Ok(None),
            (Some(claim), Some(file)) => {
                let rule = TenantRule::new(claim, &read_text(file)?);
                rule.map(Some).map_err(|why| CliError::new(format!("{}: {why}", file.display())))
            }
            (Some(_), None) => {
                Err(CliError::new("WIKIMOVIE_TENANT_CLAIM is set and WIKIMOVIE_TENANT_FILTER is not"))
            }
            (None, Some(_)) => {
                Err(CliError::new("WIKIMOVIE_TENANT_FILTER is set and WIKIMOVIE_TENANT_CLAIM is not"))
            }
        }
    }
}
