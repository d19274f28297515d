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
pub(crate) mod nested;
mod reader;
mod scan;
mod window;

pub(crate) use meter::Gauges;
pub use nested::RecordsPath;
pub use reader::RecordReader;

/// Raised when records are read differently, so that all objects are read again: it is part of their fingerprints.
pub(crate) const READER_VERSION: u32 = 3;

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
    /// Its name, where it is the value of an object.
    pub key: Option<String>,
    /// The record. CSV fields are texts.
    pub fields: serde_json::Map<String, serde_json::Value>,
}
