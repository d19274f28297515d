//! Compressing what is written.

use std::io::Write;

use bytes::Bytes;
use flate2::{Compression, write::GzEncoder};

use crate::error::SearchError;

/// Below this a body fits a few packets, and compressing saves nothing.
const WORTH_BYTES: usize = 8 * 1024;

/// Some 100 MB are compressed a second: more than this would hold a runtime thread for over half a millisecond.
const INLINE_BYTES: usize = 48 * 1024;

pub(super) fn pays(body: &[u8]) -> bool {
    body.len() >= WORTH_BYTES
}

pub(super) async fn compress(body: Bytes) -> Result<Bytes, SearchError> {
    let failed = |error: &dyn std::fmt::Display| SearchError::Engine(format!("compressing a body: {error}"));
    let compressed = if body.len() <= INLINE_BYTES {
        gzip(&body)
    } else {
        tokio::task::spawn_blocking(move || gzip(&body)).await.map_err(|error| failed(&error))?
    };
    compressed.map_err(|error| failed(&error))
}

fn gzip(body: &[u8]) -> std::io::Result<Bytes> {
    let mut encoder = GzEncoder::new(Vec::with_capacity(body.len() / 4), Compression::fast());
    encoder.write_all(body)?;
    Ok(encoder.finish()?.into())
}
