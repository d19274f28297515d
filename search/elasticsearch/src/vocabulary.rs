//! The vocabulary of the catalogue, counted by the cluster: every word, person, genre and provider with its movies.

use std::{collections::HashMap, sync::Arc};

use wikimovie_elasticsearch_dsl::{Aggregation, Aggregations, Query, Search, TrackTotalHits};
use wikimovie_engine::error::SearchError;
use wikimovie_plan::{
    WordField,
    vocabulary::{Entry, Vocabulary, VocabularyBuilder, WordCounts},
};

use super::{
    Shared,
    mapping::{self, field},
};

/// Values in one answer; engines allow 65,535.
const PAGE: usize = 10_000;

/// Name of the one aggregation of such a request.
const WALK: &str = "walk";

impl Shared {
    /// Counts the vocabulary of these movies, page by page.
    pub(super) async fn count_vocabulary(&self, among: &Query) -> Result<Vocabulary, SearchError> {
        let movies = self.search_alone(Search::count(among.clone())).await?.total();
        let mut words: HashMap<String, WordCounts> = HashMap::new();
        for word_field in [WordField::Title, WordField::Cast, WordField::Summary] {
            self.walk(among, mapping::word_twin(word_field), |word, count| {
                let counts = words.entry(word).or_default();
                match word_field {
                    WordField::Title => counts.title = count,
                    WordField::Cast => counts.cast = count,
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

    /// Tells every value of a field with its movies, in byte order.
    async fn walk(
        &self,
        among: &Query,
        field: &'static str,
        mut tell: impl FnMut(String, u32),
    ) -> Result<(), SearchError> {
        let mut after = None;
        loop {
            let walk = Aggregation::composite(field, PAGE, after.take());
            let search = Search {
                aggs: Aggregations::from([(WALK, walk)]),
                track_total_hits: TrackTotalHits::Exact(false),
                ..Search::new(among.clone())
            };
            let mut found = self.search_alone(search).await?;
            let Some(page) = found.aggregations.remove(WALK) else { return Ok(()) };
            let full = page.buckets.len() == PAGE;
            for bucket in page.buckets {
                tell(bucket.key.into_text(), u32::try_from(bucket.doc_count).unwrap_or(u32::MAX));
            }
            after = page.after_key.and_then(|mut key| key.remove(Aggregation::COMPOSITE_KEY));
            if !full || after.is_none() {
                return Ok(());
            }
        }
    }
}
