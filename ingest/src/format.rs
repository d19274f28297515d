//! What an object is: packed or plain, and how the records are in its text.

use crate::{layout::CsvLayout, read::nested::RecordsPath};

/// Most characters of the way to nested records that receipts show.
const MAX_SHOWN_STEPS: usize = 100;

/// How an object is packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Packing {
    /// Not at all.
    Plain,
    /// gzip (RFC 1952), one member or several.
    Gzip,
    /// zstd (RFC 8878), one frame or several.
    Zstd,
}

impl Packing {
    /// Longest magic number asked.
    pub const MAGIC_BYTES: usize = 4;

    /// Tells by the first bytes; `Err` names a packing that is known but not read.
    ///
    /// # Errors
    /// The name of the packing.
    pub fn of(head: &[u8]) -> Result<Self, &'static str> {
        match head {
            [0x1f, 0x8b, ..] => Ok(Self::Gzip),
            [0x28, 0xb5, 0x2f, 0xfd, ..] => Ok(Self::Zstd),
            [b'P', b'K', 3, 4, ..] => Err("zip"),
            [b'B', b'Z', b'h', b'1'..=b'9', ..] => Err("bzip2"),
            [0xfd, b'7', b'z', b'X', ..] => Err("xz"),
            _ => Ok(Self::Plain),
        }
    }
}

/// How the records stand in the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Format {
    /// `[{…},{…}]`; several arrays one after the other are read as one.
    JsonArray,
    /// One JSON object a line.
    Ndjson,
    /// JSON objects one after the other, each over several lines.
    JsonObjects,
    /// Records in a list or object within an object.
    Nested(RecordsPath),
    /// Rows of separated values; the first line names the fields, if the layout does not.
    Csv(CsvLayout),
}

impl Format {
    /// What receipts call it.
    pub fn describe(&self) -> String {
        match self {
            Self::JsonArray => "JSON array".to_owned(),
            Self::Ndjson => "JSON lines".to_owned(),
            Self::JsonObjects => "JSON objects".to_owned(),
            Self::Nested(path) => {
                let what = if path.by_id { "JSON object by id" } else { "JSON array" };
                if path.steps.is_empty() {
                    what.to_owned()
                } else {
                    let steps: String = path.steps.join(".").chars().take(MAX_SHOWN_STEPS).collect();
                    format!("{what} within {steps}")
                }
            }
            Self::Csv(layout) => format!("CSV separated by {}", layout.separator.describe()),
        }
    }
}

/// What the first bytes of text say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sniffed {
    /// Nothing but white space.
    Empty,
    /// A format.
    Format(Format),
    /// None that we read; the reason completes "unknown format: ".
    Unknown(String),
}

/// The byte order mark of UTF-8.
pub const BOM: &[u8] = b"\xef\xbb\xbf";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_compression_is_detected_by_magic_bytes() {
        assert_eq!(Packing::of(b"\x1f\x8b\x08\0"), Ok(Packing::Gzip));
        assert_eq!(Packing::of(b"[{}]"), Ok(Packing::Plain));
        assert_eq!(Packing::of(b""), Ok(Packing::Plain));
        assert_eq!(Packing::of(b"\x28\xb5\x2f\xfd"), Ok(Packing::Zstd));
        assert_eq!(Packing::of(b"PK\x03\x04"), Err("zip"));
    }
}
