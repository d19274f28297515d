//! What can be followed live.

use async_graphql::{Context, Subscription};
use futures::{Stream, stream};
use wikimovie_domain::{CatalogInfo, ObjectReceipt, Revision};
use wikimovie_engine::ReceiptPlace;

use crate::{
    auth::AuthScope,
    graphql::{
        catalog::OperationCatalog,
        catalog_info::CatalogRevision,
        scope::{self, Needs},
    },
};

/// The root of subscriptions.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Subscription;

/// Subscriptions, over WebSocket (`graphql-transport-ws`) at the same address.
#[Subscription]
impl Subscription {
    /// Each new revision of the catalogue, starting with the next one. A slow subscriber gets the latest.
    #[graphql(guard = "Needs(AuthScope::Search)")]
    async fn catalog_changed(&self, ctx: &Context<'_>) -> impl Stream<Item = CatalogRevision> + use<> {
        let (catalog, is_part) = scope::scope(ctx).shared_catalog();
        let revisions = catalog.revisions();
        // What a tenant has at the beginning is compared with what it has after each change.
        let seen = if is_part { own_state(&catalog).await } else { None };
        stream::unfold((catalog, revisions, seen), move |(catalog, mut revisions, mut seen)| async move {
            loop {
                revisions.changed().await.ok()?;
                let mut revision = *revisions.borrow_and_update();
                if is_part {
                    // That others changed, and how many movies they have, is nobody's business.
                    let Some(now) = own_state(&catalog).await else { continue };
                    // Without receipts of their own, equal counts may still hide a change of theirs.
                    if !now.receipts.is_empty() && seen.as_ref() == Some(&now) {
                        continue;
                    }
                    revision.movies = now.info.movies;
                    seen = Some(now);
                }
                return Some((CatalogRevision::from(revision), (catalog, revisions, seen)));
            }
        })
    }
}

/// What a tenant can see of a change: counts, and the receipts of its files.
#[derive(Clone, Debug, PartialEq, Eq)]
struct OwnState {
    info: CatalogInfo,
    receipts: Vec<ObjectReceipt>,
}

/// The present state; `None` where the engine does not say.
async fn own_state(catalog: &OperationCatalog) -> Option<OwnState> {
    let mut info = catalog.uncounted_info().await.ok()?;
    let mut receipts = Vec::new();
    let mut after = None;
    loop {
        let page = catalog.uncounted_receipts(after).await.ok()?;
        after = page.receipts.last().map(ReceiptPlace::from);
        receipts.extend(page.receipts);
        if !page.has_next {
            break;
        }
    }
    // The number of a revision grows with the changes of others.
    info.revision = Revision { movies: info.movies, ..Revision::default() };
    Some(OwnState { info, receipts })
}
