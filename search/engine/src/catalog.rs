//! The read side of an engine.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use tokio::sync::watch;
use wikimovie_domain::{
    AutocompleteRequest, CatalogInfo, Costar, CostarPath, Filter, Movie, MovieId, ObjectReceipt,
    PersonSummary, ReceiptStatus, Revision, SearchAnswer, SearchRequest, Suggestion,
};

use crate::{
    context::{Answered, OperationContext},
    error::SearchError,
};

/// What the gateway asks an engine. Each call sees one consistent state of the catalogue, and gets the context of the
/// operation that it is made for. Where an answer may lack a part of the catalogue, its completeness says so.
///
/// # Errors
/// Every call fails with [`SearchError::Timeout`] where the engine does not answer before the deadline of the context or
/// its own, with [`SearchError::Unavailable`] where it cannot be reached or is not ready yet, and with
/// [`SearchError::Engine`] where it fails. Each method names what else it fails with.
#[async_trait]
pub trait Catalog: Send + Sync + 'static {
    /// Answers a question: hits, total, facets and the rest, in one engine round trip where enough movies are found. Where
    /// few are, further ones count and read what weaker matches find.
    ///
    /// # Errors
    /// As for every call, and [`SearchError::BadCursor`] where a page starts at a cursor that is forged, damaged or of
    /// another question.
    async fn search(
        &self,
        context: &OperationContext,
        request: SearchRequest,
    ) -> Result<Answered<SearchAnswer>, SearchError>;

    /// Suggests what may be meant by a text still being typed, best first.
    ///
    /// # Errors
    /// As for every call.
    async fn autocomplete(
        &self,
        context: &OperationContext,
        request: AutocompleteRequest,
    ) -> Result<Answered<Vec<Suggestion>>, SearchError>;

    /// Movies by id, in the order asked; `None` where there is no such movie.
    ///
    /// # Errors
    /// As for every call.
    async fn movies(
        &self,
        context: &OperationContext,
        ids: &[MovieId],
    ) -> Result<Answered<Vec<Option<Movie>>>, SearchError>;

    /// Movies most like one, best first, without it. Empty when there is no such movie.
    ///
    /// # Errors
    /// As for every call.
    async fn similar(
        &self,
        context: &OperationContext,
        id: &MovieId,
        first: usize,
    ) -> Result<Answered<Vec<Movie>>, SearchError>;

    /// People by name (any spelling) or key, in the order asked; `None` where nobody is called so.
    /// From memory on every engine.
    ///
    /// # Errors
    /// [`SearchError::Unavailable`] where the engine is not ready yet.
    async fn people(
        &self,
        context: &OperationContext,
        names: &[String],
    ) -> Result<Vec<Option<PersonSummary>>, SearchError>;

    /// Who appears with a person, most movies first, then by key.
    ///
    /// # Errors
    /// As for every call.
    async fn costars(
        &self,
        context: &OperationContext,
        name: &str,
        first: usize,
    ) -> Result<Answered<Vec<Costar>>, SearchError>;

    /// A shortest chain of movies between two people; `None` where a name is unknown or no chain exists.
    ///
    /// # Errors
    /// As for every call.
    async fn costar_path(
        &self,
        context: &OperationContext,
        from: &str,
        to: &str,
    ) -> Result<Answered<Option<CostarPath>>, SearchError>;

    /// State of the catalogue.
    ///
    /// # Errors
    /// [`SearchError::Unavailable`] where the engine is not ready yet.
    async fn info(&self, context: &OperationContext) -> Result<CatalogInfo, SearchError>;

    /// What the catalogue holds, in short: two equal digests mean that no movie changed, came or went in between. Only
    /// digests of the same engine can be compared.
    ///
    /// # Errors
    /// As for every call.
    async fn digest(&self, context: &OperationContext) -> Result<CatalogDigest, SearchError>;

    /// The receipt of an object, by key; `None` where there is none.
    ///
    /// # Errors
    /// As for every call.
    async fn receipt(
        &self,
        context: &OperationContext,
        object: &str,
    ) -> Result<Option<ObjectReceipt>, SearchError>;

    /// Receipts by object key.
    ///
    /// # Errors
    /// As for every call.
    async fn receipts(
        &self,
        context: &OperationContext,
        request: ReceiptsRequest,
    ) -> Result<ReceiptPage, SearchError>;

    /// Notifies of each new revision; holds the current one. The number of movies in it is that of the whole catalogue,
    /// whatever this one is restricted to.
    fn revisions(&self) -> watch::Receiver<Revision>;

    /// For how long nobody could say whether [`Catalog::revisions`] still holds the current revision: the time since
    /// the engine last said so. An engine in this process always knows.
    fn unconfirmed_for(&self) -> Duration {
        Duration::ZERO
    }

    /// The catalogue of only those movies that meet a filter. Whatever is asked of it is answered as if there were no
    /// others: what a text means, scores, counts, suggestions, people and their names all come from these movies
    /// alone. Receipts are those of the providers that the filter names in `providers.anyOf`; none where it names none.
    /// Cursors of one restriction are forged to any other. Asking for the same restriction again is cheap.
    ///
    /// # Errors
    /// [`SearchError::Unavailable`] where the engine is not ready yet.
    async fn restricted(&self, to: &Filter) -> Result<Arc<dyn Catalog>, SearchError>;
}

/// What a catalogue holds, in short.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CatalogDigest {
    /// Number of movies.
    pub movies: u64,
    /// Digest of the movies, each with its source.
    pub digest: u64,
}

/// Position of a receipt in the list: a watched file and one loaded by hand may share a key, not both.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ReceiptPlace {
    /// Object key.
    pub object: String,
    /// Generation of the object.
    pub generation: u64,
}

impl From<&ObjectReceipt> for ReceiptPlace {
    fn from(receipt: &ObjectReceipt) -> Self {
        Self { object: receipt.object.clone(), generation: receipt.generation }
    }
}

/// Which receipts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReceiptsRequest {
    /// Receipts wanted, 0 to 100.
    pub first: usize,
    /// Position to start after.
    pub after: Option<ReceiptPlace>,
    /// Only these.
    pub status: Option<ReceiptStatus>,
}

/// Whose receipts a catalogue returns: everyone's, or those of some providers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum ReceiptsOf {
    /// Everyone's.
    #[default]
    Everyone,
    /// Only of these.
    Providers(Vec<String>),
}

impl ReceiptsOf {
    /// Those that a restriction leaves. Only a plain list of providers says for certain whose they may be.
    pub fn restricted(to: &Filter) -> Self {
        Self::Providers(to.providers.any_of.clone())
    }

    /// Whether a provider's are among them.
    pub fn has(&self, provider: &str) -> bool {
        match self {
            Self::Everyone => true,
            Self::Providers(providers) => providers.iter().any(|one| one == provider),
        }
    }
}

/// Receipts, by object key.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReceiptPage {
    /// The receipts.
    pub receipts: Vec<ObjectReceipt>,
    /// Whether more follow.
    pub has_next: bool,
    /// Receipts of this status in all.
    pub total: u64,
}
