//! Hashes that are stored: of what a record says, and of ids.

use sha2::{Digest, Sha256};
use wikimovie_domain::Movie;

use crate::writer::WriteError;

/// Hash of what a provider said of a movie: the record without its provenance.
///
/// # Errors
/// Where the record cannot be written as JSON.
pub fn content_hash(movie: &Movie) -> Result<u64, WriteError> {
    let said = (
        (&movie.title, movie.year, &movie.cast, &movie.genres, &movie.summary, &movie.url, &movie.poster),
        (&movie.directors, &movie.titles, &movie.details),
    );
    Ok(hash64(&serde_json::to_vec(&said)?))
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
