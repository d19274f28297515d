//! Tokens of an OpenID provider (RFC 7519, RFC 9068): signature, issuer, audience, times, and what their claims say.

use std::{
    sync::Arc,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, Validation, errors::ErrorKind};
use serde::Deserialize;
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use super::{
    identity::{AuthError, Identity, Principal},
    jwks::{Jwks, Timing},
    provider::{self, Provider},
    scope::Scopes,
    tenant::TenantRule,
};

/// How tokens are checked, and what their claims mean.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JwtSettings {
    /// The issuer, exactly as tokens and the discovery document name it.
    pub issuer: String,
    /// Audiences, one of which a token must be for.
    pub audiences: Vec<String>,
    /// Claim that holds the audience: `aud`, or `client_id` for access tokens of Cognito.
    pub audience_claim: String,
    /// Algorithms that are accepted; never one of a shared secret.
    pub algorithms: Vec<Algorithm>,
    /// Clock skew that is tolerated between us and the provider.
    pub skew: Duration,
    /// Claims that list scopes: a text separated by spaces, or a list. Dots lead into objects.
    pub scope_claims: Vec<String>,
    /// What stands before a scope's name in them.
    pub scope_prefix: String,
    /// Types (`typ`) that a token may have, where it names one.
    pub types: Vec<String>,
    /// Claims that must have these values, such as `token_use=access`.
    pub required: Vec<(String, String)>,
    /// The movies that a token's holder may see; `None` for all.
    pub tenant: Option<TenantRule>,
    /// Certificates (PEM) of a certificate authority to trust besides the usual ones.
    pub ca_certificates: Option<Vec<u8>>,
}

impl JwtSettings {
    /// Checks a token of this issuer for these audiences, in the way that most providers write them.
    pub fn of(issuer: &str, audiences: Vec<String>) -> Self {
        Self {
            issuer: issuer.to_owned(),
            audiences,
            audience_claim: "aud".to_owned(),
            algorithms: vec![Algorithm::RS256, Algorithm::ES256],
            skew: Duration::from_secs(60),
            // Roles of an identity provider are of all its applications.
            scope_claims: ["scope", "scp"].map(str::to_owned).into(),
            scope_prefix: String::new(),
            types: ["JWT", "at+jwt"].map(str::to_owned).into(),
            required: Vec::new(),
            tenant: None,
            ca_certificates: None,
        }
    }

    /// Whether they can be used.
    ///
    /// # Errors
    /// What is wrong, in one line.
    pub fn check(&self) -> Result<(), String> {
        let url: url::Url =
            self.issuer.parse().map_err(|error| format!("the issuer is not a URL: {error}"))?;
        if !provider::is_safe(&url) {
            return Err("the issuer is neither https nor on this machine".to_owned());
        }
        if self.audiences.is_empty() {
            return Err("an audience is required: without one, tokens for other services would be accepted"
                .to_owned());
        }
        provider::client(self.ca_certificates.as_deref()).map(|_| ()).map_err(|error| error.to_string())
    }
}

/// Algorithms that can be accepted. Those with a shared secret are not among them: a public key would be the secret.
pub const ALGORITHMS: [Algorithm; 9] = [
    Algorithm::RS256,
    Algorithm::RS384,
    Algorithm::RS512,
    Algorithm::PS256,
    Algorithm::PS384,
    Algorithm::PS512,
    Algorithm::ES256,
    Algorithm::ES384,
    Algorithm::EdDSA,
];

/// Most tokens cached as verified: at some 500 bytes each about 5 MB.
const MAX_VERIFIED: u64 = 10_000;
/// How long they are cached: a token of a revoked key is accepted no longer than the keys' own refresh allows.
const VERIFIED_TTL: Duration = Duration::from_secs(60);

/// Checks tokens. Cheap to clone.
#[derive(Clone, Debug)]
pub struct JwtVerifier {
    verifier: Arc<Verifier>,
}

#[derive(Debug)]
struct Verifier {
    settings: JwtSettings,
    keys: Jwks,
    /// By hash of the token, with the number of the fetch whose key signed it.
    verified: moka::sync::Cache<[u8; 32], (u64, Arc<Identity>)>,
}

impl JwtVerifier {
    /// By these settings; nothing is fetched yet.
    pub fn new(settings: JwtSettings) -> Self {
        Self::with_timing(settings, Timing::default())
    }

    fn with_timing(settings: JwtSettings, timing: Timing) -> Self {
        // The settings were checked, and the client made once, before they got here.
        let client = provider::client(settings.ca_certificates.as_deref()).unwrap_or_default();
        let keys = Jwks::new(Provider::new(client, &settings.issuer), timing);
        let verified =
            moka::sync::Cache::builder().max_capacity(MAX_VERIFIED).time_to_live(VERIFIED_TTL).build();
        Self { verifier: Arc::new(Verifier { settings, keys, verified }) }
    }

    /// How it checks tokens.
    pub fn settings(&self) -> &JwtSettings {
        &self.verifier.settings
    }

    /// Whose token it is.
    ///
    /// # Errors
    /// [`AuthError`].
    pub async fn identify(&self, token: &str) -> Result<Arc<Identity>, AuthError> {
        let verifier = &self.verifier;
        let hash: [u8; 32] = Sha256::digest(token.as_bytes()).into();
        if let Some((number, identity)) = verifier.verified.get(&hash)
            && verifier.keys.number() == Some(number)
        {
            let over = identity.expires_at.is_some_and(|end| end <= SystemTime::now());
            return if over { Err(AuthError::Expired) } else { Ok(identity) };
        }
        let (claims, number) = verifier.verify(token).await?;
        let identity = Arc::new(verifier.settings.identity(&claims)?);
        verifier.verified.insert(hash, (number, Arc::clone(&identity)));
        Ok(identity)
    }

    /// Follows the provider's keys for ever.
    pub async fn follow(&self) {
        self.verifier.keys.follow().await;
    }
}

impl Verifier {
    /// The claims of a token that is signed by the provider, for us, and valid now.
    async fn verify(&self, token: &str) -> Result<(Map<String, Value>, u64), AuthError> {
        let header = jsonwebtoken::decode_header(token).map_err(|_| AuthError::NotSigned)?;
        let settings = &self.settings;
        settings.check_header(token)?;
        if !settings.algorithms.contains(&header.alg) || !ALGORITHMS.contains(&header.alg) {
            return Err(AuthError::NotSigned);
        }
        let (key, number) = self.keys.find(header.kid.as_deref()).await?;
        if !key.is_for(header.alg) {
            return Err(AuthError::NotSigned);
        }
        let mut validation = Validation::new(header.alg);
        validation.leeway = settings.skew.as_secs();
        validation.validate_nbf = true;
        validation.validate_aud = false;
        validation.set_required_spec_claims(&["exp", "iss"]);
        let claims = jsonwebtoken::decode::<Map<String, Value>>(token, &key.decoding, &validation)
            .map_err(|error| match error.kind() {
                ErrorKind::ExpiredSignature => AuthError::Expired,
                ErrorKind::ImmatureSignature => AuthError::NotYet,
                ErrorKind::MissingRequiredClaim(_) | ErrorKind::InvalidClaimFormat(_) => AuthError::Claims,
                _ => AuthError::NotSigned,
            })?
            .claims;
        settings.check_claims(&claims)?;
        Ok((claims, number))
    }
}

/// What is read of a token's header beside what the library reads.
#[derive(Deserialize)]
struct TokenHeader {
    typ: Option<String>,
    crit: Option<Value>,
}

impl JwtSettings {
    /// The type of the token, and that it asks for nothing that we do not know: RFC 7515, 4.1.11.
    fn check_header(&self, token: &str) -> Result<(), AuthError> {
        let header = token.split('.').next().and_then(|header| URL_SAFE_NO_PAD.decode(header).ok());
        let header: TokenHeader =
            header.and_then(|header| serde_json::from_slice(&header).ok()).ok_or(AuthError::NotSigned)?;
        if header.crit.is_some() {
            return Err(AuthError::NotSigned);
        }
        // The prefix may be left out: RFC 7515, 4.1.9.
        let typ = header.typ.as_deref().map(|typ| typ.strip_prefix("application/").unwrap_or(typ));
        let is_known = |typ: &str| self.types.iter().any(|known| known.eq_ignore_ascii_case(typ));
        if typ.is_none_or(is_known) { Ok(()) } else { Err(AuthError::Type) }
    }

    /// Issuer, audience, and claims that must have a value.
    fn check_claims(&self, claims: &Map<String, Value>) -> Result<(), AuthError> {
        // One text and no list: RFC 7519, 4.1.1.
        if claims.get("iss").and_then(Value::as_str) != Some(self.issuer.as_str()) {
            return Err(AuthError::Issuer);
        }
        let audiences = claims.get(&self.audience_claim).map(values).unwrap_or_default();
        if !audiences.iter().any(|audience| self.audiences.contains(audience)) {
            return Err(AuthError::Audience);
        }
        let has = |(name, value): &(String, String)| {
            claim(claims, name).is_some_and(|held| values(held).contains(value))
        };
        if self.required.iter().all(has) { Ok(()) } else { Err(AuthError::Claims) }
    }

    fn identity(&self, claims: &Map<String, Value>) -> Result<Identity, AuthError> {
        let subject = claims.get("sub").or_else(|| claims.get("client_id")).and_then(Value::as_str);
        let subject = subject.filter(|subject| !subject.is_empty()).ok_or(AuthError::Claims)?;
        let listed: Vec<String> =
            self.scope_claims.iter().filter_map(|name| claim(claims, name)).flat_map(words).collect();
        let own = listed.iter().filter_map(|name| name.strip_prefix(self.scope_prefix.as_str()));
        // Whoever cannot be told which movies they may see may see none.
        let tenant = match &self.tenant {
            None => None,
            Some(rule) => {
                let held = claim(claims, rule.claim()).map(values).unwrap_or_default();
                Some(Arc::new(rule.filter(&held).map_err(|_| AuthError::Claims)?))
            }
        };
        let end =
            claims.get("exp").and_then(|end| end.as_u64().or_else(|| end.as_f64().map(|end| end as u64)));
        let end =
            end.and_then(|end| UNIX_EPOCH.checked_add(Duration::from_secs(end).checked_add(self.skew)?));
        Ok(Identity {
            principal: Principal::Subject(subject.into()),
            scopes: Scopes::named(own),
            points_per_minute: None,
            tenant,
            expires_at: end,
        })
    }
}

/// A claim by its name, or by a path of names separated by dots. Names may hold dots themselves (`https://example.com/roles`).
fn claim<'a>(claims: &'a Map<String, Value>, name: &str) -> Option<&'a Value> {
    if let Some(value) = claims.get(name) {
        return Some(value);
    }
    let (first, rest) = name.split_once('.')?;
    claim(claims.get(first)?.as_object()?, rest)
}

/// The texts of a claim: one, or a list.
fn values(claim: &Value) -> Vec<String> {
    match claim {
        Value::String(text) => vec![text.clone()],
        Value::Array(items) => items.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        _ => Vec::new(),
    }
}

/// The same, where one text holds several separated by spaces (RFC 8693, 4.2).
fn words(claim: &Value) -> Vec<String> {
    values(claim).iter().flat_map(|text| text.split_ascii_whitespace()).map(str::to_owned).collect()
}

#[cfg(test)]
#[path = "jwt_tests.rs"]
mod tests;
