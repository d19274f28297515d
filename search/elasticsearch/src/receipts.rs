//! Receipts, read from the ledger.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use wikimovie_domain::ObjectReceipt;
use wikimovie_engine::{
    OperationContext,
    catalog::{ReceiptPage, ReceiptPlace, ReceiptsOf, ReceiptsRequest},
    error::SearchError,
    writer::{LedgerRow, WriteError},
};

use super::{Shared, client::Call, index::LedgerDocument};

/// Kind of the ledger's documents that are rows.
pub(super) const ROW: &str = "row";

/// Kind of rows of objects that were begun and never done.
pub(super) const INTENT: &str = "intent";

#[derive(Deserialize)]
struct Rows {
    hits: RowHits,
}

impl Rows {
    /// Its rows, and where the next page begins, if there is one.
    fn split(self) -> (Vec<LedgerRow>, Option<Value>) {
        let hits = self.hits.hits;
        let after = hits.last().filter(|_| hits.len() == PAGE).map(|hit| json!(hit.sort));
        (hits.into_iter().map(|hit| hit.source.data).collect(), after)
    }
}

#[derive(Deserialize)]
struct RowHits {
    #[serde(default)]
    total: Option<RowTotal>,
    hits: Vec<RowHit>,
}

#[derive(Deserialize)]
struct RowTotal {
    value: u64,
}

#[derive(Deserialize)]
struct RowHit {
    #[serde(rename = "_source")]
    source: LedgerDocument<LedgerRow>,
    #[serde(default)]
    sort: Vec<Value>,
}

/// A search of the ledger.
#[derive(Serialize)]
struct RowSearch {
    query: Value,
    sort: Value,
    size: usize,
    track_total_hits: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    search_after: Option<Value>,
}

/// Rows read at once.
const PAGE: usize = 500;

impl Shared {
    pub(super) async fn receipt(
        &self,
        context: &OperationContext,
        object: &str,
    ) -> Result<Option<ObjectReceipt>, SearchError> {
        let query = filter(&[json!({ "term": { "object": { "value": object } } })]);
        let newest = json!([{ "generation": { "order": "desc" } }]);
        let search = RowSearch { query, sort: newest, size: 1, track_total_hits: false, search_after: None };
        let rows = self.rows(context, &search).await?.hits.hits;
        Ok(rows.into_iter().next().and_then(|row| row.source.data.receipt))
    }

    pub(super) async fn receipts(
        &self,
        context: &OperationContext,
        request: &ReceiptsRequest,
    ) -> Result<ReceiptPage, SearchError> {
        let status = request.status.map(|status| json!({ "term": { "status": { "value": status } } }));
        let search = RowSearch {
            query: filter(status.as_slice()),
            sort: by_object(),
            size: request.first + 1,
            track_total_hits: true,
            search_after: request.after.as_ref().map(|after| json!([after.object, after.generation])),
        };
        let RowHits { total, hits } = self.rows(context, &search).await?.hits;
        Ok(ReceiptPage {
            has_next: hits.len() > request.first,
            receipts: hits
                .into_iter()
                .take(request.first)
                .filter_map(|row| row.source.data.receipt)
                .collect(),
            total: total.map_or(0, |total| total.value),
        })
    }

    /// The receipts of some providers. The ledger is read whole for it: its documents do not say whose they are where
    /// a search could look.
    pub(super) async fn receipts_of(
        &self,
        context: &OperationContext,
        providers: &ReceiptsOf,
        request: &ReceiptsRequest,
    ) -> Result<ReceiptPage, SearchError> {
        let wanted = |receipt: &ObjectReceipt| {
            providers.has(&receipt.provider) && request.status.is_none_or(|status| status == receipt.status)
        };
        let mut receipts: Vec<ObjectReceipt> = Vec::new();
        let mut search_after = None;
        loop {
            let (rows, after) = self.rows(context, &rows_of(&[ROW], search_after)).await?.split();
            receipts.extend(rows.into_iter().filter_map(|row| row.receipt).filter(wanted));
            search_after = after;
            if search_after.is_none() {
                break;
            }
        }
        let total = receipts.len() as u64;
        receipts.retain(|receipt| {
            request.after.as_ref().is_none_or(|after| ReceiptPlace::from(receipt) > *after)
        });
        let has_next = receipts.len() > request.first;
        receipts.truncate(request.first);
        Ok(ReceiptPage { receipts, has_next, total })
    }

    /// Every row of the ledger, and every object begun.
    pub(super) async fn ledger(&self) -> Result<Vec<LedgerRow>, WriteError> {
        let mut all = Vec::new();
        let mut search_after = None;
        loop {
            let search = rows_of(&[ROW, INTENT], search_after);
            let page: Rows = self.search_whole("reading the ledger", &self.names.ledger, &search).await?;
            let (rows, after) = page.split();
            all.extend(rows);
            search_after = after;
            if search_after.is_none() {
                return Ok(all);
            }
        }
    }

    async fn rows(&self, context: &OperationContext, search: &RowSearch) -> Result<Rows, SearchError> {
        let call = Call {
            deadline: Some(context.time_left(self.deadline)),
            headers: context.headers(),
            ..Call::post(["/", &self.names.ledger, "/_search"].concat(), search)?
        };
        self.client.send(call).await?.json()
    }
}

/// A page of rows of these kinds.
fn rows_of(kinds: &[&str], search_after: Option<Value>) -> RowSearch {
    let (query, sort) = (json!({ "terms": { "kind": kinds } }), json!([{ "key": { "order": "asc" } }]));
    RowSearch { query, sort, size: PAGE, track_total_hits: false, search_after }
}

fn by_object() -> Value {
    json!([{ "object": { "order": "asc" } }, { "generation": { "order": "asc" } }])
}

fn filter(more: &[Value]) -> Value {
    let mut all = vec![json!({ "term": { "kind": { "value": ROW } } })];
    all.extend_from_slice(more);
    json!({ "bool": { "filter": all } })
}
