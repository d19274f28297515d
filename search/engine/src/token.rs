//! Sealed tokens: cursors and states that come back exactly as they were issued, or are rejected.
//!
//! A token is base64url (no padding) of `version byte · key id · payload · MAC`, where the MAC is the first 12 bytes of
//! HMAC-SHA256 (RFC 2104) over the token's purpose and all before it. 96 bits put forging out of reach of an online
//! attacker while a cursor stays short. The key id names one of several keys, so that a secret can be replaced while
//! tokens of the former one are in use. The payload is readable: tokens keep no secret, they only cannot be altered. A
//! long state is packed (RFC 1951).

use std::{
    io::{Read, Write},
    sync::{Arc, OnceLock},
};

use flate2::{Compression, read::DeflateDecoder, write::DeflateEncoder};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::Mac;
use serde::{Serialize, de::DeserializeOwned};
use sha2::{Digest, Sha256};
use wikimovie_domain::Question;

use crate::keys::{SealingKeys, TokenMac};

/// Version of states and receipts.
const VERSION: u8 = 2;
/// Version of states that are packed.
const PACKED: u8 = 3;
/// Version of cursors. Those before had neither popularity nor rating.
const CURSOR: u8 = 5;
/// Bit of a version byte: the id of a key follows. Tokens of earlier versions name none.
const KEYED: u8 = 0x80;
const MAC_BYTES: usize = 12;

/// Longest token accepted, in bytes. States of earlier versions, in links, were up to this long.
pub const MAX_TOKEN_BYTES: usize = 64 * 1024;
/// Longest state given out, in bytes: an answer holds hundreds of them, and each holds the whole question.
pub const MAX_STATE_BYTES: usize = 2 * 1024;
/// Bytes from which a state is packed; shorter ones become no shorter.
const PACK_FROM: usize = 128;

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
    fn version(self) -> u8 {
        match self {
            Self::Cursor => CURSOR,
            Self::State | Self::Receipts => VERSION,
        }
    }

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
    /// No state is given out for a question so long.
    #[error("the question is too long for a state token of {MAX_STATE_BYTES} bytes")]
    TooLong,
    /// The secret is not known yet, so no token can be checked.
    #[error("the service is still starting")]
    NotReady,
}

/// Makes tokens under one secret, and opens those of it and of former ones. Replicas that share the secret open each
/// other's tokens.
#[derive(Clone)]
pub struct Sealer {
    keys: Arc<OnceLock<SealingKeys>>,
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
        Self { keys: Arc::default(), audience: Arc::default() }
    }

    /// The same for an audience of its own: neither opens the tokens of the other.
    pub fn bound_to(&self, audience: &impl Serialize) -> Self {
        let json = serde_json::to_vec(audience).unwrap_or_default();
        let audience = Sha256::digest([self.audience.as_ref(), json.as_slice()].concat());
        Self { keys: Arc::clone(&self.keys), audience: Arc::from(audience.as_slice()) }
    }

    /// Gives the secret to this sealer and its clones. The first one stays.
    pub fn set_secret(&self, secret: &[u8]) {
        self.set_secrets(secret, &[]);
    }

    /// The same with secrets of before, whose tokens are opened too.
    pub fn set_secrets(&self, current: &[u8], former: &[Vec<u8>]) {
        self.keys.get_or_init(|| SealingKeys::new(current, former));
    }

    /// Seals a value.
    pub fn seal<T: Serialize>(&self, purpose: Purpose, value: &T) -> String {
        self.seal_bytes(purpose, &serde_json::to_vec(value).expect("our token types serialize"))
    }

    /// Seals bytes.
    pub fn seal_bytes(&self, purpose: Purpose, payload: &[u8]) -> String {
        self.seal_version(purpose, purpose.version(), payload)
    }

    fn seal_version(&self, purpose: Purpose, version: u8, payload: &[u8]) -> String {
        let mut bytes = Vec::with_capacity(2 + payload.len() + MAC_BYTES);
        let sealing = self.keys.get().and_then(SealingKeys::sealing);
        bytes.extend([version | KEYED, sealing.as_ref().map_or(0, |(id, _)| *id)]);
        bytes.extend_from_slice(payload);
        let mac = sealing.map(|(_, mac)| self.mac_of(mac, purpose, &bytes).finalize().into_bytes());
        let mac: [u8; MAC_BYTES] = std::array::from_fn(|place| mac.as_ref().map_or(0, |mac| mac[place]));
        bytes.extend_from_slice(&mac);
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
        let sealed = Sealed::read(&bytes).ok_or(TokenError::Forged)?;
        let keys = self.keys.get().ok_or(TokenError::NotReady)?;
        let is_ours = |mac| self.mac_of(mac, purpose, sealed.body).verify_truncated_left(sealed.mac).is_ok();
        if !keys.opening(sealed.key).any(is_ours) {
            return Err(TokenError::Forged);
        }
        sealed.payload_of(purpose).ok_or(TokenError::OtherVersion)
    }

    /// The state token of a question.
    ///
    /// # Errors
    /// [`TokenError::TooLong`]: nothing is given out that is longer than [`MAX_STATE_BYTES`].
    pub fn seal_state(&self, question: &Question) -> Result<String, TokenError> {
        let json = serde_json::to_vec(question).expect("our token types serialize");
        let packed = if json.len() < PACK_FROM { None } else { pack(&json) };
        let token = match packed.filter(|packed| packed.len() < json.len()) {
            Some(packed) => self.seal_version(Purpose::State, PACKED, &packed),
            None => self.seal_bytes(Purpose::State, &json),
        };
        if token.len() <= MAX_STATE_BYTES { Ok(token) } else { Err(TokenError::TooLong) }
    }

    /// The question of a state token.
    ///
    /// # Errors
    /// As [`Sealer::open`].
    pub fn open_state(&self, token: &str) -> Result<Question, TokenError> {
        self.open(Purpose::State, token)
    }

    fn mac_of(&self, mut mac: TokenMac, purpose: Purpose, body: &[u8]) -> TokenMac {
        mac.update(purpose.tag());
        mac.update(&self.audience);
        mac.update(body);
        mac
    }
}

/// The parts of a token.
struct Sealed<'a> {
    /// All before the MAC.
    body: &'a [u8],
    mac: &'a [u8],
    version: u8,
    /// The id of its key; `None` in tokens of earlier versions.
    key: Option<u8>,
    payload: &'a [u8],
}

impl<'a> Sealed<'a> {
    fn read(bytes: &'a [u8]) -> Option<Self> {
        let (body, mac) = bytes.split_at_checked(bytes.len().checked_sub(MAC_BYTES)?)?;
        let (&version, rest) = body.split_first()?;
        if version & KEYED == 0 {
            return Some(Self { body, mac, version, key: None, payload: rest });
        }
        let (&key, payload) = rest.split_first()?;
        Some(Self { body, mac, version: version & !KEYED, key: Some(key), payload })
    }

    /// The payload, of a version that is known.
    fn payload_of(&self, purpose: Purpose) -> Option<Vec<u8>> {
        match self.version {
            PACKED if purpose == Purpose::State => unpack(self.payload),
            version if version == purpose.version() => Some(self.payload.to_vec()),
            _ => None,
        }
    }
}

/// The question of a state token that may be forged: to estimate its work, never to answer it.
pub fn peek_state(token: &str) -> Option<Question> {
    let bytes = URL_SAFE_NO_PAD.decode(token.get(..token.len().min(MAX_TOKEN_BYTES))?).ok()?;
    serde_json::from_slice(&Sealed::read(&bytes)?.payload_of(Purpose::State)?).ok()
}

fn pack(json: &[u8]) -> Option<Vec<u8>> {
    let mut packer = DeflateEncoder::new(Vec::new(), Compression::default());
    packer.write_all(json).ok()?;
    packer.finish().ok()
}

fn unpack(packed: &[u8]) -> Option<Vec<u8>> {
    let mut json = Vec::new();
    DeflateDecoder::new(packed).take(MAX_TOKEN_BYTES as u64).read_to_end(&mut json).ok()?;
    Some(json)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_turned_bit_anywhere_is_told() {
        let sealer = Sealer::new(b"secret");
        let question = Question { text: "alien".into(), ..Question::default() };
        let token = sealer.seal_state(&question).unwrap();
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
        let token = Sealer::new(b"secret").seal_state(&Question::default()).unwrap();
        let clone = sealer.clone();
        assert_eq!(clone.open_state(&token), Err(TokenError::NotReady));
        sealer.set_secret(b"secret");
        sealer.set_secret(b"other");
        assert_eq!(clone.open_state(&token), Ok(Question::default()));
    }

    #[test]
    fn a_secret_that_was_replaced_still_opens_its_tokens() {
        let (former, current) = (b"a secret of before".to_vec(), b"the secret of today");
        let token = Sealer::new(&former).bound_to(&"one").seal_state(&Question::default()).unwrap();
        let both = Sealer::without_secret();
        both.set_secrets(current, std::slice::from_ref(&former));
        assert!(both.bound_to(&"one").open_state(&token).is_ok());
        for (sealer, name) in [(&both, "another audience"), (&Sealer::new(current), "the former is dropped")]
        {
            assert_eq!(sealer.open_state(&token), Err(TokenError::Forged), "{name}");
        }
        // The current one seals.
        let token = both.seal_state(&Question::default()).unwrap();
        assert!(Sealer::new(current).open_state(&token).is_ok());
        assert_eq!(Sealer::new(&former).open_state(&token), Err(TokenError::Forged));
    }

    #[test]
    fn a_token_without_the_id_of_a_key_is_opened_by_any() {
        let question = Question { text: "alien".into(), ..Question::default() };
        let mut bytes = vec![VERSION];
        bytes.extend(serde_json::to_vec(&question).unwrap());
        let mac = TokenMac::new_from_slice(b"secret").unwrap();
        let mac = mac.chain_update(b"state").chain_update(&bytes).finalize().into_bytes();
        bytes.extend_from_slice(&mac[..MAC_BYTES]);
        let token = URL_SAFE_NO_PAD.encode(bytes);
        let later = Sealer::without_secret();
        later.set_secrets(b"the secret of today", &[b"secret".to_vec()]);
        for sealer in [Sealer::new(b"secret"), later] {
            assert_eq!(sealer.open_state(&token), Ok(question.clone()));
        }
        assert_eq!(peek_state(&token), Some(question));
    }

    #[test]
    fn audiences_do_not_open_each_others_tokens() {
        let everyone = Sealer::new(b"secret");
        let (one, other) = (everyone.bound_to(&"one"), everyone.bound_to(&"other"));
        let token = one.seal_state(&Question::default()).unwrap();
        assert!(one.clone().open_state(&token).is_ok());
        for sealer in [&everyone, &other, &one.bound_to(&"one")] {
            assert_eq!(sealer.open_state(&token), Err(TokenError::Forged));
        }
    }

    #[test]
    fn tokens_of_another_purpose_secret_or_length_are_forged() {
        let sealer = Sealer::new(b"secret");
        let token = sealer.seal_state(&Question::default()).unwrap();
        assert_eq!(sealer.open::<Question>(Purpose::Cursor, &token), Err(TokenError::Forged));
        assert_eq!(Sealer::new(b"other").open_state(&token), Err(TokenError::Forged));
        for junk in ["", "A", "not a token", "💥", &"A".repeat(MAX_TOKEN_BYTES + 1), &token[1..]] {
            assert_eq!(sealer.open_state(junk), Err(TokenError::Forged));
        }
    }

    #[test]
    fn no_state_is_given_out_that_is_long_or_refused() {
        let sealer = Sealer::new(b"secret");
        let values = |count: usize| (0..count).map(|at| format!("Somebody Number {at}")).collect();
        let question = |count| {
            let mut question = Question { text: "alien".into(), ..Question::default() };
            question.filter.cast.any_of = values(count);
            question
        };
        for count in 0..256 {
            match sealer.seal_state(&question(count)) {
                Ok(token) => {
                    assert!(token.len() <= MAX_STATE_BYTES);
                    assert_eq!(sealer.open_state(&token), Ok(question(count)));
                    assert_eq!(peek_state(&token), Some(question(count)));
                }
                Err(error) => assert_eq!(error, TokenError::TooLong),
            }
        }
        assert!(sealer.seal_state(&question(10)).unwrap().len() <= 200);
        let text = "x".repeat(1_800);
        assert!(sealer.seal_state(&Question { text, ..Question::default() }).is_ok(), "it is packed");
        assert_eq!(peek_state("junk"), None);
    }

    #[test]
    fn a_state_of_an_earlier_version_is_opened() {
        let sealer = Sealer::new(b"secret");
        let question = Question { text: "alien ".repeat(1_000), ..Question::default() };
        let token = sealer.seal(Purpose::State, &question);
        assert!(token.len() > MAX_STATE_BYTES);
        assert_eq!(sealer.open_state(&token), Ok(question));
    }
}
