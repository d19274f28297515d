//! The vocabulary of the catalogue, counted by the cluster: every word, person, genre and provider with its movies.

use std::{collections::HashMap, sync::Arc};

use wikimovie_elasticsearch_dsl::{Aggregation, Aggregations, Query, Search, TrackTotalHits};
use wikimovie_engine::error::SearchError;
use wikimovie_plan::{
    WordField,
    rules::Rules,
    vocabulary::{Entry, RoleCounts, Vocabulary, VocabularyBuilder, WordCounts},
};

use crate::{
    mapping::{self, field},
    records::{CAST_ONLY, roles_of},
    searcher::Searcher,
};

/// Values in one answer; engines allow 65,535.
const PAGE: usize = 10_000;

/// Name of the one aggregation of such a request, and of the one source of its values.
const WALK: &str = "walk";
const VALUE: &str = "value";

/// EntryList read in the order of their keys, each in its commonest spelling; of equals the first in byte order.
#[derive(Debug, Default)]
struct EntryList {
    done: Vec<Entry>,
    /// Movies of the commonest spelling of the last entry.
    best: u32,
    /// The spelling read last, and its movies: one spelling may come several times, by roles.
    spelled: (String, u32),
}

impl EntryList {
    fn add(&mut self, key: &str, name: &str, movies: u32) {
        match self.done.last_mut().filter(|last| last.key == key) {
            Some(entry) => {
                entry.movies += movies;
                if self.spelled.0 == name {
                    self.spelled.1 += movies;
                } else {
                    self.spelled = (name.to_owned(), movies);
                }
                if self.spelled.1 > self.best {
                    self.best = self.spelled.1;
                    name.clone_into(&mut entry.name);
                }
            }
            None => {
                self.done.push(Entry { key: key.to_owned(), name: name.to_owned(), movies });
                self.spelled = (name.to_owned(), movies);
                self.best = movies;
            }
        }
    }

    fn finish(self) -> Vec<Entry> {
        self.done
    }
}

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
        for word_field in WordField::ALL {
            self.walk(among, mapping::word_twin(word_field), |word, count| {
                words.entry(word).or_default().add(word_field, count);
            })
            .await?;
        }
        let (people, roles) = self.people(among).await?;
        // Each of them is a page or two; the long walks above take turns, so that they are no load for the node.
        let (genres, languages, countries, providers) = futures::try_join!(
            self.entries(among, field::GENRE_NAME),
            self.entries(among, field::LANGUAGE_NAME),
            self.entries(among, field::COUNTRY_NAME),
            self.providers(among),
        )?;
        Ok(VocabularyBuilder::new(movies)
            .words(words)
            .people(people)
            .roles(roles)
            .genres(genres)
            .languages(languages)
            .countries(countries)
            .providers(providers)
            .rules(Arc::clone(&self.rules))
            .build())
    }

    async fn providers(&self, among: &Query) -> Result<Vec<Entry>, SearchError> {
        let mut providers = Vec::new();
        self.walk(among, field::PROVIDER, |name, movies| {
            providers.push(Entry { key: name.clone(), name, movies });
        })
        .await?;
        Ok(providers)
    }

    /// Values that are one by their key.
    async fn entries(&self, among: &Query, field: &'static str) -> Result<Vec<Entry>, SearchError> {
        let mut entries = EntryList::default();
        self.walk(among, field, |value, count| {
            let (key, name) = value.split_once('\0').unwrap_or((&value, &value));
            entries.add(key, name, count);
        })
        .await?;
        Ok(entries.finish())
    }

    /// Everyone, and the movies by role of those who direct or write.
    async fn people(&self, among: &Query) -> Result<(Vec<Entry>, Vec<(String, RoleCounts)>), SearchError> {
        let mut entries = EntryList::default();
        // By place in the list.
        let mut roles: Vec<RoleCounts> = Vec::new();
        self.walk(among, field::PERSON_NAME, |value, count| {
            let (key, spelled) = value.split_once('\0').unwrap_or((&value, &value));
            let (name, marks) = spelled.split_once('\0').unwrap_or((spelled, CAST_ONLY));
            entries.add(key, name, count);
            roles.resize(entries.done.len(), RoleCounts::default());
            if let Some(counts) = roles.last_mut() {
                roles_of(marks).for_each(|role| counts.add(role, count));
            }
        })
        .await?;
        let entries = entries.finish();
        let others =
            entries.iter().zip(roles).filter(|(_, counts)| counts.directed > 0 || counts.written > 0);
        let roles = others.map(|(entry, counts)| (entry.key.clone(), counts)).collect();
        Ok((entries, roles))
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
