//! Answers remembered, so that the engine is asked an equal question once.
//!
//! Two stores with one rule of truth. [`CachedCatalog`] stands before the engine and keeps answers to *questions*: what
//! was asked and what is wanted of it, however the document that asks it is written. It asks an equal question once at a
//! time, and it alone decides what may be given out late. [`WholeAnswers`] keeps the *bytes* of operations all of whose
//! questions were answered fresh from one revision, and gives them out only while that revision is known to be current;
//! it saves the work of reading and executing the document.
//!
//! Neither keeps an error, an answer from a part of the catalogue, or anything that changes without the revision.
//! Why it is made so, and what was measured, stands in `docs/adr/0009-caches-by-question-and-revision.md`.

mod args;
mod catalog;
mod flights;
mod notes;
mod question;
mod settings;
mod weigh;
mod whole;

pub use args::CacheArgs;
pub use catalog::CachedCatalog;
pub use settings::CacheSettings;

pub(crate) use notes::{Notes, Outcome};
pub(crate) use whole::{Key, Stored, WholeAnswers};
