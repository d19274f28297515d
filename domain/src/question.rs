//! The question: text, filter and order, and the requested parts of the answer.

use serde::{Deserialize, Serialize};

use crate::{facet::FacetRequest, filter::Filter, page::PageRequest};

/// A question without pages and facets: the content of a state token.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Question {
    /// What the person typed; any text is valid, an empty one counts as none.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub text: String,
    /// Which movies may be found.
    #[serde(default, skip_serializing_if = "Filter::is_empty")]
    pub filter: Filter,
    /// Order of the hits.
    #[serde(default, skip_serializing_if = "MovieSort::is_relevance")]
    pub sort: MovieSort,
    /// Whether words may be understood as years, decades, genres and people.
    #[serde(default = "yes", skip_serializing_if = "is_yes")]
    pub understand: bool,
}

fn yes() -> bool {
    true
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature that serde requires")]
fn is_yes(value: &bool) -> bool {
    *value
}

impl Default for Question {
    fn default() -> Self {
        Self { text: String::new(), filter: Filter::default(), sort: MovieSort::Relevance, understand: true }
    }
}

/// Order of the hits. Ties end by id, so the order is total.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum MovieSort {
    /// Best match first, then popularity where it is known, then the prior (how well known the data says it is), then
    /// title.
    #[default]
    Relevance,
    /// Newest first; movies without a year last.
    YearDesc,
    /// Oldest first; movies without a year last.
    YearAsc,
    /// Folded title, A first.
    TitleAsc,
    /// Folded title, Z first.
    TitleDesc,
    /// Highest mean rating first; movies without a rating last.
    RatingDesc,
    /// Lowest mean rating first; movies without a rating last.
    RatingAsc,
    /// Most popular first; movies without a popularity last.
    PopularityDesc,
    /// Least popular first; movies without a popularity last.
    PopularityAsc,
}

impl MovieSort {
    fn is_relevance(&self) -> bool {
        matches!(self, Self::Relevance)
    }
}

/// A question with the requested parts of its answer: one engine round trip.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct SearchRequest {
    /// The question.
    pub question: Question,
    /// Pages of hits; one operation may request several, each with its own cursor.
    pub hits: Vec<HitsRequest>,
    /// Facets, in the order of their answers.
    pub facets: Vec<FacetRequest>,
    /// Further parts of the answer.
    pub wanted: Wanted,
}

impl SearchRequest {
    /// Most facets in one request: each of the eight under two or three aliases.
    pub const MAX_FACETS: usize = 20;
}

/// One page of hits, and the requested parts of it. An engine may omit the others.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct HitsRequest {
    /// Page of the list.
    pub page: PageRequest,
    /// Whether highlights are computed.
    pub highlights: bool,
    /// Whether reasons are computed.
    pub reasons: bool,
    /// Whether each hit has a cursor; otherwise it is empty.
    pub cursors: bool,
    /// Whether `has_previous` and `has_next` are computed.
    pub page_info: bool,
    /// Parts of the movies.
    pub parts: MovieParts,
}

impl HitsRequest {
    /// A page with all parts.
    pub fn all(page: PageRequest) -> Self {
        Self { page, highlights: true, reasons: true, cursors: true, page_info: true, parts: MovieParts::ALL }
    }

    /// A page of complete movies with their cursors, without highlights and reasons.
    pub fn plain(page: PageRequest) -> Self {
        Self { highlights: false, reasons: false, ..Self::all(page) }
    }
}

/// Parts of a movie that are read only if requested. Id, title and provenance always are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct MovieParts {
    /// Year of release.
    pub year: bool,
    /// Names of the cast.
    pub cast: bool,
    /// Genre names.
    pub genres: bool,
    /// Summary.
    pub summary: bool,
    /// Page about the movie.
    pub url: bool,
    /// Poster picture.
    pub poster: bool,
    /// Names of the directors.
    pub directors: bool,
    /// Other titles.
    pub titles: bool,
    /// The whole plot, [`crate::Details::plot`].
    pub plot: bool,
    /// All of [`crate::Details`] but the plot.
    pub details: bool,
}

impl MovieParts {
    /// All parts.
    pub const ALL: Self = Self {
        year: true,
        cast: true,
        genres: true,
        summary: true,
        url: true,
        poster: true,
        directors: true,
        titles: true,
        plot: true,
        details: true,
    };

    /// The union of both.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        Self {
            year: self.year || other.year,
            cast: self.cast || other.cast,
            genres: self.genres || other.genres,
            summary: self.summary || other.summary,
            url: self.url || other.url,
            poster: self.poster || other.poster,
            directors: self.directors || other.directors,
            titles: self.titles || other.titles,
            plot: self.plot || other.plot,
            details: self.details || other.details,
        }
    }
}

/// Parts of a search answer that cost extra work.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Wanted {
    /// Total count.
    pub total: bool,
    /// Another spelling that finds more.
    pub did_you_mean: bool,
    /// What to drop when few movies are found.
    pub relaxations: bool,
    /// The engine's own plan.
    pub explain: bool,
    /// The number of different values of each facet, which costs more than the listed values.
    pub distinct: bool,
}
