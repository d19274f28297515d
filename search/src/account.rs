//! What every writer counts of an object, and the hashes it compares by.

use std::{
    collections::HashMap,
    time::{SystemTime, UNIX_EPOCH},
};

use sha2::{Digest, Sha256};
use wikimovie_domain::{Movie, ObjectReceipt, ReceiptStatus};

use crate::writer::{ObjectState, Tally, WriteError};

/// Counts of the object being applied.
#[derive(Debug, Default)]
pub(crate) struct Account {
    /// Movies of which the last record differs from what was listed before.
    differing: HashMap<u128, ()>,
    merged: u64,
}

impl Account {
    /// Counts a record: what it says, what was listed before, and whether it is the first of its movie.
    pub(crate) fn put(&mut self, id: &str, content: &str, before: Option<&str>, fresh: bool) {
        if before == Some(content) {
            self.differing.remove(&hash128(id));
        } else {
            self.differing.insert(hash128(id), ());
        }
        self.merged += u64::from(!fresh);
    }

    /// Movies that are new or differ.
    pub(crate) fn changed(&self) -> u64 {
        self.differing.len() as u64
    }

    /// The receipt.
    pub(crate) fn receipt(
        &self,
        object: ObjectState,
        generation: u64,
        accepted: u64,
        removed: u64,
        tally: Tally,
    ) -> ObjectReceipt {
        ObjectReceipt {
            object: object.object,
            provider: object.provider,
            status: status(accepted, tally.refused),
            accepted,
            changed: self.changed(),
            merged: self.merged,
            refused: tally.refused,
            removed,
            bytes: tally.bytes,
            generation,
            finished_at_ms: now_ms(),
            refusals: tally.refusals,
        }
    }
}

/// How an object went, by its records.
pub(crate) fn status(accepted: u64, refused: u64) -> ReceiptStatus {
    match (accepted, refused) {
        (_, 0) => ReceiptStatus::Complete,
        (0, _) => ReceiptStatus::Failed,
        _ => ReceiptStatus::Partial,
    }
}

/// Our clock, for what is told to people only.
pub(crate) fn now_ms() -> u64 {
    let age = SystemTime::now().duration_since(UNIX_EPOCH);
    age.map_or(0, |age| u64::try_from(age.as_millis()).unwrap_or(u64::MAX))
}

/// Hash of what a provider said of a movie: the record without its provenance.
pub(crate) fn content_of(movie: &Movie) -> Result<u64, WriteError> {
    let said =
        (&movie.title, movie.year, &movie.cast, &movie.genres, &movie.summary, &movie.url, &movie.poster);
    let json = serde_json::to_vec(&said).map_err(|error| WriteError::Engine(error.to_string()))?;
    Ok(hash64(&json))
}

/// The first 64 bits of SHA-256: stable over versions, as they are stored.
pub(crate) fn hash64(bytes: &[u8]) -> u64 {
    let digest = Sha256::digest(bytes);
    let first: [u8; 8] = std::array::from_fn(|place| digest[place]);
    u64::from_be_bytes(first)
}

/// The first 128 bits of SHA-256; the upper 64 are [`hash64`].
pub(crate) fn hash128(text: &str) -> u128 {
    let digest = Sha256::digest(text.as_bytes());
    let first: [u8; 16] = std::array::from_fn(|place| digest[place]);
    u128::from_be_bytes(first)
}
