//! The engine on an Elasticsearch or OpenSearch cluster: the same plan as the embedded one, as typed DSL.
//!
//! Clusters find, score and count; highlights, names and the reading of text are ours. Modules import each other in one
//! direction, from the bottom of these lists to the top.
//!
//! What is in the cluster:
//! - [`names`], [`mapping`], [`client`], [`write_calls`]: what it is called, what it holds, how it is asked.
//! - [`versions`], [`bulk`]: writes, and what fences off a former writer.
//! - [`records`], [`ledger`], [`index`], [`builds`]: each a store of one kind of documents; [`stores`] holds all of them.
//! - [`audit`], [`lease`], [`reindex`]: what takes more than one store.
//!
//! Questions: [`wikimovie_plan::compile`] makes the plan, [`compile`] the DSL, [`batcher`] gathers what one operation asks,
//! [`searcher`] sends it, [`response`] says what the answer means, [`reader`] puts one call together. What typed text is
//! read against, the vocabulary, is counted by the cluster once a revision ([`vocabulary`]) and held in memory ([`view`],
//! [`views`]).
//!
//! Writes: [`writer`]. At the top [`engine`], [`catalog`] and [`operator`] are what programs use.

mod audit;
mod autocomplete;
mod batcher;
mod builds;
mod bulk;
mod catalog;
mod client;
mod compile;
mod digest;
mod dsl;
mod engine;
mod facets;
mod index;
mod lease;
mod ledger;
mod mapping;
mod names;
mod operator;
mod people;
mod presence;
mod reader;
mod records;
mod reindex;
mod response;
mod restricted;
mod search;
mod searcher;
mod stores;
mod versions;
mod view;
mod views;
mod vocabulary;
mod write_calls;
mod writer;

#[cfg(test)]
mod fake;

pub use wikimovie_elasticsearch_client::Auth;

pub use self::{
    audit::LedgerAudit,
    dsl::{cursor_at, index_body, to_dsl},
    engine::{Elasticsearch, ElasticsearchOptions},
    reindex::{BuildStep, Comparison},
    writer::ElasticsearchWriter,
};
