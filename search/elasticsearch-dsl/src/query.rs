//! A query, and the clauses that hold other queries.

use serde::Serialize;

use super::{
    exists::Exists,
    field::Of,
    ids::Ids,
    match_phrase::MatchPhrase,
    prefix::Prefix,
    range::Range,
    term::{Term, TermValue},
    terms::Terms,
};

/// An object without members.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Empty {}

/// A query clause.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Query {
    /// Every document.
    MatchAll(Empty),
    /// No document.
    MatchNone(Empty),
    /// See [`Term`].
    Term(Of<Term>),
    /// See [`Terms`].
    Terms(Terms),
    /// See [`Prefix`].
    Prefix(Of<Prefix>),
    /// See [`MatchPhrase`].
    MatchPhrase(Of<MatchPhrase>),
    /// See [`Range`].
    Range(Of<Range>),
    /// See [`Exists`].
    Exists(Exists),
    /// See [`Ids`].
    Ids(Ids),
    /// See [`Bool`].
    Bool(Box<Bool>),
    /// See [`ConstantScore`].
    ConstantScore(Box<ConstantScore>),
    /// See [`DisMax`].
    DisMax(DisMax),
}

impl Query {
    /// Every document.
    pub const ALL: Self = Self::MatchAll(Empty {});
    /// No document.
    pub const NONE: Self = Self::MatchNone(Empty {});

    /// Documents that have this value.
    pub fn term(field: &'static str, value: impl Into<TermValue>) -> Self {
        Self::Term(Of(field, Term { value: value.into() }))
    }

    /// Documents that have one of these values at least.
    pub fn terms(field: &'static str, mut values: Vec<String>) -> Self {
        match values.len() {
            0 => Self::NONE,
            1 => Self::term(field, values.remove(0)),
            _ => Self::Terms(Terms(Of(field, values))),
        }
    }

    /// Documents for which all hold.
    pub fn all_of(mut queries: Vec<Self>) -> Self {
        match queries.len() {
            0 => Self::ALL,
            1 => queries.remove(0),
            _ => Self::Bool(Box::new(Bool { filter: queries, ..Bool::default() })),
        }
    }

    /// Documents for which one holds at least.
    pub fn any_of(mut queries: Vec<Self>) -> Self {
        match queries.len() {
            0 => Self::NONE,
            1 => queries.remove(0),
            _ => Self::Bool(Box::new(Bool {
                should: queries,
                minimum_should_match: Some(1),
                ..Bool::default()
            })),
        }
    }

    /// Those of its documents, with its scores, that also meet a filter.
    pub fn within(self, filter: Self) -> Self {
        match self {
            Self::MatchAll(_) => filter,
            Self::MatchNone(_) => self,
            // A filter of such a clause never scores, so one more leaves the scores as they are.
            Self::Bool(mut bool) if bool.should.is_empty() || bool.minimum_should_match.is_some() => {
                bool.filter.push(filter);
                Self::Bool(bool)
            }
            other => Self::all_of(vec![other, filter]),
        }
    }

    /// Documents for which it does not hold.
    pub fn negated(self) -> Self {
        Self::Bool(Box::new(Bool { must_not: vec![self], ..Bool::default() }))
    }
}

/// `bool`: every `filter` holds, no `must_not` does, and so many of `should` hold as asked. Only `should` scores.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Bool {
    /// Queries that must hold and add no score.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub filter: Vec<Query>,
    /// Queries that add to the score.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub should: Vec<Query>,
    /// Queries that must not hold.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub must_not: Vec<Query>,
    /// Always given beside `should`: engines differ in what they take for granted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub minimum_should_match: Option<u32>,
}

/// `constant_score`: each document that the filter holds for scores `boost`. Whole numbers below 2^24 are exact in
/// the 32-bit floats that engines score with.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ConstantScore {
    /// Documents that score.
    pub filter: Query,
    /// Score of each.
    pub boost: u32,
}

/// `dis_max`: one of the queries holds at least; the best of their scores counts, and no other.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct DisMax {
    /// Queries of which the best one scores.
    pub queries: Vec<Query>,
}
