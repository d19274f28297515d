//! Reads records from any stream of bytes, in bounded memory.
//!
//! [`RecordReader`] decompresses, detects the format and yields one record after the other. An unreadable record is
//! yielded as a refusal, and reading continues after it. At most one record ([`crate::limits::MAX_RECORD_BYTES`]) and
//! one chunk are in memory at a time. This module knows nothing of movies.

mod csv_rows;
mod json_elements;
mod json_lines;
mod json_text;
mod meter;
mod reader;
mod window;

pub use reader::RecordReader;

/// One record of the object.
#[derive(Clone, Debug, PartialEq)]
pub struct RawRecord {
    /// Line on which it starts, from 1, in the unpacked text.
    pub line: u64,
    /// Its position, from 1; unreadable records count too.
    pub record: u64,
    /// Where a person finds it: the line in NDJSON and CSV, the position in a JSON array.
    pub place: u64,
    /// Length of its text, in bytes.
    pub bytes: usize,
    /// The record. CSV fields are texts, lists are arrays of texts.
    pub fields: serde_json::Map<String, serde_json::Value>,
}
