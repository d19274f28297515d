//! Suggestions while a person types, each with a hit under the current filters.

use wikimovie_domain::{
    AutocompleteRequest, FacetField, Highlight, MovieSort, PageRequest, Question, SearchField, Suggested,
    Suggestion, SuggestionKind,
};

use super::{
    eval::{Bits, Matched},
    paging::Order,
    snapshot::Snapshot,
};
use crate::{
    error::SearchError,
    plan::compile::{self, Compiled},
    text::{
        self,
        highlight::{highlight_suggestion, highlight_text},
    },
    toggle::toggle_value,
    vocabulary::Entry,
};

/// People looked at for one keystroke; under a filter most of them may have no hit.
const PEOPLE_CANDIDATES: usize = 500;

/// Most genres and decades among suggestions of several kinds: there are few, and they would crowd out the rest.
const FEW: usize = 2;

impl Snapshot {
    pub(super) fn autocomplete(&self, request: &AutocompleteRequest) -> Result<Vec<Suggestion>, SearchError> {
        let all =
            [SuggestionKind::Movie, SuggestionKind::Person, SuggestionKind::Genre, SuggestionKind::Decade];
        let kinds = if request.kinds.is_empty() { &all[..] } else { &request.kinds[..] };
        let wants = |kind| kinds.contains(&kind);
        if request.first == 0 || text::key(&request.prefix).is_empty() {
            return Ok(Vec::new());
        }
        let compiled = compile::compile_prefix(&request.prefix, &request.filter, &self.vocabulary);
        let filtered = compile::compile(
            &Question { filter: request.filter.clone(), ..Question::default() },
            &self.vocabulary,
        );
        let under = Matched::of(self, &filtered.plan.must, &filtered.plan.drill)?.hits;

        let movies = if wants(SuggestionKind::Movie) {
            self.movie_suggestions(request, &compiled)?
        } else {
            Vec::new()
        };
        let people =
            if wants(SuggestionKind::Person) { self.person_suggestions(request, &under) } else { Vec::new() };
        let mut short = Vec::new();
        if wants(SuggestionKind::Genre) {
            short.extend(self.genre_suggestions(request, &under));
        }
        if wants(SuggestionKind::Decade) {
            short.extend(self.decade_suggestions(request, &under));
        }
        if kinds.len() > 1 {
            short.truncate(FEW);
        }
        Ok(interleave(short, movies, people, &text::key(&request.prefix), request.first))
    }

    fn movie_suggestions(
        &self,
        request: &AutocompleteRequest,
        compiled: &Compiled,
    ) -> Result<Vec<Suggestion>, SearchError> {
        let hits = Matched::of(self, &compiled.plan.must, &compiled.plan.drill)?.hits;
        let scores = self.scores(&compiled.plan.score, &hits)?;
        let order = Order { snapshot: self, sort: MovieSort::Relevance, scores: &scores };
        let page = order.page(&hits, &PageRequest::first(request.first), None);
        page.docs
            .into_iter()
            .map(|doc| {
                let movie = self.movie(doc)?;
                Ok(Suggestion {
                    highlight: highlight_text(SearchField::Title, &movie.title, &compiled.typed),
                    count: 1,
                    question: Question {
                        text: movie.title.clone(),
                        filter: request.filter.clone(),
                        ..Question::default()
                    },
                    suggested: Suggested::Movie(Box::new(movie)),
                })
            })
            .collect()
    }

    fn person_suggestions(&self, request: &AutocompleteRequest, under: &Bits) -> Vec<Suggestion> {
        let found = self.vocabulary.suggest_people(&request.prefix, PEOPLE_CANDIDATES);
        found
            .into_iter()
            .filter_map(|(person, _)| {
                let entry = &self.vocabulary.people()[person];
                let count = count(self.person_docs.get(person), under);
                let suggested = Suggested::Person { name: entry.name.clone() };
                let highlight = highlight_suggestion(SearchField::Cast, &entry.name, &request.prefix);
                facet_suggestion(request, FacetField::Cast, &entry.name, suggested, highlight, count)
            })
            .take(request.first)
            .collect()
    }

    fn genre_suggestions(&self, request: &AutocompleteRequest, under: &Bits) -> Vec<Suggestion> {
        let found = self.vocabulary.suggest_genres(&request.prefix, request.first);
        found
            .into_iter()
            .filter_map(|(genre, _)| {
                let Entry { name, .. } = &self.vocabulary.genres()[genre];
                let count = count(self.genre_docs.get(genre), under);
                let highlight = highlight_suggestion(SearchField::Genres, name, &request.prefix);
                facet_suggestion(
                    request,
                    FacetField::Genres,
                    name,
                    Suggested::Genre { name: name.clone() },
                    highlight,
                    count,
                )
            })
            .collect()
    }

    fn decade_suggestions(&self, request: &AutocompleteRequest, under: &Bits) -> Vec<Suggestion> {
        let found = text::suggest_decades(&request.prefix);
        found
            .into_iter()
            .filter_map(|from| {
                let in_decade = |doc: &usize| i64::from(self.year[*doc]) / 10 * 10 == from;
                let count = under.ones().filter(in_decade).count() as u64;
                let shown = [from.to_string().as_str(), "s"].concat();
                let highlight = highlight_suggestion(SearchField::Year, &shown, &request.prefix);
                facet_suggestion(
                    request,
                    FacetField::Decades,
                    &from.to_string(),
                    Suggested::Decade { from },
                    highlight,
                    count,
                )
            })
            .take(request.first)
            .collect()
    }
}

fn count(docs: &[u32], under: &Bits) -> u64 {
    docs.iter().filter(|&&doc| under.contains(doc as usize)).count() as u64
}

/// A suggestion that adds a value to the current filter; none where that would find nothing.
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
