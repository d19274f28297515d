//! Suggestions while a person types: at most two searches in one request; in a second one, where nothing is found without
//! typos.

use std::collections::HashMap;

use wikimovie_domain::{
    AutocompleteRequest, MovieSort, PageRequest, Question, Role, SearchRequest, Suggestion,
};
use wikimovie_elasticsearch_dsl::{
    Aggregation, AggregationResults, Aggregations, BucketValue, Query, Search,
};
use wikimovie_engine::error::SearchError;
use wikimovie_plan::{
    compile::count_plan,
    prefix::compile_prefix,
    suggest::Typos,
    suggestions::{Candidates, Counts},
    vocabulary::{Entry, Vocabulary},
    work::Work,
};

use crate::{
    compile::{self, YEARS},
    mapping::field,
    reader::Reader,
    response::movies,
    view::View,
};

/// Names of what is counted under the current filters.
const PEOPLE: [(Role, &str); 3] =
    [(Role::Cast, "cast"), (Role::Director, "directors"), (Role::Writer, "writers")];
const GENRES: &str = "genres";

impl Reader<'_> {
    pub(crate) async fn autocomplete(
        &self,
        request: &AutocompleteRequest,
    ) -> Result<Vec<Suggestion>, SearchError> {
        for typos in Typos::PASSES {
            let found = self.suggestions(request, typos).await?;
            if !found.is_empty() {
                return Ok(found);
            }
        }
        Ok(Vec::new())
    }

    async fn suggestions(
        &self,
        request: &AutocompleteRequest,
        typos: Typos,
    ) -> Result<Vec<Suggestion>, SearchError> {
        let view = self.view;
        let vocabulary = &view.vocabulary;
        let asked = request.clone();
        let read = move |view: &View, _: &Work| {
            let request = &asked;
            let candidates = Candidates::of(request, &view.vocabulary, typos)?;
            Some((candidates, compile_prefix(&request.prefix, &request.filter, &view.vocabulary, typos)))
        };
        let Some((candidates, compiled)) = self.read(read).await? else { return Ok(Vec::new()) };
        let mut searches = Vec::new();
        if candidates.movies {
            let page = wikimovie_domain::HitsRequest {
                page_info: false,
                ..wikimovie_domain::HitsRequest::plain(PageRequest::first(request.first))
            };
            let asked = SearchRequest {
                question: Question { sort: MovieSort::Relevance, ..Question::default() },
                hits: vec![page],
                ..SearchRequest::default()
            };
            let found = compile::compile(&compiled.plan, &asked, &[None], view.sizes()).searches;
            searches.extend(found.into_iter().map(|search| Search { sort: compile::by_known(), ..search }));
        }
        let filter = Question { filter: request.filter.clone(), ..Question::default() };
        let under = compile::everything(&count_plan(&filter, vocabulary, &Work::default()));
        // Without a filter the vocabulary has all counts but those of decades.
        let unfiltered = under == Query::ALL;
        let counted = candidates.needs_counts() && (!unfiltered || !candidates.decades.is_empty());
        if counted {
            let aggs = aggregations(&candidates, vocabulary, unfiltered);
            searches.push(Search { aggs, ..Search::new(under) });
        }
        let mut found = if searches.is_empty() { Vec::new() } else { self.ask(searches).await? };
        let aggregations = if counted { found.pop().map(|found| found.aggregations) } else { None };
        let movies = found.pop().map(movies).transpose()?.unwrap_or_default();
        let counts = Under::new(vocabulary, aggregations.unwrap_or_default(), unfiltered);
        Ok(candidates.suggestions(request, &compiled, movies, vocabulary, &counts))
    }
}

fn aggregations(candidates: &Candidates, vocabulary: &Vocabulary, unfiltered: bool) -> Aggregations {
    let keys = |places: &[usize], entries: &[Entry]| -> Vec<String> {
        places.iter().filter_map(|&at| entries.get(at)).map(|entry| entry.key.clone()).collect()
    };
    let mut aggs = Aggregations::new();
    for (role, name) in PEOPLE.into_iter().filter(|_| !unfiltered) {
        let mut keys = keys(&candidates.people, vocabulary.people());
        keys.retain(|key| vocabulary.roles(key).main() == role);
        if !keys.is_empty() {
            aggs.insert(name, Aggregation::counts_of(compile::person(role), keys));
        }
    }
    if !candidates.genres.is_empty() && !unfiltered {
        let keys = keys(&candidates.genres, vocabulary.genres());
        aggs.insert(GENRES, Aggregation::counts_of(field::GENRE, keys));
    }
    if !candidates.decades.is_empty() {
        aggs.insert(YEARS, compile::by_year());
    }
    aggs
}

/// Movies under the current filters.
struct Under<'a> {
    vocabulary: &'a Vocabulary,
    /// By role.
    people: [HashMap<String, u64>; 3],
    genres: HashMap<String, u64>,
    decades: HashMap<i64, u64>,
    unfiltered: bool,
}

impl<'a> Under<'a> {
    fn new(vocabulary: &'a Vocabulary, mut counted: AggregationResults, unfiltered: bool) -> Self {
        let mut by_key = |name: &str| -> HashMap<String, u64> {
            let buckets = counted.remove(name).map(|counted| counted.buckets).unwrap_or_default();
            buckets.into_iter().map(|bucket| (bucket.key.into_text(), bucket.doc_count)).collect()
        };
        let (people, genres) = (PEOPLE.map(|(_, name)| by_key(name)), by_key(GENRES));
        let mut decades = HashMap::new();
        for bucket in counted.remove(YEARS).map(|counted| counted.buckets).unwrap_or_default() {
            if let BucketValue::Number(year) = bucket.key {
                *decades.entry(year / 10 * 10).or_default() += bucket.doc_count;
            }
        }
        Self { vocabulary, people, genres, decades, unfiltered }
    }
}

impl Counts for Under<'_> {
    fn person(&self, at: usize, role: Role) -> u64 {
        let Some(Entry { key, .. }) = self.vocabulary.people().get(at) else { return 0 };
        if self.unfiltered {
            return u64::from(self.vocabulary.roles(key).of(role));
        }
        self.people[role as usize].get(key).copied().unwrap_or(0)
    }

    fn genre(&self, at: usize) -> u64 {
        match self.vocabulary.genres().get(at) {
            Some(entry) if self.unfiltered => u64::from(entry.movies),
            Some(entry) => self.genres.get(&entry.key).copied().unwrap_or(0),
            None => 0,
        }
    }

    fn decade(&self, from: i64) -> u64 {
        self.decades.get(&from).copied().unwrap_or(0)
    }
}
