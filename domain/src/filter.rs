//! The filter of a question. It constrains which movies are found and never ranks them.

use serde::{Deserialize, Serialize};

use crate::movie::Year;

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
    /// Words that must all occur in the title, folded, without typo tolerance.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Years, both ends included.
    #[serde(skip_serializing_if = "YearRange::is_empty")]
    pub year: YearRange,
    /// First years of decades (1980), any of them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub decades: Vec<i64>,
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

/// Years from `gte` to `lte`, both included; an open end is `None`. A movie without a year is in no range.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct YearRange {
    /// First year.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gte: Option<i64>,
    /// Last year.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lte: Option<i64>,
}

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
        if let (Some(gte), Some(lte)) = (self.year.gte, self.year.lte)
            && gte > lte
        {
            return Err(FilterError::YearsReversed { gte, lte });
        }
        for &decade in &self.decades {
            if decade % 10 != 0 || !(Year::MIN..=Year::MAX).contains(&decade) {
                return Err(FilterError::NotADecade(decade));
            }
        }
        let lists = [("genres", &self.genres), ("cast", &self.cast), ("providers", &self.providers)];
        let values =
            lists.into_iter().flat_map(|(field, list)| list.values().map(move |value| (field, value)));
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
        [&self.genres, &self.cast, &self.providers].into_iter().map(ValueMatch::len).sum::<usize>()
            + usize::from(self.title.is_some())
            + usize::from(self.year.gte.is_some())
            + usize::from(self.year.lte.is_some())
            + self.decades.len()
            + usize::from(self.has_poster.is_some())
            + self.children().map(Self::leaves).sum::<usize>()
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

impl YearRange {
    /// Whether it constrains nothing.
    pub fn is_empty(&self) -> bool {
        self.gte.is_none() && self.lte.is_none()
    }

    /// Whether a movie of this year is in the range.
    pub fn contains(&self, year: Option<Year>) -> bool {
        self.is_empty()
            || year.is_some_and(|year| {
                self.gte.is_none_or(|gte| gte <= year.get()) && self.lte.is_none_or(|lte| year.get() <= lte)
            })
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
    fn empty_lists_constrain_nothing() {
        let filter = Filter { and: vec![Filter::default()], not: Some(Box::default()), ..Filter::default() };
        assert!(filter.is_empty());
        assert!(YearRange::default().contains(None));
        assert!(!YearRange { gte: Some(1900), lte: None }.contains(None));
    }
}
