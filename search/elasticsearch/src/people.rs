//! People and how they are connected, by questions over the casts.

use std::collections::{BTreeSet, HashSet};

use wikimovie_domain::{Costar, CostarPath, CostarStep, PersonSummary};
use wikimovie_elasticsearch_dsl::{Aggregation, Aggregations, Query, Search, Sort, Source, TermsOrder};
use wikimovie_engine::error::SearchError;
use wikimovie_text as text;

use crate::{compile::any_value, mapping::field, reader::Reader, response::movies, view::View};

/// Most people that one question names or is answered with; engines allow 65,535.
const MOST_PEOPLE: usize = 60_000;

/// Name of the one aggregation.
const PEOPLE: &str = "people";

/// The person with this key, as the catalogue's vocabulary has them.
pub(crate) fn summary(view: &View, key: &str) -> Option<PersonSummary> {
    let entry = view.vocabulary.person(key)?;
    Some(PersonSummary { key: entry.key.clone(), name: entry.name.clone(), movies: u64::from(entry.movies) })
}

impl Reader<'_> {
    /// Who appears with a person: most movies together first, then by key.
    pub(crate) async fn costars(&self, name: &str, first: usize) -> Result<Vec<Costar>, SearchError> {
        let view = self.view;
        let key = text::key(name);
        if first == 0 || view.vocabulary.person(&key).is_none() {
            return Ok(Vec::new());
        }
        // The person is the first of those found, or one of them where others share every movie.
        let counted = self.people_with(std::slice::from_ref(&key), first + 1).await?;
        let costar = |(other, together): (String, u64)| {
            let person = summary(view, &other).unwrap_or_else(|| PersonSummary {
                name: other.clone(),
                key: other,
                movies: together,
            });
            Costar { person, together }
        };
        Ok(counted.into_iter().filter(|(other, _)| *other != key).take(first).map(costar).collect())
    }

    /// People of the movies that any of these appear in, most movies first, then by key.
    async fn people_with(&self, keys: &[String], size: usize) -> Result<Vec<(String, u64)>, SearchError> {
        let counts = Aggregation::terms(field::CAST, size, TermsOrder::Count, None, None);
        let search = Search {
            aggs: Aggregations::from([(PEOPLE, counts)]),
            ..Search::new(any_value(field::CAST, keys))
        };
        let found = self.ask(vec![search]).await?.pop();
        let counted = found.and_then(|mut found| found.aggregations.remove(PEOPLE));
        let buckets = counted.map(|counted| counted.buckets).unwrap_or_default();
        Ok(buckets.into_iter().map(|bucket| (bucket.key.into_text(), bucket.doc_count)).collect())
    }

    /// Everyone one movie away from any of these.
    async fn neighbours(&self, keys: &BTreeSet<String>) -> Result<BTreeSet<String>, SearchError> {
        let keys: Vec<String> = keys.iter().take(MOST_PEOPLE).cloned().collect();
        let found = self.people_with(&keys, MOST_PEOPLE).await?;
        Ok(found.into_iter().map(|(key, _)| key).collect())
    }

    /// A shortest chain of movies between two people; see the embedded engine for the choice among equals. Layers of
    /// people are asked from both ends until they meet, the smaller one next.
    pub(crate) async fn costar_path(&self, from: &str, to: &str) -> Result<Option<CostarPath>, SearchError> {
        let view = self.view;
        let (Some(start), Some(goal)) = (summary(view, &text::key(from)), summary(view, &text::key(to)))
        else {
            return Ok(None);
        };
        let Some(layers) = self.layers(&start.key, &goal.key).await? else { return Ok(None) };
        let mut steps = Vec::new();
        let mut person = start.key.clone();
        for layer in layers.into_iter().skip(1) {
            let near = self.neighbours(&BTreeSet::from([person.clone()])).await?;
            let Some(next) = near.intersection(&layer).next().cloned() else { return Ok(None) };
            let Some(movie) = self.together(&person, &next).await? else { return Ok(None) };
            let summary = summary(view, &next).unwrap_or_else(|| PersonSummary {
                key: next.clone(),
                name: next.clone(),
                movies: 1,
            });
            steps.push(CostarStep { movie, person: summary });
            person = next;
        }
        Ok(Some(CostarPath { from: start, to: goal, steps }))
    }

    /// For each step of the shortest chains the people who stand there on any of them, both ends included.
    async fn layers(&self, start: &str, goal: &str) -> Result<Option<Vec<BTreeSet<String>>>, SearchError> {
        let one = |key: &str| vec![BTreeSet::from([key.to_owned()])];
        let (mut ahead, mut back) = (one(start), one(goal));
        let (mut seen_ahead, mut seen_back) =
            (HashSet::from([start.to_owned()]), HashSet::from([goal.to_owned()]));
        loop {
            let (Some(a), Some(b)) = (ahead.last(), back.last()) else { return Ok(None) };
            let meeting: BTreeSet<String> = a.intersection(b).cloned().collect();
            if !meeting.is_empty() {
                return self.narrowed(ahead, back, meeting).await.map(Some);
            }
            if a.is_empty() || b.is_empty() {
                return Ok(None);
            }
            let (layers, seen) =
                if a.len() <= b.len() { (&mut ahead, &mut seen_ahead) } else { (&mut back, &mut seen_back) };
            let Some(last) = layers.last() else { return Ok(None) };
            let mut next = self.neighbours(last).await?;
            next.retain(|key| !seen.contains(key));
            seen.extend(next.iter().cloned());
            layers.push(next);
        }
    }

    /// Layers of which each member is one movie away from a member of the layers beside.
    async fn narrowed(
        &self,
        mut ahead: Vec<BTreeSet<String>>,
        mut back: Vec<BTreeSet<String>>,
        meeting: BTreeSet<String>,
    ) -> Result<Vec<BTreeSet<String>>, SearchError> {
        for side in [&mut ahead, &mut back] {
            let last = side.len() - 1;
            meeting.clone_into(&mut side[last]);
            for at in (1..last).rev() {
                let near = self.neighbours(&side[at + 1]).await?;
                side[at].retain(|key| near.contains(key));
            }
        }
        back.pop();
        ahead.extend(back.into_iter().rev());
        Ok(ahead)
    }

    /// The first movie in title order with both.
    async fn together(
        &self,
        one: &str,
        other: &str,
    ) -> Result<Option<wikimovie_domain::MovieId>, SearchError> {
        let both = [one, other].map(|key| Query::term(field::CAST, key.to_owned()));
        let search = Search {
            size: 1,
            sort: vec![Sort::asc(field::ORDER)],
            source: Source::Whole(true),
            ..Search::new(Query::all_of(both.into()))
        };
        let found = self.ask(vec![search]).await?.pop().map(movies).transpose()?;
        Ok(found.and_then(|movies| movies.into_iter().next()).map(|movie| movie.id))
    }
}
