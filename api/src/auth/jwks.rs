//! The provider's signing keys: fetched ahead of need, fetched again when a token names an unknown key, and used while the
//! provider is unreachable.
//!
//! However many tokens name unknown keys, the provider is asked once at a time and at most once in
//! [`Timing::min_interval`]. While it does not answer, the last keys are valid for [`Timing::max_stale`].

use std::{collections::HashMap, sync::Arc, time::Duration};

use arc_swap::ArcSwapOption;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::{
    Algorithm, AlgorithmFamily, DecodingKey,
    jwk::{AlgorithmParameters, EllipticCurve, Jwk, JwkSet, PublicKeyUse},
};
use metrics::counter;
use tokio::{sync::Mutex, time::Instant};

use super::{identity::AuthError, provider::Provider};

/// How often keys are fetched, and how long they are valid.
#[derive(Clone, Copy, Debug)]
pub(super) struct Timing {
    /// Shortest time between two fetches.
    pub(super) min_interval: Duration,
    /// Time after which keys are fetched again, so that a revoked one is forgotten.
    pub(super) refresh: Duration,
    /// How long keys are valid while the provider does not answer.
    pub(super) max_stale: Duration,
}

impl Default for Timing {
    fn default() -> Self {
        Self {
            min_interval: Duration::from_secs(10),
            refresh: Duration::from_secs(300),
            max_stale: Duration::from_secs(24 * 60 * 60),
        }
    }
}

/// Most keys of a provider that are read.
const MAX_KEYS: usize = 100;

/// The keys of one fetch.
#[derive(Debug)]
pub(super) struct KeySet {
    by_id: HashMap<String, SigningKey>,
    /// The one key, where there is no other and tokens need not name it.
    only: Option<SigningKey>,
    fetched: Instant,
    /// Tells this fetch from others.
    pub(super) number: u64,
}

/// A key, and what it may be used for.
#[derive(Clone, Debug)]
pub(super) struct SigningKey {
    pub(super) decoding: DecodingKey,
    /// The algorithm that the provider uses it with, where it says so.
    algorithm: Option<String>,
    curve: Option<EllipticCurve>,
}

impl SigningKey {
    /// Whether it can have signed by this algorithm.
    pub(super) fn is_for(&self, algorithm: Algorithm) -> bool {
        let curve = match algorithm {
            Algorithm::ES256 => Some(EllipticCurve::P256),
            Algorithm::ES384 => Some(EllipticCurve::P384),
            Algorithm::EdDSA => Some(EllipticCurve::Ed25519),
            _ => None,
        };
        let named = self.algorithm.as_deref().is_none_or(|name| name == format!("{algorithm:?}"));
        named && self.decoding.family() == algorithm.family() && self.curve == curve
    }
}

/// The signing keys of one provider.
#[derive(Debug)]
pub(super) struct Jwks {
    provider: Provider,
    timing: Timing,
    keys: ArcSwapOption<KeySet>,
    /// When the provider was last asked. Held while it is asked.
    asked: Mutex<Option<Instant>>,
}

impl Jwks {
    pub(super) fn new(provider: Provider, timing: Timing) -> Self {
        Self { provider, timing, keys: ArcSwapOption::empty(), asked: Mutex::default() }
    }

    /// The key that a token names, and the number of the fetch it is from.
    pub(super) async fn find(&self, id: Option<&str>) -> Result<(SigningKey, u64), AuthError> {
        // Keys too old to be used count as seen, so that they are fetched again.
        let seen = self.keys.load().as_ref().map(|keys| keys.number);
        if let Some(key) = self.usable().and_then(|keys| keys.find(id)) {
            return Ok(key);
        }
        self.fetch_after(seen).await;
        let keys = self.usable().ok_or(AuthError::ProviderUnavailable)?;
        keys.find(id).ok_or(AuthError::NotSigned)
    }

    /// Number of the fetch whose keys are in use.
    pub(super) fn number(&self) -> Option<u64> {
        self.usable().map(|keys| keys.number)
    }

    /// Fetches ahead of need, for ever.
    pub(super) async fn follow(&self) {
        loop {
            let seen = self.keys.load().as_ref().map(|keys| keys.number);
            self.fetch_after(seen).await;
            let fresh =
                self.keys.load().as_ref().is_some_and(|keys| keys.fetched.elapsed() < self.timing.refresh);
            tokio::time::sleep(if fresh { self.timing.refresh } else { self.timing.min_interval }).await;
        }
    }

    fn usable(&self) -> Option<Arc<KeySet>> {
        self.keys.load_full().filter(|keys| keys.fetched.elapsed() <= self.timing.max_stale)
    }

    /// Fetches, unless that was done since `seen` or tried within the interval. Callers wait for a fetch that is under way.
    async fn fetch_after(&self, seen: Option<u64>) {
        let mut asked = self.asked.lock().await;
        if self.keys.load().as_ref().map(|keys| keys.number) != seen {
            return;
        }
        if asked.is_some_and(|asked| asked.elapsed() < self.timing.min_interval) {
            return;
        }
        *asked = Some(Instant::now());
        let fetched = self.provider.keys().await;
        let result = if fetched.is_ok() { "ok" } else { "error" };
        counter!("wikimovie_auth_key_fetches_total", "result" => result).increment(1);
        match fetched {
            Ok(set) => {
                let keys = KeySet::of(&set, seen.unwrap_or(0) + 1);
                if keys.by_id.is_empty() && keys.only.is_none() {
                    tracing::error!("the provider has no usable key; the previous keys stay in use");
                    return;
                }
                tracing::info!(keys = keys.by_id.len(), "fetched the provider's keys");
                self.keys.store(Some(Arc::new(keys)));
            }
            Err(error) => tracing::warn!(%error, "the provider's keys cannot be fetched"),
        }
    }
}

impl KeySet {
    fn of(set: &JwkSet, number: u64) -> Self {
        let mut by_id = HashMap::new();
        let mut usable = Vec::new();
        for jwk in set.keys.iter().take(MAX_KEYS) {
            let Some(key) = key(jwk) else { continue };
            if let Some(id) = &jwk.common.key_id {
                by_id.insert(id.clone(), key.clone());
            }
            usable.push(key);
        }
        let only = if usable.len() == 1 { usable.pop() } else { None };
        Self { by_id, only, fetched: Instant::now(), number }
    }

    fn find(&self, id: Option<&str>) -> Option<(SigningKey, u64)> {
        let key = match id {
            Some(id) => self.by_id.get(id),
            None => self.only.as_ref(),
        };
        key.map(|key| (key.clone(), self.number))
    }
}

/// Fewest bits of an RSA key: NIST SP 800-131A allows no fewer.
const MIN_RSA_BITS: usize = 2_048;

/// Bits of a number as a key set writes it (RFC 7518, 6.3.1.1): base64url, without leading zeros.
fn bits(number: &str) -> usize {
    URL_SAFE_NO_PAD.decode(number).map_or(0, |bytes| 8 * bytes.iter().skip_while(|byte| **byte == 0).count())
}

/// Whether tokens may be signed by a key.
#[cfg(test)]
pub(super) fn is_usable(jwk: &Jwk) -> bool {
    key(jwk).is_some()
}

/// A public key that signs. Shared secrets and keys that encrypt are none.
fn key(jwk: &Jwk) -> Option<SigningKey> {
    if jwk.common.public_key_use.as_ref().is_some_and(|usage| *usage != PublicKeyUse::Signature) {
        return None;
    }
    let curve = match &jwk.algorithm {
        AlgorithmParameters::RSA(key) if bits(&key.n) < MIN_RSA_BITS => {
            tracing::warn!("a key of the provider has fewer than {MIN_RSA_BITS} bits and is not used");
            return None;
        }
        AlgorithmParameters::RSA(_) => None,
        AlgorithmParameters::EllipticCurve(key) => Some(key.curve.clone()),
        AlgorithmParameters::OctetKeyPair(key) => Some(key.curve.clone()),
        _ => return None,
    };
    let decoding = DecodingKey::from_jwk(jwk).ok().filter(|key| key.family() != AlgorithmFamily::Hmac)?;
    let algorithm = jwk.common.key_algorithm.as_ref().map(ToString::to_string);
    Some(SigningKey { decoding, algorithm, curve })
}
