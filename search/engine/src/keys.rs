//! The keys of tokens: one seals, and former ones still open what they have sealed. A secret that is replaced so ends no
//! link and no list at once.

use hmac::{Hmac, Mac};
use sha2::Sha256;

/// A MAC under way.
pub(crate) type TokenMac = Hmac<Sha256>;

/// What the id of a key is made of.
const ID_OF: &[u8] = b"key id";

/// Keys, the one that seals first.
#[derive(Clone)]
pub(crate) struct SealingKeys(Vec<Key>);

#[derive(Clone)]
struct Key {
    id: u8,
    mac: TokenMac,
}

impl Key {
    fn new(secret: &[u8]) -> Self {
        let mac: TokenMac = Hmac::new_from_slice(secret).expect("HMAC takes keys of any length");
        let id = mac.clone().chain_update(ID_OF).finalize().into_bytes()[0];
        Self { id, mac }
    }
}

impl SealingKeys {
    /// Those of these secrets.
    pub(crate) fn new(current: &[u8], former: &[Vec<u8>]) -> Self {
        Self([Key::new(current)].into_iter().chain(former.iter().map(|secret| Key::new(secret))).collect())
    }

    /// The id of the key that seals, and its MAC of nothing yet.
    pub(crate) fn sealing(&self) -> Option<(u8, TokenMac)> {
        self.0.first().map(|key| (key.id, key.mac.clone()))
    }

    /// MACs by the keys of an id, which is one as a rule; by all keys for a token that names none.
    pub(crate) fn opening(&self, id: Option<u8>) -> impl Iterator<Item = TokenMac> {
        let keys = self.0.iter().filter(move |key| id.is_none_or(|id| id == key.id));
        keys.map(|key| key.mac.clone())
    }
}
