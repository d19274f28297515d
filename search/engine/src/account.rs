//! What every writer counts of an object, and the hashes it compares by.

use std::time::{SystemTime, UNIX_EPOCH};

use sha2::{Digest, Sha256};
use wikimovie_domain::{Movie, ReceiptStatus};

use crate::writer::WriteError;

/// How an object went, by its records.
pub fn status(accepted: u64, refused: u64) -> ReceiptStatus {
    match (accepted, refused) {
        (_, 0) => ReceiptStatus::Complete,
        (0, _) => ReceiptStatus::Failed,
        _ => ReceiptStatus::Partial,
    }
}

/// Our clock, for what is told to people only.
pub fn now_ms() -> u64 {
    let age = SystemTime::now().duration_since(UNIX_EPOCH);
    age.map_or(0, |age| u64::try_from(age.as_millis()).unwrap_or(u64::MAX))
}

/// Hash of what a provider said of a movie: the record without its provenance.
pub fn content_of(movie: &Movie) -> Result<u64, WriteError> {
    let said =
        (&movie.title, movie.year, &movie.cast, &movie.genres, &movie.summary, &movie.url, &movie.poster);
    let json = serde_json::to_vec(&said).map_err(|error| WriteError::Engine(error.to_string()))?;
    Ok(hash64(&json))
}

/// The first 64 bits of SHA-256: stable over versions, as they are stored.
pub fn hash64(bytes: &[u8]) -> u64 {
    let digest = Sha256::digest(bytes);
    let first: [u8; 8] = std::array::from_fn(|place| digest[place]);
    u64::from_be_bytes(first)
}

/// The first 128 bits of SHA-256; the upper 64 are [`hash64`].
pub fn hash128(text: &str) -> u128 {
    let digest = Sha256::digest(text.as_bytes());
    let first: [u8; 16] = std::array::from_fn(|place| digest[place]);
    u128::from_be_bytes(first)
}
