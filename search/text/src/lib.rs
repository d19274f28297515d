//! What a word is, and how people type: pure functions that every engine shares.

pub mod decades;
pub mod distance;
pub mod fold;
pub mod forms;
pub mod genres;
pub mod numerals;
pub mod reading;
pub mod stop;
pub mod words;
pub mod writings;

pub use decades::suggest_decades;
pub use fold::{fold, key};
pub use forms::{sort_key, title_forms, title_key};
pub use words::{Word, joined, words};
