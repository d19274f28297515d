//! The vocabulary of the catalogue, counted by the cluster: every word, person, genre and provider with its movies.

use std::{collections::HashMap, sync::Arc};

use wikimovie_elasticsearch_dsl::{Aggregation, Aggregations, Query, Search, TrackTotalHits};
use wikimovie_engine::error::SearchError;
use wikimovie_plan::{
    WordField,
    rules::Rules,
    vocabulary::{Entry, Vocabulary, VocabularyBuilder, WordCounts},
};

use crate::{
    mapping::{self, field},
    searcher::Searcher,
};

/// Values in one answer; engines allow 65,535.
const PAGE: usize = 10_000;

/// Name of the one aggregation of such a request, and of the one source of its values.
const WALK: &str = "walk";
const VALUE: &str = "value";

/// Counts vocabularies. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct VocabularyCounter {
    searcher: Searcher,
    rules: Arc<Rules>,
}

impl VocabularyCounter {
    /// One that adds these synonyms and pins.
    pub(crate) fn new(searcher: Searcher, rules: Arc<Rules>) -> Self {
        Self { searcher, rules }
    }

    /// Counts the vocabulary of these movies, page by page.
    pub(crate) async fn count(&self, among: &Query) -> Result<Vocabulary, SearchError> {
        let movies = self.searcher.search_alone(Search::count(among.clone())).await?.total();
        let mut words: HashMap<String, WordCounts> = HashMap::new();
        for word_field in [WordField::Title, WordField::People, WordField::Summary] {
            self.walk(among, mapping::word_twin(word_field), |word, count| {
                let counts = words.entry(word).or_default();
                match word_field {
                    WordField::Title => counts.title = count,
                    WordField::People => counts.people = count,
                    WordField::Summary => counts.summary = count,
                }
            })
            .await?;
        }
        let mut providers = Vec::new();
        self.walk(among, field::PROVIDER, |name, movies| {
            providers.push(Entry { key: name.clone(), name, movies });
        })
        .await?;
        Ok(VocabularyBuilder::new(movies)
            .words(words)
            .people(self.entries(among, field::PERSON_NAME).await?)
            .genres(self.entries(among, field::GENRE_NAME).await?)
            .providers(providers)
            .rules(Arc::clone(&self.rules))
            .build())
    }

    /// Values that are one by their key, each in its commonest spelling; of equals the first in byte order.
    async fn entries(&self, among: &Query, field: &'static str) -> Result<Vec<Entry>, SearchError> {
        let mut entries: Vec<(Entry, u32)> = Vec::new();
        self.walk(among, field, |spelled, count| {
            let (key, name) = spelled.split_once('\0').unwrap_or((&spelled, &spelled));
            match entries.last_mut().filter(|(entry, _)| entry.key == key) {
                Some((entry, best)) => {
                    entry.movies += count;
                    if count > *best {
                        *best = count;
                        name.clone_into(&mut entry.name);
                    }
                }
                None => {
                    entries.push((Entry { key: key.to_owned(), name: name.to_owned(), movies: count }, count))
                }
            }
        })
        .await?;
        Ok(entries.into_iter().map(|(entry, _)| entry).collect())
    }

    /// Hands over every value of a field with its movies, in byte order.
    async fn walk(
        &self,
        among: &Query,
        field: &'static str,
        mut add: impl FnMut(String, u32),
    ) -> Result<(), SearchError> {
        let mut after = None;
        loop {
            let walk = Aggregation::composite([(VALUE, field)], PAGE, after.take());
            let search = Search {
                aggs: Aggregations::from([(WALK, walk)]),
                track_total_hits: TrackTotalHits::Exact(false),
                ..Search::new(among.clone())
            };
            let mut found = self.searcher.search_alone(search).await?;
            let Some(page) = found.aggregations.remove(WALK) else { return Ok(()) };
            let full = page.buckets.len() == PAGE;
            for bucket in page.buckets {
                add(bucket.key.into_text(), u32::try_from(bucket.doc_count).unwrap_or(u32::MAX));
            }
            after = page.after_key;
            if !full || after.is_none() {
                return Ok(());
            }
        }
    }
}
