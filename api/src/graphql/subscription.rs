//! What can be followed live.

use async_graphql::{Context, Subscription};
use futures::{Stream, stream};

use crate::graphql::{catalog_info::CatalogRevision, scope};

/// The root of subscriptions.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Subscription;

/// What can be followed live, over WebSocket (`graphql-transport-ws`) at the same address.
#[Subscription]
impl Subscription {
    /// Tells of each new revision of the catalogue, from the next one on. Who follows slowly gets the latest.
    async fn catalog_changed(&self, ctx: &Context<'_>) -> impl Stream<Item = CatalogRevision> + use<> {
        let revisions = scope::gateway(ctx).catalog.revisions();
        stream::unfold(revisions, |mut revisions| async move {
            revisions.changed().await.ok()?;
            let revision = *revisions.borrow_and_update();
            Some((CatalogRevision::from(revision), revisions))
        })
    }
}
