//! Order of the hits, and pages of it.
//!
//! Every order is one number a movie, greatest first: sort values in the high bits, position in title order as
//! the tie-breaker in the low ones. It has 128 bits, since a score and a popularity together take more than 64. Positions are doubled so that a cursor whose movie is gone falls between two.

use wikimovie_domain::{Direction, HitPage, MovieSort, PageRequest};
use wikimovie_engine::cursor::SortKey;
use wikimovie_plan::rank::{self, STANDING_BITS};

use super::{columns::Doc, doc_set::DocSet, scores::Scores, snapshot::Snapshot};

const POSITION_BITS: u32 = 30;
const POSITIONS: u64 = 1 << POSITION_BITS;

/// What orders a list.
type Key = u128;

/// What comes first of equal scores, by document.
#[derive(Clone, Copy)]
pub(super) enum Ties<'a> {
    /// Popularity, then prior.
    Standing(&'a [u64]),
    /// How much a movie is expected while its title is typed.
    Known(&'a [u16]),
}

impl Ties<'_> {
    fn get(self, row: usize) -> u64 {
        match self {
            Self::Standing(standing) => standing[row],
            Self::Known(known) => u64::from(known[row]),
        }
    }
}

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
    pub(super) ties: Ties<'a>,
    /// None where the order does not ask for scores.
    pub(super) scores: &'a Scores,
}

impl HitOrder<'_> {
    /// The sort key of a hit.
    pub(super) fn sort_key(&self, doc: Doc) -> SortKey {
        let row = doc as usize;
        SortKey {
            score: self.score(doc),
            standing: self.ties.get(row),
            year: self.snapshot.columns.year[row],
            rating: self.snapshot.columns.rating[row],
            order: self.snapshot.orders.get(self.snapshot.rank[row] as usize).to_owned(),
        }
    }

    /// Score of a hit.
    pub(super) fn score(&self, doc: Doc) -> u32 {
        self.scores.get(doc)
    }

    /// Reads one page of the hits.
    pub(super) fn page(&self, hits: &DocSet<'_>, request: &PageRequest, after: Option<&SortKey>) -> DocPage {
        let backward = request.direction == Direction::Backward;
        // Read backward, the list is the same list of complemented keys.
        let flip = |key: Key| if backward { !key } else { key };
        let start = after.map(|sort_key| flip(self.position_of(sort_key)));
        let mut passed = false;
        let mut best = TopKeys::new(request.size);
        let mut place = 0;
        hits.for_each(|doc| {
            let key = flip(self.key(place, doc));
            place += 1;
            if start.is_none_or(|start| key < start) {
                best.offer(key, doc);
            } else {
                passed = true;
            }
        });
        let (mut docs, more) = best.finish();
        if backward {
            docs.reverse();
        }
        let (has_previous, has_next) = if backward { (more, passed) } else { (passed, more) };
        DocPage { docs, has_previous, has_next }
    }

    fn position_of(&self, sort_key: &SortKey) -> Key {
        let orders = &self.snapshot.orders;
        let rank = orders.lower_bound(&sort_key.order);
        let there = rank < orders.len() && orders.get(rank) == sort_key.order;
        let values = OrderValues {
            score: sort_key.score,
            ties: sort_key.standing,
            year: sort_key.year,
            rating: sort_key.rating,
        };
        self.pack(&values, 2 * rank as u64 + u64::from(there))
    }

    /// The key of the hit at a place among all hits in order. Only the columns of this sort are read.
    fn key(&self, place: usize, doc: Doc) -> Key {
        let row = doc as usize;
        let position = 2 * u64::from(self.snapshot.rank[row]) + 1;
        let (columns, mut values) = (&self.snapshot.columns, OrderValues::default());
        match self.sort {
            MovieSort::Relevance => {
                (values.score, values.ties) = (self.scores.at(place, doc), self.ties.get(row));
            }
            MovieSort::YearDesc | MovieSort::YearAsc => values.year = columns.year[row],
            MovieSort::RatingDesc | MovieSort::RatingAsc => values.rating = columns.rating[row],
            MovieSort::PopularityDesc | MovieSort::PopularityAsc => values.ties = self.ties.get(row),
            MovieSort::TitleAsc | MovieSort::TitleDesc => {}
        }
        self.pack(&values, position)
    }

    fn pack(&self, values: &OrderValues, position: u64) -> Key {
        let first_titles_first = POSITIONS - 1 - position;
        let popularity = rank::popularity(values.ties);
        // What has no value is 0, and comes last in both directions.
        let descending = |value: u64| (Key::from(value) << POSITION_BITS) | Key::from(first_titles_first);
        let ascending = |value: u64| descending(if value == 0 { 0 } else { (1 << STANDING_BITS) - value });
        match self.sort {
            MovieSort::Relevance => {
                (Key::from(values.score) << (STANDING_BITS + POSITION_BITS)) | descending(values.ties)
            }
            MovieSort::YearDesc => descending(values.year.into()),
            MovieSort::YearAsc => ascending(values.year.into()),
            MovieSort::RatingDesc => descending(values.rating.into()),
            MovieSort::RatingAsc => ascending(values.rating.into()),
            MovieSort::PopularityDesc => descending(popularity),
            MovieSort::PopularityAsc => ascending(popularity),
            MovieSort::TitleAsc => Key::from(first_titles_first),
            MovieSort::TitleDesc => Key::from(position),
        }
    }
}

/// What a movie is ordered by besides its title.
#[derive(Default)]
struct OrderValues {
    score: u32,
    ties: u64,
    year: u16,
    rating: u16,
}

/// The greatest keys seen, in bounded memory.
struct TopKeys {
    size: usize,
    /// Unordered between prunings, at most twice the size.
    kept: Vec<(Key, Doc)>,
    /// No key at or below it can still be among the greatest.
    floor: Option<Key>,
    overflowed: bool,
}

impl TopKeys {
    fn new(size: usize) -> Self {
        Self { size, kept: Vec::with_capacity(2 * size + 1), floor: None, overflowed: false }
    }

    fn offer(&mut self, key: Key, doc: Doc) {
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

#[cfg(test)]
mod tests {
    use std::cmp::Reverse;

    use wikimovie_domain::Movie;
    use wikimovie_testkit_builders::movie;

    use super::*;
    use crate::testing::{record, snapshot};

    const SORTS: [MovieSort; 9] = [
        MovieSort::Relevance,
        MovieSort::YearDesc,
        MovieSort::YearAsc,
        MovieSort::TitleAsc,
        MovieSort::TitleDesc,
        MovieSort::RatingDesc,
        MovieSort::RatingAsc,
        MovieSort::PopularityDesc,
        MovieSort::PopularityAsc,
    ];

    /// Movies of which several share title, year, prior, popularity, rating and score; some lack one or the other.
    fn movies() -> Vec<Movie> {
        let titles = ["Heat", "The Heat", "A Heat", "Alien", "heat", "Zulu", "Élan"];
        let mut movies: Vec<Movie> = (0..23)
            .map(|number| {
                let title = titles[number % titles.len()];
                let movie = movie(&format!("{number:02}"), title, 1990 + (number % 3) as i64);
                let movie = if number % 4 == 0 { movie.summary("Longer than none.") } else { movie };
                let movie =
                    if number % 3 == 0 { movie.rating([0.0, 7.25, 9.0][number % 5 % 3]) } else { movie };
                let movie =
                    if number % 2 == 0 { movie.popularity([0.0, 0.001, 1e9][number % 3]) } else { movie };
                record(movie.build(), "a", 1, number as u64)
            })
            .collect();
        movies[5].year = None;
        movies
    }

    /// By document: few different scores, so that ties are common.
    fn scores(snapshot: &Snapshot) -> Scores {
        Scores::All((0..snapshot.rows()).map(|row| [0, 7, 8_000_000][row % 3]).collect())
    }

    /// The hits in order, by comparing values instead of packed keys.
    fn sorted(order: &HitOrder<'_>, hits: &DocSet<'_>) -> Vec<Doc> {
        let snapshot = order.snapshot;
        let mut docs = hits.to_list().into_owned();
        let title = |doc: Doc| snapshot.orders.get(snapshot.rank[doc as usize] as usize).to_owned();
        let year = |doc: Doc| snapshot.columns.year[doc as usize];
        let rating = |doc: Doc| snapshot.columns.rating[doc as usize];
        let popularity = |doc: Doc| snapshot.columns.standing[doc as usize] >> 10;
        match order.sort {
            MovieSort::Relevance => docs.sort_by_key(|&doc| {
                (Reverse(order.score(doc)), Reverse(snapshot.columns.standing[doc as usize]), title(doc))
            }),
            MovieSort::YearDesc => docs.sort_by_key(|&doc| (Reverse(year(doc)), title(doc))),
            // A movie without a year comes last in either direction of years.
            MovieSort::YearAsc => docs.sort_by_key(|&doc| (year(doc) == 0, year(doc), title(doc))),
            MovieSort::RatingDesc => docs.sort_by_key(|&doc| (Reverse(rating(doc)), title(doc))),
            MovieSort::RatingAsc => docs.sort_by_key(|&doc| (rating(doc) == 0, rating(doc), title(doc))),
            MovieSort::PopularityDesc => docs.sort_by_key(|&doc| (Reverse(popularity(doc)), title(doc))),
            MovieSort::PopularityAsc => {
                docs.sort_by_key(|&doc| (popularity(doc) == 0, popularity(doc), title(doc)));
            }
            MovieSort::TitleAsc => docs.sort_by_key(|&doc| title(doc)),
            MovieSort::TitleDesc => docs.sort_by_key(|&doc| Reverse(title(doc))),
        }
        docs
    }

    #[test]
    fn pages_of_any_size_from_either_end_are_the_whole_list() {
        let (first, second) = (movies()[..9].to_vec(), movies()[9..].to_vec());
        let snapshot = snapshot(&[first, second], &[]);
        let scores = scores(&snapshot);
        // Every movie, and a part of them with gaps.
        let mut part = snapshot.live.clone();
        (0..snapshot.rows()).step_by(4).for_each(|row| part.set(row, false));
        for (hits, sort) in [&snapshot.live, &part]
            .map(DocSet::of_bits)
            .iter()
            .flat_map(|hits| SORTS.map(|sort| (hits, sort)))
        {
            let order = HitOrder {
                snapshot: &snapshot,
                sort,
                ties: Ties::Standing(&snapshot.columns.standing),
                scores: &scores,
            };
            let expected = sorted(&order, hits);
            for (direction, size) in [Direction::Forward, Direction::Backward]
                .into_iter()
                .flat_map(|d| [1, 2, 5, 100].map(|s| (d, s)))
            {
                let backward = direction == Direction::Backward;
                let mut read: Vec<Doc> = Vec::new();
                let mut after: Option<SortKey> = None;
                loop {
                    let request = PageRequest { size, direction, cursor: None };
                    let page = order.page(hits, &request, after.as_ref());
                    let (ahead, behind) = if backward {
                        (page.has_previous, page.has_next)
                    } else {
                        (page.has_next, page.has_previous)
                    };
                    assert_eq!(behind, !read.is_empty(), "{sort:?} {direction:?} {size}");
                    let edge = if backward { page.docs.first() } else { page.docs.last() };
                    after = edge.map(|&doc| order.sort_key(doc));
                    read = if backward { [page.docs, read].concat() } else { [read, page.docs].concat() };
                    if !ahead {
                        break;
                    }
                }
                assert_eq!(read, expected, "{sort:?} {direction:?} {size}");
            }
        }
    }

    #[test]
    fn a_cursor_of_a_movie_that_is_gone_starts_where_it_was() {
        let whole = snapshot(&[movies()], &[]);
        for (gone, sort) in (0..movies().len()).flat_map(|gone| SORTS.map(|sort| (gone, sort))) {
            let scores = Scores::All(vec![7; whole.rows()]);
            let order = HitOrder {
                snapshot: &whole,
                sort,
                ties: Ties::Standing(&whole.columns.standing),
                scores: &scores,
            };
            let expected = sorted(&order, &DocSet::of_bits(&whole.live));
            let id = &movies()[gone].id;
            let at = expected.iter().position(|&doc| whole.movie(doc).unwrap().id == *id).unwrap();
            let key = order.sort_key(expected[at]);

            let rest = snapshot(&[movies().into_iter().filter(|movie| movie.id != *id).collect()], &[]);
            let order = HitOrder {
                snapshot: &rest,
                sort,
                ties: Ties::Standing(&rest.columns.standing),
                scores: &scores,
            };
            let page = order.page(&DocSet::of_bits(&rest.live), &PageRequest::first(100), Some(&key));
            let ids = |snapshot: &Snapshot, docs: &[Doc]| -> Vec<_> {
                docs.iter().map(|&doc| snapshot.movie(doc).unwrap().id).collect()
            };
            assert_eq!(ids(&rest, &page.docs), ids(&whole, &expected[at + 1..]), "{sort:?} without {gone}");
            assert_eq!((page.has_previous, page.has_next), (at > 0, false), "{sort:?} without {gone}");
        }
    }

    #[test]
    fn the_greatest_keys_are_kept_in_bounded_memory() {
        // A full cycle of a linear congruence: every key once, in an order of no pattern.
        let keys: Vec<Key> = (0..997_u128).map(|number| (number * 613 + 11) % 997).collect();
        for size in [0, 1, 3, 50, 996, 997, 2_000] {
            let mut top = TopKeys::new(size);
            for &key in &keys {
                top.offer(key, key as Doc);
                assert!(top.kept.len() <= 2 * size, "{size}");
            }
            let (docs, more) = top.finish();
            let expected: Vec<Doc> = (0..997).rev().take(size).collect();
            assert_eq!((docs, more), (expected, size < 997), "{size}");
        }
    }
}
