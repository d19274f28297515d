//! What callers send, and how it becomes a question that is valid by construction. Null always means absent;
//! errors name the argument.

use async_graphql::{Enum, InputObject};
use wikimovie_domain::{self as domain, Filter, Question, RatingValue};
use wikimovie_engine::Sealer;

use crate::{error::ApiError, graphql::scalars::SearchState};

/// Longest text that is searched, in characters: what stands behind it is cut, so that a pasted page is no error.
pub(crate) const MAX_TEXT_CHARS: usize = 10_000;

/// Constraints that must all hold for a movie to be found. They filter, they never rank. An empty object or list
/// constrains nothing; nesting goes 8 levels deep, with at most 256 conditions in all.
#[derive(Clone, Debug, Default, InputObject)]
pub(crate) struct MovieWhere {
    /// Genres that a movie must or must not have, in any spelling of case and accents.
    genres: Option<ValueMatch>,
    /// People who must or must not be in the cast, in any spelling of case and accents.
    cast: Option<ValueMatch>,
    /// People who must or must not have directed it, in any spelling of case and accents.
    directors: Option<ValueMatch>,
    /// People who must or must not have written it, in any spelling of case and accents.
    writers: Option<ValueMatch>,
    /// Spoken languages that a movie must or must not have, as its provider names them, in any spelling of case and accents.
    languages: Option<ValueMatch>,
    /// Countries that must or must not have produced it, as its provider names them, in any spelling of case and accents.
    countries: Option<ValueMatch>,
    /// Words that must all occur in the title, in any order, without typo tolerance.
    title: Option<String>,
    /// Years of release, both ends included. A movie without a year is in no range.
    year: Option<YearRange>,
    /// Decades by their first year (1980 for the 1980s); the movie is from one of them.
    decades: Option<Vec<i32>>,
    /// Minutes that the movie takes, both ends included. A movie without a runtime is in no range.
    runtime: Option<RuntimeRange>,
    /// Mean rating, both ends included. A movie without a rating is in no range.
    rating: Option<RatingRange>,
    /// Whether the movie must have a poster (true) or must have none (false).
    has_poster: Option<bool>,
    /// Providers that a movie must or must not come from.
    providers: Option<ValueMatch>,
    /// Further constraints, which must all hold.
    and: Option<Vec<MovieWhere>>,
    /// Alternatives, of which at least one must hold.
    or: Option<Vec<MovieWhere>>,
    /// Constraints that must not hold together.
    not: Option<Box<MovieWhere>>,
}

/// Values that a movie's list must or must not hold. Empty lists constrain nothing.
#[derive(Clone, Debug, Default, InputObject)]
pub(crate) struct ValueMatch {
    /// The movie has at least one of these.
    any_of: Option<Vec<String>>,
    /// The movie has every one of these.
    all_of: Option<Vec<String>>,
    /// The movie has none of these.
    none_of: Option<Vec<String>>,
}

/// A range of years, both ends included; leave an end out to keep it open.
#[derive(Clone, Copy, Debug, Default, InputObject)]
pub(crate) struct YearRange {
    /// First year of the range.
    gte: Option<i32>,
    /// Last year of the range; not before the first.
    lte: Option<i32>,
}

/// A range of minutes, both ends included; leave an end out to keep it open.
#[derive(Clone, Copy, Debug, Default, InputObject)]
pub(crate) struct RuntimeRange {
    /// Fewest minutes.
    gte: Option<i32>,
    /// Most minutes; not below the fewest.
    lte: Option<i32>,
}

/// A range of ratings from 0 to 10 in hundredths, both ends included; leave an end out to keep it open.
#[derive(Clone, Copy, Debug, Default, InputObject)]
pub(crate) struct RatingRange {
    /// Lowest rating.
    gte: Option<f64>,
    /// Highest rating; not below the lowest.
    lte: Option<f64>,
}

impl TryFrom<RatingRange> for domain::RatingRange {
    type Error = ApiError;

    fn try_from(input: RatingRange) -> Result<Self, ApiError> {
        let end = |name: &str, value: Option<f64>| match value.map(|value| (value, RatingValue::new(value))) {
            None => Ok(None),
            Some((_, Some(rating))) => Ok(Some(rating)),
            Some((value, None)) => {
                Err(ApiError::input("where.rating", format!("rating.{name} {value} is outside 0 to 10")))
            }
        };
        Ok(Self { gte: end("gte", input.gte)?, lte: end("lte", input.lte)? })
    }
}

/// Order of the movies found. Ties are broken by id, so the order is always total and pages never overlap.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "domain::MovieSort")]
pub(crate) enum MovieSort {
    /// Best match first; without text, the best known movies first.
    Relevance,
    /// Newest first; movies without a year come last.
    YearDesc,
    /// Oldest first; movies without a year come last.
    YearAsc,
    /// By title from A to Z, ignoring case, accents and a leading article.
    TitleAsc,
    /// By title from Z to A, ignoring case, accents and a leading article.
    TitleDesc,
    /// Highest mean rating first; movies without a rating come last.
    RatingDesc,
    /// Lowest mean rating first; movies without a rating come last.
    RatingAsc,
    /// Most popular first; movies without a popularity come last.
    PopularityDesc,
    /// Least popular first; movies without a popularity come last.
    PopularityAsc,
}

impl TryFrom<MovieWhere> for Filter {
    type Error = ApiError;

    fn try_from(input: MovieWhere) -> Result<Self, ApiError> {
        let filter = input.into_filter()?;
        filter.validate()?;
        Ok(filter)
    }
}

impl MovieWhere {
    /// Recursion is bounded: documents and variables nested deeper than 64 never get here.
    fn into_filter(self) -> Result<Filter, ApiError> {
        let year = self.year.unwrap_or_default();
        let runtime = self.runtime.unwrap_or_default();
        let list = |inputs: Option<Vec<Self>>| {
            inputs.unwrap_or_default().into_iter().map(Self::into_filter).collect::<Result<Vec<_>, _>>()
        };
        Ok(Filter {
            genres: self.genres.unwrap_or_default().into(),
            cast: self.cast.unwrap_or_default().into(),
            directors: self.directors.unwrap_or_default().into(),
            writers: self.writers.unwrap_or_default().into(),
            languages: self.languages.unwrap_or_default().into(),
            countries: self.countries.unwrap_or_default().into(),
            title: self.title.filter(|title| !title.trim().is_empty()),
            year: domain::YearRange { gte: year.gte.map(i64::from), lte: year.lte.map(i64::from) },
            decades: self.decades.unwrap_or_default().into_iter().map(i64::from).collect(),
            runtime: domain::RuntimeRange {
                gte: runtime.gte.map(i64::from),
                lte: runtime.lte.map(i64::from),
            },
            rating: self.rating.unwrap_or_default().try_into()?,
            has_poster: self.has_poster,
            providers: self.providers.unwrap_or_default().into(),
            and: list(self.and)?,
            or: list(self.or)?,
            not: self.not.map(|not| not.into_filter().map(Box::new)).transpose()?,
        })
    }
}

impl From<ValueMatch> for domain::ValueMatch {
    fn from(input: ValueMatch) -> Self {
        Self {
            any_of: input.any_of.unwrap_or_default(),
            all_of: input.all_of.unwrap_or_default(),
            none_of: input.none_of.unwrap_or_default(),
        }
    }
}

/// The arguments of `search`.
#[derive(Clone, Debug, Default)]
pub(crate) struct QuestionInput {
    /// `text`.
    pub(crate) text: Option<String>,
    /// `where`.
    pub(crate) filter: Option<MovieWhere>,
    /// `sort`.
    pub(crate) sort: Option<MovieSort>,
    /// `understand`.
    pub(crate) understand: Option<bool>,
    /// `state`.
    pub(crate) state: Option<SearchState>,
}

impl QuestionInput {
    /// The question asked. `given` names the arguments that the caller wrote with a value other than null,
    /// since a default looks the same as a value. Beside a state, `text` and `sort` take the place of its own.
    ///
    /// # Errors
    /// `BAD_USER_INPUT` or `BAD_STATE`.
    pub(crate) fn question(self, sealer: &Sealer, given: &[&str]) -> Result<Question, ApiError> {
        let text = self.text.unwrap_or_default();
        if let Some(state) = &self.state {
            let question = from_state(sealer, state, given)?;
            let sort = self.sort.filter(|_| given.contains(&"sort")).map(Into::into);
            let text = given.contains(&"text").then(|| cut(text));
            return Ok(Question {
                text: text.unwrap_or(question.text),
                sort: sort.unwrap_or(question.sort),
                ..question
            });
        }
        Ok(Question {
            text: cut(text),
            filter: self.filter.unwrap_or_default().try_into()?,
            sort: self.sort.unwrap_or(MovieSort::Relevance).into(),
            understand: self.understand.unwrap_or(true),
        })
    }
}

/// The question of a state, whose filter stands for any other.
///
/// # Errors
/// `BAD_USER_INPUT` where a filter is given beside it, `BAD_STATE` where it cannot be opened.
pub(crate) fn from_state(sealer: &Sealer, state: &SearchState, given: &[&str]) -> Result<Question, ApiError> {
    if let Some(other) = given.iter().find(|name| matches!(**name, "where" | "understand")) {
        let message = format!("state holds the filter of a question: give either state or {other}");
        return Err(ApiError::input("state", message));
    }
    let question = sealer.open_state(&state.0).map_err(ApiError::state)?;
    question.filter.validate()?;
    Ok(question)
}

/// A text without what stands behind its 10,000th character.
pub(crate) fn cut(mut text: String) -> String {
    if let Some((end, _)) = text.char_indices().nth(MAX_TEXT_CHARS) {
        text.truncate(end);
    }
    text
}

/// A count of items, 0 to 100; null is the default.
///
/// # Errors
/// `BAD_USER_INPUT` naming the limit.
pub(crate) fn count(argument: &'static str, asked: Option<i32>, default: usize) -> Result<usize, ApiError> {
    let Some(asked) = asked else { return Ok(default) };
    match usize::try_from(asked) {
        Ok(count) if count <= 100 => Ok(count),
        Ok(_) => Err(ApiError::input(argument, format!("{argument} {asked} is above the limit of 100"))),
        Err(_) => Err(ApiError::input(argument, format!("{argument} {asked} is below 0"))),
    }
}

/// A number above 0.
///
/// # Errors
/// `BAD_USER_INPUT` naming the limit.
pub(crate) fn positive(argument: &'static str, asked: i32) -> Result<usize, ApiError> {
    let positive = usize::try_from(asked).ok().filter(|asked| *asked > 0);
    positive.ok_or_else(|| ApiError::input(argument, format!("{argument} {asked} is below 1")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use async_graphql::{InputType, Value, value};

    fn filter(input: Value) -> Result<Filter, ApiError> {
        MovieWhere::parse(Some(input)).expect("it fits the schema").try_into()
    }

    #[test]
    fn null_and_empty_mean_absent() {
        for empty in [
            value!({}),
            value!({ "genres": null, "title": null, "year": null, "and": null, "not": null }),
            value!({ "genres": { "anyOf": null, "noneOf": [] }, "or": [], "and": [{}], "title": "  " }),
        ] {
            assert!(filter(empty).unwrap().is_empty());
        }
    }

    #[test]
    fn every_part_arrives() {
        let filter = filter(value!({
            "genres": { "anyOf": ["Drama"], "allOf": ["War"], "noneOf": ["Comedy"] },
            "cast": { "anyOf": ["John Wayne"] }, "title": "high noon", "year": { "gte": 1950, "lte": 1960 },
            "decades": [1950], "hasPoster": true, "providers": { "noneOf": ["x"] },
            "directors": { "anyOf": ["Fred Zinnemann"] }, "writers": { "allOf": ["Carl Foreman"] },
            "languages": { "noneOf": ["fr"] }, "countries": { "anyOf": ["USA"] },
            "runtime": { "gte": 60, "lte": 90 }, "rating": { "gte": 7.5, "lte": 9 },
            "and": [{ "hasPoster": true }], "or": [{ "title": "a" }], "not": { "title": "b" },
        }))
        .unwrap();
        assert_eq!(filter.leaves(), 21);
        assert_eq!(filter.genres.all_of, ["War"]);
        assert_eq!(filter.year.lte, Some(1960));
        assert_eq!(filter.runtime.gte, Some(60));
        assert_eq!(filter.rating.gte, RatingValue::new(7.5));
        assert_eq!(filter.rating.lte, RatingValue::new(9.0));
    }

    #[test]
    fn errors_name_the_argument() {
        let cases = [
            (value!({ "year": { "gte": 2000, "lte": 1990 } }), "year.gte 2000 is after year.lte 1990"),
            (value!({ "runtime": { "gte": 120, "lte": 90 } }), "runtime.gte 120 is above runtime.lte 90"),
            (value!({ "rating": { "gte": 7.5, "lte": 7 } }), "rating.gte 7.5 is above rating.lte 7"),
            (value!({ "not": { "rating": { "lte": 10.5 } } }), "rating.lte 10.5 is outside 0 to 10"),
            (
                value!({ "decades": [1985] }),
                "decade 1985 is not the first year of a decade from 1870 to 2100",
            ),
            (
                (0..9).fold(value!({ "title": "x" }), |inner, _| value!({ "not": inner })),
                "where is nested deeper than 8",
            ),
        ];
        for (input, message) in cases {
            assert_eq!(filter(input).unwrap_err().message(), message);
        }
    }

    #[test]
    fn a_state_excludes_other_filters() {
        let sealer = Sealer::new(b"secret");
        let question = Question { text: "alien".into(), ..Question::default() };
        let state = Some(SearchState(sealer.seal_state(&question).unwrap()));
        let input = QuestionInput { state, ..QuestionInput::default() };
        assert_eq!(input.clone().question(&sealer, &[]), Ok(question.clone()));
        let error = input.clone().question(&sealer, &["sort", "where"]).unwrap_err();
        assert_eq!(error.message(), "state holds the filter of a question: give either state or where");
        let input = QuestionInput { text: Some("dune".into()), sort: Some(MovieSort::YearDesc), ..input };
        assert_eq!(input.clone().question(&sealer, &[]), Ok(question.clone()), "defaults change nothing");
        let newest = Question { sort: domain::MovieSort::YearDesc, ..question };
        assert_eq!(input.clone().question(&sealer, &["sort"]), Ok(newest.clone()));
        let other = Question { text: "dune".into(), ..newest };
        assert_eq!(input.question(&sealer, &["text", "sort"]), Ok(other));
        let forged = QuestionInput { state: Some(SearchState("x".into())), ..QuestionInput::default() };
        let error = forged.question(&sealer, &[]).unwrap_err();
        assert_eq!(error.code(), crate::error::ErrorCode::BadState);
    }

    #[test]
    fn counts_name_the_limit() {
        assert_eq!(count("first", None, 8), Ok(8));
        assert_eq!(count("first", Some(0), 8), Ok(0));
        assert_eq!(
            count("first", Some(101), 8).unwrap_err().message(),
            "first 101 is above the limit of 100"
        );
        assert_eq!(count("first", Some(-1), 8).unwrap_err().message(), "first -1 is below 0");
    }

    #[test]
    fn long_texts_are_cut_between_characters() {
        assert_eq!(cut("é".repeat(10_001)).chars().count(), 10_000);
        assert_eq!(cut("é".repeat(10)), "é".repeat(10));
    }
}
