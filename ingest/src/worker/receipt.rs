//! The receipt that a provider finds beside the data.

use serde::Serialize;
use wikimovie_domain::ObjectReceipt;

#[derive(Serialize)]
struct Receipt<'a> {
    /// Whether the object was removed; the rest then tells of its last content.
    removed_from_bucket: bool,
    #[serde(flatten)]
    receipt: &'a ObjectReceipt,
}

/// Key and body of the receipt of an object: `receipts/<key>.json`.
pub(super) fn object(receipt: &ObjectReceipt, removed: bool) -> (String, Vec<u8>) {
    let key = ["receipts/", &receipt.object, ".json"].concat();
    let body = serde_json::to_vec_pretty(&Receipt { removed_from_bucket: removed, receipt });
    (key, body.unwrap_or_default())
}
