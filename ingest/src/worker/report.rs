//! What metrics and log say of an object.

use wikimovie_domain::{ObjectReceipt, ReceiptStatus};

use crate::sync::{Applied, Change};

/// Counts and logs what was done with an object.
pub(super) fn count(Applied { change, receipt }: &Applied) {
    let outcome = outcome(*change, receipt.status);
    metrics::counter!("wikimovie_ingest_objects_total", "outcome" => outcome).increment(1);
    if *change == Change::Unchanged {
        return;
    }
    let ObjectReceipt { accepted, merged, refused, removed, bytes, .. } = receipt;
    for (outcome, records) in
        [("accepted", accepted), ("merged", merged), ("refused", refused), ("removed", removed)]
    {
        metrics::counter!("wikimovie_ingest_records_total", "outcome" => outcome).increment(*records);
    }
    metrics::counter!("wikimovie_ingest_read_bytes_total").increment(*bytes);
    tracing::info!(object = receipt.object, accepted, merged, refused, removed, "object {outcome}");
}

/// What became of an object. One whose records are applied and whose removals await approval is held.
fn outcome(change: Change, status: ReceiptStatus) -> &'static str {
    match (change, status) {
        (Change::Removed, _) => "removed",
        (Change::Held, _) | (_, ReceiptStatus::Held) => "held",
        (Change::Applied, _) => "applied",
        (Change::Unchanged, _) => "unchanged",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_object_that_awaits_approval_is_held_whatever_of_it_was_applied() {
        for (change, status, told) in [
            (Change::Applied, ReceiptStatus::Complete, "applied"),
            (Change::Applied, ReceiptStatus::Partial, "applied"),
            (Change::Applied, ReceiptStatus::Held, "held"),
            (Change::Unchanged, ReceiptStatus::Held, "held"),
            (Change::Unchanged, ReceiptStatus::Complete, "unchanged"),
            (Change::Held, ReceiptStatus::Failed, "held"),
            (Change::Removed, ReceiptStatus::Complete, "removed"),
        ] {
            assert_eq!(outcome(change, status), told, "{change:?} {status:?}");
        }
    }
}
