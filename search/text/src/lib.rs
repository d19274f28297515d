//! What a word is, and how people type: pure functions that every engine shares.

pub mod decades;
pub mod edit_distance;
pub mod filler;
pub mod fold;
pub mod genres;
pub mod inflections;
pub mod keyboard;
pub mod natural_order;
pub mod normal_forms;
pub mod numerals;
pub mod reading;
pub mod related;
pub mod shorten;
pub mod spelling_variants;
pub mod stop;
pub mod words;

pub use decades::suggest_decades;
pub use fold::{fold, key};
pub use normal_forms::{sort_key, title_key, title_normal_forms};
pub use shorten::shortened;
pub use words::{Word, apostrophe_parts, characters, joined, words};
