//! People and how they are connected: the graph of casts, held in the snapshot as two lists.

use std::collections::VecDeque;

use fixedbitset::FixedBitSet;
use wikimovie_domain::{Costar, CostarPath, CostarStep, PersonSummary};
use wikimovie_plan::vocabulary::Entry;
use wikimovie_text as text;

use super::{columns::Doc, snapshot::Snapshot};

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
            .cast_docs
            .get(person)
            .iter()
            .flat_map(|&doc| self.cast.get(doc as usize))
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

    /// A shortest chain of movies between two people. Of equal chains it goes through the person of the first key
    /// at each step, and of their movies together through the first in title order: a function of the catalogue.
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
        let to_goal = self.steps_to(goal, start)?;
        let mut chain = Vec::new();
        let mut person = start;
        while person != goal {
            let docs = self.cast_docs.get(person);
            let nearer =
                |&other: &u32| to_goal[other as usize].is_some_and(|to| Some(to + 1) == to_goal[person]);
            let next =
                docs.iter().flat_map(|&doc| self.cast.get(doc as usize)).copied().filter(nearer).min()?;
            let together = docs.iter().filter(|&&doc| self.cast.get(doc as usize).contains(&next));
            chain.push((*together.min_by_key(|&&doc| self.rank[doc as usize])?, next));
            person = next as usize;
        }
        Some(chain)
    }

    /// Movies between each person and the goal, by breadth-first search over casts until the start is met.
    fn steps_to(&self, goal: usize, start: usize) -> Option<Vec<Option<u32>>> {
        let mut steps = vec![None; self.vocabulary.people().len()];
        let mut seen_movies = FixedBitSet::with_capacity(self.rows());
        let mut queue = VecDeque::from([goal]);
        steps[goal] = Some(0);
        while steps[start].is_none() {
            let person = queue.pop_front()?;
            let further = steps[person].map(|steps| steps + 1);
            for &doc in self.cast_docs.get(person) {
                if seen_movies.put(doc as usize) {
                    continue;
                }
                for &other in self.cast.get(doc as usize) {
                    if steps[other as usize].is_none() {
                        steps[other as usize] = further;
                        queue.push_back(other as usize);
                    }
                }
            }
        }
        Some(steps)
    }
}
