//! The read side of an engine.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use tokio::sync::watch;
use wikimovie_domain::{
    AutocompleteRequest, CatalogInfo, Costar, CostarPath, Filter, Movie, MovieId, ObjectReceipt,
    PersonSummary, ReceiptStatus, Revision, SearchAnswer, SearchRequest, Suggestion,
};

use crate::error::SearchError;

/// What the gateway asks an engine. Each call sees one consistent state of the catalogue.
#[async_trait]
pub trait Catalog: Send + Sync + 'static {
    /// Answers a question: hits, total, facets and the rest, in one engine round trip.
    async fn search(&self, request: SearchRequest) -> Result<SearchAnswer, SearchError>;

    /// Suggests what may be meant by a text still being typed, best first.
    async fn autocomplete(&self, request: AutocompleteRequest) -> Result<Vec<Suggestion>, SearchError>;

    /// Movies by id, in the order asked; `None` where there is no such movie.
    async fn movies(&self, ids: &[MovieId]) -> Result<Vec<Option<Movie>>, SearchError>;

    /// Movies most like one, best first, without it. Empty when there is no such movie.
    async fn similar(&self, id: &MovieId, first: usize) -> Result<Vec<Movie>, SearchError>;

    /// People by name (any spelling) or key, in the order asked; `None` where nobody is called so.
    async fn people(&self, names: &[String]) -> Result<Vec<Option<PersonSummary>>, SearchError>;

    /// Who appears with a person, most movies first, then by key.
    async fn costars(&self, name: &str, first: usize) -> Result<Vec<Costar>, SearchError>;

    /// A shortest chain of movies between two people; `None` where a name is unknown or no chain exists.
    async fn costar_path(&self, from: &str, to: &str) -> Result<Option<CostarPath>, SearchError>;

    /// State of the catalogue.
    async fn info(&self) -> Result<CatalogInfo, SearchError>;

    /// What became of an object, by key.
    async fn receipt(&self, object: &str) -> Result<Option<ObjectReceipt>, SearchError>;

    /// Receipts by object key.
    async fn receipts(&self, request: ReceiptsRequest) -> Result<ReceiptPage, SearchError>;

    /// Tells of each new revision; holds the current one. The number of movies in it is that of the whole catalogue,
    /// whatever this one is restricted to.
    fn revisions(&self) -> watch::Receiver<Revision>;

    /// For how long nobody could say whether [`Catalog::revisions`] still holds the current revision: the time since
    /// the engine last said so. An engine in this process always knows.
    fn unconfirmed_for(&self) -> Duration {
        Duration::ZERO
    }

    /// The catalogue of only those movies that meet a filter. Whatever is asked of it is answered as if there were no
    /// others: what a text means, scores, counts, suggestions, people and their names are all told from these movies
    /// alone. Receipts are those of the providers that the filter names in `providers.anyOf`; none where it names none.
    /// Cursors of one restriction are forged to any other. Asking for the same restriction again is cheap.
    async fn restricted(&self, to: &Filter) -> Result<Arc<dyn Catalog>, SearchError>;
}

/// Place of a receipt in the list: a watched file and one loaded by hand may share a key, not both.
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
    /// Place to start behind.
    pub after: Option<ReceiptPlace>,
    /// Only these.
    pub status: Option<ReceiptStatus>,
}

/// Whose receipts a catalogue tells: everyone's, or those of some providers.
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

    /// Whether a provider's are told.
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
