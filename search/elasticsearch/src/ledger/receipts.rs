//! Receipts, read from the ledger's rows within the time of a question.

use wikimovie_domain::ObjectReceipt;
use wikimovie_elasticsearch_dsl::{Query, Search, Sort, SortValue, Source, TrackTotalHits};
use wikimovie_engine::{
    OperationContext,
    catalog::{ReceiptPage, ReceiptPlace, ReceiptsOf, ReceiptsRequest},
    error::SearchError,
};

use super::{
    rows::{ROW, RowsResponse, of_kinds, page_of, split, status_text},
    store::LedgerStore,
};
use crate::{client::Call, mapping::ledger_field};

impl LedgerStore {
    /// The newest receipt of an object.
    pub(crate) async fn receipt(
        &self,
        context: &OperationContext,
        object: &str,
    ) -> Result<Option<ObjectReceipt>, SearchError> {
        let of_object = Query::term(ledger_field::OBJECT, object.to_owned());
        let search = Search {
            sort: vec![Sort::desc(ledger_field::GENERATION)],
            size: 1,
            source: Source::Whole(true),
            ..Search::new(Query::all_of(vec![of_kinds(&[ROW]), of_object]))
        };
        let (rows, _) = split(self.search(context, &search).await?.hits);
        Ok(rows.into_iter().next().and_then(|row| row.receipt))
    }

    /// A page of all receipts.
    pub(crate) async fn receipts(
        &self,
        context: &OperationContext,
        request: &ReceiptsRequest,
    ) -> Result<ReceiptPage, SearchError> {
        let status =
            request.status.and_then(status_text).map(|status| Query::term(ledger_field::STATUS, status));
        let after = request.after.as_ref();
        let search = Search {
            sort: vec![Sort::asc(ledger_field::OBJECT), Sort::asc(ledger_field::GENERATION)],
            size: request.first + 1,
            track_total_hits: TrackTotalHits::Exact(true),
            search_after: after
                .map(|after| vec![SortValue::Text(after.object.clone()), SortValue::Whole(after.generation)]),
            source: Source::Whole(true),
            ..Search::new(Query::all_of([of_kinds(&[ROW])].into_iter().chain(status).collect()))
        };
        let found = self.search(context, &search).await?;
        let total = found.total();
        let (rows, _) = split(found.hits);
        Ok(ReceiptPage {
            has_next: rows.len() > request.first,
            receipts: rows.into_iter().take(request.first).filter_map(|row| row.receipt).collect(),
            total,
        })
    }

    /// A page of the receipts of some providers. The ledger is read whole for it: its documents do not say whose they
    /// are where a search could look.
    pub(crate) async fn receipts_of(
        &self,
        context: &OperationContext,
        providers: &ReceiptsOf,
        request: &ReceiptsRequest,
    ) -> Result<ReceiptPage, SearchError> {
        let wanted = |receipt: &ObjectReceipt| {
            providers.has(&receipt.provider) && request.status.is_none_or(|status| status == receipt.status)
        };
        let mut receipts: Vec<ObjectReceipt> = Vec::new();
        let mut after = None;
        loop {
            let (rows, next) = split(self.search(context, &page_of(&[ROW], after)).await?.hits);
            receipts.extend(rows.into_iter().filter_map(|row| row.receipt).filter(wanted));
            after = next;
            if after.is_none() {
                break;
            }
        }
        // Keys have a prefix that objects lack, and pages go by object.
        receipts.sort_by_cached_key(|receipt| ReceiptPlace::from(receipt));
        let total = receipts.len() as u64;
        receipts.retain(|receipt| {
            request.after.as_ref().is_none_or(|after| ReceiptPlace::from(receipt) > *after)
        });
        let has_next = receipts.len() > request.first;
        receipts.truncate(request.first);
        Ok(ReceiptPage { receipts, has_next, total })
    }

    async fn search(&self, context: &OperationContext, search: &Search) -> Result<RowsResponse, SearchError> {
        let call = Call {
            deadline: Some(self.client.time_left(context)),
            headers: context.headers(),
            ..Call::post(["/", self.name(), "/_search"].concat(), search)?
        };
        self.client.send(call).await?.json()
    }
}
