//! The engine behind the gateway: one read side and one write side, whichever engine answers.
//!
//! [`Catalog`] answers typed questions, [`CatalogWriter`] keeps the catalogue equal to its objects. Text is ours:
//! [`text`] says what a word is, and every engine indexes and finds those words. This is the only crate that
//! speaks to an engine; no engine type leaves it.

#[cfg_attr(not(feature = "elasticsearch"), allow(dead_code, reason = "the embedded writer counts by itself"))]
mod account;
pub mod catalog;
mod cursor;
#[cfg(feature = "elasticsearch")]
pub mod elasticsearch;
pub mod embedded;
pub mod error;
mod facets;
mod indexed;
pub mod kill;
pub mod operation;
pub mod outgoing;
pub mod plan;
pub mod rules;
mod suggest;
mod suggestions;
pub mod text;
pub mod toggle;
pub mod token;
pub mod vocabulary;
pub mod writer;

pub use catalog::{Catalog, ReceiptPage, ReceiptPlace, ReceiptsRequest};
pub use error::SearchError;
pub use indexed::FORMAT as INDEX_FORMAT;
pub use rules::{Rules, RulesError};
pub use token::{Sealer, TokenError};
pub use writer::{Abandoned, CatalogWriter, LedgerRow, ObjectState, PutOutcome, Removal, Tally, WriteError};
