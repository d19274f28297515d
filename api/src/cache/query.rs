//! The queries to the engine whose answers are cached, and the answers.

use wikimovie_domain::{
    AutocompleteRequest, Costar, CostarPath, Movie, MovieId, SearchAnswer, SearchRequest, Suggestion,
    TotalRelation,
};
use wikimovie_engine::{Catalog, SearchError};

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
    pub(super) async fn run(&self, catalog: &dyn Catalog) -> Result<EngineAnswer, SearchError> {
        Ok(match self {
            Self::Search(request) => EngineAnswer::Search(catalog.search(request.clone()).await?),
            Self::Autocomplete(request) => {
                EngineAnswer::Suggestions(catalog.autocomplete(request.clone()).await?)
            }
            Self::Movies(ids) => EngineAnswer::Movies(catalog.movies(ids).await?),
            Self::Similar(id, first) => EngineAnswer::Similar(catalog.similar(id, *first).await?),
            Self::Costars(name, first) => EngineAnswer::Costars(catalog.costars(name, *first).await?),
            Self::CostarPath(from, to) => EngineAnswer::CostarPath(catalog.costar_path(from, to).await?),
        })
    }
}

impl EngineAnswer {
    /// Whether the answer itself says that it is of a part of the catalogue.
    pub(super) fn is_partial(&self) -> bool {
        let Self::Search(answer) = self else { return false };
        answer.total.is_some_and(|total| total.relation == TotalRelation::AtLeast)
    }
}
