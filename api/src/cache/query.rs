//! The queries to the engine whose answers are cached, and the answers.

use wikimovie_domain::{
    AutocompleteRequest, Costar, CostarPath, Movie, MovieId, SearchAnswer, SearchRequest, Suggestion,
};
use wikimovie_engine::{Answered, Catalog, OperationContext, SearchError};

/// A query to the engine: all that decides the answer but the revision.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum EngineQuery {
    Search(SearchRequest),
    Autocomplete(AutocompleteRequest),
    Movies(Vec<MovieId>),
    Similar(MovieId, usize),
    Costars(String, usize),
    CostarPath(String, String),
}

/// An answer of the engine.
#[expect(clippy::large_enum_variant, reason = "nearly all are searches")]
#[derive(Clone, Debug)]
pub(super) enum EngineAnswer {
    Search(SearchAnswer),
    Suggestions(Vec<Suggestion>),
    Movies(Vec<Option<Movie>>),
    Similar(Vec<Movie>),
    Costars(Vec<Costar>),
    CostarPath(Option<CostarPath>),
}

impl EngineQuery {
    /// Whether query and revision alone decide the answer. An explanation holds times, too.
    pub(super) fn is_cacheable(&self) -> bool {
        !matches!(self, Self::Search(request) if request.wanted.explain)
    }

    /// Its name in metrics.
    pub(super) fn kind(&self) -> &'static str {
        match self {
            Self::Search(_) => "search",
            Self::Autocomplete(_) => "autocomplete",
            Self::Movies(_) => "movies",
            Self::Similar(..) => "similar",
            Self::Costars(..) => "costars",
            Self::CostarPath(..) => "costar_path",
        }
    }

    /// Sends it to a catalogue.
    pub(super) async fn run(
        &self,
        context: &OperationContext,
        catalog: &dyn Catalog,
    ) -> Result<Answered<EngineAnswer>, SearchError> {
        Ok(match self {
            Self::Search(request) => {
                catalog.search(context, request.clone()).await?.map(EngineAnswer::Search)
            }
            Self::Autocomplete(request) => {
                catalog.autocomplete(context, request.clone()).await?.map(EngineAnswer::Suggestions)
            }
            Self::Movies(ids) => catalog.movies(context, ids).await?.map(EngineAnswer::Movies),
            Self::Similar(id, first) => {
                catalog.similar(context, id, *first).await?.map(EngineAnswer::Similar)
            }
            Self::Costars(name, first) => {
                catalog.costars(context, name, *first).await?.map(EngineAnswer::Costars)
            }
            Self::CostarPath(from, to) => {
                catalog.costar_path(context, from, to).await?.map(EngineAnswer::CostarPath)
            }
        })
    }
}
