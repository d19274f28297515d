//! Example questions: a search with facets and highlights, a restored state, suggestions, a movie, a person, a path
//! between two people, and the catalogue. Take what you need and leave out what you do not: the gateway computes
//! only what is selected.

use cynic::{Enum, Id, InlineFragments, InputObject, QueryFragment, QueryVariables, Scalar};

/// What the schema defines, for the derives below.
#[cynic::schema("wikimovie")]
#[expect(unreachable_pub, reason = "generated: all of it is public, and only the derives see it")]
mod schema {}

/// Opaque token of a question: comes from an answer, goes back into [`Restore`].
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
}

/// Which movies may be found. `None` constrains nothing.
#[derive(InputObject, Clone, Debug, Default)]
pub struct MovieWhere {
    /// By genre.
    #[cynic(skip_serializing_if = "Option::is_none")]
    pub genres: Option<ValueMatch>,
    /// By person.
    #[cynic(skip_serializing_if = "Option::is_none")]
    pub cast: Option<ValueMatch>,
    /// By year.
    #[cynic(skip_serializing_if = "Option::is_none")]
    pub year: Option<YearRange>,
    /// By first year of a decade (1980), any of them.
    #[cynic(skip_serializing_if = "Option::is_none")]
    pub decades: Option<Vec<i32>>,
    /// Movies that this filter finds are left out.
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

/// Variables of [`Search`]; `None` is left out.
#[derive(QueryVariables, Clone, Debug, Default)]
pub struct SearchVariables<'a> {
    /// What a person typed.
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
    /// Cursor to start behind.
    #[cynic(skip_serializing_if = "Option::is_none")]
    pub after: Option<&'a str>,
}

/// A search with highlights and the genres of what it found.
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

/// How many.
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
    /// Where the page stands.
    pub page_info: PageInfo,
}

/// Where a page stands in its list.
#[derive(QueryFragment, Clone, Debug)]
pub struct PageInfo {
    /// Whether something stands before it.
    pub has_previous_page: bool,
    /// Whether something stands behind it.
    pub has_next_page: bool,
    /// Cursor of its last item.
    pub end_cursor: Option<String>,
}

/// A movie found.
#[derive(QueryFragment, Clone, Debug)]
pub struct MovieHit {
    /// The movie.
    pub node: MovieSummary,
    /// Texts with the words found in them.
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

/// A text and the places of the words in it.
#[derive(QueryFragment, Clone, Debug)]
pub struct TextMatch {
    /// Plain text.
    pub text: String,
    /// Escaped HTML with `<mark>`.
    pub html: String,
    /// Places in UTF-16 code units: convert before slicing a Rust string.
    pub spans: Vec<Span>,
}

/// A part of a text, in UTF-16 code units.
#[derive(QueryFragment, Clone, Copy, Debug)]
pub struct Span {
    /// First unit.
    pub start: i32,
    /// One past the last unit.
    pub end: i32,
}

/// Counts of what was found.
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
    /// The question with it turned on or off, for [`Restore`].
    pub toggle: SearchState,
}

/// Variables of [`Restore`].
#[derive(QueryVariables, Clone, Debug)]
pub struct RestoreVariables {
    /// Token of the question.
    pub state: SearchState,
}

/// A question asked again by its token.
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
    /// What stands in the box.
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

/// What may be meant.
#[derive(InlineFragments, Clone, Debug)]
pub enum Suggestion {
    /// A movie.
    MovieSuggestion(MovieSuggestion),
    /// A person.
    PersonSuggestion(PersonSuggestion),
    /// Something else: a genre, a decade, or a kind that came after this client.
    #[cynic(fallback)]
    Other,
}

/// A movie that may be meant.
#[derive(QueryFragment, Clone, Debug)]
pub struct MovieSuggestion {
    /// Title.
    pub text: String,
    /// The movie.
    pub movie: MovieSummary,
}

/// A person who may be meant.
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

/// A movie and those most like it.
#[derive(QueryFragment, Clone, Debug)]
#[cynic(graphql_type = "Query", variables = "MovieByIdVariables")]
pub struct MovieById {
    /// The movie, if there is one.
    #[arguments(id: $id)]
    pub movie: Option<Movie>,
}

/// A movie with all that a page about it shows.
#[derive(QueryFragment, Clone, Debug)]
pub struct Movie {
    /// Title.
    pub title: String,
    /// Names in billing order.
    pub cast: Vec<String>,
    /// What it is about.
    pub summary: Option<String>,
    /// Movies most like it.
    #[arguments(first: 6)]
    pub similar: Vec<MovieSummary>,
    /// Where the record came from.
    pub provenance: Provenance,
}

/// Where a record came from.
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

/// A person and who they appear with.
#[derive(QueryFragment, Clone, Debug)]
#[cynic(graphql_type = "Query", variables = "PersonByNameVariables")]
pub struct PersonByName {
    /// The person, if anybody is called so.
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
    /// Who they appear with most.
    #[arguments(first: 5)]
    pub costars: Vec<Costar>,
}

/// Someone who appears in the same movies.
#[derive(QueryFragment, Clone, Debug)]
pub struct Costar {
    /// Movies together.
    pub together: i32,
    /// Who.
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
    /// Who the path starts with.
    pub from: &'a str,
    /// Who the path ends with.
    pub to: &'a str,
}

/// The fewest movies that connect two people.
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

/// What the catalogue holds.
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
    /// Movies that can be found.
    pub movies: i32,
    /// When it last changed.
    pub as_of: DateTime,
}
