//! Rows of the ledger: one for each object, and one for each that was begun and never done.

use wikimovie_domain::ReceiptStatus;
use wikimovie_elasticsearch_dsl::{Query, Search, SearchHits, SearchResponse, Sort, SortValue, Source};
use wikimovie_engine::{
    content_hash::hash128,
    writer::{LedgerRow, WriteError},
};

use super::{document::LedgerDocument, store::LedgerStore};
use crate::{bulk::Bulk, mapping::ledger_field, versions::Versions};

/// Kind of documents that are rows.
pub(super) const ROW: &str = "row";

/// Kind of rows of objects that were begun and never done.
const INTENT: &str = "intent";

/// Rows read at once.
const PAGE: usize = 500;

/// Rows found by a search.
pub(super) type RowsResponse = SearchResponse<LedgerDocument<LedgerRow>>;

impl LedgerStore {
    /// Every row, and every object begun.
    pub(crate) async fn rows(&self) -> Result<Vec<LedgerRow>, WriteError> {
        let mut all = Vec::new();
        let mut after = None;
        loop {
            let search = page_of(&[ROW, INTENT], after);
            let found: RowsResponse =
                self.client.search_whole("reading the ledger", self.name(), &search).await?;
            let (rows, next) = split(found.hits);
            all.extend(rows);
            after = next;
            if after.is_none() {
                return Ok(all);
            }
        }
    }

    /// Writes rows of objects in progress.
    pub(crate) async fn write_intents(
        &self,
        intents: &[LedgerRow],
        versions: &Versions,
    ) -> Result<(), WriteError> {
        let mut bulk = self.bulk(versions);
        for row in intents {
            bulk.index(&row_id(&row.key), &row_document(row))?;
        }
        bulk.flush().await
    }

    /// Writes rows, and removes those of keys without one.
    pub(crate) async fn write_rows(
        &self,
        rows: &[(&str, Option<LedgerRow>)],
        versions: &Versions,
    ) -> Result<(), WriteError> {
        let mut bulk = self.bulk(versions);
        for (key, row) in rows {
            match row {
                Some(row) => bulk.index(&row_id(key), &row_document(row))?,
                None => bulk.remove(&row_id(key))?,
            }
            bulk.send_if_full().await?;
        }
        bulk.flush().await?;
        self.refresh().await
    }

    fn bulk(&self, versions: &Versions) -> Bulk {
        Bulk::new(&self.client, vec![self.names.ledger_write.clone()], versions)
    }
}

/// Id of an object's row.
pub(super) fn row_id(key: &str) -> String {
    format!("{:032x}", hash128(key))
}

/// A row as the ledger holds it; one without a receipt is shown to nobody.
fn row_document(row: &LedgerRow) -> LedgerDocument<&LedgerRow> {
    let receipt = row.receipt.as_ref();
    LedgerDocument {
        key: Some(row.key.clone()),
        object: Some(row.object.clone()),
        status: receipt.and_then(|receipt| status_text(receipt.status)),
        generation: Some(row.generation),
        ..LedgerDocument::new(if receipt.is_some() { ROW } else { INTENT }, row)
    }
}

/// A status as it is written and looked for.
pub(super) fn status_text(status: ReceiptStatus) -> Option<String> {
    serde_json::to_value(status).ok()?.as_str().map(str::to_owned)
}

/// A page of rows of these kinds, by key.
pub(super) fn page_of(kinds: &[&str], after: Option<Vec<SortValue>>) -> Search {
    Search {
        sort: vec![Sort::asc(ledger_field::KEY)],
        size: PAGE,
        search_after: after,
        source: Source::Whole(true),
        ..Search::new(of_kinds(kinds))
    }
}

/// Documents of these kinds.
pub(super) fn of_kinds(kinds: &[&str]) -> Query {
    Query::terms(ledger_field::KIND, kinds.iter().map(|&kind| kind.to_owned()).collect())
}

/// Rows of a page, and where the next page begins, if there is one.
pub(super) fn split(
    found: SearchHits<LedgerDocument<LedgerRow>>,
) -> (Vec<LedgerRow>, Option<Vec<SortValue>>) {
    let hits = found.hits;
    let after = hits.last().filter(|_| hits.len() == PAGE).map(|hit| hit.sort.clone());
    (hits.into_iter().filter_map(|hit| Some(hit.source?.data)).collect(), after)
}
