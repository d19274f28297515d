//! The receipt that a provider finds beside the data.

use serde::Serialize;
use wikimovie_domain::{ObjectReceipt, ReceiptStatus, Refusal, RefusalReason};

use crate::{
    bucket::ObjectHead,
    folder::{DEFAULT_PROVIDER, provider_of},
    mapping::MappingError,
};

#[derive(Serialize)]
struct Receipt<'a> {
    /// Whether the object was removed; the rest then tells of its last content.
    removed_from_bucket: bool,
    /// Why this state of the object is not applied; the rest then tells of the last one that was.
    #[serde(skip_serializing_if = "Option::is_none")]
    not_applied: Option<&'a str>,
    #[serde(flatten)]
    receipt: &'a ObjectReceipt,
}

/// Key and body of the receipt of an object: `receipts/<key>.json`.
pub(super) fn object(receipt: &ObjectReceipt, removed: bool) -> (String, Vec<u8>) {
    body(&Receipt { removed_from_bucket: removed, not_applied: None, receipt })
}

/// The same of an object that stays as it was.
pub(super) fn kept(receipt: &ObjectReceipt, why: &str) -> (String, Vec<u8>) {
    body(&Receipt { removed_from_bucket: false, not_applied: Some(why), receipt })
}

/// The same of a mapping, of which nothing but its fault is told.
pub(super) fn mapping(
    key: &str,
    head: Option<&ObjectHead>,
    fault: Option<&MappingError>,
) -> (String, Vec<u8>) {
    let refusal = fault.map(|error| Refusal {
        line: error.line,
        record: 0,
        field: None,
        reason: RefusalReason::Invalid,
        message: error.message.clone(),
    });
    let receipt = ObjectReceipt {
        status: if refusal.is_some() { ReceiptStatus::Failed } else { ReceiptStatus::Complete },
        bytes: head.map_or(0, |head| head.bytes),
        generation: head.map_or(0, |head| head.modified_ms),
        refused: u64::from(refusal.is_some()),
        refusals: refusal.into_iter().collect(),
        ..ObjectReceipt::empty(key, provider_of(key).unwrap_or(DEFAULT_PROVIDER))
    };
    body(&Receipt { removed_from_bucket: head.is_none(), not_applied: None, receipt: &receipt })
}

fn body(receipt: &Receipt<'_>) -> (String, Vec<u8>) {
    let key = ["receipts/", &receipt.receipt.object, ".json"].concat();
    (key, serde_json::to_vec_pretty(receipt).unwrap_or_default())
}
