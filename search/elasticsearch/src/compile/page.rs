//! Pages: order, start by sort key, and the parts that are read of each hit.

use wikimovie_domain::{Direction, HitsRequest, MovieParts, MovieSort};
use wikimovie_elasticsearch_dsl::{Query, Search, Sort, SortValue, Source};
use wikimovie_engine::cursor::SortKey;
use wikimovie_plan::{Plan, rank};

use super::score::ranked;
use crate::mapping::field;

/// Values of a sort key, in the order of the keys.
pub(crate) type SortValues = Vec<SortValue>;

/// How the hits of a plan are ordered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum HitOrder {
    /// By score, then standing, then title.
    Score,
    /// By standing, then title: relevance without text.
    Standing,
    YearDesc,
    YearAsc,
    TitleAsc,
    TitleDesc,
    RatingDesc,
    RatingAsc,
    PopularityDesc,
    PopularityAsc,
}

impl HitOrder {
    /// The order of a question that became this plan.
    pub(crate) fn of(sort: MovieSort, plan: &Plan) -> Self {
        match sort {
            MovieSort::Relevance if plan.score.is_empty() => Self::Standing,
            MovieSort::Relevance => Self::Score,
            MovieSort::YearDesc => Self::YearDesc,
            MovieSort::YearAsc => Self::YearAsc,
            MovieSort::TitleAsc => Self::TitleAsc,
            MovieSort::TitleDesc => Self::TitleDesc,
            MovieSort::RatingDesc => Self::RatingDesc,
            MovieSort::RatingAsc => Self::RatingAsc,
            MovieSort::PopularityDesc => Self::PopularityDesc,
            MovieSort::PopularityAsc => Self::PopularityAsc,
        }
    }
}

/// Sort value of a movie without a year, rating or popularity, which comes last in both directions: below every value.
const NONE_DESC: u64 = 0;
/// The same above every year and rating, which are numbers of 16 bits.
const NONE_ASC: u64 = u16::MAX as u64 >> 1;
/// The same above every popularity.
const NO_POPULARITY_ASC: u64 = 1 << 50;

/// The search of a page, without its query, which the caller adds.
pub(super) fn page(plan: &Plan, asked: &HitsRequest, order: HitOrder, sort_key: Option<&SortKey>) -> Search {
    let backward = asked.page.direction == Direction::Backward;
    let keys = keys(order);
    Search {
        // One more hit than requested shows whether there is a next page.
        size: asked.page.size + usize::from(asked.page_info),
        search_after: sort_key.map(|sort_key| values(order, sort_key)),
        sort: if backward { reversed(keys) } else { keys },
        source: source(asked.parts, plan, asked.highlights || asked.reasons),
        ..Search::new(Query::ALL)
    }
}

/// The search that finds whether the list has a movie at or before the start of a page: the reversed list from just
/// beside the sort key, so that the movie at the start is found as well.
pub(super) fn probe(asked: &HitsRequest, order: HitOrder, sort_key: &SortKey) -> Search {
    let forward = asked.page.direction == Direction::Forward;
    let keys = if forward { reversed(keys(order)) } else { keys(order) };
    let ascending = keys.last().is_some_and(Sort::is_ascending);
    let key = if ascending { just_below(&sort_key.order) } else { just_above(&sort_key.order) };
    let beside = SortKey { order: key, ..sort_key.clone() };
    Search { size: 1, search_after: Some(values(order, &beside)), sort: keys, ..Search::new(Query::ALL) }
}

/// A query with the scores that its order requires.
pub(super) fn scored(found: Query, plan: &Plan, asked: &HitsRequest, order: HitOrder) -> Query {
    let reads_hits = asked.page.size > 0 || asked.page_info;
    if order == HitOrder::Score && reads_hits { ranked(found, &plan.score) } else { found }
}

const SCORE: &str = "_score";

fn keys(order: HitOrder) -> Vec<Sort> {
    match order {
        HitOrder::Standing => vec![Sort::desc(field::STANDING), Sort::asc(field::ORDER)],
        HitOrder::Score => vec![Sort::desc(SCORE), Sort::desc(field::STANDING), Sort::asc(field::ORDER)],
        HitOrder::YearDesc => descending(field::YEAR),
        HitOrder::YearAsc => ascending(field::YEAR, NONE_ASC),
        HitOrder::RatingDesc => descending(field::RATING),
        HitOrder::RatingAsc => ascending(field::RATING, NONE_ASC),
        HitOrder::PopularityDesc => descending(field::POPULARITY),
        HitOrder::PopularityAsc => ascending(field::POPULARITY, NO_POPULARITY_ASC),
        HitOrder::TitleAsc => vec![Sort::asc(field::ORDER)],
        HitOrder::TitleDesc => vec![Sort::desc(field::ORDER)],
    }
}

fn descending(field: &'static str) -> Vec<Sort> {
    vec![Sort::desc(field).missing_as(NONE_DESC), Sort::asc(field::ORDER)]
}

fn ascending(field: &'static str, none: u64) -> Vec<Sort> {
    vec![Sort::asc(field).missing_as(none), Sort::asc(field::ORDER)]
}

/// The order of suggestions: by score, then by how much a movie is expected, then by title.
pub(crate) fn by_known() -> Vec<Sort> {
    vec![Sort::desc(SCORE), Sort::desc(field::KNOWN), Sort::asc(field::ORDER)]
}

fn reversed(keys: Vec<Sort>) -> Vec<Sort> {
    keys.into_iter().map(Sort::reversed).collect()
}

fn values(by: HitOrder, sort_key: &SortKey) -> SortValues {
    let order = SortValue::Text(sort_key.order.clone());
    let (standing, popularity) = (sort_key.standing, rank::popularity(sort_key.standing));
    let one = |value: u64, none: u64| SortValue::Whole(if value == 0 { none } else { value });
    match by {
        HitOrder::Standing => vec![SortValue::Whole(standing), order],
        HitOrder::Score => {
            vec![SortValue::Whole(sort_key.score.into()), SortValue::Whole(standing), order]
        }
        HitOrder::YearDesc => vec![one(sort_key.year.into(), NONE_DESC), order],
        HitOrder::YearAsc => vec![one(sort_key.year.into(), NONE_ASC), order],
        HitOrder::RatingDesc => vec![one(sort_key.rating.into(), NONE_DESC), order],
        HitOrder::RatingAsc => vec![one(sort_key.rating.into(), NONE_ASC), order],
        HitOrder::PopularityDesc => vec![one(popularity, NONE_DESC), order],
        HitOrder::PopularityAsc => vec![one(popularity, NO_POPULARITY_ASC), order],
        HitOrder::TitleAsc | HitOrder::TitleDesc => vec![order],
    }
}

/// The sort key in a hit's sort values; `None` where they are not ours.
pub(crate) fn sort_key_of(order: HitOrder, values: &[SortValue]) -> Option<SortKey> {
    let number = |value: &SortValue| match value {
        SortValue::Whole(number) => Some(*number),
        SortValue::Number(number) if (0.0..f64::from(u32::MAX)).contains(number) => Some(*number as u64),
        _ => None,
    };
    // What a movie lacks is 0.
    let small = |value: &SortValue| {
        let number = number(value).map(|number| if number == NONE_ASC { 0 } else { number });
        number.and_then(|number| u16::try_from(number).ok())
    };
    let (last, first) = values.split_last()?;
    let SortValue::Text(key) = last else { return None };
    let sort_key = SortKey { score: 0, standing: 0, year: 0, rating: 0, order: key.clone() };
    match (order, first) {
        (HitOrder::Standing, [standing]) => Some(SortKey { standing: number(standing)?, ..sort_key }),
        (HitOrder::Score, [score, standing]) => {
            let score = u32::try_from(number(score)?).ok()?;
            Some(SortKey { score, standing: number(standing)?, ..sort_key })
        }
        (HitOrder::YearDesc | HitOrder::YearAsc, [year]) => Some(SortKey { year: small(year)?, ..sort_key }),
        (HitOrder::RatingDesc | HitOrder::RatingAsc, [rating]) => {
            Some(SortKey { rating: small(rating)?, ..sort_key })
        }
        (HitOrder::PopularityDesc | HitOrder::PopularityAsc, [popularity]) => {
            let popularity = number(popularity)?;
            let popularity = if popularity == NO_POPULARITY_ASC { 0 } else { popularity };
            Some(SortKey { standing: popularity << rank::PRIOR_BITS, ..sort_key })
        }
        (HitOrder::TitleAsc | HitOrder::TitleDesc, []) => Some(sort_key),
        _ => None,
    }
}

/// All details but the plot, which may be far longer than all else.
const DETAILS: [&str; 11] = [
    "movie.details.writers",
    "movie.details.keywords",
    "movie.details.ids",
    "movie.details.languages",
    "movie.details.countries",
    "movie.details.runtime",
    "movie.details.released",
    "movie.details.ratings",
    "movie.details.popularity",
    "movie.details.certificate",
    "movie.details.attribution",
];

/// The parts of the stored movie that are read.
pub(crate) fn source(parts: MovieParts, plan: &Plan, highlights: bool) -> Source {
    // Highlights need every text.
    let texts = highlights && !plan.score.is_empty();
    let parts =
        if texts { parts.or(MovieParts { url: false, poster: false, ..MovieParts::ALL }) } else { parts };
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
        (parts.directors, "movie.directors"),
        (parts.titles, "movie.titles"),
        (parts.plot, "movie.details.plot"),
    ];
    let always = ["movie.id", "movie.title", "movie.provenance"];
    let wanted = optional.into_iter().filter(|&(wanted, _)| wanted).map(|(_, field)| field);
    let details = parts.details.then_some(DETAILS).into_iter().flatten();
    Source::Only(always.into_iter().chain(wanted).chain(details).collect())
}

/// The smallest text greater than this one.
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
    // Below the first private character are the surrogates, which are not characters.
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
        let sort_key = SortKey { score: 0, standing: 0, year: 0, rating: 0, order: "a\0b:1".into() };
        let cases = [
            (HitOrder::Score, SortKey { score: 16_000_000, standing: (1 << 50) - 1, ..sort_key.clone() }),
            (HitOrder::YearAsc, sort_key.clone()),
            (HitOrder::YearDesc, SortKey { year: 1999, ..sort_key.clone() }),
            (HitOrder::RatingAsc, sort_key.clone()),
            (HitOrder::RatingDesc, SortKey { rating: 1, ..sort_key.clone() }),
            (HitOrder::PopularityAsc, sort_key.clone()),
            (HitOrder::PopularityAsc, SortKey { standing: 7 << rank::PRIOR_BITS, ..sort_key.clone() }),
            (HitOrder::TitleDesc, sort_key),
        ];
        for (order, sort_key) in cases {
            assert_eq!(sort_key_of(order, &values(order, &sort_key)), Some(sort_key), "{order:?}");
        }
    }
}
