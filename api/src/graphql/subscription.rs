//! What can be followed live.

use std::time::Duration;

use async_graphql::{Context, Subscription};
use futures::{Stream, stream};
use tokio::sync::watch;
use wikimovie_domain::Revision;
use wikimovie_engine::CatalogDigest;

use crate::{
    auth::AuthScope,
    graphql::{
        catalog::OperationCatalog,
        catalog_info::CatalogRevision,
        scope::{self, Needs},
    },
};

/// Time until an engine is asked again that could not say what a tenant sees.
const RETRY_INTERVAL: Duration = Duration::from_secs(5);

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
        let part = if is_part { Some(Part::of(catalog).await) } else { None };
        stream::unfold((revisions, part), |(mut revisions, mut part)| async {
            let revision = match &mut part {
                Some(part) => part.next_change(&mut revisions).await?,
                None => next(&mut revisions).await?,
            };
            Some((CatalogRevision::from(revision), (revisions, part)))
        })
    }
}

/// The next revision; `None` at the end of the service.
async fn next(revisions: &mut watch::Receiver<Revision>) -> Option<Revision> {
    revisions.changed().await.ok()?;
    Some(*revisions.borrow_and_update())
}

/// What a tenant follows: that others changed is nobody's business.
struct Part {
    catalog: OperationCatalog,
    /// What was seen last; `None` where the engine did not say.
    seen: Option<CatalogDigest>,
}

impl Part {
    async fn of(catalog: OperationCatalog) -> Self {
        let seen = catalog.uncounted_digest().await.ok();
        Self { catalog, seen }
    }

    /// The next revision that changes what the tenant sees.
    async fn next_change(&mut self, revisions: &mut watch::Receiver<Revision>) -> Option<Revision> {
        let mut revision = next(revisions).await?;
        loop {
            match self.catalog.uncounted_digest().await {
                Ok(now) if self.seen == Some(now) => revision = next(revisions).await?,
                Ok(now) => {
                    self.seen = Some(now);
                    return Some(Revision { movies: now.movies, ..revision });
                }
                // Whether it is a change of theirs is asked again, so that none is missed.
                Err(_) => {
                    if let Ok(newer) = tokio::time::timeout(RETRY_INTERVAL, next(revisions)).await {
                        revision = newer?;
                    }
                }
            }
        }
    }
}
