//! What was looked up and counted for one question: its levels and its groups ask for the same terms again and again.

use std::{cell::RefCell, collections::HashMap, rc::Rc};

use wikimovie_plan::Clause;

use super::{
    columns::Doc,
    doc_set::{DocSet, Union},
    snapshot::Snapshot,
};

/// Where the documents of some clauses are so few of the catalogue, they are counted in a list.
const FEW_OF: usize = 64;
/// Counts that are compared at a time.
const AT_A_TIME: usize = 64;

/// See the module. `'a` is the snapshot that is asked.
#[derive(Default)]
pub(super) struct Known<'a> {
    looked_up: RefCell<HashMap<Clause, Rc<DocSet<'a>>>>,
    counted: RefCell<Vec<(Vec<Clause>, Rc<KnownCounts>)>>,
}

impl<'a> Known<'a> {
    /// The documents of a clause, looked up where they are not known.
    pub(super) fn looked_up(
        &self,
        clause: &Clause,
        look_up: impl FnOnce() -> tantivy::Result<DocSet<'a>>,
    ) -> tantivy::Result<Rc<DocSet<'a>>> {
        if let Some(known) = self.looked_up.borrow().get(clause) {
            return Ok(Rc::clone(known));
        }
        let found = Rc::new(look_up()?);
        self.looked_up.borrow_mut().insert(clause.clone(), Rc::clone(&found));
        Ok(found)
    }

    /// How many of some clauses each document meets.
    pub(super) fn counted(
        &self,
        snapshot: &'a Snapshot,
        clauses: &[Clause],
    ) -> tantivy::Result<Rc<KnownCounts>> {
        let known =
            self.counted.borrow().iter().find(|(of, _)| of == clauses).map(|(_, known)| Rc::clone(known));
        if let Some(known) = known {
            return Ok(known);
        }
        let met = clauses.iter().map(|clause| snapshot.eval(clause, self));
        let counts = Rc::new(KnownCounts::of(&met.collect::<tantivy::Result<Vec<_>>>()?, snapshot.rows()));
        self.counted.borrow_mut().push((clauses.to_vec(), Rc::clone(&counts)));
        Ok(counts)
    }
}

/// How many of some sets hold each document.
pub(super) enum KnownCounts {
    /// Of each document.
    All(Vec<u8>),
    /// Of those that any set holds, in order.
    Some(Vec<(Doc, u8)>),
}

impl KnownCounts {
    fn of(sets: &[Rc<DocSet<'_>>], rows: usize) -> Self {
        let all: usize = sets.iter().map(|set| set.len()).sum();
        if all > rows / FEW_OF {
            let mut counts = vec![0_u8; rows];
            for set in sets {
                set.for_each(|doc| counts[doc as usize] = counts[doc as usize].saturating_add(1));
            }
            return Self::All(counts);
        }
        let mut docs = Vec::with_capacity(all);
        sets.iter().for_each(|set| set.for_each(|doc| docs.push(doc)));
        docs.sort_unstable();
        let runs = docs.chunk_by(|a, b| a == b);
        Self::Some(runs.map(|run| (run[0], u8::try_from(run.len()).unwrap_or(u8::MAX))).collect())
    }

    /// The documents that so many sets hold at least.
    pub(super) fn at_least<'a>(&self, least: usize, rows: usize) -> DocSet<'a> {
        match self {
            Self::Some(counts) => counts
                .iter()
                .filter(|&&(_, count)| usize::from(count) >= least)
                .map(|&(doc, _)| doc)
                .collect(),
            Self::All(counts) => {
                let mut found = Union::new(rows);
                let mut first: Doc = 0;
                // Of most documents none has enough: many are compared at once.
                for counts in counts.chunks(AT_A_TIME) {
                    if usize::from(counts.iter().fold(0, |most, &count| most.max(count))) >= least {
                        let docs = (first..).zip(counts).filter(|&(_, &count)| usize::from(count) >= least);
                        docs.for_each(|(doc, _)| found.push(doc));
                    }
                    first += AT_A_TIME as Doc;
                }
                found.finish()
            }
        }
    }
}
