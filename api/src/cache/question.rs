//! The questions whose answers are kept, and the answers.

use wikimovie_domain::{
    AutocompleteRequest, Costar, CostarPath, Movie, MovieId, SearchAnswer, SearchRequest, Suggestion,
    TotalRelation,
};
use wikimovie_engine::{Catalog, SearchError};

/// What is asked of the engine: all that decides the answer but the revision.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Asked {
    Search(SearchRequest),
    Autocomplete(AutocompleteRequest),
    Movies(Vec<MovieId>),
    Similar(MovieId, usize),
    Costars(String, usize),
    CostarPath(String, String),
}

/// What the engine answered.
#[expect(clippy::large_enum_variant, reason = "nearly all are searches")]
#[derive(Clone, Debug)]
pub(super) enum Found {
    Search(SearchAnswer),
    Suggestions(Vec<Suggestion>),
    Movies(Vec<Option<Movie>>),
    Similar(Vec<Movie>),
    Costars(Vec<Costar>),
    CostarPath(Option<CostarPath>),
}

impl Asked {
    /// Whether the answer is a function of question and revision: an explanation tells times, too.
    pub(super) fn is_lasting(&self) -> bool {
        !matches!(self, Self::Search(request) if request.wanted.explain)
    }

    /// What it is called in metrics.
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

    /// Asks it.
    pub(super) async fn ask(&self, catalog: &dyn Catalog) -> Result<Found, SearchError> {
        Ok(match self {
            Self::Search(request) => Found::Search(catalog.search(request.clone()).await?),
            Self::Autocomplete(request) => Found::Suggestions(catalog.autocomplete(request.clone()).await?),
            Self::Movies(ids) => Found::Movies(catalog.movies(ids).await?),
            Self::Similar(id, first) => Found::Similar(catalog.similar(id, *first).await?),
            Self::Costars(name, first) => Found::Costars(catalog.costars(name, *first).await?),
            Self::CostarPath(from, to) => Found::CostarPath(catalog.costar_path(from, to).await?),
        })
    }
}

impl Found {
    /// Whether the answer itself says that it is of a part of the catalogue.
    pub(super) fn says_partial(&self) -> bool {
        let Self::Search(answer) = self else { return false };
        answer.total.is_some_and(|total| total.relation == TotalRelation::AtLeast)
    }
}
