//! Records out of any stream of bytes, in bounded memory.
//!
//! [`RecordReader`] unpacks, finds the format and yields one record after the other. What cannot be read is yielded
//! as a refusal, and reading goes on behind it. At most one record ([`crate::limits::MAX_RECORD_BYTES`]) and one
//! chunk are held at a time. Nothing here knows what a movie is.

mod csv_rows;
mod json_elements;
mod json_lines;
mod json_text;
mod meter;
mod reader;
mod window;

pub use reader::RecordReader;

/// One record as it stands in the object.
#[derive(Clone, Debug, PartialEq)]
pub struct RawRecord {
    /// Line on which it starts, from 1, in the unpacked text.
    pub line: u64,
    /// Its position, from 1; unreadable records count.
    pub record: u64,
    /// Where a person would look for it: the line in NDJSON and CSV, the position in a JSON array.
    pub place: u64,
    /// Its text in bytes.
    pub bytes: usize,
    /// The record. CSV fields are texts, lists are arrays of texts.
    pub fields: serde_json::Map<String, serde_json::Value>,
}
