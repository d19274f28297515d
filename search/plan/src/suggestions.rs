//! Suggestions from what an engine found and counted, shared by all engines.

use wikimovie_domain::{
    AutocompleteRequest, FacetField, Highlight, Movie, Question, SearchField, Suggested, Suggestion,
    SuggestionKind,
};
use wikimovie_text as text;

use crate::{
    compile::Compiled,
    highlight::{highlight_suggestion, highlight_text},
    toggle::toggle_value,
    vocabulary::{Entry, Vocabulary},
};

/// Maximum of candidate people per keystroke; under a filter most of them may have no hit.
const PEOPLE_CANDIDATES: usize = 500;

/// Maximum of genres and decades among suggestions of several kinds, so that they do not crowd out the rest.
const FEW: usize = 2;

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
    kinds: usize,
}

/// Counts of movies under the current filters.
pub trait Counts {
    /// By the person at this index of the vocabulary.
    fn person(&self, at: usize) -> u64;
    /// By the genre at this index.
    fn genre(&self, at: usize) -> u64;
    /// By the decade with this first year.
    fn decade(&self, from: i64) -> u64;
}

impl Candidates {
    /// Candidates for the text; none if nothing is typed or requested.
    pub fn of(request: &AutocompleteRequest, vocabulary: &Vocabulary) -> Option<Self> {
        if request.first == 0 || text::key(&request.prefix).is_empty() {
            return None;
        }
        let all =
            [SuggestionKind::Movie, SuggestionKind::Person, SuggestionKind::Genre, SuggestionKind::Decade];
        let kinds = if request.kinds.is_empty() { &all[..] } else { &request.kinds[..] };
        let wants = |kind| kinds.contains(&kind);
        let places = |found: Vec<(usize, u32)>| found.into_iter().map(|(at, _)| at).collect();
        let mut candidates =
            Self { movies: wants(SuggestionKind::Movie), kinds: kinds.len(), ..Self::default() };
        if wants(SuggestionKind::Person) {
            candidates.people = places(vocabulary.suggest_people(&request.prefix, PEOPLE_CANDIDATES));
        }
        if wants(SuggestionKind::Genre) {
            candidates.genres = places(vocabulary.suggest_genres(&request.prefix, request.first));
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
        let movies = movies.into_iter().map(|movie| movie_suggestion(request, compiled, movie)).collect();
        let people = self.people.iter().filter_map(|&at| {
            let Entry { name, .. } = vocabulary.people().get(at)?;
            let suggested = Suggested::Person { name: name.clone() };
            let highlight = highlight_suggestion(SearchField::Cast, name, &request.prefix);
            facet_suggestion(request, FacetField::Cast, name, suggested, highlight, counts.person(at))
        });
        let genres = self.genres.iter().filter_map(|&at| {
            let Entry { name, .. } = vocabulary.genres().get(at)?;
            let suggested = Suggested::Genre { name: name.clone() };
            let highlight = highlight_suggestion(SearchField::Genres, name, &request.prefix);
            facet_suggestion(request, FacetField::Genres, name, suggested, highlight, counts.genre(at))
        });
        let decades = self.decades.iter().filter_map(|&from| {
            let shown = [from.to_string().as_str(), "s"].concat();
            let highlight = highlight_suggestion(SearchField::Year, &shown, &request.prefix);
            let suggested = Suggested::Decade { from };
            let count = counts.decade(from);
            facet_suggestion(request, FacetField::Decades, &from.to_string(), suggested, highlight, count)
        });
        let mut short: Vec<Suggestion> = genres.chain(decades.take(request.first)).collect();
        if self.kinds > 1 {
            short.truncate(FEW);
        }
        let people = people.take(request.first).collect();
        interleave(short, movies, people, &text::key(&request.prefix), request.first)
    }
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

/// A suggestion that adds a value to the current filter; none if that would find nothing.
fn facet_suggestion(
    request: &AutocompleteRequest,
    field: FacetField,
    value: &str,
    suggested: Suggested,
    highlight: Highlight,
    count: u64,
) -> Option<Suggestion> {
    let current = Question { filter: request.filter.clone(), ..Question::default() };
    (count > 0).then(|| Suggestion {
        suggested,
        highlight,
        count,
        question: toggle_value(&current, field, value),
    })
}

/// Genres and decades first, then movies and people in turn; better matches (the whole text, its start, a word's
/// start) before worse ones, and room left for both kinds.
fn interleave(
    short: Vec<Suggestion>,
    movies: Vec<Suggestion>,
    people: Vec<Suggestion>,
    typed: &str,
    first: usize,
) -> Vec<Suggestion> {
    let quality = |suggestion: &Suggestion| {
        let key = text::key(&suggestion.highlight.text);
        let bare = text::stop::without_article(&key).unwrap_or(&key);
        if key == typed || bare == typed {
            3
        } else if key.starts_with(typed) || bare.starts_with(typed) {
            2
        } else {
            u8::from(!suggestion.highlight.spans.is_empty())
        }
    };
    let ranked = |list: Vec<Suggestion>, turn: u8| {
        list.into_iter()
            .enumerate()
            .map(move |(place, suggestion)| (place, turn, suggestion))
            .collect::<Vec<_>>()
    };
    let mut turns = ranked(movies, 0);
    turns.extend(ranked(people, 1));
    turns.sort_by_key(|(place, turn, suggestion)| (std::cmp::Reverse(quality(suggestion)), *place, *turn));
    short.into_iter().chain(turns.into_iter().map(|(.., suggestion)| suggestion)).take(first).collect()
}
