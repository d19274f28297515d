//! Several searches in one body.

use bytes::Bytes;
use serde::Serialize;

use super::{query::Empty, search::Search};

/// Body of a `_msearch` whose path names the index: for each search an empty header and its body, a line each.
pub fn multi_search(searches: &[Search]) -> serde_json::Result<Bytes> {
    let mut body = Vec::with_capacity(1024 * searches.len());
    for search in searches {
        write_line(&mut body, &Empty {})?;
        write_line(&mut body, search)?;
    }
    Ok(body.into())
}

/// Adds a value as one line of JSON.
pub fn write_line(body: &mut Vec<u8>, value: &impl Serialize) -> serde_json::Result<()> {
    serde_json::to_writer(&mut *body, value)?;
    body.push(b'\n');
    Ok(())
}
