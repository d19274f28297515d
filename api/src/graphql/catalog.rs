//! The catalogue as the resolvers of one operation ask it.

use std::sync::{
    Arc,
    atomic::{AtomicU32, Ordering},
};

use tokio::sync::watch;
use wikimovie_domain::{
    AutocompleteRequest, CatalogInfo, Costar, CostarPath, Movie, MovieId, ObjectReceipt, PersonSummary,
    Revision, SearchAnswer, SearchRequest, Suggestion,
};
use wikimovie_engine::{Catalog, CatalogDigest, OperationContext, ReceiptPage, ReceiptsRequest};

use crate::error::{ApiError, ErrorCode};

/// Most calls to the engine in one operation, whatever its price was. One of 5,000 points makes fewer.
pub(crate) const MAX_CALLS: u32 = 500;

/// The movies that the caller may see, asked in the context of one operation. Completeness is left to the cache, which
/// records it for the operation. Cheap to clone.
#[derive(Clone)]
pub(crate) struct OperationCatalog {
    catalog: Arc<dyn Catalog>,
    context: OperationContext,
    /// Calls made so far.
    calls: Arc<AtomicU32>,
}

impl OperationCatalog {
    pub(crate) fn new(catalog: Arc<dyn Catalog>, context: OperationContext) -> Self {
        Self { catalog, context, calls: Arc::default() }
    }

    /// The catalogue, for one more call.
    ///
    /// # Errors
    /// `QUERY_TOO_COMPLEX` where the operation has made all that it may.
    fn call(&self) -> Result<&dyn Catalog, ApiError> {
        if self.calls.fetch_add(1, Ordering::Relaxed) < MAX_CALLS {
            return Ok(&*self.catalog);
        }
        let message = format!("the operation asks the engine more than {MAX_CALLS} times");
        Err(ApiError::new(ErrorCode::QueryTooComplex, message))
    }

    /// Answers a question; see [`Catalog::search`].
    pub(crate) async fn search(&self, request: SearchRequest) -> Result<SearchAnswer, ApiError> {
        Ok(self.call()?.search(&self.context, request).await?.value)
    }

    /// Suggests what may be meant; see [`Catalog::autocomplete`].
    pub(crate) async fn autocomplete(
        &self,
        request: AutocompleteRequest,
    ) -> Result<Vec<Suggestion>, ApiError> {
        Ok(self.call()?.autocomplete(&self.context, request).await?.value)
    }

    /// Movies by id; see [`Catalog::movies`].
    pub(crate) async fn movies(&self, ids: &[MovieId]) -> Result<Vec<Option<Movie>>, ApiError> {
        Ok(self.call()?.movies(&self.context, ids).await?.value)
    }

    /// Movies like one; see [`Catalog::similar`].
    pub(crate) async fn similar(&self, id: &MovieId, first: usize) -> Result<Vec<Movie>, ApiError> {
        Ok(self.call()?.similar(&self.context, id, first).await?.value)
    }

    /// People by name; see [`Catalog::people`].
    pub(crate) async fn people(&self, names: &[String]) -> Result<Vec<Option<PersonSummary>>, ApiError> {
        Ok(self.call()?.people(&self.context, names).await?)
    }

    /// Who appears with a person; see [`Catalog::costars`].
    pub(crate) async fn costars(&self, name: &str, first: usize) -> Result<Vec<Costar>, ApiError> {
        Ok(self.call()?.costars(&self.context, name, first).await?.value)
    }

    /// A chain of movies between two people; see [`Catalog::costar_path`].
    pub(crate) async fn costar_path(&self, from: &str, to: &str) -> Result<Option<CostarPath>, ApiError> {
        Ok(self.call()?.costar_path(&self.context, from, to).await?.value)
    }

    /// State of the catalogue; see [`Catalog::info`].
    pub(crate) async fn info(&self) -> Result<CatalogInfo, ApiError> {
        Ok(self.call()?.info(&self.context).await?)
    }

    /// The receipt of an object; see [`Catalog::receipt`].
    pub(crate) async fn receipt(&self, object: &str) -> Result<Option<ObjectReceipt>, ApiError> {
        Ok(self.call()?.receipt(&self.context, object).await?)
    }

    /// Receipts by object key; see [`Catalog::receipts`].
    pub(crate) async fn receipts(&self, request: ReceiptsRequest) -> Result<ReceiptPage, ApiError> {
        Ok(self.call()?.receipts(&self.context, request).await?)
    }

    /// What the catalogue holds, beside the calls of the operation: a subscription asks at each change, for days.
    pub(crate) async fn uncounted_digest(&self) -> Result<CatalogDigest, ApiError> {
        Ok(self.catalog.digest(&self.context).await?)
    }

    /// Notifies of each new revision; see [`Catalog::revisions`].
    pub(crate) fn revisions(&self) -> watch::Receiver<Revision> {
        self.catalog.revisions()
    }
}
