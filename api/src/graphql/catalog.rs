//! The catalogue as the resolvers of one operation ask it.

use std::sync::Arc;

use tokio::sync::watch;
use wikimovie_domain::{
    AutocompleteRequest, CatalogInfo, Costar, CostarPath, Movie, MovieId, ObjectReceipt, PersonSummary,
    Revision, SearchAnswer, SearchRequest, Suggestion,
};
use wikimovie_engine::{Catalog, OperationContext, ReceiptPage, ReceiptsRequest, SearchError};

/// The movies that the caller may see, asked in the context of one operation. Completeness is left to the cache, which
/// records it for the operation. Cheap to clone.
#[derive(Clone)]
pub(crate) struct OperationCatalog {
    catalog: Arc<dyn Catalog>,
    context: OperationContext,
}

impl OperationCatalog {
    pub(crate) fn new(catalog: Arc<dyn Catalog>, context: OperationContext) -> Self {
        Self { catalog, context }
    }

    /// Answers a question; see [`Catalog::search`].
    pub(crate) async fn search(&self, request: SearchRequest) -> Result<SearchAnswer, SearchError> {
        self.catalog.search(&self.context, request).await.map(|answered| answered.value)
    }

    /// Suggests what may be meant; see [`Catalog::autocomplete`].
    pub(crate) async fn autocomplete(
        &self,
        request: AutocompleteRequest,
    ) -> Result<Vec<Suggestion>, SearchError> {
        self.catalog.autocomplete(&self.context, request).await.map(|answered| answered.value)
    }

    /// Movies by id; see [`Catalog::movies`].
    pub(crate) async fn movies(&self, ids: &[MovieId]) -> Result<Vec<Option<Movie>>, SearchError> {
        self.catalog.movies(&self.context, ids).await.map(|answered| answered.value)
    }

    /// Movies like one; see [`Catalog::similar`].
    pub(crate) async fn similar(&self, id: &MovieId, first: usize) -> Result<Vec<Movie>, SearchError> {
        self.catalog.similar(&self.context, id, first).await.map(|answered| answered.value)
    }

    /// People by name; see [`Catalog::people`].
    pub(crate) async fn people(&self, names: &[String]) -> Result<Vec<Option<PersonSummary>>, SearchError> {
        self.catalog.people(&self.context, names).await
    }

    /// Who appears with a person; see [`Catalog::costars`].
    pub(crate) async fn costars(&self, name: &str, first: usize) -> Result<Vec<Costar>, SearchError> {
        self.catalog.costars(&self.context, name, first).await.map(|answered| answered.value)
    }

    /// A chain of movies between two people; see [`Catalog::costar_path`].
    pub(crate) async fn costar_path(&self, from: &str, to: &str) -> Result<Option<CostarPath>, SearchError> {
        self.catalog.costar_path(&self.context, from, to).await.map(|answered| answered.value)
    }

    /// State of the catalogue; see [`Catalog::info`].
    pub(crate) async fn info(&self) -> Result<CatalogInfo, SearchError> {
        self.catalog.info(&self.context).await
    }

    /// The receipt of an object; see [`Catalog::receipt`].
    pub(crate) async fn receipt(&self, object: &str) -> Result<Option<ObjectReceipt>, SearchError> {
        self.catalog.receipt(&self.context, object).await
    }

    /// Receipts by object key; see [`Catalog::receipts`].
    pub(crate) async fn receipts(&self, request: ReceiptsRequest) -> Result<ReceiptPage, SearchError> {
        self.catalog.receipts(&self.context, request).await
    }

    /// Notifies of each new revision; see [`Catalog::revisions`].
    pub(crate) fn revisions(&self) -> watch::Receiver<Revision> {
        self.catalog.revisions()
    }
}
