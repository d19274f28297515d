//! The filter of a question. It constrains which movies are found and never ranks them.

use serde::{Deserialize, Serialize};

use crate::{details::RatingValue, movie::Role, year::Year};

/// Constraints that all must hold. An empty filter constrains nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Filter {
    /// Genre names, compared without case and diacritics.
    #[serde(skip_serializing_if = "ValueMatch::is_empty")]
    pub genres: ValueMatch,
    /// Names of people, compared without case and diacritics.
    #[serde(skip_serializing_if = "ValueMatch::is_empty")]
    pub cast: ValueMatch,
    /// Names of directors, compared without case and diacritics.
    #[serde(skip_serializing_if = "ValueMatch::is_empty")]
    pub directors: ValueMatch,
    /// Names of writers, compared without case and diacritics.
    #[serde(skip_serializing_if = "ValueMatch::is_empty")]
    pub writers: ValueMatch,
    /// Spoken languages, compared without case and diacritics.
    #[serde(skip_serializing_if = "ValueMatch::is_empty")]
    pub languages: ValueMatch,
    /// Countries of production, compared without case and diacritics.
    #[serde(skip_serializing_if = "ValueMatch::is_empty")]
    pub countries: ValueMatch,
    /// Words that must all occur in the title, folded, without typo tolerance.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Years, both ends included.
    #[serde(skip_serializing_if = "YearRange::is_empty")]
    pub year: YearRange,
    /// First years of decades (1980), any of them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub decades: Vec<i64>,
    /// Minutes, both ends included.
    #[serde(skip_serializing_if = "RuntimeRange::is_empty")]
    pub runtime: RuntimeRange,
    /// Mean rating (see [`crate::Details::rating`]), both ends included.
    #[serde(skip_serializing_if = "RatingRange::is_empty")]
    pub rating: RatingRange,
    /// Whether the movie has a poster.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub has_poster: Option<bool>,
    /// Provider names.
    #[serde(skip_serializing_if = "ValueMatch::is_empty")]
    pub providers: ValueMatch,
    /// Filters that must all hold.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub and: Vec<Filter>,
    /// Filters of which at least one must hold; an empty list constrains nothing.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub or: Vec<Filter>,
    /// Filter that must not hold; an empty one constrains nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub not: Option<Box<Filter>>,
}

/// Values that a list must hold any of, all of, or none of. Empty lists constrain nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ValueMatch {
    /// At least one of these.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub any_of: Vec<String>,
    /// Every one of these.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub all_of: Vec<String>,
    /// Not one of these.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub none_of: Vec<String>,
}

/// Values from `gte` to `lte`, both included; an open end is `None`. A movie without a value is in no range.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Range<T> {
    /// Lowest value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gte: Option<T>,
    /// Highest value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lte: Option<T>,
}

/// Years.
pub type YearRange = Range<i64>;
/// Minutes.
pub type RuntimeRange = Range<i64>;
/// Ratings.
pub type RatingRange = Range<RatingValue>;

/// Why a filter cannot be asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FilterError {
    /// `gte` is after `lte`.
    #[error("year.gte {gte} is after year.lte {lte}")]
    YearsReversed {
        /// First year asked.
        gte: i64,
        /// Last year asked.
        lte: i64,
    },
    /// `gte` is above `lte`.
    #[error("runtime.gte {gte} is above runtime.lte {lte}")]
    RuntimeReversed {
        /// Fewest minutes asked.
        gte: i64,
        /// Most minutes asked.
        lte: i64,
    },
    /// `gte` is above `lte`.
    #[error("rating.gte {} is above rating.lte {}", gte.get(), lte.get())]
    RatingReversed {
        /// Lowest rating asked.
        gte: RatingValue,
        /// Highest rating asked.
        lte: RatingValue,
    },
    /// A decade that is not a multiple of ten, or out of range.
    #[error("decade {0} is not the first year of a decade from {min} to {max}", min = Year::MIN, max = Year::MAX)]
    NotADecade(i64),
    /// Filters nested too deep.
    #[error("where is nested deeper than {max}", max = Filter::MAX_DEPTH)]
    TooDeep,
    /// Too many conditions in all.
    #[error("where holds {0} conditions, more than {max}", max = Filter::MAX_LEAVES)]
    TooManyLeaves(usize),
    /// A value longer than any name can be.
    #[error("{field} holds a value of {chars} characters, more than {max}", max = Filter::MAX_VALUE_CHARS)]
    ValueTooLong {
        /// Where it stands.
        field: &'static str,
        /// Its length.
        chars: usize,
    },
}

impl Filter {
    /// Deepest nesting of `and`, `or` and `not`; a filter without any of them has depth 1.
    pub const MAX_DEPTH: usize = 8;
    /// Most conditions (single values, ranges, flags) in the whole tree.
    pub const MAX_LEAVES: usize = 256;
    /// Longest value in characters.
    pub const MAX_VALUE_CHARS: usize = 500;

    /// Whether it constrains nothing.
    pub fn is_empty(&self) -> bool {
        self.leaves() == 0
    }

    /// Refuses what cannot be asked.
    ///
    /// # Errors
    /// The first [`FilterError`] found, outermost first.
    pub fn validate(&self) -> Result<(), FilterError> {
        if self.depth() > Self::MAX_DEPTH {
            return Err(FilterError::TooDeep);
        }
        let leaves = self.leaves();
        if leaves > Self::MAX_LEAVES {
            return Err(FilterError::TooManyLeaves(leaves));
        }
        self.validate_values()
    }

    fn validate_values(&self) -> Result<(), FilterError> {
        if let Some((gte, lte)) = self.year.reversed() {
            return Err(FilterError::YearsReversed { gte, lte });
        }
        if let Some((gte, lte)) = self.runtime.reversed() {
            return Err(FilterError::RuntimeReversed { gte, lte });
        }
        if let Some((gte, lte)) = self.rating.reversed() {
            return Err(FilterError::RatingReversed { gte, lte });
        }
        for &decade in &self.decades {
            if decade % 10 != 0 || !(Year::MIN..=Year::MAX).contains(&decade) {
                return Err(FilterError::NotADecade(decade));
            }
        }
        let values =
            self.lists().into_iter().flat_map(|(field, list)| list.values().map(move |value| (field, value)));
        for (field, value) in values.chain(self.title.iter().map(|title| ("title", title))) {
            let chars = value.chars().count();
            if chars > Self::MAX_VALUE_CHARS {
                return Err(FilterError::ValueTooLong { field, chars });
            }
        }
        self.children().try_for_each(Self::validate_values)
    }

    /// Conditions in the whole tree.
    pub fn leaves(&self) -> usize {
        self.lists().into_iter().map(|(_, list)| list.len()).sum::<usize>()
            + usize::from(self.title.is_some())
            + self.year.ends()
            + self.runtime.ends()
            + self.rating.ends()
            + self.decades.len()
            + usize::from(self.has_poster.is_some())
            + self.children().map(Self::leaves).sum::<usize>()
    }

    /// The lists of values, by name.
    fn lists(&self) -> [(&'static str, &ValueMatch); 7] {
        [
            ("genres", &self.genres),
            ("cast", &self.cast),
            ("directors", &self.directors),
            ("writers", &self.writers),
            ("languages", &self.languages),
            ("countries", &self.countries),
            ("providers", &self.providers),
        ]
    }

    /// The movies with a person in this role; in any role where none is given.
    pub fn of_person(name: &str, role: Option<Role>) -> Self {
        let named = || ValueMatch { any_of: vec![name.to_owned()], ..ValueMatch::default() };
        let of = |role| match role {
            Role::Cast => Self { cast: named(), ..Self::default() },
            Role::Director => Self { directors: named(), ..Self::default() },
            Role::Writer => Self { writers: named(), ..Self::default() },
        };
        match role {
            Some(role) => of(role),
            None => Self { or: Role::ALL.map(of).into(), ..Self::default() },
        }
    }

    /// The filters of `and`, `or` and `not`.
    pub fn children(&self) -> impl Iterator<Item = &Filter> {
        self.and.iter().chain(&self.or).chain(self.not.as_deref())
    }

    fn depth(&self) -> usize {
        1 + self.children().map(Self::depth).max().unwrap_or(0)
    }
}

impl ValueMatch {
    /// Whether it constrains nothing.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Values in all three lists.
    pub fn len(&self) -> usize {
        self.any_of.len() + self.all_of.len() + self.none_of.len()
    }

    /// Every value, whichever list it stands in.
    pub fn values(&self) -> impl Iterator<Item = &String> {
        self.any_of.iter().chain(&self.all_of).chain(&self.none_of)
    }
}

impl<T> Default for Range<T> {
    fn default() -> Self {
        Self { gte: None, lte: None }
    }
}

impl<T: Copy + PartialOrd> Range<T> {
    /// Whether it constrains nothing.
    pub fn is_empty(&self) -> bool {
        self.gte.is_none() && self.lte.is_none()
    }

    /// Whether a movie with this value is in the range.
    pub fn contains(&self, value: Option<impl Into<T>>) -> bool {
        self.is_empty()
            || value.map(Into::into).is_some_and(|value| {
                self.gte.is_none_or(|gte| gte <= value) && self.lte.is_none_or(|lte| value <= lte)
            })
    }

    /// Number of ends that are given.
    fn ends(&self) -> usize {
        usize::from(self.gte.is_some()) + usize::from(self.lte.is_some())
    }

    /// Both ends, where the first is above the last.
    fn reversed(&self) -> Option<(T, T)> {
        self.gte.zip(self.lte).filter(|(gte, lte)| gte > lte)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nested(depth: usize) -> Filter {
        let leaf = Filter { has_poster: Some(true), ..Filter::default() };
        (1..depth).fold(leaf, |inner, _| Filter { not: Some(Box::new(inner)), ..Filter::default() })
    }

    #[test]
    fn nesting_and_size_are_bounded() {
        assert_eq!(nested(8).validate(), Ok(()));
        assert_eq!(nested(9).validate(), Err(FilterError::TooDeep));
        let many = |n| Filter {
            genres: ValueMatch { any_of: vec!["x".into(); n], ..ValueMatch::default() },
            ..Filter::default()
        };
        assert_eq!(many(256).validate(), Ok(()));
        assert_eq!(many(257).validate(), Err(FilterError::TooManyLeaves(257)));
    }

    #[test]
    fn reversed_years_and_invalid_decades_are_rejected() {
        let years = Filter { year: YearRange { gte: Some(2000), lte: Some(1990) }, ..Filter::default() };
        assert_eq!(years.validate().unwrap_err().to_string(), "year.gte 2000 is after year.lte 1990");
        let decade = Filter { decades: vec![1985], ..Filter::default() };
        assert_eq!(decade.validate(), Err(FilterError::NotADecade(1985)));
        let inside = Filter { and: vec![decade], ..Filter::default() };
        assert_eq!(inside.validate(), Err(FilterError::NotADecade(1985)));
    }

    #[test]
    fn reversed_runtimes_and_ratings_are_rejected() {
        let runtime = RuntimeRange { gte: Some(120), lte: Some(90) };
        let error = Filter { runtime, ..Filter::default() }.validate().unwrap_err();
        assert_eq!(error.to_string(), "runtime.gte 120 is above runtime.lte 90");
        let rating = RatingRange { gte: RatingValue::new(7.5), lte: RatingValue::new(7.0) };
        let error = Filter { rating, ..Filter::default() }.validate().unwrap_err();
        assert_eq!(error.to_string(), "rating.gte 7.5 is above rating.lte 7");
        let same = RatingRange { gte: RatingValue::new(7.0), lte: RatingValue::new(7.0) };
        assert_eq!(Filter { rating: same, ..Filter::default() }.validate(), Ok(()));
        assert_eq!(Filter { runtime, rating, ..Filter::default() }.leaves(), 4);
        assert!(same.contains(RatingValue::new(7.0)) && !same.contains(None::<RatingValue>));
        assert!(RuntimeRange { gte: None, lte: Some(90) }.contains(Some(90)));
    }

    #[test]
    fn a_person_is_asked_by_role() {
        let director = Filter::of_person("Ida Lupino", Some(Role::Director));
        assert_eq!(director.directors.any_of, ["Ida Lupino"]);
        assert_eq!(director.leaves(), 1);
        let any = Filter::of_person("Ida Lupino", None);
        assert_eq!(any.or, Role::ALL.map(|role| Filter::of_person("Ida Lupino", Some(role))));
        assert_eq!(any.leaves(), 3);
    }

    #[test]
    fn empty_lists_constrain_nothing() {
        let filter = Filter { and: vec![Filter::default()], not: Some(Box::default()), ..Filter::default() };
        assert!(filter.is_empty());
        assert!(YearRange::default().contains(None::<Year>));
        assert!(!YearRange { gte: Some(1900), lte: None }.contains(None::<Year>));
    }
}
