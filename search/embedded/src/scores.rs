//! Points of the hits of a question.

use wikimovie_plan::Group;

use super::{
    columns::Doc,
    doc_set::{Bits, DocSet},
    known::Known,
    snapshot::Snapshot,
};

/// Points are kept by hit where the hits are so small a part of all documents.
const FEW_OF: usize = 8;

/// Points by hit, or by document where the hits are many.
#[derive(Debug, Default)]
pub(super) enum Scores {
    /// Of no hit.
    #[default]
    None,
    /// Of each of these documents, which are in order.
    List(Vec<Doc>, Vec<u32>),
    /// Of each document.
    All(Vec<u32>),
}

impl Scores {
    /// Points of a hit; 0 of anything else.
    pub(super) fn get(&self, doc: Doc) -> u32 {
        match self {
            Self::None => 0,
            Self::List(docs, points) => docs.binary_search(&doc).map_or(0, |at| points[at]),
            Self::All(points) => points.get(doc as usize).copied().unwrap_or(0),
        }
    }

    /// The same of the hit at a place among all hits in order.
    pub(super) fn at(&self, place: usize, doc: Doc) -> u32 {
        match self {
            Self::List(docs, points) => {
                debug_assert_eq!(docs.get(place), Some(&doc), "scores are of other hits");
                points.get(place).copied().unwrap_or(0)
            }
            _ => self.get(doc),
        }
    }
}

impl Snapshot {
    /// Points of each hit.
    pub(super) fn scores<'a>(
        &'a self,
        groups: &[Group],
        hits: &DocSet<'a>,
        known: &Known<'a>,
    ) -> tantivy::Result<Scores> {
        match hits {
            _ if groups.is_empty() || hits.is_empty() => Ok(Scores::None),
            DocSet::List(docs) => self.scores_of_few(groups, docs.to_vec(), known),
            DocSet::Bits(bits) if bits.count_ones(..) < self.rows() / FEW_OF => {
                self.scores_of_few(groups, bits.ones().map(|row| row as Doc).collect(), known)
            }
            DocSet::Bits(hits) => self.scores_of_many(groups, hits, known),
        }
    }

    fn scores_of_few<'a>(
        &'a self,
        groups: &[Group],
        hits: Vec<Doc>,
        known: &Known<'a>,
    ) -> tantivy::Result<Scores> {
        let mut points = vec![0_u32; hits.len()];
        // The last group, counted from 1, of which each hit has points.
        let mut met = vec![0_usize; hits.len()];
        for (group, number) in groups.iter().zip(1..) {
            let mut open = hits.len();
            for tier in &group.tiers {
                let mut add = |at: usize| {
                    if std::mem::replace(&mut met[at], number) != number {
                        points[at] += tier.weight;
                        open -= 1;
                    }
                };
                match &*self.eval(&tier.clause, known)? {
                    DocSet::List(docs) if docs.len() < hits.len() => {
                        let mut from = 0;
                        for &doc in &**docs {
                            from += hits[from..].partition_point(|&hit| hit < doc);
                            if hits.get(from) == Some(&doc) {
                                add(from);
                            }
                        }
                    }
                    set => (0..hits.len()).filter(|&at| set.contains(hits[at])).for_each(add),
                }
                if open == 0 {
                    break;
                }
            }
        }
        Ok(Scores::List(hits, points))
    }

    fn scores_of_many<'a>(
        &'a self,
        groups: &[Group],
        hits: &Bits,
        known: &Known<'a>,
    ) -> tantivy::Result<Scores> {
        let mut points = vec![0_u32; self.rows()];
        for group in groups {
            let mut open = hits.clone();
            for tier in &group.tiers {
                match &*self.eval(&tier.clause, known)? {
                    DocSet::List(docs) => {
                        for &doc in docs.iter().filter(|&&doc| open.contains(doc as usize)) {
                            points[doc as usize] += tier.weight;
                        }
                        docs.iter().for_each(|&doc| open.set(doc as usize, false));
                    }
                    DocSet::Bits(met) => {
                        for row in met.intersection(&open) {
                            points[row] += tier.weight;
                        }
                        open.difference_with(met);
                    }
                }
            }
        }
        Ok(Scores::All(points))
    }
}
