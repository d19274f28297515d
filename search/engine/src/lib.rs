//! What every engine has: one read side, one write side, and what both engines share besides the plan.
//!
//! [`Catalog`] answers typed questions, [`CatalogWriter`] keeps the catalogue equal to its objects. Neither uses a
//! type of an engine's library.

pub mod catalog;
pub mod content_hash;
pub mod context;
pub mod cursor;
pub mod error;
pub mod failpoint;
pub mod indexed;
mod keys;
pub mod operation;
pub mod receipt;
pub mod token;
pub mod writer;

pub use catalog::{Catalog, CatalogDigest, ReceiptPage, ReceiptPlace, ReceiptsRequest};
pub use context::{Answered, CallerShare, Completeness, OperationContext};
pub use error::SearchError;
pub use indexed::FORMAT as INDEX_FORMAT;
pub use token::{Sealer, TokenError};
pub use writer::{
    Abandoned, CatalogWriter, LedgerRow, ObjectState, ObjectWriter, PutOutcome, Removal, RowState, Tally,
    WriteError,
};
