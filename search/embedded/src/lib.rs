//! The embedded engine: a tantivy index in a folder, answering the same contract as a search cluster.
//!
//! Reads go to a [`snapshot::Snapshot`], swapped whole when a commit becomes visible; a question sees one
//! snapshot from its first to its last step. Writes go through the one [`EmbeddedWriter`]. A question's steps:
//! [`wikimovie_plan::compile`] makes the plan, [`eval`] finds the movies, [`paging`] orders them, [`facets`] counts them.

mod autocomplete;
mod columns;
mod digest;
mod doc_set;
mod engine;
mod error;
mod eval;
mod facets;
mod fields;
mod folder;
mod index;
mod info;
mod known;
mod ledger;
mod lists;
mod lookups;
mod memory;
mod paging;
mod parts;
mod people;
mod permits;
mod postings;
mod restricted;
mod scores;
mod search;
mod similar;
mod snapshot;
#[cfg(test)]
mod testing;
mod values;
mod writer;

pub use self::{
    engine::{Embedded, EmbeddedOptions},
    writer::EmbeddedWriter,
};
