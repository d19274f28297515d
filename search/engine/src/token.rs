//! Sealed tokens: cursors and states that come back exactly as they were issued, or are rejected.
//!
//! A token is base64url (no padding) of `version byte · payload · MAC`, where the MAC is the first 12 bytes of
//! HMAC-SHA256 (RFC 2104) over the token's purpose, version and payload. 96 bits put forging out of reach of an
//! online attacker while a cursor stays short. The payload is readable: tokens keep no secret, they only
//! cannot be altered.

use std::sync::{Arc, OnceLock};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, Mac};
use serde::{Serialize, de::DeserializeOwned};
use sha2::{Digest, Sha256};
use wikimovie_domain::Question;

const VERSION: u8 = 2;
const MAC_BYTES: usize = 12;

/// Longest token accepted, in bytes: a state holds at most 256 filter values of 500 characters, yet no URL
/// that long travels, so far less will do.
pub const MAX_TOKEN_BYTES: usize = 64 * 1024;

/// What a token is for; a token of one purpose is no token of another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// A place in a list.
    Cursor,
    /// A question.
    State,
    /// A place in a list of receipts.
    Receipts,
}

impl Purpose {
    fn tag(self) -> &'static [u8] {
        match self {
            Self::Cursor => b"cursor",
            Self::State => b"state",
            Self::Receipts => b"receipts",
        }
    }
}

/// Why a token is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// Not something we gave out: forged, cut, or altered.
    #[error("it was not issued by this service, or was altered")]
    Forged,
    /// Given out by a version with another format.
    #[error("it was issued by another version of this service")]
    OtherVersion,
    /// Genuine, but of another question.
    #[error("it belongs to another question")]
    OtherQuestion,
    /// The secret is not known yet, so no token can be checked.
    #[error("the service is still starting")]
    NotReady,
}

/// Makes and opens tokens under one secret. Replicas that share the secret open each other's tokens.
#[derive(Clone)]
pub struct Sealer {
    mac: Arc<OnceLock<Hmac<Sha256>>>,
    /// What tokens are bound to besides their purpose; empty for nothing.
    audience: Arc<[u8]>,
}

impl std::fmt::Debug for Sealer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Sealer(secret)")
    }
}

impl Sealer {
    /// A sealer under a secret of any length; 32 random bytes are right.
    pub fn new(secret: &[u8]) -> Self {
        let sealer = Self::without_secret();
        sealer.set_secret(secret);
        sealer
    }

    /// A sealer whose secret is read later, such as from an engine that cannot be reached yet. Until then it opens
    /// nothing, and what it seals can be opened by nobody.
    pub fn without_secret() -> Self {
        Self { mac: Arc::default(), audience: Arc::default() }
    }

    /// The same for an audience of its own: neither opens the tokens of the other.
    pub fn bound_to(&self, audience: &impl Serialize) -> Self {
        let json = serde_json::to_vec(audience).unwrap_or_default();
        let audience = Sha256::digest([self.audience.as_ref(), json.as_slice()].concat());
        Self { mac: Arc::clone(&self.mac), audience: Arc::from(audience.as_slice()) }
    }

    /// Gives the secret to this sealer and its clones. The first one stays.
    pub fn set_secret(&self, secret: &[u8]) {
        self.mac.get_or_init(|| Hmac::new_from_slice(secret).expect("HMAC takes keys of any length"));
    }

    /// Seals a value.
    pub fn seal<T: Serialize>(&self, purpose: Purpose, value: &T) -> String {
        self.seal_bytes(purpose, &serde_json::to_vec(value).expect("our token types serialize"))
    }

    /// Seals bytes.
    pub fn seal_bytes(&self, purpose: Purpose, payload: &[u8]) -> String {
        let mut bytes = Vec::with_capacity(1 + payload.len() + MAC_BYTES);
        bytes.push(VERSION);
        bytes.extend_from_slice(payload);
        bytes.extend_from_slice(&self.mac_of(purpose, &bytes).unwrap_or_default());
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// Opens a token.
    ///
    /// # Errors
    /// [`TokenError::Forged`] or [`TokenError::OtherVersion`].
    pub fn open<T: DeserializeOwned>(&self, purpose: Purpose, token: &str) -> Result<T, TokenError> {
        serde_json::from_slice(&self.open_bytes(purpose, token)?).map_err(|_| TokenError::OtherVersion)
    }

    /// Opens a token of bytes.
    pub fn open_bytes(&self, purpose: Purpose, token: &str) -> Result<Vec<u8>, TokenError> {
        if token.len() > MAX_TOKEN_BYTES {
            return Err(TokenError::Forged);
        }
        let bytes = URL_SAFE_NO_PAD.decode(token).map_err(|_| TokenError::Forged)?;
        let split =
            bytes.len().checked_sub(MAC_BYTES).filter(|&split| split > 0).ok_or(TokenError::Forged)?;
        let (body, mac) = bytes.split_at(split);
        let mut expected = self.mac.get().ok_or(TokenError::NotReady)?.clone();
        expected.update(purpose.tag());
        expected.update(&self.audience);
        expected.update(body);
        expected.verify_truncated_left(mac).map_err(|_| TokenError::Forged)?;
        let (&version, payload) = body.split_first().ok_or(TokenError::Forged)?;
        if version == VERSION { Ok(payload.to_vec()) } else { Err(TokenError::OtherVersion) }
    }

    /// The state token of a question.
    pub fn seal_state(&self, question: &Question) -> String {
        self.seal(Purpose::State, question)
    }

    /// The question of a state token.
    ///
    /// # Errors
    /// As [`Sealer::open`].
    pub fn open_state(&self, token: &str) -> Result<Question, TokenError> {
        self.open(Purpose::State, token)
    }

    fn mac_of(&self, purpose: Purpose, body: &[u8]) -> Option<[u8; MAC_BYTES]> {
        let mut mac = self.mac.get()?.clone();
        mac.update(purpose.tag());
        mac.update(&self.audience);
        mac.update(body);
        let full = mac.finalize().into_bytes();
        Some(std::array::from_fn(|place| full[place]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_turned_bit_anywhere_is_told() {
        let sealer = Sealer::new(b"secret");
        let question = Question { text: "alien".into(), ..Question::default() };
        let token = sealer.seal_state(&question);
        assert_eq!(sealer.open_state(&token), Ok(question));
        let bytes = URL_SAFE_NO_PAD.decode(&token).unwrap();
        for place in 0..bytes.len() * 8 {
            let mut turned = bytes.clone();
            turned[place / 8] ^= 1 << (place % 8);
            assert!(sealer.open_state(&URL_SAFE_NO_PAD.encode(turned)).is_err(), "bit {place}");
        }
    }

    #[test]
    fn a_late_secret_reaches_every_clone_and_stays() {
        let sealer = Sealer::without_secret();
        let token = Sealer::new(b"secret").seal_state(&Question::default());
        let clone = sealer.clone();
        assert_eq!(clone.open_state(&token), Err(TokenError::NotReady));
        sealer.set_secret(b"secret");
        sealer.set_secret(b"other");
        assert_eq!(clone.open_state(&token), Ok(Question::default()));
    }

    #[test]
    fn audiences_do_not_open_each_others_tokens() {
        let everyone = Sealer::new(b"secret");
        let (one, other) = (everyone.bound_to(&"one"), everyone.bound_to(&"other"));
        let token = one.seal_state(&Question::default());
        assert!(one.clone().open_state(&token).is_ok());
        for sealer in [&everyone, &other, &one.bound_to(&"one")] {
            assert_eq!(sealer.open_state(&token), Err(TokenError::Forged));
        }
    }

    #[test]
    fn tokens_of_another_purpose_secret_or_length_are_forged() {
        let sealer = Sealer::new(b"secret");
        let token = sealer.seal_state(&Question::default());
        assert_eq!(sealer.open::<Question>(Purpose::Cursor, &token), Err(TokenError::Forged));
        assert_eq!(Sealer::new(b"other").open_state(&token), Err(TokenError::Forged));
        for junk in ["", "A", "not a token", "💥", &"A".repeat(MAX_TOKEN_BYTES + 1), &token[1..]] {
            assert_eq!(sealer.open_state(junk), Err(TokenError::Forged));
        }
    }
}
