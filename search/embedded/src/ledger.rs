//! The ledger: one row for each object applied, written in the same commit as its movies.

use std::collections::BTreeMap;

use serde::de::DeserializeOwned;
use tantivy::{
    DocAddress, Searcher, TantivyDocument, TantivyError,
    schema::{Field, Value},
};
use wikimovie_domain::{ObjectReceipt, ReceiptStatus};
use wikimovie_engine::{
    catalog::{ReceiptPage, ReceiptPlace, ReceiptsRequest},
    writer::LedgerRow,
};

use super::{fields::Fields, postings};

/// Rows by key.
pub(super) type Ledger = BTreeMap<String, LedgerRow>;

/// Reads every row, by key.
pub(super) fn read_rows(searcher: &Searcher, fields: &Fields) -> tantivy::Result<Ledger> {
    let mut rows = Ledger::new();
    for (segment, reader) in searcher.segment_readers().iter().enumerate() {
        let index = reader.inverted_index(fields.ledger)?;
        let mut terms = index.terms().stream()?;
        while terms.advance() {
            let mut docs = Vec::new();
            postings::for_each_doc_of_entry(&index, terms.value(), |doc| docs.push(doc))?;
            for doc in docs.into_iter().filter(|&doc| !reader.is_deleted(doc)) {
                let address = DocAddress::new(segment as u32, doc);
                let row: LedgerRow = read_json(searcher, address, fields.ledger_row)?;
                rows.insert(row.key.clone(), row);
            }
        }
    }
    Ok(rows)
}

/// Reads a stored JSON value.
pub(super) fn read_json<T: DeserializeOwned>(
    searcher: &Searcher,
    address: DocAddress,
    field: Field,
) -> tantivy::Result<T> {
    let doc: TantivyDocument = searcher.doc(address)?;
    let bytes = doc.get_first(field).and_then(|value| value.as_bytes()).unwrap_or_default();
    serde_json::from_slice(bytes)
        .map_err(|error| TantivyError::InternalError(format!("stored record: {error}")))
}

/// The receipt of an object, by the key its provider knows; the newest where several ledger keys share it.
pub(super) fn receipt(ledger: &Ledger, object: &str) -> Option<ObjectReceipt> {
    let rows = ledger.values().filter(|row| row.object == object);
    rows.max_by_key(|row| row.generation)?.receipt.clone()
}

/// A page of receipts, by object key.
pub(super) fn receipts(ledger: &Ledger, request: &ReceiptsRequest) -> ReceiptPage {
    let wanted = |status: ReceiptStatus| request.status.is_none_or(|wanted| wanted == status);
    let mut receipts: Vec<(ReceiptPlace, &ObjectReceipt)> = ledger
        .values()
        .filter_map(|row| row.receipt.as_ref())
        .filter(|receipt| wanted(receipt.status))
        .map(|receipt| (receipt.into(), receipt))
        .collect();
    receipts.sort_by(|a, b| a.0.cmp(&b.0));
    let total = receipts.len() as u64;
    let after = request.after.as_ref();
    receipts.retain(|(place, _)| after.is_none_or(|after| place > after));
    ReceiptPage {
        has_next: receipts.len() > request.first,
        receipts: receipts.into_iter().take(request.first).map(|(_, receipt)| receipt.clone()).collect(),
        total,
    }
}
