//! What tests are made of, and nothing that ships: builders of movies, random questions, a loader of folders of movie
//! records, an oracle that answers plans by brute force, and what must hold of the reading of any text.

pub mod data;
pub mod movies;
pub mod oracle;
pub mod random;
pub mod understanding;

pub use movies::{MovieBuilder, dozen, movie};
pub use oracle::Oracle;
