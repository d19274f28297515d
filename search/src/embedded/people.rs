//! People and how they are connected: the graph of casts, held in the snapshot as two lists.

use std::collections::VecDeque;

use wikimovie_domain::{Costar, CostarPath, CostarStep, PersonSummary};

use super::snapshot::{Doc, Snapshot};
use crate::{text, vocabulary::Entry};

impl Snapshot {
    /// Place of a person by any spelling of the name.
    pub(super) fn person(&self, name: &str) -> Option<usize> {
        self.vocabulary.person_ord(&text::key(name))
    }

    pub(super) fn person_summary(&self, person: usize) -> PersonSummary {
        let Entry { key, name, movies } = self.vocabulary.people()[person].clone();
        PersonSummary { key, name, movies: u64::from(movies) }
    }

    /// Who appears with a person: most movies together first, then by key.
    pub(super) fn costars(&self, name: &str, first: usize) -> Vec<Costar> {
        let Some(person) = self.person(name) else { return Vec::new() };
        let mut together: Vec<u32> = self
            .person_docs
            .get(person)
            .iter()
            .flat_map(|&doc| self.people.get(doc as usize))
            .copied()
            .filter(|&other| other as usize != person)
            .collect();
        together.sort_unstable();
        // Entries are sorted by key, so equal counts stay in key order under a stable sort.
        let mut counted: Vec<(u64, u32)> =
            together.chunk_by(|a, b| a == b).map(|run| (run.len() as u64, run[0])).collect();
        counted.sort_by_key(|&(count, _)| std::cmp::Reverse(count));
        counted.truncate(first);
        counted
            .into_iter()
            .map(|(together, other)| Costar { person: self.person_summary(other as usize), together })
            .collect()
    }

    /// A shortest chain of movies between two people, by breadth-first search over casts. Among equals it goes
    /// through the person and movie met first, which is the same on every run over the same catalogue.
    pub(super) fn costar_path(&self, from: &str, to: &str) -> tantivy::Result<Option<CostarPath>> {
        let (Some(start), Some(goal)) = (self.person(from), self.person(to)) else { return Ok(None) };
        let Some(chain) = self.chain(start, goal) else { return Ok(None) };
        let steps = chain
            .into_iter()
            .map(|(doc, person)| {
                Ok(CostarStep { movie: self.movie(doc)?.id, person: self.person_summary(person as usize) })
            })
            .collect::<tantivy::Result<_>>()?;
        Ok(Some(CostarPath { from: self.person_summary(start), to: self.person_summary(goal), steps }))
    }

    fn chain(&self, start: usize, goal: usize) -> Option<Vec<(Doc, u32)>> {
        const UNSEEN: u32 = u32::MAX;
        // For each person the movie and person through which the search came.
        let mut came_by = vec![(UNSEEN, UNSEEN); self.vocabulary.people().len()];
        let mut seen_movies = self.none();
        let mut queue = VecDeque::from([start as u32]);
        came_by[start] = (0, start as u32);
        while came_by[goal].1 == UNSEEN {
            let person = queue.pop_front()?;
            let mut docs = self.person_docs.get(person as usize).to_vec();
            // Documents are numbered as they were written; by rank the walk is a function of the catalogue.
            docs.sort_unstable_by_key(|&doc| self.rank[doc as usize]);
            for doc in docs {
                if seen_movies.put(doc as usize) {
                    continue;
                }
                for &other in self.people.get(doc as usize) {
                    if came_by[other as usize].1 == UNSEEN {
                        came_by[other as usize] = (doc, person);
                        queue.push_back(other);
                    }
                }
            }
        }
        let mut chain = Vec::new();
        let mut person = goal as u32;
        while person as usize != start {
            let (doc, previous) = came_by[person as usize];
            chain.push((doc, person));
            person = previous;
        }
        chain.reverse();
        Some(chain)
    }
}
