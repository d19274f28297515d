//! What a word is, and how people type: pure functions that every engine shares.

pub mod fold;
pub mod words;

pub use fold::{fold, key};
pub use words::{Word, words};
