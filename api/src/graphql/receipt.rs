//! Receipts: what became of each object that a provider delivered.

use async_graphql::{Enum, SimpleObject};
use wikimovie_domain as domain;
use wikimovie_engine::{ReceiptPage, ReceiptPlace, Sealer, token::Purpose};

use crate::graphql::{hits::PageInfo, scalars::DateTime};

/// Outcome of the import of an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "domain::ReceiptStatus")]
pub(crate) enum ImportStatus {
    /// Every record was accepted.
    Complete,
    /// Some records were refused, the rest was accepted.
    Partial,
    /// No record was accepted.
    Failed,
    /// New records were accepted; the object no longer lists so many movies that their removal awaits approval.
    Held,
}

/// The receipt of one object (file). `accepted + merged + refused` is the number of its records, without those of
/// `reading.skipped`.
#[derive(Clone, Debug, SimpleObject)]
pub(crate) struct ImportReceipt {
    /// Key of the object, such as `nickelodeon/1900s-1930s.json`.
    object: String,
    /// Provider to whom it belongs.
    provider: String,
    /// Outcome of the import.
    status: ImportStatus,
    /// Records that became a movie of this object.
    accepted: u64,
    /// Accepted records that are new or differ from what the object listed before.
    changed: u64,
    /// Records replaced by a later one of the same object with the same id.
    merged: u64,
    /// Records refused.
    refused: u64,
    /// Movies that the object listed before and no longer does.
    removed: u64,
    /// Movies that the object no longer lists and that stay until somebody approves their removal, or the object
    /// changes again.
    held: u64,
    /// Bytes read from the object before unpacking, as a decimal number.
    bytes: String,
    /// Generation of the object, as in `Provenance.generation`.
    generation: String,
    /// Moment at which it was applied.
    finished_at: DateTime,
    /// The first refusals, at most 100; `refused` counts all.
    refusals: Vec<ImportRefusal>,
    /// How the object was read; null in receipts of earlier versions.
    reading: Option<ImportReading>,
}

/// How an object was read, and what of it is in no movie.
#[derive(Clone, Debug, SimpleObject)]
pub(crate) struct ImportReading {
    /// Format, such as `CSV separated by tabs`.
    format: String,
    /// Encoding of the text, such as `UTF-8`.
    encoding: String,
    /// Shape that the names of the object are known as, such as `movielens`; null where it is no known one.
    preset: Option<String>,
    /// Key of the mapping by which it was read, such as `acme/_mapping.json`; null where there was none.
    mapping: Option<String>,
    /// Records that are no movies (series, say), by the value that says so.
    skipped: Vec<SkippedRecords>,
    /// Columns or names of the object that fill no field, at most 100, sorted.
    unread: Vec<String>,
    /// Fields of a movie that no record fills.
    unfilled: Vec<String>,
    /// Names in the mapping that no record has, sorted.
    missing: Vec<String>,
    /// Values that movies lack because they are not valid, by field and reason.
    dropped: Vec<DroppedValues>,
    /// Genres that the vocabulary writes otherwise than the provider, at most 100, sorted.
    renamed: Vec<RenamedGenre>,
}

/// A genre that the vocabulary writes otherwise than the provider.
#[derive(Clone, Debug, SimpleObject)]
pub(crate) struct RenamedGenre {
    /// As the provider writes it.
    #[graphql(name = "from")]
    provided: String,
    /// As movies have it.
    #[graphql(name = "to")]
    shown: String,
}

/// Records of an object that are no movies.
#[derive(Clone, Debug, SimpleObject)]
pub(crate) struct SkippedRecords {
    /// The value that says so, such as `tvSeries`.
    value: String,
    /// Number of records with it.
    records: u64,
}

/// Values of one field that were left out of movies for one reason.
#[derive(Clone, Debug, SimpleObject)]
pub(crate) struct DroppedValues {
    /// Field of the movie.
    field: String,
    /// Kind of fault.
    reason: RefusalReason,
    /// Number of values.
    values: u64,
    /// Line of the first one in the unpacked object, counted from 1.
    line: u64,
    /// Position of the first one's record in the object, counted from 1.
    record: u64,
    /// One sentence that names the first value.
    message: String,
}

/// One record that was refused, and why.
#[derive(Clone, Debug, SimpleObject)]
pub(crate) struct ImportRefusal {
    /// Line in the unpacked object, counted from 1.
    line: u64,
    /// Position of the record in the object, counted from 1.
    record: u64,
    /// Field at fault, where one can be named.
    field: Option<String>,
    /// Kind of fault.
    reason: RefusalReason,
    /// One sentence that names the value at fault.
    message: String,
}

/// Kind of fault in a record or object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "domain::RefusalReason")]
pub(crate) enum RefusalReason {
    /// It is neither JSON nor CSV.
    Unreadable,
    /// The object ends in the middle of a record or of its compression.
    Truncated,
    /// It is larger than a record, value or object may be.
    TooLarge,
    /// A field has the wrong type.
    WrongType,
    /// A required field is missing.
    Missing,
    /// A value is not allowed.
    Invalid,
    /// The object has an unknown format.
    UnknownFormat,
}

/// A page of receipts, by object key.
#[derive(Clone, Debug, SimpleObject)]
pub(crate) struct ImportReceiptConnection {
    /// The receipts with their cursors.
    edges: Vec<ImportReceiptEdge>,
    /// The receipts alone.
    nodes: Vec<ImportReceipt>,
    /// Whether there are items before and after this page.
    page_info: PageInfo,
    /// Total number of receipts with the requested status.
    total_count: u64,
}

/// One receipt of a page.
#[derive(Clone, Debug, SimpleObject)]
pub(crate) struct ImportReceiptEdge {
    /// Opaque position in the list, for `after`.
    cursor: String,
    /// The receipt itself.
    node: ImportReceipt,
}

impl From<domain::ObjectReceipt> for ImportReceipt {
    fn from(receipt: domain::ObjectReceipt) -> Self {
        Self {
            object: receipt.object,
            provider: receipt.provider,
            status: receipt.status.into(),
            accepted: receipt.accepted,
            changed: receipt.changed,
            merged: receipt.merged,
            refused: receipt.refused,
            removed: receipt.removed,
            held: receipt.held,
            bytes: receipt.bytes.to_string(),
            generation: receipt.generation.to_string(),
            finished_at: DateTime::from_ms(receipt.finished_at_ms),
            refusals: receipt.refusals.into_iter().map(ImportRefusal::from).collect(),
            reading: receipt.reading.map(|reading| ImportReading::from(*reading)),
        }
    }
}

impl From<domain::Reading> for ImportReading {
    fn from(reading: domain::Reading) -> Self {
        Self {
            format: reading.format,
            encoding: reading.encoding,
            preset: reading.preset,
            mapping: reading.mapping,
            skipped: reading.skipped.into_iter().map(SkippedRecords::from).collect(),
            unread: reading.unread,
            unfilled: reading.unfilled,
            missing: reading.missing,
            dropped: reading.dropped.into_iter().map(DroppedValues::from).collect(),
            renamed: reading.renamed.into_iter().map(RenamedGenre::from).collect(),
        }
    }
}

impl From<domain::RenamedGenre> for RenamedGenre {
    fn from(renamed: domain::RenamedGenre) -> Self {
        Self { provided: renamed.from, shown: renamed.to }
    }
}

impl From<domain::SkippedRecords> for SkippedRecords {
    fn from(skipped: domain::SkippedRecords) -> Self {
        Self { value: skipped.value, records: skipped.records }
    }
}

impl From<domain::DroppedValues> for DroppedValues {
    fn from(dropped: domain::DroppedValues) -> Self {
        Self {
            field: dropped.field,
            reason: dropped.reason.into(),
            values: dropped.values,
            line: dropped.line,
            record: dropped.record,
            message: dropped.message,
        }
    }
}

impl From<domain::Refusal> for ImportRefusal {
    fn from(refusal: domain::Refusal) -> Self {
        Self {
            line: refusal.line,
            record: refusal.record,
            field: refusal.field,
            reason: refusal.reason.into(),
            message: refusal.message,
        }
    }
}

impl ImportReceiptConnection {
    /// The page behind an object key. Keys only ever stand behind their cursor, so something stands before a page
    /// exactly where it has one, or where receipts are missing in it that the total counts.
    pub(crate) fn new(page: ReceiptPage, behind: bool, sealer: &Sealer) -> Self {
        let edges: Vec<_> = page
            .receipts
            .into_iter()
            .map(|receipt| ImportReceiptEdge {
                cursor: sealer.seal(Purpose::Receipts, &ReceiptPlace::from(&receipt)),
                node: receipt.into(),
            })
            .collect();
        let shown = u64::try_from(edges.len()).unwrap_or(u64::MAX);
        let page_info = PageInfo {
            has_previous_page: behind && (page.has_next || shown < page.total),
            has_next_page: page.has_next,
            start_cursor: edges.first().map(|edge| edge.cursor.clone()),
            end_cursor: edges.last().map(|edge| edge.cursor.clone()),
        };
        let nodes = edges.iter().map(|edge| edge.node.clone()).collect();
        Self { edges, nodes, page_info, total_count: page.total }
    }
}
