//! Sets of documents, sized by what they hold: a sorted list where they are few, bits where they are many.

use std::borrow::Cow;

use fixedbitset::FixedBitSet;

use super::columns::Doc;

/// The documents of a snapshot as bits.
pub(super) type Bits = FixedBitSet;

/// So many times longer a list is searched by halves for each document of the other.
const MUCH_LONGER: usize = 16;
/// A list of so large a part of all documents is put in order by setting bits.
const SORTED_BY_BITS: usize = 512;
/// Documents that are few in any catalogue.
const LEAST_FEW: usize = 4;

/// Whether so many of so many documents are better listed: from here on bits take less memory.
fn is_few(documents: usize, rows: usize) -> bool {
    documents <= rows / (u32::BITS as usize) + LEAST_FEW
}

/// A set of documents; `'a` is the snapshot, of which it may be a part.
#[derive(Clone, Debug)]
pub(super) enum DocSet<'a> {
    /// In order, each once.
    List(Cow<'a, [Doc]>),
    /// One bit a document.
    Bits(Cow<'a, Bits>),
}

impl Default for DocSet<'_> {
    fn default() -> Self {
        Self::List(Cow::Borrowed(&[]))
    }
}

impl<'a> DocSet<'a> {
    /// The set of these bits.
    pub(super) fn of_bits(bits: &'a Bits) -> Self {
        Self::Bits(Cow::Borrowed(bits))
    }

    /// The set of these documents, in order, each once.
    pub(super) fn of_list(docs: &'a [Doc]) -> Self {
        Self::List(Cow::Borrowed(docs))
    }

    /// Number of documents.
    pub(super) fn len(&self) -> usize {
        match self {
            Self::List(docs) => docs.len(),
            Self::Bits(bits) => bits.count_ones(..),
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        match self {
            Self::List(docs) => docs.is_empty(),
            Self::Bits(bits) => bits.is_clear(),
        }
    }

    pub(super) fn contains(&self, doc: Doc) -> bool {
        match self {
            Self::List(docs) => docs.binary_search(&doc).is_ok(),
            Self::Bits(bits) => bits.contains(doc as usize),
        }
    }

    /// Visits the documents in order.
    pub(super) fn for_each(&self, mut visit: impl FnMut(Doc)) {
        match self {
            Self::List(docs) => docs.iter().copied().for_each(visit),
            Self::Bits(bits) => bits.ones().for_each(|row| visit(row as Doc)),
        }
    }

    /// The documents for which this holds.
    pub(super) fn filtered(&self, mut holds: impl FnMut(Doc) -> bool) -> Self {
        match self {
            Self::List(docs) => docs.iter().copied().filter(|&doc| holds(doc)).collect(),
            Self::Bits(bits) => {
                let mut union = Union::new(bits.len());
                bits.ones().map(|row| row as Doc).filter(|&doc| holds(doc)).for_each(|doc| union.push(doc));
                union.finish()
            }
        }
    }

    /// What both hold.
    pub(super) fn and(&self, other: &Self) -> Self {
        match (self, other) {
            (Self::List(one), Self::List(two)) => common(one, two).into_iter().collect(),
            (Self::List(docs), Self::Bits(bits)) | (Self::Bits(bits), Self::List(docs)) => {
                docs.iter().copied().filter(|&doc| bits.contains(doc as usize)).collect()
            }
            (Self::Bits(one), Self::Bits(two)) => {
                let mut both = one.clone().into_owned();
                both.intersect_with(two);
                Self::sized(both)
            }
        }
    }

    /// What only the first holds.
    pub(super) fn without(&self, other: &Self) -> Self {
        match (self, other) {
            (Self::List(docs), _) => docs.iter().copied().filter(|&doc| !other.contains(doc)).collect(),
            (Self::Bits(bits), Self::Bits(other)) => {
                let mut rest = bits.clone().into_owned();
                rest.difference_with(other);
                Self::sized(rest)
            }
            (Self::Bits(bits), Self::List(docs)) => {
                let mut rest = bits.clone().into_owned();
                docs.iter().for_each(|&doc| rest.remove(doc as usize));
                Self::Bits(Cow::Owned(rest))
            }
        }
    }

    /// The documents as bits.
    pub(super) fn to_bits(&self, rows: usize) -> Bits {
        match self {
            Self::Bits(bits) => bits.clone().into_owned(),
            Self::List(docs) => {
                let mut bits = Bits::with_capacity(rows);
                docs.iter().for_each(|&doc| bits.insert(doc as usize));
                bits
            }
        }
    }

    /// The documents in order.
    #[cfg(test)]
    pub(super) fn to_list(&self) -> Cow<'_, [Doc]> {
        match self {
            Self::List(docs) => Cow::Borrowed(docs),
            Self::Bits(bits) => bits.ones().map(|row| row as Doc).collect(),
        }
    }

    /// These bits, as a list where they are few.
    fn sized(bits: Bits) -> Self {
        if is_few(bits.count_ones(..), bits.len()) {
            bits.ones().map(|row| row as Doc).collect()
        } else {
            Self::Bits(Cow::Owned(bits))
        }
    }
}

impl FromIterator<Doc> for DocSet<'_> {
    /// The documents must come in order, each once.
    fn from_iter<I: IntoIterator<Item = Doc>>(docs: I) -> Self {
        Self::List(Cow::Owned(docs.into_iter().collect()))
    }
}

/// What two sorted lists share.
fn common(one: &[Doc], two: &[Doc]) -> Vec<Doc> {
    let (short, mut long) = if one.len() <= two.len() { (one, two) } else { (two, one) };
    let by_halves = long.len() > MUCH_LONGER * short.len();
    let mut both = Vec::with_capacity(short.len());
    for &doc in short {
        let before = if by_halves {
            long.partition_point(|&other| other < doc)
        } else {
            long.iter().take_while(|&&other| other < doc).count()
        };
        long = &long[before..];
        if long.first() == Some(&doc) {
            both.push(doc);
        }
    }
    both
}

/// Collects documents, in any order and perhaps several times.
pub(super) struct Union {
    rows: usize,
    list: Vec<Doc>,
    is_sorted: bool,
    bits: Option<Bits>,
}

impl Union {
    /// Of a snapshot with so many documents.
    pub(super) fn new(rows: usize) -> Self {
        Self { rows, list: Vec::new(), is_sorted: true, bits: None }
    }

    pub(super) fn push(&mut self, doc: Doc) {
        if let Some(bits) = &mut self.bits {
            bits.insert(doc as usize);
            return;
        }
        self.is_sorted &= self.list.last().is_none_or(|&last| last < doc);
        self.list.push(doc);
        if !is_few(self.list.len(), self.rows) {
            self.spill();
        }
    }

    pub(super) fn extend(&mut self, docs: &[Doc]) {
        if self.bits.is_none() && !is_few(self.list.len() + docs.len(), self.rows) {
            self.spill();
        }
        docs.iter().for_each(|&doc| self.push(doc));
    }

    pub(super) fn add(&mut self, set: &DocSet<'_>) {
        match set {
            DocSet::List(docs) => self.extend(docs),
            DocSet::Bits(more) => {
                self.spill();
                if let Some(bits) = &mut self.bits {
                    bits.union_with(more);
                }
            }
        }
    }

    fn spill(&mut self) {
        let rows = self.rows;
        let bits = self.bits.get_or_insert_with(|| Bits::with_capacity(rows));
        self.list.drain(..).for_each(|doc| bits.insert(doc as usize));
    }

    pub(super) fn finish<'a>(mut self) -> DocSet<'a> {
        if let Some(bits) = self.bits {
            return DocSet::Bits(Cow::Owned(bits));
        }
        if !self.is_sorted {
            if self.list.len() > self.rows / SORTED_BY_BITS {
                self.spill();
                return self.finish();
            }
            self.list.sort_unstable();
            self.list.dedup();
        }
        DocSet::List(Cow::Owned(self.list))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROWS: usize = 640;

    fn numbers(docs: &[Doc]) -> Vec<Doc> {
        let mut docs = docs.to_vec();
        docs.sort_unstable();
        docs.dedup();
        docs
    }

    /// The same set as a list, as bits, and as it is collected.
    fn forms(docs: &[Doc]) -> [DocSet<'static>; 3] {
        let mut union = Union::new(ROWS);
        docs.iter().rev().for_each(|&doc| union.push(doc));
        let list: DocSet<'static> = numbers(docs).into_iter().collect();
        let bits = DocSet::Bits(Cow::Owned(list.to_bits(ROWS)));
        [list, bits, union.finish()]
    }

    #[test]
    fn sets_are_equal_in_any_form() {
        let samples: [Vec<Doc>; 6] = [
            vec![],
            vec![5],
            vec![639, 5, 5, 0],
            (0..ROWS as Doc).step_by(7).collect(),
            (3..ROWS as Doc).step_by(2).collect(),
            (0..ROWS as Doc).collect(),
        ];
        for (one, two) in samples.iter().flat_map(|one| samples.iter().map(move |two| (one, two))) {
            let (has, other) = (numbers(one), numbers(two));
            let both: Vec<Doc> = has.iter().copied().filter(|doc| other.contains(doc)).collect();
            let rest: Vec<Doc> = has.iter().copied().filter(|doc| !other.contains(doc)).collect();
            for (a, b) in forms(one).iter().flat_map(|a| forms(two).map(|b| (a.clone(), b))) {
                assert_eq!(a.to_list(), has);
                assert_eq!((a.len(), a.is_empty()), (has.len(), has.is_empty()));
                assert_eq!(a.and(&b).to_list(), both);
                assert_eq!(a.without(&b).to_list(), rest);
                assert!((0..ROWS as Doc).all(|doc| a.contains(doc) == has.contains(&doc)));
                let even = a.filtered(|doc| doc % 2 == 0);
                assert!(even.to_list().iter().all(|doc| doc % 2 == 0));
                let mut union = Union::new(ROWS);
                union.add(&a);
                union.add(&b);
                assert_eq!(union.finish().to_list(), numbers(&[one.as_slice(), two].concat()));
            }
        }
    }
}
