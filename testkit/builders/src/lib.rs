//! Builders for tests; no shipped crate depends on them: movies, records that tell everything, random questions, a loader of movie folders, an oracle
//! that answers plans by brute force, and properties of the understanding of any text.

pub mod data;
mod full;
pub mod movies;
pub mod oracle;
pub mod random;
pub mod understanding;

pub use full::full;
pub use movies::{MovieBuilder, dozen, movie};
pub use oracle::Oracle;
