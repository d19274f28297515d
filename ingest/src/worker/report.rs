//! What metrics and log say of an object.

use wikimovie_domain::ObjectReceipt;

use crate::sync::{Applied, Change};

/// Counts and logs what was done with an object.
pub(super) fn count(Applied { change, receipt }: &Applied) {
    let outcome = match change {
        Change::Applied => "applied",
        Change::Unchanged => "unchanged",
        Change::Removed => "removed",
        Change::Held => "held",
    };
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
