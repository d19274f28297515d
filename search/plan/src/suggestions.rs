//! Suggestions from what an engine found and counted, shared by all engines.

use wikimovie_domain::{
    AutocompleteRequest, FacetField, Highlight, Movie, Question, Role, SearchField, Suggested, Suggestion,
    SuggestionKind,
};
use wikimovie_text as text;

use crate::{
    compile::Compiled,
    highlight::{highlight_suggestion, highlight_text},
    rank,
    suggest::{Fit, Typos},
    toggle::with_value,
    vocabulary::{Entry, Vocabulary},
};

/// Maximum of candidate people per keystroke; under a filter most of them may have no hit.
const PEOPLE_CANDIDATES: usize = 500;

/// Maximum of genres and decades among suggestions of several kinds, so that they do not crowd out the rest.
const FEW: usize = 2;

/// Of four suggestions one may be no movie where titles start as typed: so a title that is suggested stays so.
const MOVIES_TO_OTHERS: usize = 4;

/// Movies of a person for whom a movie makes room.
const SOME_MOVIES: u32 = 3;

/// What whole words of a name are worth beside how well known the person is.
const WORDS_BONUS: u32 = 200;

/// Candidates for suggestions, before anything is counted: indices into the vocabulary, best first.
#[derive(Clone, Debug, Default)]
pub struct Candidates {
    /// Whether movies are requested.
    pub movies: bool,
    /// Indices of people.
    pub people: Vec<usize>,
    /// Indices of genres.
    pub genres: Vec<usize>,
    /// First years of decades.
    pub decades: Vec<i64>,
    /// How the people fit.
    fits: Vec<Fit>,
    kinds: usize,
}

/// Counts of movies under the current filters.
pub trait Counts {
    /// With the person at this index of the vocabulary in a role.
    fn person(&self, at: usize, role: Role) -> u64;
    /// By the genre at this index.
    fn genre(&self, at: usize) -> u64;
    /// By the decade with this first year.
    fn decade(&self, from: i64) -> u64;
}

impl Candidates {
    /// Candidates for the text; none if no word is typed or nothing requested.
    pub fn of(request: &AutocompleteRequest, vocabulary: &Vocabulary, typos: Typos) -> Option<Self> {
        if request.first == 0 || text::joined(&request.prefix).is_empty() {
            return None;
        }
        let all =
            [SuggestionKind::Movie, SuggestionKind::Person, SuggestionKind::Genre, SuggestionKind::Decade];
        let kinds = if request.kinds.is_empty() { &all[..] } else { &request.kinds[..] };
        let wants = |kind| kinds.contains(&kind);
        let mut candidates =
            Self { movies: wants(SuggestionKind::Movie), kinds: kinds.len(), ..Self::default() };
        if wants(SuggestionKind::Person) {
            let people = vocabulary.suggest_people(&request.prefix, PEOPLE_CANDIDATES, typos);
            (candidates.people, candidates.fits) = people.into_iter().unzip();
        }
        if wants(SuggestionKind::Genre) {
            let genres = vocabulary.suggest_genres(&request.prefix, request.first, typos);
            candidates.genres = genres.into_iter().map(|(at, _)| at).collect();
        }
        if wants(SuggestionKind::Decade) {
            candidates.decades = text::suggest_decades(&request.prefix);
        }
        Some(candidates)
    }

    /// Whether anything must be counted.
    pub fn needs_counts(&self) -> bool {
        !(self.people.is_empty() && self.genres.is_empty() && self.decades.is_empty())
    }

    /// The suggestions, best first, each with a hit under the filters.
    pub fn suggestions(
        &self,
        request: &AutocompleteRequest,
        compiled: &Compiled,
        movies: Vec<Movie>,
        vocabulary: &Vocabulary,
        counts: &impl Counts,
    ) -> Vec<Suggestion> {
        let typed = Typed::new(&request.prefix);
        let movies = movies.into_iter().map(|movie| typed.rank(movie_suggestion(request, compiled, movie)));
        let people = self.people.iter().zip(&self.fits).filter_map(|(&at, &fit)| {
            let Entry { name, movies, .. } = vocabulary.people().get(at)?;
            let role = vocabulary.roles_at(at).main();
            let suggested = Suggested::Person { name: name.clone() };
            let field = field_of(role);
            let highlight = highlight_suggestion(field, name, &request.prefix);
            let count = counts.person(at, role);
            let suggestion = suggestion(suggested, highlight, count, || match role {
                Role::Cast => with_facet(request, FacetField::Cast, name),
                Role::Director => with_facet(request, FacetField::Directors, name),
                Role::Writer => with_writer(request, name),
            })?;
            let bonus = if fit >= Fit::Words { WORDS_BONUS } else { 0 };
            Some(Ranked { rank: person_rank(*movies) + bonus, is_start: false, suggestion })
        });
        let genres = self.genres.iter().filter_map(|&at| {
            let Entry { name, .. } = vocabulary.genres().get(at)?;
            let suggested = Suggested::Genre { name: name.clone() };
            let highlight = highlight_suggestion(SearchField::Genres, name, &request.prefix);
            let count = counts.genre(at);
            suggestion(suggested, highlight, count, || with_facet(request, FacetField::Genres, name))
        });
        let decades = self.decades.iter().filter_map(|&from| {
            let shown = [from.to_string().as_str(), "s"].concat();
            let highlight = highlight_suggestion(SearchField::Year, &shown, &request.prefix);
            let suggested = Suggested::Decade { from };
            let count = counts.decade(from);
            let decade = from.to_string();
            suggestion(suggested, highlight, count, || with_facet(request, FacetField::Decades, &decade))
        });
        let mut short: Vec<Suggestion> = genres.chain(decades.take(request.first)).collect();
        if self.kinds > 1 {
            short.truncate(FEW);
        }
        let room = request.first.saturating_sub(short.len());
        let others = (request.first / MOVIES_TO_OTHERS).saturating_sub(short.len()).max(1);
        // Of all who fit, so that their number only falls while letters are added, and no movie has to leave.
        let is_known = |at: &&usize| vocabulary.people().get(**at).is_some_and(|p| p.movies >= SOME_MOVIES);
        let others = self.people.iter().filter(is_known).take(others).count();
        let best = best_of(movies.collect(), people.take(room).collect(), room, others);
        short.truncate(request.first);
        short.extend(best);
        short
    }
}

/// A suggestion and how much it is expected.
struct Ranked {
    rank: u32,
    /// Whether it is a movie whose title starts with what was typed.
    is_start: bool,
    suggestion: Suggestion,
}

/// What was typed, as titles are compared with it.
struct Typed {
    key: String,
    chars: usize,
    spellings: Vec<String>,
}

impl Typed {
    fn new(prefix: &str) -> Self {
        let key = text::key(prefix);
        Self { chars: key.chars().count(), spellings: text::title_normal_forms(prefix), key }
    }

    /// Movies whose titles start so come by how well known they are, less for all that would be left to type; others
    /// behind them.
    fn rank(&self, suggestion: Suggestion) -> Ranked {
        /// Points that a title is worth less when what is left to type is e times as long, in units of `STEP`.
        const LEFT_WEIGHT: f64 = 150.0;
        const STEP: f64 = 4.0;
        /// What a title that only has the words somewhere is worth less.
        const INSIDE: u32 = 250;
        let Suggested::Movie(movie) = &suggestion.suggested else {
            return Ranked { rank: 0, is_start: false, suggestion };
        };
        let title = text::title_key(&movie.title);
        let rest = |title: &str| title.strip_prefix(&self.key).map(|rest| rest.chars().count());
        let left = rest(&title).or_else(|| rest(text::stop::without_article(&title)?));
        let is_form =
            || text::title_normal_forms(&movie.title).iter().any(|form| self.spellings.contains(form));
        let left = left.or_else(|| is_form().then_some(0));
        let is_start = left.is_some();
        let left = left.unwrap_or_else(|| title.chars().count().saturating_sub(self.chars));
        let cost =
            LEFT_WEIGHT * (left as f64 / STEP).ln_1p() + if is_start { 0.0 } else { f64::from(INSIDE) };
        // The cast cuts off what is below zero.
        let rank = (f64::from(rank::prior(movie)) - cost) as u32;
        Ranked { rank, is_start, suggestion }
    }
}

/// How much a person is expected, by the number of movies, on the scale of movies: one of 60 movies is above any but the
/// best known movies, one of three among the least.
fn person_rank(movies: u32) -> u32 {
    const FIRST: f64 = 350.0;
    const PER_STEP: f64 = 130.0;
    ((FIRST + PER_STEP * f64::from(movies.max(1)).ln()) as u32).min(rank::MAX_PRIOR)
}

/// The best of movies and people, best first; both are in the order in which they may be left out. Movies whose titles
/// start as typed leave room for `others` people; what room is left is for the best of the rest.
fn best_of(movies: Vec<Ranked>, people: Vec<Ranked>, room: usize, others: usize) -> Vec<Suggestion> {
    let (mut best, mut rest): (Vec<Ranked>, Vec<Ranked>) =
        movies.into_iter().partition(|movie| movie.is_start);
    let others = others.min(people.len());
    let mut people = people.into_iter();
    // One title is compared with one person where there is room for one suggestion.
    rest.extend(best.split_off(best.len().min(room.saturating_sub(others).max(1))));
    best.extend(people.by_ref().take(others));
    rest.extend(people);
    sort(&mut rest);
    best.extend(rest.into_iter().take(room.saturating_sub(best.len())));
    sort(&mut best);
    best.into_iter().take(room).map(|ranked| ranked.suggestion).collect()
}

/// Best first; equals stay as they are.
fn sort(list: &mut [Ranked]) {
    list.sort_by_key(|ranked| std::cmp::Reverse(ranked.rank));
}

fn movie_suggestion(request: &AutocompleteRequest, compiled: &Compiled, movie: Movie) -> Suggestion {
    Suggestion {
        highlight: highlight_text(SearchField::Title, &movie.title, &compiled.highlight_terms),
        count: 1,
        question: Question {
            text: movie.title.clone(),
            filter: request.filter.clone(),
            ..Question::default()
        },
        suggested: Suggested::Movie(Box::new(movie)),
    }
}

/// A suggestion; none if its question would find nothing.
fn suggestion(
    suggested: Suggested,
    highlight: Highlight,
    count: u64,
    question: impl FnOnce() -> Question,
) -> Option<Suggestion> {
    (count > 0).then(|| Suggestion { suggested, highlight, count, question: question() })
}

/// The question that adds a value to the current filter.
fn with_facet(request: &AutocompleteRequest, field: FacetField, value: &str) -> Question {
    with_value(&Question { filter: request.filter.clone(), ..Question::default() }, field, value)
}

/// The question that adds a writer to the current filter.
fn with_writer(request: &AutocompleteRequest, name: &str) -> Question {
    let mut filter = request.filter.clone();
    let is_named = filter.writers.any_of.iter().any(|other| text::key(other) == text::key(name));
    if !is_named {
        filter.writers.any_of.push(name.to_owned());
    }
    Question { filter, ..Question::default() }
}

/// The field that holds the names of people in a role.
fn field_of(role: Role) -> SearchField {
    match role {
        Role::Cast => SearchField::Cast,
        Role::Director => SearchField::Directors,
        Role::Writer => SearchField::Writers,
    }
}
