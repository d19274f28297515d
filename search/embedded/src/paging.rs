//! Order of the hits, and pages of it.
//!
//! Every order is one number a movie, greatest first: sort values in the high bits, position in title order as
//! the tie-breaker in the low ones. Positions are doubled so that a cursor whose movie is gone falls between two.

use wikimovie_domain::{Direction, HitPage, MovieSort, PageRequest};
use wikimovie_engine::cursor::SortKey;

use super::{
    eval::Bits,
    snapshot::{Doc, Snapshot},
};

const POSITION_BITS: u32 = 30;
const POSITIONS: u64 = 1 << POSITION_BITS;
const PRIOR_BITS: u32 = 10;

/// One page, still as documents.
pub(super) struct DocPage {
    pub(super) docs: Vec<Doc>,
    pub(super) has_previous: bool,
    pub(super) has_next: bool,
}

impl DocPage {
    pub(super) fn into_page(self, hits: Vec<wikimovie_domain::Hit>) -> HitPage {
        HitPage { hits, has_previous: self.has_previous, has_next: self.has_next }
    }
}

/// How one question orders its hits.
pub(super) struct HitOrder<'a> {
    pub(super) snapshot: &'a Snapshot,
    pub(super) sort: MovieSort,
    /// By document; empty where the order does not ask for scores.
    pub(super) scores: &'a [u32],
}

impl HitOrder<'_> {
    /// The sort key of a hit.
    pub(super) fn sort_key(&self, doc: Doc) -> SortKey {
        let row = doc as usize;
        SortKey {
            score: self.score(doc),
            prior: self.snapshot.prior[row],
            year: self.snapshot.year[row],
            order: self.snapshot.orders.get(self.snapshot.rank[row] as usize).to_owned(),
        }
    }

    /// Score of a hit.
    pub(super) fn score(&self, doc: Doc) -> u32 {
        self.scores.get(doc as usize).copied().unwrap_or(0)
    }

    /// Reads one page of the hits.
    pub(super) fn page(&self, hits: &Bits, request: &PageRequest, after: Option<&SortKey>) -> DocPage {
        let backward = request.direction == Direction::Backward;
        // Read backward, the list is the same list of complemented keys.
        let flip = |key: u64| if backward { !key } else { key };
        let start = after.map(|sort_key| flip(self.position_of(sort_key)));
        let mut passed = false;
        let mut best = TopKeys::new(request.size);
        for row in hits.ones() {
            let key = flip(self.key(row as Doc));
            if start.is_none_or(|start| key < start) {
                best.offer(key, row as Doc);
            } else {
                passed = true;
            }
        }
        let (mut docs, more) = best.finish();
        if backward {
            docs.reverse();
        }
        let (has_previous, has_next) = if backward { (more, passed) } else { (passed, more) };
        DocPage { docs, has_previous, has_next }
    }

    fn position_of(&self, sort_key: &SortKey) -> u64 {
        let orders = &self.snapshot.orders;
        let rank = orders.lower_bound(&sort_key.order);
        let there = rank < orders.len() && orders.get(rank) == sort_key.order;
        self.pack(sort_key.score, sort_key.prior, sort_key.year, 2 * rank as u64 + u64::from(there))
    }

    fn key(&self, doc: Doc) -> u64 {
        let row = doc as usize;
        let position = 2 * u64::from(self.snapshot.rank[row]) + 1;
        self.pack(self.score(doc), self.snapshot.prior[row], self.snapshot.year[row], position)
    }

    fn pack(&self, score: u32, prior: u16, year: u16, position: u64) -> u64 {
        let first_titles_first = POSITIONS - 1 - position;
        match self.sort {
            MovieSort::Relevance => {
                (u64::from(score) << (PRIOR_BITS + POSITION_BITS))
                    | (u64::from(prior) << POSITION_BITS)
                    | first_titles_first
            }
            MovieSort::YearDesc => (u64::from(year) << POSITION_BITS) | first_titles_first,
            MovieSort::YearAsc => {
                let year = if year == 0 { 0 } else { u16::MAX - year };
                (u64::from(year) << POSITION_BITS) | first_titles_first
            }
            MovieSort::TitleAsc => first_titles_first,
            MovieSort::TitleDesc => position,
        }
    }
}

/// The greatest keys seen, in bounded memory.
struct TopKeys {
    size: usize,
    /// Unordered between prunings, at most twice the size.
    kept: Vec<(u64, Doc)>,
    /// No key at or below it can still be among the greatest.
    floor: Option<u64>,
    overflowed: bool,
}

impl TopKeys {
    fn new(size: usize) -> Self {
        Self { size, kept: Vec::with_capacity(2 * size + 1), floor: None, overflowed: false }
    }

    fn offer(&mut self, key: u64, doc: Doc) {
        if self.size == 0 || self.floor.is_some_and(|floor| key < floor) {
            self.overflowed = true;
            return;
        }
        self.kept.push((key, doc));
        if self.kept.len() > 2 * self.size {
            self.prune();
        }
    }

    fn prune(&mut self) {
        if self.kept.len() > self.size {
            self.kept.select_nth_unstable_by(self.size - 1, |a, b| b.cmp(a));
            self.kept.truncate(self.size);
            self.overflowed = true;
            self.floor = self.kept.iter().map(|&(key, _)| key).min();
        }
    }

    /// The documents, greatest key first, and whether there were more.
    fn finish(mut self) -> (Vec<Doc>, bool) {
        if self.size > 0 {
            self.prune();
        }
        self.kept.sort_unstable_by(|a, b| b.cmp(a));
        (self.kept.into_iter().map(|(_, doc)| doc).collect(), self.overflowed)
    }
}
