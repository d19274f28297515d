//! Receipts: the account of all records of an object.

use serde::{Deserialize, Serialize};

/// The receipt of one object (file) after it was applied. `accepted + merged + refused` is the number of records in it,
/// without those that [`Reading::skipped`] counts; `changed` counts the accepted ones that altered the catalogue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ObjectReceipt {
    /// Key, such as `nickelodeon/1900s-1930s.json`.
    pub object: String,
    /// Provider the key belongs to.
    pub provider: String,
    /// Outcome of the import.
    pub status: ReceiptStatus,
    /// Records that became a movie of this object.
    pub accepted: u64,
    /// Accepted records that are new or differ from the object's previous version.
    pub changed: u64,
    /// Records replaced by a later one of the same object with the same id.
    pub merged: u64,
    /// Records refused.
    pub refused: u64,
    /// Movies that the object listed before and no longer does.
    pub removed: u64,
    /// Movies that the object no longer lists and that await approval of their removal, or the object's next change.
    #[serde(default)]
    pub held: u64,
    /// Bytes read from the object, before unpacking.
    pub bytes: u64,
    /// The object's generation, see [`crate::Provenance::generation`].
    pub generation: u64,
    /// Milliseconds since the Unix epoch when it was applied.
    pub finished_at_ms: u64,
    /// The first refusals, at most [`ObjectReceipt::MAX_REFUSALS`]; `refused` counts all.
    pub refusals: Vec<Refusal>,
    /// How it was read; absent in receipts of earlier versions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reading: Option<Box<Reading>>,
}

impl ObjectReceipt {
    /// Number of refusals stored in full; the others are only counted, so that a receipt stays small.
    pub const MAX_REFUSALS: usize = 100;

    /// The receipt of an object of which nothing was applied.
    pub fn empty(object: &str, provider: &str) -> Self {
        Self {
            object: object.to_owned(),
            provider: provider.to_owned(),
            status: ReceiptStatus::Complete,
            accepted: 0,
            changed: 0,
            merged: 0,
            refused: 0,
            removed: 0,
            held: 0,
            bytes: 0,
            generation: 0,
            finished_at_ms: 0,
            refusals: Vec::new(),
            reading: None,
        }
    }
}

/// How an object was read, and what of it is in no movie. A function of the object alone.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reading {
    /// Format, such as `CSV separated by tabs`.
    pub format: String,
    /// Encoding, such as `UTF-8`.
    pub encoding: String,
    /// Shape that its names are known as, such as `movielens`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub preset: Option<String>,
    /// Key of the mapping by which it was read, such as `acme/_mapping.json`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mapping: Option<String>,
    /// Records that are no movies (series, say), by the value that says so.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub skipped: Vec<SkippedRecords>,
    /// Columns or names of the object that fill no field, at most [`Reading::MAX_UNREAD`], sorted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unread: Vec<String>,
    /// Fields of a movie that no record fills.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unfilled: Vec<String>,
    /// Names in the provider's mapping that no record has, sorted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub missing: Vec<String>,
    /// Values that movies lack because they are not valid, by field and reason.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub dropped: Vec<DroppedValues>,
    /// Genre names that the vocabulary made others, at most [`Reading::MAX_RENAMED`], sorted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub renamed: Vec<RenamedGenre>,
}

impl Reading {
    /// Most names in [`Reading::unread`].
    pub const MAX_UNREAD: usize = 100;

    /// Most genres in [`Reading::renamed`].
    pub const MAX_RENAMED: usize = 100;
}

/// A genre that the vocabulary writes otherwise than the provider.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct RenamedGenre {
    /// As the provider writes it.
    pub from: String,
    /// As the vocabulary does.
    pub to: String,
}

/// Records that are no movies.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SkippedRecords {
    /// The value that says so, such as `tvSeries`.
    pub value: String,
    /// Number of records.
    pub records: u64,
}

/// Values of one field that were left out of movies for one reason.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DroppedValues {
    /// Field of the movie.
    pub field: String,
    /// Kind of fault.
    pub reason: RefusalReason,
    /// Number of values.
    pub values: u64,
    /// Line of the first, from 1 (in unpacked text).
    pub line: u64,
    /// Position of the first one's record, from 1.
    pub record: u64,
    /// One sentence that names the first value.
    pub message: String,
}

/// Outcome of the import of an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ReceiptStatus {
    /// Every record was accepted.
    Complete,
    /// Some records were refused, the rest was accepted.
    Partial,
    /// No record was accepted.
    Failed,
    /// New records were accepted; the object no longer lists so many movies that their removal awaits approval.
    Held,
}

/// One record refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    /// Line in the object, from 1 (in unpacked text).
    pub line: u64,
    /// Record's position in the object, from 1.
    pub record: u64,
    /// Field at fault, if one can be named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// Kind of fault.
    pub reason: RefusalReason,
    /// One sentence that names the value.
    pub message: String,
}

/// Kind of fault in a record or object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum RefusalReason {
    /// Not JSON, or not CSV.
    Unreadable,
    /// The object ends in the middle of a record or of its compression.
    Truncated,
    /// Larger than a record, value or object may be.
    TooLarge,
    /// A field of the wrong type.
    WrongType,
    /// A required field is missing.
    Missing,
    /// A value that is not allowed.
    Invalid,
    /// An unknown format.
    UnknownFormat,
}
