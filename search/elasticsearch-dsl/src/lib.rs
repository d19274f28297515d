//! What goes to a search cluster and comes back from it, as types: the part of the query DSL that WIKIMovie uses, bodies of
//! the other APIs, and their answers. serde writes and reads all of it; no body is ever built from text.
//!
//! One file a clause or an API; clauses that hold other clauses are beside [`Query`]. Every clause means the same on
//! Elasticsearch 7.10 to 9 and OpenSearch 1 to 3. Answers are read leniently: engines add members of their own.

mod aggregation;
mod aliases;
mod bulk;
mod cluster;
mod document;
mod error;
mod exists;
mod field;
mod ids;
mod index;
mod mapping;
mod match_phrase;
mod multi_search;
mod prefix;
mod query;
mod range;
mod response;
mod search;
mod sort;
mod term;
mod terms;

pub use self::{
    aggregation::{Aggregation, Aggregations, CompositeKey, CompositeValue, Include, TermsOrder},
    aliases::{Alias, AliasAction, AliasActions},
    bulk::{BulkAction, BulkItem, BulkMeta, BulkResponse},
    cluster::{ClusterInfo, ClusterVersion},
    document::{GetResponse, MultiGet, MultiGetDoc, MultiGetResponse, WritePosition},
    error::{ErrorCause, ErrorResponse, INDEX_EXISTS, INDEX_NOT_FOUND},
    exists::Exists,
    field::Of,
    ids::Ids,
    index::{CreateIndex, IndexDescription, IndexSettings},
    mapping::{Mapping, Property, SourceFilter, TextProperty},
    match_phrase::MatchPhrase,
    multi_search::{multi_search, write_line},
    prefix::Prefix,
    query::{Bool, ConstantScore, DisMax, Empty, Query},
    range::Range,
    response::{
        AggregationBucket, AggregationResult, AggregationResults, BucketValue, CompositeBucket,
        CompositePage, DocValue, MultiSearchItem, MultiSearchResponse, SearchHit, SearchHits, SearchResponse,
        SingleValue,
    },
    search::{Search, Source, TrackTotalHits},
    sort::{Missing, Sort, SortValue},
    term::{Term, TermValue},
    terms::Terms,
};
