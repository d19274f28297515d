//! What every writer says of an object in its receipt.

use std::time::{SystemTime, UNIX_EPOCH};

use wikimovie_domain::ReceiptStatus;

/// Status of an object, by the number of its records.
pub fn status_of(accepted: u64, refused: u64) -> ReceiptStatus {
    match (accepted, refused) {
        (_, 0) => ReceiptStatus::Complete,
        (0, _) => ReceiptStatus::Failed,
        _ => ReceiptStatus::Partial,
    }
}

/// This machine's clock in milliseconds since the Unix epoch: for people only, in no version and no comparison.
pub fn now_ms() -> u64 {
    let age = SystemTime::now().duration_since(UNIX_EPOCH);
    age.map_or(0, |age| u64::try_from(age.as_millis()).unwrap_or(u64::MAX))
}
