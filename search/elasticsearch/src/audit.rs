//! Whether the index holds what the ledger says.
//!
//! Index and ledger are two indices of a cluster, of which one may be deleted, emptied, made anew or restored from a
//! snapshot without the other. Every record carries the version at which the application of its object began, and each
//! row of the ledger has that version and a number of movies; so what is missing, old or left over is found by object.

use std::collections::BTreeMap;

use serde::Deserialize;
use wikimovie_elasticsearch_dsl::{
    Aggregation, Aggregations, CompositeBucket, CompositePage, CompositeValue, Query, Search, SingleValue,
};
use wikimovie_engine::writer::{LedgerRow, ObjectState, RowState, WriteError};

use crate::{ledger::LedgerStore, mapping::field, records::RecordStore};

/// Objects in one answer.
const PAGE: usize = 1_000;

/// Names of what is counted.
const OBJECTS: &str = "objects";
const OBJECT: &str = "object";
const PROVIDER: &str = "provider";
const OLDEST: &str = "oldest";
const NEWEST: &str = "newest";

/// What the index holds of one object.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Content {
    provider: String,
    documents: u64,
    /// Least and greatest version at which an application began that wrote one of these.
    oldest: f64,
    newest: f64,
}

/// The ledger beside the index.
#[derive(Debug)]
pub struct LedgerAudit {
    /// Rows of the ledger, and of objects that only the index knows; in progress where both differ.
    pub rows: Vec<LedgerRow>,
    /// Keys of these, in order.
    pub differing: Vec<String>,
}

/// Compares rows with what the index holds.
pub(crate) fn audit(rows: Vec<LedgerRow>, mut contents: BTreeMap<String, Content>) -> LedgerAudit {
    let mut differing = Vec::new();
    let mut audited: Vec<LedgerRow> = Vec::with_capacity(rows.len());
    for row in rows {
        let content = contents.remove(&row.key);
        if row.state == RowState::InProgress || is_held(&row, content.as_ref()) {
            audited.push(row);
        } else {
            differing.push(row.key.clone());
            audited.push(LedgerRow { state: RowState::InProgress, ..row });
        }
    }
    // Records of objects that the ledger does not know.
    for (key, content) in contents {
        audited.push(LedgerRow::in_progress(&ObjectState {
            object: key.clone(),
            provider: content.provider,
            modified_ms: 0,
            fingerprint: String::new(),
            key: key.clone(),
        }));
        differing.push(key);
    }
    differing.sort();
    LedgerAudit { rows: audited, differing }
}

/// Whether the index holds all of an object that is not in progress, and nothing of before.
fn is_held(row: &LedgerRow, content: Option<&Content>) -> bool {
    let accepted = row.accepted();
    // Aggregations return numbers as floating point.
    let applied = row.applied as f64;
    match content {
        None => accepted == 0,
        // What a sweep would remove is still there.
        Some(content) if row.awaiting_approval() > 0 => {
            content.documents >= accepted && (accepted == 0 || content.newest == applied)
        }
        Some(content) => {
            content.documents == accepted && content.oldest == applied && content.newest == applied
        }
    }
}

/// What is counted, under [`OBJECTS`].
#[derive(Default, Deserialize)]
struct Counted {
    objects: CompositePage<Applied>,
}

/// Versions of the records of one object, under [`OLDEST`] and [`NEWEST`].
#[derive(Deserialize)]
struct Applied {
    oldest: SingleValue,
    newest: SingleValue,
}

/// Compares the ledger with the index that is written to, as far as both are visible.
pub(crate) async fn audit_all(
    ledger: &LedgerStore,
    records: &RecordStore,
) -> Result<LedgerAudit, WriteError> {
    let rows = ledger.rows().await?;
    Ok(audit(rows, contents(records).await?))
}

/// What the index holds of each object, as far as it is visible.
pub(crate) async fn contents(records: &RecordStore) -> Result<BTreeMap<String, Content>, WriteError> {
    let mut contents = BTreeMap::new();
    let mut after = None;
    loop {
        let versions = Aggregations::from([
            (OLDEST, Aggregation::min(field::APPLIED)),
            (NEWEST, Aggregation::max(field::APPLIED)),
        ]);
        let sources = [(OBJECT, field::OBJECT), (PROVIDER, field::PROVIDER)];
        let objects = Aggregation::composite(sources, PAGE, after.take()).with(versions);
        let search = Search { aggs: Aggregations::from([(OBJECTS, objects)]), ..Search::new(Query::ALL) };
        let Counted { objects } = records.aggregations("comparing index and ledger", &search).await?;
        let is_last = objects.buckets.len() < PAGE;
        for CompositeBucket { mut key, doc_count, aggregations: Applied { oldest, newest } } in
            objects.buckets
        {
            let content = Content {
                provider: key.remove(PROVIDER).map(CompositeValue::into_text).unwrap_or_default(),
                documents: doc_count,
                oldest: oldest.value.unwrap_or_default(),
                newest: newest.value.unwrap_or_default(),
            };
            let object = key.remove(OBJECT).map(CompositeValue::into_text).unwrap_or_default();
            contents.insert(object, content);
        }
        after = objects.after_key;
        if is_last || after.is_none() {
            return Ok(contents);
        }
    }
}

#[cfg(test)]
mod tests {
    use wikimovie_domain::ObjectReceipt;

    use super::*;

    fn row(accepted: u64, applied: u64, state: RowState) -> LedgerRow {
        let object = ObjectState {
            key: "a".to_owned(),
            object: "a".to_owned(),
            provider: "acme".to_owned(),
            modified_ms: 1,
            fingerprint: "r1".to_owned(),
        };
        let held = if matches!(state, RowState::AwaitingApproval | RowState::Removed) { 2 } else { 0 };
        let receipt = ObjectReceipt { accepted, held, generation: 1, ..ObjectReceipt::empty("a", "acme") };
        LedgerRow { state, applied, receipt: Some(receipt), ..LedgerRow::in_progress(&object) }
    }

    #[test]
    fn differences_are_found_by_object() {
        let content = |documents: u64, oldest: u64, newest: u64| Content {
            provider: "acme".to_owned(),
            documents,
            oldest: oldest as f64,
            newest: newest as f64,
        };
        let (done, waits, removed) = (RowState::Done, RowState::AwaitingApproval, RowState::Removed);
        let in_progress = RowState::InProgress;
        // Name, row, what the index holds, whether they differ.
        let cases = [
            ("all there", row(3, 7, done), Some(content(3, 7, 7)), false),
            ("all gone", row(3, 7, done), None, true),
            ("some gone", row(3, 7, done), Some(content(2, 7, 7)), true),
            ("more than it lists", row(3, 7, done), Some(content(4, 7, 7)), true),
            ("an older application", row(3, 7, done), Some(content(3, 5, 5)), true),
            ("a mixture", row(3, 7, done), Some(content(3, 5, 7)), true),
            ("a newer application", row(3, 7, done), Some(content(3, 9, 9)), true),
            ("it lists nothing", row(0, 7, done), None, false),
            ("it lists nothing, and there is something", row(0, 7, done), Some(content(1, 7, 7)), true),
            ("a sweep waits", row(3, 7, waits), Some(content(5, 4, 7)), false),
            ("a sweep waits, and some are gone", row(3, 7, waits), Some(content(2, 7, 7)), true),
            ("a removal waits", row(3, 7, removed), Some(content(3, 7, 7)), false),
            ("in progress", row(3, 7, in_progress), Some(content(1, 8, 8)), false),
        ];
        for (name, row, content, differs) in cases {
            let contents = content.map(|content| ("a".to_owned(), content)).into_iter().collect();
            let audit = audit(vec![row], contents);
            assert_eq!(!audit.differing.is_empty(), differs, "{name}");
            assert_eq!(audit.rows.len(), 1, "{name}");
            assert!(!differs || audit.rows[0].state == RowState::InProgress, "{name}");
        }
    }

    #[test]
    fn what_the_ledger_does_not_know_is_in_progress() {
        let content = Content { provider: "acme".to_owned(), documents: 2, oldest: 1.0, newest: 1.0 };
        let audit = audit(Vec::new(), BTreeMap::from([("b".to_owned(), content)]));
        assert_eq!(audit.differing, ["b"]);
        assert_eq!((audit.rows[0].key.as_str(), audit.rows[0].provider.as_str()), ("b", "acme"));
        assert_eq!(audit.rows[0].state, RowState::InProgress);
    }
}
