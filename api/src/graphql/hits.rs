//! Pages of movies found: Relay's connection, with score, highlights and reasons on its edges.

use std::sync::Arc;

use async_graphql::{Context, Enum, Lookahead, Object, SelectionField, SimpleObject};
use wikimovie_domain::{self as domain, HitPage, HitsRequest, MovieParts, PageRequest};

use crate::{error::ApiError, graphql::movie::Movie};

/// Relay's paging arguments as they were given.
#[derive(Clone, Debug, Default)]
pub(crate) struct PageArguments {
    /// `first`.
    pub(crate) first: Option<i32>,
    /// `after`.
    pub(crate) after: Option<String>,
    /// `last`.
    pub(crate) last: Option<i32>,
    /// `before`.
    pub(crate) before: Option<String>,
}

impl PageArguments {
    /// The page they ask.
    ///
    /// # Errors
    /// `BAD_USER_INPUT` naming the argument and the limit.
    pub(crate) fn page(self) -> Result<PageRequest, ApiError> {
        let page =
            PageRequest::parse(self.first.map(i64::from), self.after, self.last.map(i64::from), self.before)?;
        Ok(page)
    }
}

/// What a selected connection asks of its page.
pub(crate) fn hits_request(page: PageRequest, connection: SelectionField<'_>) -> HitsRequest {
    let connection = Lookahead::from(connection);
    let (edges, info) = (connection.field("edges"), connection.field("pageInfo"));
    HitsRequest {
        page,
        highlights: edges.field("highlights").exists(),
        reasons: edges.field("reasons").exists(),
        cursors: edges.field("cursor").exists()
            || info.field("startCursor").exists()
            || info.field("endCursor").exists(),
        page_info: info.field("hasPreviousPage").exists() || info.field("hasNextPage").exists(),
        parts: movie_parts(&connection.field("nodes")).or(movie_parts(&edges.field("node"))),
    }
}

/// Fields of a movie that are read from its details.
const DETAILS: [&str; 12] = [
    "writers",
    "keywords",
    "ids",
    "languages",
    "countries",
    "runtime",
    "released",
    "ratings",
    "rating",
    "popularity",
    "certificate",
    "attribution",
];

/// Parts of a movie that a selection reads.
fn movie_parts(movie: &Lookahead<'_>) -> MovieParts {
    let selects = |name| movie.field(name).exists();
    MovieParts {
        year: selects("year"),
        cast: selects("cast") || selects("people"),
        directors: selects("directors") || selects("directedBy"),
        titles: selects("titles"),
        plot: selects("plot"),
        details: DETAILS.iter().any(|name| selects(name)),
        genres: selects("genres"),
        summary: selects("summary"),
        url: selects("url"),
        poster: selects("poster"),
    }
}

/// A page of the movies found, in the order of the whole list.
#[derive(Clone, Debug)]
pub(crate) struct MovieHitConnection {
    edges: Vec<MovieHit>,
    page_info: PageInfo,
}

impl From<HitPage> for MovieHitConnection {
    fn from(page: HitPage) -> Self {
        let edges: Vec<_> = page.hits.into_iter().map(MovieHit::from).collect();
        let cursor = |edge: Option<&MovieHit>| edge.map(|edge| edge.hit.cursor.clone());
        let page_info = PageInfo {
            has_previous_page: page.has_previous,
            has_next_page: page.has_next,
            start_cursor: cursor(edges.first()),
            end_cursor: cursor(edges.last()),
        };
        Self { edges, page_info }
    }
}

/// A page of the movies found, in the order of the whole list.
#[Object]
impl MovieHitConnection {
    /// The movies with their cursors, scores, highlights and reasons.
    async fn edges(&self) -> Vec<MovieHit> {
        self.edges.clone()
    }

    /// The movies without the other fields of the edges.
    async fn nodes(&self) -> Vec<Movie> {
        self.edges.iter().map(|edge| edge.movie.clone()).collect()
    }

    /// Whether there are items before and after this page, with the cursors to fetch them.
    async fn page_info(&self) -> PageInfo {
        self.page_info.clone()
    }
}

/// Position of a page in its list. Both flags are exact, in whichever direction the page was requested.
#[derive(Clone, Debug, Default, SimpleObject)]
pub(crate) struct PageInfo {
    /// Whether there is an item before the first one of this page.
    pub(crate) has_previous_page: bool,
    /// Whether there is an item after the last one of this page.
    pub(crate) has_next_page: bool,
    /// Cursor of the first item, for `before`; null for an empty page.
    pub(crate) start_cursor: Option<String>,
    /// Cursor of the last item, for `after`; null for an empty page.
    pub(crate) end_cursor: Option<String>,
}

/// One movie found, with why and where.
#[derive(Clone, Debug)]
pub(crate) struct MovieHit {
    movie: Movie,
    hit: Arc<HitDetails>,
}

#[derive(Debug)]
struct HitDetails {
    cursor: String,
    score: Option<u32>,
    highlights: Vec<TextMatch>,
    reasons: Vec<MatchReason>,
}

impl From<domain::Hit> for MovieHit {
    fn from(hit: domain::Hit) -> Self {
        let details = HitDetails {
            cursor: hit.cursor,
            score: hit.score,
            highlights: hit.highlights.into_iter().map(TextMatch::from).collect(),
            reasons: hit.reasons.into_iter().map(MatchReason::from).collect(),
        };
        Self { movie: Movie::from(hit.movie), hit: Arc::new(details) }
    }
}

/// One movie found, with score, highlights and reasons: the edge of the connection.
#[Object]
impl MovieHit {
    /// Opaque position in the list, for `after` or `before`. It is valid for this question only.
    async fn cursor(&self) -> &str {
        &self.hit.cursor
    }

    /// The movie itself.
    async fn node(&self) -> Movie {
        self.movie.clone()
    }

    /// How well it matches the text, higher is better; null where the order is not by relevance or there is no
    /// text. Scores compare within one answer only.
    async fn score(&self) -> Option<f64> {
        self.hit.score.map(f64::from)
    }

    /// Texts of the movie that contain typed words; empty where there are none.
    async fn highlights(&self) -> &[TextMatch] {
        &self.hit.highlights
    }

    /// Why the movie was found: which typed words matched what, best first.
    async fn reasons(&self) -> &[MatchReason] {
        &self.hit.reasons
    }
}

/// A text of a movie with the places of the words found in it.
#[derive(Clone, Debug)]
pub(crate) struct TextMatch(domain::Highlight);

impl From<domain::Highlight> for TextMatch {
    fn from(highlight: domain::Highlight) -> Self {
        Self(highlight)
    }
}

impl TextMatch {
    /// The plain text.
    pub(crate) fn plain(&self) -> &str {
        &self.0.text
    }
}

/// A text with the matching words, as spans and as safe HTML.
#[Object]
impl TextMatch {
    /// The field of the text.
    async fn field(&self) -> SearchField {
        self.0.field.into()
    }

    /// The plain text, without any markup.
    async fn text(&self) -> &str {
        &self.0.text
    }

    /// Spans of the matching words, in order, never overlapping.
    async fn spans(&self) -> Vec<Span> {
        self.0.spans.iter().map(|span| Span { start: span.start, end: span.end }).collect()
    }

    /// The text as HTML: everything is escaped, and only the matching words are in `<mark>`. Safe to show as it is.
    async fn html(&self) -> String {
        wikimovie_plan::highlight::html(&self.0)
    }
}

/// A part of a text, in UTF-16 code units: what JavaScript's `slice(start, end)` takes.
#[derive(Clone, Copy, Debug, SimpleObject)]
pub(crate) struct Span {
    /// First code unit of the part, counted from 0.
    start: u32,
    /// One past the last code unit of the part.
    end: u32,
}

/// A field of a movie in which words are found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "domain::SearchField")]
pub(crate) enum SearchField {
    /// The title.
    Title,
    /// A name of the cast.
    Cast,
    /// A genre.
    Genres,
    /// The summary, or the part of it that holds the words.
    Summary,
    /// The year or decade of release.
    Year,
    /// A name of the directors.
    Directors,
    /// A name of the writers.
    Writers,
    /// An other title.
    Titles,
    /// The whole plot, or the part of it that holds the words.
    Plot,
    /// A keyword.
    Keywords,
}

/// One reason why a movie was found: what was typed and what it matched.
#[derive(Clone, Debug, SimpleObject)]
pub(crate) struct MatchReason {
    /// How the typed text matched the movie.
    kind: ReasonKind,
    /// The field that matched; null where no single field can be named.
    field: Option<SearchField>,
    /// What was typed.
    typed: String,
    /// What it matched, such as `godfather` for a typed `godfahter`.
    matched: String,
}

impl From<domain::Reason> for MatchReason {
    fn from(reason: domain::Reason) -> Self {
        Self {
            kind: reason.kind.into(),
            field: reason.field.map(SearchField::from),
            typed: reason.typed,
            matched: reason.matched,
        }
    }
}

/// How typed text matched a movie, best first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "domain::ReasonKind")]
pub(crate) enum ReasonKind {
    /// The operator pinned the movie to this text.
    Pin,
    /// It is the whole title.
    ExactTitle,
    /// The title starts with it.
    TitlePrefix,
    /// The word itself occurs.
    Word,
    /// A word occurs that starts with it.
    Prefix,
    /// The word occurs with another ending: a plural, or another form of the verb.
    Inflected,
    /// The word occurs joined or split, as in `spider man`.
    Joined,
    /// The same number occurs in another notation (`2`, `II`, `two`).
    Numeral,
    /// A word occurs that is one or two typos away (edit distance).
    Typo,
    /// A synonym occurs: of the operator's list, or another everyday word for it.
    Synonym,
    /// The words occur in this order, as quoted.
    Phrase,
    /// It is the year or decade of the movie.
    Year,
    /// It is a genre of the movie.
    Genre,
    /// It is a person of the cast, a director or a writer.
    Person,
    /// The movie does not have it; it was found by other parts of the text.
    Missing,
}

/// Reads the paging arguments of a selected field; `None` where they do not even fit the schema.
pub(crate) fn page_arguments(field: SelectionField<'_>) -> Option<PageArguments> {
    let arguments = field.arguments().ok()?;
    Some(PageArguments {
        first: argument(&arguments, "first")?,
        after: argument(&arguments, "after")?,
        last: argument(&arguments, "last")?,
        before: argument(&arguments, "before")?,
    })
}

/// One argument of a selected field.
pub(crate) fn argument<T: async_graphql::InputType>(
    arguments: &[(async_graphql::Name, async_graphql::Value)],
    name: &str,
) -> Option<T> {
    let value = arguments.iter().find(|(given, _)| given == name).map(|(_, value)| value.clone());
    T::parse(value).ok()
}

/// What the field now being resolved asks of its page.
pub(crate) fn own_hits_request(ctx: &Context<'_>, page: PageRequest) -> HitsRequest {
    hits_request(page, ctx.field())
}
