//! The cache: equal queries reach the engine once.
//!
//! Two stores with one rule of truth. [`CachedCatalog`] stands before the engine and caches answers to *queries*: what is
//! asked and what is wanted of it, however the document that asks it is written. It sends an equal query once at a time
//! (single-flight), and it alone decides what may be served stale. [`ResponseCache`] caches the *bytes* of
//! operations all of whose answers are fresh and of one revision, served only while that revision is known to be current.
//! It saves the work of reading and executing the document.
//!
//! Neither caches an error, an answer from a part of the catalogue, or anything that changes without the revision.
//! `docs/adr/0009-caches-by-question-and-revision.md` gives the reasons and the figures.

mod args;
mod catalog;
mod outcome;
mod query;
mod response;
mod settings;
mod single_flight;
mod weigh;

pub use args::CacheArgs;
pub use catalog::CachedCatalog;
pub use settings::CacheSettings;

pub(crate) use outcome::{CacheOutcome, OutcomeRecorder};
pub(crate) use response::{CachedResponse, ResponseCache, ResponseKey, gzipped};
