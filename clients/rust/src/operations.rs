//! Example operations: a search with facets and highlights, a restored state, suggestions, a movie, a person, a path
//! between two people, and the catalogue. Select only what you need: the gateway computes nothing else.

use cynic::{Enum, Id, InlineFragments, InputObject, QueryFragment, QueryVariables, Scalar};

/// The types of the schema, for the derives below.
#[cynic::schema("wikimovie")]
#[expect(unreachable_pub, reason = "generated: every item is public, and only the derives use it")]
mod schema {}

/// Opaque state token of a question, for [`Restore`].
#[derive(Scalar, Clone, Debug, PartialEq, Eq)]
pub struct SearchState(pub String);

/// A moment, as RFC 3339.
#[derive(Scalar, Clone, Debug, PartialEq, Eq)]
pub struct DateTime(pub String);

/// Order of the movies found.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
pub enum MovieSort {
    /// Best match first.
    Relevance,
    /// Newest first.
    YearDesc,
    /// Oldest first.
    YearAsc,
    /// Title, A first.
    TitleAsc,
    /// Title, Z first.
    TitleDesc,
    /// Highest mean rating first.
    RatingDesc,
    /// Lowest mean rating first.
    RatingAsc,
    /// Most popular first.
    PopularityDesc,
    /// Least popular first.
    PopularityAsc,
}

/// Which movies may be found. `None` constrains nothing.
#[derive(InputObject, Clone, Debug, Default)]
pub struct MovieWhere {
    /// By genre.
    #[cynic(skip_serializing_if = "Option::is_none")]
    pub genres: Option<ValueMatch>,
    /// By person of the cast.
    #[cynic(skip_serializing_if = "Option::is_none")]
    pub cast: Option<ValueMatch>,
    /// By director.
    #[cynic(skip_serializing_if = "Option::is_none")]
    pub directors: Option<ValueMatch>,
    /// By year.
    #[cynic(skip_serializing_if = "Option::is_none")]
    pub year: Option<YearRange>,
    /// By first year of a decade (1980), any of them.
    #[cynic(skip_serializing_if = "Option::is_none")]
    pub decades: Option<Vec<i32>>,
    /// Excludes the movies that this filter finds.
    #[cynic(skip_serializing_if = "Option::is_none")]
    pub not: Option<Box<MovieWhere>>,
}

/// Values that a movie must have.
#[derive(InputObject, Clone, Debug, Default)]
pub struct ValueMatch {
    /// At least one of these.
    #[cynic(skip_serializing_if = "Option::is_none")]
    pub any_of: Option<Vec<String>>,
    /// Every one of these.
    #[cynic(skip_serializing_if = "Option::is_none")]
    pub all_of: Option<Vec<String>>,
    /// Not one of these.
    #[cynic(skip_serializing_if = "Option::is_none")]
    pub none_of: Option<Vec<String>>,
}

/// Years, both ends included.
#[derive(InputObject, Clone, Debug, Default)]
pub struct YearRange {
    /// From this year.
    #[cynic(skip_serializing_if = "Option::is_none")]
    pub gte: Option<i32>,
    /// To this year.
    #[cynic(skip_serializing_if = "Option::is_none")]
    pub lte: Option<i32>,
}

/// Variables of [`Search`]; `None` is omitted.
#[derive(QueryVariables, Clone, Debug, Default)]
pub struct SearchVariables<'a> {
    /// Search text.
    #[cynic(skip_serializing_if = "Option::is_none")]
    pub text: Option<&'a str>,
    /// Which movies may be found.
    #[cynic(skip_serializing_if = "Option::is_none")]
    pub filter: Option<MovieWhere>,
    /// Order.
    #[cynic(skip_serializing_if = "Option::is_none")]
    pub sort: Option<MovieSort>,
    /// Movies wanted, 0 to 100.
    #[cynic(skip_serializing_if = "Option::is_none")]
    pub first: Option<i32>,
    /// Cursor to start after.
    #[cynic(skip_serializing_if = "Option::is_none")]
    pub after: Option<&'a str>,
}

/// A search with highlights and counts by genre.
#[derive(QueryFragment, Clone, Debug)]
#[cynic(graphql_type = "Query", variables = "SearchVariables")]
pub struct Search {
    /// The answer.
    #[arguments(text: $text, where: $filter, sort: $sort)]
    pub search: MovieSearch,
}

/// The answer to [`Search`].
#[derive(QueryFragment, Clone, Debug)]
#[cynic(variables = "SearchVariables")]
pub struct MovieSearch {
    /// Movies found.
    pub total: TotalCount,
    /// A page of them.
    #[arguments(first: $first, after: $after)]
    pub hits: MovieHitConnection,
    /// Counts.
    pub facets: MovieFacets,
    /// Token of this question.
    pub state: SearchState,
}

/// A count of movies.
#[derive(QueryFragment, Clone, Debug)]
pub struct TotalCount {
    /// Movies.
    pub value: i32,
    /// Whether that is the exact number.
    pub relation: TotalRelation,
}

/// How a count relates to the truth.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
pub enum TotalRelation {
    /// Exact.
    Equal,
    /// There are at least so many.
    AtLeast,
}

/// A page of hits.
#[derive(QueryFragment, Clone, Debug)]
pub struct MovieHitConnection {
    /// The hits.
    pub edges: Vec<MovieHit>,
    /// Position of the page.
    pub page_info: PageInfo,
}

/// Position of a page in its list.
#[derive(QueryFragment, Clone, Debug)]
pub struct PageInfo {
    /// Whether there is an item before it.
    pub has_previous_page: bool,
    /// Whether there is an item after it.
    pub has_next_page: bool,
    /// Cursor of its last item.
    pub end_cursor: Option<String>,
}

/// A movie found.
#[derive(QueryFragment, Clone, Debug)]
pub struct MovieHit {
    /// The movie.
    pub node: MovieSummary,
    /// Texts in which words were found.
    pub highlights: Vec<TextMatch>,
}

/// What a list of movies shows of each.
#[derive(QueryFragment, Clone, Debug)]
#[cynic(graphql_type = "Movie")]
pub struct MovieSummary {
    /// Global id.
    pub id: Id,
    /// Title.
    pub title: String,
    /// Year of release.
    pub year: Option<i32>,
    /// Genres.
    pub genres: Vec<String>,
}

/// A text with the spans of the words found in it.
#[derive(QueryFragment, Clone, Debug)]
pub struct TextMatch {
    /// Plain text.
    pub text: String,
    /// Escaped HTML with `<mark>`.
    pub html: String,
    /// Spans in UTF-16 code units: convert them before slicing a Rust string.
    pub spans: Vec<Span>,
}

/// A span of a text, in UTF-16 code units.
#[derive(QueryFragment, Clone, Copy, Debug)]
pub struct Span {
    /// First unit.
    pub start: i32,
    /// One past the last unit.
    pub end: i32,
}

/// Counts of the movies found.
#[derive(QueryFragment, Clone, Debug)]
pub struct MovieFacets {
    /// By genre.
    #[arguments(first: 10)]
    pub genres: TermFacet,
}

/// Counts by value.
#[derive(QueryFragment, Clone, Debug)]
pub struct TermFacet {
    /// The values listed.
    pub values: Vec<FacetValue>,
}

/// One value of a facet.
#[derive(QueryFragment, Clone, Debug)]
pub struct FacetValue {
    /// The value.
    pub value: String,
    /// Movies that have it.
    pub count: i32,
    /// Whether it is part of the question.
    pub selected: bool,
    /// State token of the question with the value added or removed, for [`Restore`].
    pub toggle: SearchState,
}

/// Variables of [`Restore`].
#[derive(QueryVariables, Clone, Debug)]
pub struct RestoreVariables {
    /// Token of the question.
    pub state: SearchState,
}

/// A question restored from its state token.
#[derive(QueryFragment, Clone, Debug)]
#[cynic(graphql_type = "Query", variables = "RestoreVariables")]
pub struct Restore {
    /// The answer.
    #[arguments(state: $state)]
    pub search: RestoredSearch,
}

/// The answer to [`Restore`].
#[derive(QueryFragment, Clone, Debug)]
#[cynic(graphql_type = "MovieSearch")]
pub struct RestoredSearch {
    /// Movies found.
    pub total: TotalCount,
    /// Token of the question.
    pub state: SearchState,
}

/// Variables of [`Autocomplete`].
#[derive(QueryVariables, Clone, Debug)]
pub struct AutocompleteVariables<'a> {
    /// Text in the search box.
    pub prefix: &'a str,
}

/// Suggestions while a person types.
#[derive(QueryFragment, Clone, Debug)]
#[cynic(graphql_type = "Query", variables = "AutocompleteVariables")]
pub struct Autocomplete {
    /// The suggestions, best first.
    #[arguments(prefix: $prefix)]
    pub autocomplete: Vec<Suggestion>,
}

/// One suggestion.
#[derive(InlineFragments, Clone, Debug)]
pub enum Suggestion {
    /// A movie.
    MovieSuggestion(MovieSuggestion),
    /// A person.
    PersonSuggestion(PersonSuggestion),
    /// A genre, a decade, or a kind that this client does not know.
    #[cynic(fallback)]
    Other,
}

/// A suggested movie.
#[derive(QueryFragment, Clone, Debug)]
pub struct MovieSuggestion {
    /// Title.
    pub text: String,
    /// The movie.
    pub movie: MovieSummary,
}

/// A suggested person.
#[derive(QueryFragment, Clone, Debug)]
pub struct PersonSuggestion {
    /// Name.
    pub text: String,
    /// Movies under the current filters.
    pub count: i32,
}

/// Variables of [`MovieById`].
#[derive(QueryVariables, Clone, Debug)]
pub struct MovieByIdVariables {
    /// Global id of the movie.
    pub id: Id,
}

/// A movie and similar movies.
#[derive(QueryFragment, Clone, Debug)]
#[cynic(graphql_type = "Query", variables = "MovieByIdVariables")]
pub struct MovieById {
    /// The movie, if there is one.
    #[arguments(id: $id)]
    pub movie: Option<Movie>,
}

/// A movie with its details.
#[derive(QueryFragment, Clone, Debug)]
pub struct Movie {
    /// Title.
    pub title: String,
    /// Other titles by which it is known.
    pub titles: Vec<OtherTitle>,
    /// Names of the directors, the leading one first.
    pub directors: Vec<String>,
    /// Names in billing order.
    pub cast: Vec<String>,
    /// Summary of the plot.
    pub summary: Option<String>,
    /// Minutes.
    pub runtime: Option<i32>,
    /// Mean of all ratings, from 0 to 10.
    pub rating: Option<f64>,
    /// Similar movies, best first.
    #[arguments(first: 6)]
    pub similar: Vec<MovieSummary>,
    /// Source of the record.
    pub provenance: Provenance,
}

/// A title under which a movie is known besides its own.
#[derive(QueryFragment, Clone, Debug)]
pub struct OtherTitle {
    /// The title.
    pub title: String,
    /// Language of the title, a tag of BCP 47, where known.
    pub language: Option<String>,
}

/// Source of a record.
#[derive(QueryFragment, Clone, Debug)]
pub struct Provenance {
    /// Provider.
    pub provider: String,
    /// Key of the object.
    pub object: String,
}

/// Variables of [`PersonByName`].
#[derive(QueryVariables, Clone, Debug)]
pub struct PersonByNameVariables<'a> {
    /// Name in any spelling.
    pub name: &'a str,
}

/// A person with co-stars.
#[derive(QueryFragment, Clone, Debug)]
#[cynic(graphql_type = "Query", variables = "PersonByNameVariables")]
pub struct PersonByName {
    /// The person, if the name is known.
    #[arguments(name: $name)]
    pub person: Option<Person>,
}

/// A person.
#[derive(QueryFragment, Clone, Debug)]
pub struct Person {
    /// Name in its commonest spelling.
    pub name: String,
    /// Movies in the catalogue.
    pub movie_count: i32,
    /// Most frequent co-stars.
    #[arguments(first: 5)]
    pub costars: Vec<Costar>,
}

/// Someone who appears in the same movies.
#[derive(QueryFragment, Clone, Debug)]
pub struct Costar {
    /// Movies together.
    pub together: i32,
    /// The other person.
    pub person: PersonName,
}

/// A person by name alone.
#[derive(QueryFragment, Clone, Debug)]
#[cynic(graphql_type = "Person")]
pub struct PersonName {
    /// Name in its commonest spelling.
    pub name: String,
}

/// Variables of [`Costars`].
#[derive(QueryVariables, Clone, Debug)]
pub struct CostarsVariables<'a> {
    /// Name of the first person.
    pub from: &'a str,
    /// Name of the last person.
    pub to: &'a str,
}

/// The shortest path of movies between two people.
#[derive(QueryFragment, Clone, Debug)]
#[cynic(graphql_type = "Query", variables = "CostarsVariables")]
pub struct Costars {
    /// The path, if there is one.
    #[arguments(from: $from, to: $to)]
    pub costars: Option<CostarPath>,
}

/// A path between two people.
#[derive(QueryFragment, Clone, Debug)]
pub struct CostarPath {
    /// Number of movies.
    pub length: i32,
    /// Movie by movie, each with the person it leads to.
    pub steps: Vec<CostarStep>,
}

/// One movie of a path.
#[derive(QueryFragment, Clone, Debug)]
pub struct CostarStep {
    /// The movie.
    pub movie: MovieSummary,
    /// The person it leads to.
    pub person: PersonName,
}

/// The catalogue.
#[derive(QueryFragment, Clone, Debug)]
#[cynic(graphql_type = "Query")]
pub struct Catalog {
    /// The catalogue.
    pub catalog: CatalogInfo,
}

/// State of the catalogue.
#[derive(QueryFragment, Clone, Debug)]
pub struct CatalogInfo {
    /// Engine that answers.
    pub engine: String,
    /// Number of movies.
    pub movies: i32,
    /// Time of the last change.
    pub as_of: DateTime,
}
