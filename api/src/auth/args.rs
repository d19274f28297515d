//! Options of authentication.

use std::{path::PathBuf, time::Duration};

use clap::{Args, ValueEnum, value_parser};
use jsonwebtoken::Algorithm;
use wikimovie_command::{
    Failure,
    secret::{read_bytes, read_text},
};

use super::{AuthSettings, JwtSettings, KeySettings, Scopes, TenantRule, jwt::ALGORITHMS};

/// Who may ask.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Authentication")]
pub struct AuthArgs {
    /// How callers are told apart
    #[arg(long, env = "WIKIMOVIE_AUTH", value_name = "MODE", default_value = "open")]
    pub auth: AuthMode,
    /// What everyone may ask for where nobody is told apart, parted by commas: search, provider, operator [default: all
    /// in development, search in production]
    #[arg(long, env = "WIKIMOVIE_OPEN_SCOPES", value_name = "SCOPES")]
    pub open_scopes: Option<Scopes>,
    /// File of API keys (JSON), read anew when it changes; `new-key` makes one
    #[arg(long, env = "WIKIMOVIE_API_KEYS", value_name = "FILE")]
    pub api_keys: Option<PathBuf>,
    /// Issuer of the tokens, exactly as its discovery document names it
    #[arg(long, env = "WIKIMOVIE_JWT_ISSUER", value_name = "URL")]
    pub jwt_issuer: Option<String>,
    /// Audiences, one of which a token must be for, parted by commas
    #[arg(long, env = "WIKIMOVIE_JWT_AUDIENCE", value_name = "NAMES", value_delimiter = ',')]
    pub jwt_audience: Vec<String>,
    /// Claim that holds the audience
    #[arg(long, env = "WIKIMOVIE_JWT_AUDIENCE_CLAIM", value_name = "CLAIM", default_value = "aud")]
    pub jwt_audience_claim: String,
    /// Algorithms that tokens may be signed by, parted by commas: RS256, RS384, RS512, PS256, PS384, PS512, ES256,
    /// ES384, EdDSA
    #[arg(long, env = "WIKIMOVIE_JWT_ALGORITHMS", value_name = "NAMES", value_delimiter = ',', default_value = "RS256,ES256", value_parser = algorithm)]
    pub jwt_algorithms: Vec<Algorithm>,
    /// How far our clock and the provider's may be apart, in seconds
    #[arg(long, env = "WIKIMOVIE_JWT_SKEW", value_name = "SECONDS", default_value_t = 60, value_parser = value_parser!(u64).range(0..=600))]
    pub jwt_skew: u64,
    /// Claims that list scopes, parted by commas; dots lead into objects
    #[arg(
        long,
        env = "WIKIMOVIE_JWT_SCOPE_CLAIMS",
        value_name = "CLAIMS",
        value_delimiter = ',',
        default_value = "scope,scp,roles"
    )]
    pub jwt_scope_claims: Vec<String>,
    /// What stands before our scopes in those claims [default: nothing]
    #[arg(long, env = "WIKIMOVIE_JWT_SCOPE_PREFIX", value_name = "TEXT", default_value = "")]
    pub jwt_scope_prefix: String,
    /// Claims that a token must have with these values, such as token_use=access, parted by commas
    #[arg(long, env = "WIKIMOVIE_JWT_REQUIRED", value_name = "CLAIM=VALUE", value_delimiter = ',', value_parser = pair)]
    pub jwt_required: Vec<(String, String)>,
    /// Certificates (PEM) of an own authority to trust when the provider is asked
    #[arg(long, env = "WIKIMOVIE_JWT_CA", value_name = "FILE")]
    pub jwt_ca: Option<PathBuf>,
    /// Claim that says which part of the catalogue the holder of a token may see
    #[arg(long, env = "WIKIMOVIE_TENANT_CLAIM", value_name = "CLAIM")]
    pub tenant_claim: Option<String>,
    /// File (JSON) with the filter that is then forced into all they ask: a MovieWhere with "$tenant" in place of the
    /// claim's value
    #[arg(long, env = "WIKIMOVIE_TENANT_FILTER", value_name = "FILE")]
    pub tenant_filter: Option<PathBuf>,
}

/// Values of `WIKIMOVIE_AUTH`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum AuthMode {
    /// Nobody is told apart
    Open,
    /// By API keys
    Keys,
    /// By tokens of an OpenID provider
    Jwt,
}

fn algorithm(name: &str) -> Result<Algorithm, String> {
    let known = ALGORITHMS.into_iter().find(|algorithm| format!("{algorithm:?}") == name);
    known.ok_or_else(|| "no such algorithm can be let in".to_owned())
}

fn pair(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err("it is not written as CLAIM=VALUE".to_owned()),
    }
}

impl AuthArgs {
    /// The settings, if they fit together; everyone has `open` where nobody is told apart and nothing else is said.
    ///
    /// # Errors
    /// One line about the first that does not.
    pub fn settings(&self, open: Scopes) -> Result<AuthSettings, Failure> {
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
            return Err(Failure::new(format!("{name} is set and WIKIMOVIE_AUTH is not {value}")));
        }
        match self.auth {
            AuthMode::Open => Ok(AuthSettings::Open(self.open_scopes.unwrap_or(open))),
            AuthMode::Keys => match &self.api_keys {
                Some(file) => Ok(AuthSettings::Keys(KeySettings::of(file.clone()))),
                None => Err(Failure::new("WIKIMOVIE_AUTH is keys and WIKIMOVIE_API_KEYS is not set")),
            },
            AuthMode::Jwt => Ok(AuthSettings::Jwt(Box::new(self.jwt()?))),
        }
    }

    fn jwt(&self) -> Result<JwtSettings, Failure> {
        let Some(issuer) = &self.jwt_issuer else {
            return Err(Failure::new("WIKIMOVIE_AUTH is jwt and WIKIMOVIE_JWT_ISSUER is not set"));
        };
        let settings = JwtSettings {
            audience_claim: self.jwt_audience_claim.clone(),
            algorithms: self.jwt_algorithms.clone(),
            skew: Duration::from_secs(self.jwt_skew),
            scope_claims: self.jwt_scope_claims.clone(),
            scope_prefix: self.jwt_scope_prefix.clone(),
            required: self.jwt_required.clone(),
            tenant: self.tenant()?,
            ca_certificates: self.jwt_ca.as_deref().map(read_bytes).transpose()?,
            ..JwtSettings::of(issuer, self.jwt_audience.clone())
        };
        settings.check().map_err(|why| Failure::new(format!("WIKIMOVIE_AUTH is jwt, and {why}")))?;
        Ok(settings)
    }

    fn tenant(&self) -> Result<Option<TenantRule>, Failure> {
        match (&self.tenant_claim, &self.tenant_filter) {
            (None, None) => Ok(None),
            (Some(claim), Some(file)) => {
                let rule = TenantRule::new(claim, &read_text(file)?);
                rule.map(Some).map_err(|why| Failure::new(format!("{}: {why}", file.display())))
            }
            (Some(_), None) => {
                Err(Failure::new("WIKIMOVIE_TENANT_CLAIM is set and WIKIMOVIE_TENANT_FILTER is not"))
            }
            (None, Some(_)) => {
                Err(Failure::new("WIKIMOVIE_TENANT_FILTER is set and WIKIMOVIE_TENANT_CLAIM is not"))
            }
        }
    }
}
