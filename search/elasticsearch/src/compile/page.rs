//! Pages: order, place to start behind, and what is read of each hit.

use wikimovie_domain::{Direction, HitsRequest, MovieParts, MovieSort};
use wikimovie_elasticsearch_dsl::{Query, Search, Sort, SortValue, Source};
use wikimovie_engine::cursor::Place;
use wikimovie_plan::Plan;

use super::{SortValues, ranked};
use crate::mapping::field;

/// How the hits of a plan are ordered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Order {
    /// By points, then prior, then title.
    Points,
    /// By prior, then title: relevance where no text gives points.
    Prior,
    YearDesc,
    YearAsc,
    TitleAsc,
    TitleDesc,
}

impl Order {
    /// The order of a question that became this plan.
    pub(crate) fn of(sort: MovieSort, plan: &Plan) -> Self {
        match sort {
            MovieSort::Relevance if plan.score.is_empty() => Self::Prior,
            MovieSort::Relevance => Self::Points,
            MovieSort::YearDesc => Self::YearDesc,
            MovieSort::YearAsc => Self::YearAsc,
            MovieSort::TitleAsc => Self::TitleAsc,
            MovieSort::TitleDesc => Self::TitleDesc,
        }
    }
}

/// What a movie without a year sorts as, so that it comes last both ways: below every year, or above.
const NO_YEAR_DESC: u16 = 0;
const NO_YEAR_ASC: u16 = u16::MAX >> 1;

/// The search of a page, its query left to the caller.
pub(super) fn page(plan: &Plan, asked: &HitsRequest, order: Order, place: Option<&Place>) -> Search {
    let backward = asked.page.direction == Direction::Backward;
    let keys = keys(order);
    Search {
        // One more than asked tells whether there is more.
        size: asked.page.size + usize::from(asked.page_info),
        search_after: place.map(|place| values(order, place)),
        sort: if backward { reversed(keys) } else { keys },
        source: source(asked.parts, plan, asked.highlights || asked.reasons),
        ..Search::new(Query::ALL)
    }
}

/// The search that tells whether anything stands at or before the place where a page starts: the same list read the
/// other way, from just beside the place, so that the movie which stands there is met as well.
pub(super) fn probe(asked: &HitsRequest, order: Order, place: &Place) -> Search {
    let forward = asked.page.direction == Direction::Forward;
    let keys = if forward { reversed(keys(order)) } else { keys(order) };
    let ascending = keys.last().is_some_and(Sort::is_ascending);
    let key = if ascending { just_below(&place.order) } else { just_above(&place.order) };
    let beside = Place { order: key, ..place.clone() };
    Search { size: 1, search_after: Some(values(order, &beside)), sort: keys, ..Search::new(Query::ALL) }
}

/// A query with the points that its order asks for.
pub(super) fn scored(found: Query, plan: &Plan, asked: &HitsRequest, order: Order) -> Query {
    let reads_hits = asked.page.size > 0 || asked.page_info;
    if order == Order::Points && reads_hits { ranked(found, &plan.score) } else { found }
}

const SCORE: &str = "_score";

fn keys(order: Order) -> Vec<Sort> {
    match order {
        Order::Prior => vec![Sort::desc(field::PRIOR), Sort::asc(field::ORDER)],
        Order::Points => vec![Sort::desc(SCORE), Sort::desc(field::PRIOR), Sort::asc(field::ORDER)],
        Order::YearDesc => {
            vec![Sort::desc(field::YEAR).missing_as(NO_YEAR_DESC), Sort::asc(field::ORDER)]
        }
        Order::YearAsc => vec![Sort::asc(field::YEAR).missing_as(NO_YEAR_ASC), Sort::asc(field::ORDER)],
        Order::TitleAsc => vec![Sort::asc(field::ORDER)],
        Order::TitleDesc => vec![Sort::desc(field::ORDER)],
    }
}

fn reversed(keys: Vec<Sort>) -> Vec<Sort> {
    keys.into_iter().map(Sort::reversed).collect()
}

fn values(by: Order, place: &Place) -> SortValues {
    let order = SortValue::Text(place.order.clone());
    match by {
        Order::Prior => vec![SortValue::Whole(place.prior.into()), order],
        Order::Points => {
            vec![SortValue::Whole(place.score.into()), SortValue::Whole(place.prior.into()), order]
        }
        Order::YearDesc => vec![SortValue::Whole(place.year.into()), order],
        Order::YearAsc => {
            let year = if place.year == 0 { NO_YEAR_ASC } else { place.year };
            vec![SortValue::Whole(year.into()), order]
        }
        Order::TitleAsc | Order::TitleDesc => vec![order],
    }
}

/// The place that a hit's sort values tell; `None` where they are not ours.
pub(crate) fn place_of(order: Order, values: &[SortValue]) -> Option<Place> {
    let number = |value: &SortValue| match value {
        SortValue::Whole(number) => Some(*number),
        SortValue::Number(number) if (0.0..f64::from(u32::MAX)).contains(number) => Some(*number as u64),
        _ => None,
    };
    let small = |value: &SortValue| number(value).and_then(|number| u16::try_from(number).ok());
    let (last, first) = values.split_last()?;
    let SortValue::Text(key) = last else { return None };
    let place = Place { score: 0, prior: 0, year: 0, order: key.clone() };
    match (order, first) {
        (Order::Prior, [prior]) => Some(Place { prior: small(prior)?, ..place }),
        (Order::Points, [score, prior]) => {
            Some(Place { score: u32::try_from(number(score)?).ok()?, prior: small(prior)?, ..place })
        }
        (Order::YearDesc | Order::YearAsc, [year]) => {
            let year = small(year)?;
            Some(Place { year: if year == NO_YEAR_ASC { 0 } else { year }, ..place })
        }
        (Order::TitleAsc | Order::TitleDesc, []) => Some(place),
        _ => None,
    }
}

/// The parts of the stored movie that are read.
pub(crate) fn source(parts: MovieParts, plan: &Plan, marks: bool) -> Source {
    // Typed words are looked for in every text.
    let texts = marks && !plan.score.is_empty();
    let parts = if texts {
        parts.or(MovieParts { year: true, cast: true, genres: true, summary: true, ..MovieParts::default() })
    } else {
        parts
    };
    if parts == MovieParts::ALL {
        return Source::Whole(true);
    }
    let optional = [
        (parts.year, "movie.year"),
        (parts.cast, "movie.cast"),
        (parts.genres, "movie.genres"),
        (parts.summary, "movie.summary"),
        (parts.url, "movie.url"),
        (parts.poster, "movie.poster"),
    ];
    let always = ["movie.id", "movie.title", "movie.provenance"];
    let wanted = optional.into_iter().filter(|&(wanted, _)| wanted).map(|(_, field)| field);
    Source::Only(always.into_iter().chain(wanted).collect())
}

/// The first text behind this one.
fn just_above(order: &str) -> String {
    [order, "\0"].concat()
}

/// A text before this one, with none between them that an order key could be: keys end in an id, and no id holds
/// the last character of Unicode, which is none.
fn just_below(order: &str) -> String {
    let mut chars = order.chars();
    let Some(last) = chars.next_back() else { return String::new() };
    let start = chars.as_str();
    match before(last) {
        Some(before) => [start, before.to_string().as_str(), "\u{10FFFF}"].concat(),
        None => start.to_owned(),
    }
}

fn before(c: char) -> Option<char> {
    let code = u32::from(c).checked_sub(1)?;
    // Below the first private character stand the surrogates, which are no characters.
    Some(char::from_u32(code).unwrap_or('\u{D7FF}'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_of_an_order_key_enclose_it_alone() {
        for key in ["alien\0test:1", "alien\0test:10", "\u{E000}", "a\0p:é", "x"] {
            let (below, above) = (just_below(key), just_above(key));
            assert!(below.as_str() < key && key < above.as_str(), "{key:?}");
        }
        let shorter = "alien\0test:";
        assert!(just_below("alien\0test:2").as_str() > "alien\0test:19");
        assert!(just_below("alien\0test:2").as_str() > shorter);
    }

    #[test]
    fn places_survive_the_way_there_and_back() {
        let place = Place { score: 0, prior: 0, year: 0, order: "a\0b:1".into() };
        let cases = [
            (Order::Points, Place { score: 16_000_000, prior: 1023, ..place.clone() }),
            (Order::YearAsc, place.clone()),
            (Order::YearDesc, Place { year: 1999, ..place.clone() }),
            (Order::TitleDesc, place),
        ];
        for (order, place) in cases {
            assert_eq!(place_of(order, &values(order, &place)), Some(place), "{order:?}");
        }
    }
}
