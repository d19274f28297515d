//! `search`: one look ahead over the selection set makes one question to the engine, and every field below picks
//! its part of the one answer by equal arguments.

use std::sync::Arc;

use async_graphql::{Context, Enum, Lookahead, Object, Result, SelectionField, SimpleObject};
use wikimovie_domain::{self as domain, HitsRequest, Question, SearchRequest};

use crate::{
    auth::AuthScope,
    error::{ApiError, ErrorCode},
    graphql::{
        facets::{MovieFacets, facet_request},
        hits::{MovieHitConnection, PageArguments, hits_request, page_arguments},
        inputs::MovieSort,
        result::SearchResult,
        scalars::SearchState,
        scope::{self, Needs},
    },
};

/// Most different pages of hits in one search.
pub(crate) const MAX_PAGES: usize = 4;

/// Asks the engine what the field now being resolved selects.
///
/// # Errors
/// As the engine, or `QUERY_TOO_COMPLEX` for too many pages or facets.
pub(crate) async fn search(ctx: &Context<'_>, question: Question) -> Result<MovieSearch, ApiError> {
    scope::scope(ctx).count_search()?;
    let request = look_ahead(ctx.field(), question)?;
    let answer = scope::catalog(ctx).search(request.clone()).await?;
    let mut result = SearchResult::new(request, answer)?;
    let path = ctx.path_node.map(async_graphql::QueryPathNode::to_string_vec).unwrap_or_default();
    scope::scope(ctx).warn(&path, std::mem::take(&mut result.warnings));
    Ok(MovieSearch(Arc::new(result)))
}

/// Reads from the selection set what is wanted. A field whose own arguments are wrong is left out: its resolver
/// will say so at the right place.
fn look_ahead(field: SelectionField<'_>, question: Question) -> Result<SearchRequest, ApiError> {
    let mut request = SearchRequest { question, ..SearchRequest::default() };
    for part in field.selection_set() {
        match part.name() {
            "hits" => {
                if let Some(Ok(page)) = page_arguments(part).map(PageArguments::page) {
                    add_page(&mut request.hits, hits_request(page, part));
                }
            }
            "facets" => {
                for field in part.selection_set() {
                    request.wanted.distinct |= Lookahead::from(field).field("distinct").exists();
                    if let Some(facet) = facet_request(field)
                        && !request.facets.contains(&facet)
                    {
                        request.facets.push(facet);
                    }
                }
            }
            "total" => request.wanted.total = true,
            "didYouMean" => request.wanted.did_you_mean = true,
            "relaxations" => request.wanted.relaxations = true,
            "explain" => request.wanted.explain = true,
            _ => {}
        }
    }
    let too_many = |what: &str, limit| {
        let message = format!("one search holds more than {limit} different {what}");
        Err(ApiError::new(ErrorCode::QueryTooComplex, message))
    };
    // Answers are picked by what was asked, so that the order of fields makes no other question.
    request.hits.sort_unstable();
    request.facets.sort_unstable();
    if request.hits.len() > MAX_PAGES {
        return too_many("pages of hits", MAX_PAGES);
    }
    if request.facets.len() > SearchRequest::MAX_FACETS {
        return too_many("facets", SearchRequest::MAX_FACETS);
    }
    Ok(request)
}

/// The same page under two names is asked once, with what either wants of it.
fn add_page(pages: &mut Vec<HitsRequest>, asked: HitsRequest) {
    match pages.iter_mut().find(|known| known.page == asked.page) {
        Some(known) => {
            known.highlights |= asked.highlights;
            known.reasons |= asked.reasons;
            known.cursors |= asked.cursors;
            known.page_info |= asked.page_info;
            known.parts = known.parts.or(asked.parts);
        }
        None => pages.push(asked),
    }
}

/// The answer to a search.
#[derive(Clone, Debug)]
pub(crate) struct MovieSearch(Arc<SearchResult>);

impl MovieSearch {
    fn seal(ctx: &Context<'_>, question: &Question) -> Result<SearchState> {
        Ok(scope::seal_state(ctx, question)?)
    }
}

/// The answer to one question: movies, counts, and how the question was understood. Only selected fields are computed,
/// and all of them from one consistent state of the catalogue.
#[Object]
impl MovieSearch {
    /// Text of the question; content of the search box when it is restored from a `state`.
    async fn text(&self) -> &str {
        &self.0.question.text
    }

    /// Order of the hits.
    async fn sort(&self) -> MovieSort {
        self.0.question.sort.into()
    }

    /// How many movies were found.
    async fn total(&self) -> Result<TotalCount> {
        let total =
            self.0.total.ok_or_else(|| ApiError::internal("a total was selected and not returned"))?;
        Ok(TotalCount { value: total.value, relation: total.relation.into() })
    }

    /// A page of the movies found. Without `first` or `last` a page has 20; aliases can request up to 4 different
    /// pages.
    async fn hits(
        &self,
        #[graphql(desc = "Number of movies from the start of the list or after `after`, 0 to 100.")]
        first: Option<i32>,
        #[graphql(desc = "Cursor after which the page starts; requires `first`.")] after: Option<String>,
        #[graphql(
            desc = "Number of movies from the end of the list or before `before`, 0 to 100; not together \
                    with `first`."
        )]
        last: Option<i32>,
        #[graphql(desc = "Cursor before which the page ends; requires `last`.")] before: Option<String>,
    ) -> Result<MovieHitConnection> {
        let page = PageArguments { first, after, last, before }.page()?;
        let found = self.0.pages.get(&page);
        Ok(found.ok_or_else(|| ApiError::internal("a page was selected and not requested"))?.clone())
    }

    /// Counts of the movies found by genre, person, director, language, country, decade, year and provider.
    async fn facets(&self) -> MovieFacets {
        MovieFacets(Arc::clone(&self.0))
    }

    /// Words of the text that were understood as a filter or a boost, such as a year, a genre or a person; each can be
    /// removed.
    async fn understood(&self) -> Vec<Understanding> {
        self.0.understood.iter().cloned().map(Understanding).collect()
    }

    /// Another spelling of the text that finds more; null where there is none.
    async fn did_you_mean(&self) -> Option<Correction> {
        self.0.did_you_mean.clone().map(Correction)
    }

    /// How much of the text the movies found meet. Where few movies meet all of it, those are found that meet most of it,
    /// and total, facets and pages are of those.
    async fn matching(&self) -> Matching {
        let matching = &self.0.matching;
        let count = |count: usize| i32::try_from(count).unwrap_or(i32::MAX);
        Matching {
            words: matching.words.clone(),
            of: count(matching.of),
            at_least: count(matching.at_least),
            weakest: matching.weakest.into(),
        }
    }

    /// Where little or nothing was found: parts of the question that can be dropped, with what is found then.
    async fn relaxations(&self) -> Vec<Relaxation> {
        self.0.relaxations.iter().cloned().map(Relaxation).collect()
    }

    /// State token of this question, to share it, restore it, or use it as a key.
    async fn state(&self, ctx: &Context<'_>) -> Result<SearchState> {
        Self::seal(ctx, &self.0.question)
    }

    /// How the engine executed the question, for tuning.
    #[graphql(guard = "Needs(AuthScope::Operator)")]
    async fn explain(&self) -> Option<Explain> {
        let explain = self.0.explain.as_ref().filter(|_| self.0.wanted.explain)?;
        Some(Explain {
            engine: explain.engine.clone(),
            took_micros: explain.took_us,
            plan: explain.plan.clone(),
        })
    }
}

/// How much of the text every movie found meets.
#[derive(Clone, Debug, SimpleObject)]
pub(crate) struct Matching {
    /// The pieces of the text that a movie should meet, as typed: words, names, years. Stop words and words such as `movie`
    /// are not among them.
    words: Vec<String>,
    /// Number of those pieces.
    of: i32,
    /// How many of them every movie found meets at least. Where it is less than `of`, `reasons` with the kind `MISSING` say
    /// what a movie lacks.
    at_least: i32,
    /// The weakest kind of match among the movies found. Weaker kinds are left out where stronger ones find enough.
    weakest: MatchKind,
}

/// Kinds of match of a word, strongest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "domain::MatchKind")]
pub(crate) enum MatchKind {
    /// In a title or a name of cast or directors, or as the year, genre or person that it is understood as.
    Exact,
    /// In summary, plot, keywords or a writer's name, or as the start of a word of a title or a name.
    Mention,
    /// With a typo.
    Typo,
}

/// A count of movies.
#[derive(Clone, Copy, Debug, SimpleObject)]
pub(crate) struct TotalCount {
    /// Number of movies.
    value: u64,
    /// Whether the number is exact.
    relation: TotalRelation,
}

/// Whether a count is exact.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "domain::TotalRelation")]
pub(crate) enum TotalRelation {
    /// The count is exact.
    Equal,
    /// The count is a lower bound.
    AtLeast,
}

/// A piece of text read as more than words.
#[derive(Clone, Debug)]
pub(crate) struct Understanding(domain::Understanding);

/// A part of the text that was understood as more than words: a chip to show, which can be removed.
#[Object]
impl Understanding {
    /// What it was understood as.
    async fn kind(&self) -> UnderstandingKind {
        self.0.kind.into()
    }

    /// The part of the text as typed.
    async fn typed(&self) -> &str {
        &self.0.typed
    }

    /// What it means, such as `1980s`, `Science Fiction` or `John Wayne`.
    async fn value(&self) -> &str {
        &self.0.value
    }

    /// What it does to the movies found.
    async fn effect(&self) -> UnderstandingEffect {
        self.0.effect.into()
    }

    /// The question without this part.
    async fn remove(&self, ctx: &Context<'_>) -> Result<SearchState> {
        MovieSearch::seal(ctx, &self.0.without)
    }
}

/// What a part of the text was understood as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "domain::UnderstandingKind")]
pub(crate) enum UnderstandingKind {
    /// One year.
    Year,
    /// From a year to a year.
    YearRange,
    /// A decade.
    Decade,
    /// A genre.
    Genre,
    /// A person of the catalogue.
    Person,
    /// A person of the catalogue who directs: one who is in no cast, or whom the text calls a director.
    Director,
    /// Words in quotes, which must occur exactly.
    Phrase,
    /// What must not occur: behind a minus, or behind a word such as `without`.
    Excluded,
    /// Words that name nothing of a movie, such as `movie`, `watch online` or `1080p`.
    Filler,
    /// A movie that others are wanted to be like: `movies like alien`.
    Similar,
}

/// What an understanding does to the movies found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "domain::UnderstandingEffect")]
pub(crate) enum UnderstandingEffect {
    /// Movies without it are not found.
    Filter,
    /// Movies with it come first.
    Boost,
    /// None: it is not searched for.
    Ignored,
}

/// Another spelling of the text.
#[derive(Clone, Debug)]
pub(crate) struct Correction(domain::Correction);

/// Another spelling of the text that finds more.
#[Object]
impl Correction {
    /// The text as it may have been meant.
    async fn text(&self) -> &str {
        &self.0.text
    }

    /// Number of movies that it finds.
    async fn total(&self) -> u64 {
        self.0.total
    }

    /// The question with that text.
    async fn state(&self, ctx: &Context<'_>) -> Result<SearchState> {
        MovieSearch::seal(ctx, &self.0.question)
    }
}

/// A part of the question that may be dropped.
#[derive(Clone, Debug)]
pub(crate) struct Relaxation(domain::Relaxation);

/// A part of the question that can be dropped to find more.
#[Object]
impl Relaxation {
    /// Which part would be dropped.
    async fn part(&self) -> RelaxedPart {
        self.0.part.into()
    }

    /// What would be dropped, as a person would call it: the word, or the values of the filter.
    async fn dropped(&self) -> &str {
        &self.0.dropped
    }

    /// Number of movies found without it.
    async fn total(&self) -> u64 {
        self.0.total
    }

    /// The question without it.
    async fn state(&self, ctx: &Context<'_>) -> Result<SearchState> {
        MovieSearch::seal(ctx, &self.0.question)
    }
}

/// A part of a question that can be dropped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "domain::RelaxedPart")]
pub(crate) enum RelaxedPart {
    /// A word of the text.
    Word,
    /// A person named in the text.
    Person,
    /// Another part of the text that was understood as more than words.
    Understood,
    /// The whole text.
    Text,
    /// Several parts at once.
    Several,
    /// The filter by genre.
    Genres,
    /// The filter by cast.
    Cast,
    /// The filter by directors.
    Directors,
    /// The filter by writers.
    Writers,
    /// The filter by language.
    Languages,
    /// The filter by country.
    Countries,
    /// The filter by runtime.
    Runtime,
    /// The filter by rating.
    Rating,
    /// The filter by title.
    Title,
    /// The filter by year.
    Year,
    /// The filter by decade.
    Decades,
    /// The filter by poster.
    HasPoster,
    /// The filter by provider.
    Providers,
}

/// How the engine executed a question.
#[derive(Clone, Debug, SimpleObject)]
pub(crate) struct Explain {
    /// Name of the engine: `embedded` or `elasticsearch`.
    engine: String,
    /// Time spent in the engine, in microseconds.
    took_micros: u64,
    /// The request as the engine received it, as JSON text. Its format is not part of this contract.
    plan: String,
}
