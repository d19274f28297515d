//! The part of the query DSL that WIKIMovie uses, as types: one file a clause. serde writes it; no body is ever built
//! from text. Every clause here means the same on Elasticsearch 7.10 to 9 and OpenSearch 1 to 3.

mod aggregation;
mod boolean;
mod constant_score;
mod dis_max;
mod exists;
mod field;
mod ids;
mod match_phrase;
mod multi_search;
mod prefix;
mod range;
mod search;
mod sort;
mod term;
mod terms;

use serde::Serialize;

pub use self::{
    aggregation::{Aggregation, Aggregations, Include, TermsOrder},
    boolean::Bool,
    constant_score::ConstantScore,
    dis_max::DisMax,
    exists::Exists,
    field::Of,
    ids::Ids,
    match_phrase::MatchPhrase,
    multi_search::{multi_search, write_line},
    prefix::Prefix,
    range::Range,
    search::{Search, Source, TrackTotalHits},
    sort::{Missing, Sort, SortValue},
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

    /// Those of its documents, with its points, that also meet a filter.
    pub fn within(self, filter: Self) -> Self {
        match self {
            Self::MatchAll(_) => filter,
            Self::MatchNone(_) => self,
            // A filter of such a clause never scores, so one more leaves the points as they are.
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
