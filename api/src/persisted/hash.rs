//! The hash that names a document.

use sha2::{Digest, Sha256};

/// SHA-256 of a document's text.
pub(crate) type DocumentHash = [u8; 32];

/// The hash of a text.
pub(super) fn hash_text(text: &str) -> DocumentHash {
    Sha256::digest(text.as_bytes()).into()
}

/// A hash from its 64 hexadecimal digits.
pub(super) fn read_hex(digits: &str) -> Option<DocumentHash> {
    let mut hash = DocumentHash::default();
    hex::decode_to_slice(digits, &mut hash).ok()?;
    Some(hash)
}
