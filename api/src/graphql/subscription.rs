//! What can be followed live.

use async_graphql::{Context, Subscription};
use futures::{Stream, stream};

use crate::{
    auth::AuthScope,
    graphql::{
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
        stream::unfold((catalog, revisions), move |(catalog, mut revisions)| async move {
            loop {
                revisions.changed().await.ok()?;
                let mut revision = *revisions.borrow_and_update();
                if is_part {
                    // How many movies the others have is nobody's business.
                    let Ok(info) = catalog.info().await else { continue };
                    revision.movies = info.movies;
                }
                return Some((CatalogRevision::from(revision), (catalog, revisions)));
            }
        })
    }
}
