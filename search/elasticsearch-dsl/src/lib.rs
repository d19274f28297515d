//! The part of the query DSL that WIKIMovie uses, as types: one file a clause, those that hold other clauses beside [`Query`]. serde writes it; no body is ever built
//! from text. Every clause here means the same on Elasticsearch 7.10 to 9 and OpenSearch 1 to 3.

mod aggregation;
mod exists;
mod field;
mod ids;
mod match_phrase;
mod multi_search;
mod prefix;
mod query;
mod range;
mod search;
mod sort;
mod term;
mod terms;

pub use self::{
    aggregation::{Aggregation, Aggregations, Include, TermsOrder},
    exists::Exists,
    field::Of,
    ids::Ids,
    match_phrase::MatchPhrase,
    multi_search::{multi_search, write_line},
    prefix::Prefix,
    query::{Bool, ConstantScore, DisMax, Empty, Query},
    range::Range,
    search::{Search, Source, TrackTotalHits},
    sort::{Missing, Sort, SortValue},
    term::{Term, TermValue},
    terms::Terms,
};
