//! What is known of a movie besides what names it: numbers, outside ids, the long plot. Each of it is optional.

use std::{collections::BTreeMap, fmt};

use serde::{Deserialize, Serialize};
use time::{format_description::BorrowedFormatItem, macros::format_description};

use crate::year::Year;

/// Facts about a movie that a provider may know.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Details {
    /// Names of the writers.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub writers: Vec<String>,
    /// The whole plot in plain text, at most 100,000 characters. It is searched, and longer than what a list shows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub plot: Option<String>,
    /// Words and short phrases on what the movie is about.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub keywords: Vec<String>,
    /// Ids elsewhere, by the lower-case name of their source, such as `imdb`, `tmdb` and `wikidata`.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub ids: BTreeMap<String, String>,
    /// Spoken languages: tags of BCP 47 where the provider gives such, else names.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub languages: Vec<String>,
    /// Countries of production, as the provider names them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub countries: Vec<String>,
    /// Minutes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub runtime: Option<u16>,
    /// Day of the first release.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub released: Option<Date>,
    /// Ratings side by side, one a source.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub ratings: Vec<Rating>,
    /// How much the movie is asked for, on the provider's own scale.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub popularity: Option<Popularity>,
    /// For which age it is released, in the provider's own words, such as `PG-13`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub certificate: Option<String>,
    /// Whom to name where the record is shown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attribution: Option<Attribution>,
}

impl Details {
    /// Whether nothing is known.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// The mean of all ratings, each weighted by its votes (one where it has none); `None` without a rating.
    pub fn rating(&self) -> Option<RatingValue> {
        let weight = |rating: &Rating| u128::from(rating.votes.unwrap_or(1).max(1));
        let votes: u128 = self.ratings.iter().map(weight).sum();
        let sum: u128 = self.ratings.iter().map(|rating| weight(rating) * u128::from(rating.value.0)).sum();
        let mean = (sum + votes / 2).checked_div(votes)?;
        u16::try_from(mean).ok().map(RatingValue)
    }
}

/// What one source thinks of a movie.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rating {
    /// Who rates, such as `imdb`.
    pub source: String,
    /// On a scale from 0 to 10.
    pub value: RatingValue,
    /// Number of votes, where known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub votes: Option<u64>,
}

/// A rating from 0 to 10, in hundredths: two equal ones are equal on every engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "u16", into = "u16")]
pub struct RatingValue(u16);

impl RatingValue {
    /// Hundredths of the best rating.
    pub const MAX: u16 = 1000;

    /// The value on a scale from 0 to 10, rounded to hundredths; `None` outside of it.
    pub fn new(value: f64) -> Option<Self> {
        let hundredths = (value * 100.0).round();
        (0.0..=f64::from(Self::MAX)).contains(&hundredths).then_some(Self(hundredths as u16))
    }

    /// Hundredths, 0 to [`Self::MAX`].
    pub fn hundredths(self) -> u16 {
        self.0
    }

    /// The value on a scale from 0 to 10.
    pub fn get(self) -> f64 {
        f64::from(self.0) / 100.0
    }
}

impl TryFrom<u16> for RatingValue {
    type Error = OutOfRange;

    fn try_from(hundredths: u16) -> Result<Self, Self::Error> {
        (hundredths <= Self::MAX).then_some(Self(hundredths)).ok_or(OutOfRange("a rating"))
    }
}

impl From<RatingValue> for u16 {
    fn from(value: RatingValue) -> Self {
        value.0
    }
}

/// How much a movie is asked for, in thousandths: providers give fractions, and equal ones must be equal everywhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "u64", into = "u64")]
pub struct Popularity(u64);

impl Popularity {
    /// Thousandths of the greatest popularity, a billion.
    pub const MAX: u64 = 1_000_000_000_000;

    /// The value rounded to thousandths; `None` below zero or above a billion.
    pub fn new(value: f64) -> Option<Self> {
        let thousandths = (value * 1000.0).round();
        (0.0..=Self::MAX as f64).contains(&thousandths).then_some(Self(thousandths as u64))
    }

    /// Thousandths, 0 to [`Self::MAX`].
    pub fn thousandths(self) -> u64 {
        self.0
    }

    /// The value as the provider gives it.
    pub fn get(self) -> f64 {
        self.0 as f64 / 1000.0
    }
}

impl TryFrom<u64> for Popularity {
    type Error = OutOfRange;

    fn try_from(thousandths: u64) -> Result<Self, Self::Error> {
        (thousandths <= Self::MAX).then_some(Self(thousandths)).ok_or(OutOfRange("a popularity"))
    }
}

impl From<Popularity> for u64 {
    fn from(value: Popularity) -> Self {
        value.0
    }
}

/// A number outside of what its type holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0} is out of range")]
pub struct OutOfRange(&'static str);

/// A day of the Gregorian calendar, in the years that [`Year`] allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Date(time::Date);

impl Date {
    /// The day; `None` where there is no such one.
    pub fn new(year: i32, month: u8, day: u8) -> Option<Self> {
        let month = time::Month::try_from(month).ok()?;
        Self::within(time::Date::from_calendar_date(year, month, day).ok()?)
    }

    /// Reads `YYYY-MM-DD`, the date of ISO 8601; `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        Self::within(time::Date::parse(text, DATE).ok()?)
    }

    fn within(date: time::Date) -> Option<Self> {
        Year::try_from(i64::from(date.year())).ok().map(|_| Self(date))
    }

    /// The year of the day.
    pub fn year(self) -> i64 {
        i64::from(self.0.year())
    }
}

/// `YYYY-MM-DD`.
const DATE: &[BorrowedFormatItem<'_>] = format_description!("[year]-[month]-[day]");

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.0.year(), u8::from(self.0.month()), self.0.day())
    }
}

impl TryFrom<String> for Date {
    type Error = OutOfRange;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text).ok_or(OutOfRange("a date"))
    }
}

impl From<Date> for String {
    fn from(date: Date) -> Self {
        date.to_string()
    }
}

/// Whom to name, and under which terms, where a record is shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attribution {
    /// What to show, in plain text.
    pub text: String,
    /// Name of the licence, such as `CC BY-SA 4.0`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub licence: Option<String>,
    /// Page about source or licence, an absolute `http` or `https` address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ratings_are_weighted_by_votes() {
        let rating =
            |value, votes| Rating { source: "s".into(), value: RatingValue::new(value).unwrap(), votes };
        let of = |ratings| Details { ratings, ..Details::default() }.rating().map(RatingValue::get);
        assert_eq!(of(vec![]), None);
        assert_eq!(of(vec![rating(8.0, None), rating(9.0, None)]), Some(8.5));
        assert_eq!(of(vec![rating(8.0, Some(3)), rating(4.0, Some(1))]), Some(7.0));
        assert_eq!(of(vec![rating(10.0, Some(u64::MAX)), rating(10.0, Some(u64::MAX))]), Some(10.0));
    }

    #[test]
    fn numbers_out_of_range_are_refused() {
        assert_eq!(RatingValue::new(8.456).map(RatingValue::get), Some(8.46));
        for value in [-0.1, 10.1, f64::NAN, f64::INFINITY] {
            assert_eq!(RatingValue::new(value), None);
        }
        assert_eq!(Popularity::new(150.437_577).map(Popularity::get), Some(150.438));
        for value in [-1.0, 1e10, f64::NAN] {
            assert_eq!(Popularity::new(value), None);
        }
    }

    #[test]
    fn dates_are_days_that_exist() {
        for text in ["1972-03-24", "2000-02-29", "2024-12-31"] {
            assert_eq!(Date::parse(text).map(|date| date.to_string()).as_deref(), Some(text));
        }
        for text in [
            "1900-02-29",
            "1999-13-01",
            "1999-04-31",
            "99-01-01",
            "1999-1-1",
            "1999-01-01-",
            "+999-01-01",
            "",
        ] {
            assert_eq!(Date::parse(text), None, "{text}");
        }
    }
}
