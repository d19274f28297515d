//! Autocomplete: what may be meant while a person still types.

use crate::{answer::Highlight, filter::Filter, movie::Movie, question::Question};

/// One keystroke's question.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct AutocompleteRequest {
    /// What stands in the box.
    pub prefix: String,
    /// Current filters: every suggestion has a hit under them.
    pub filter: Filter,
    /// Kinds wanted; empty is all.
    pub kinds: Vec<SuggestionKind>,
    /// Suggestions wanted, 0 to 100.
    pub first: usize,
}

/// What a suggestion stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum SuggestionKind {
    /// A movie.
    Movie,
    /// A person.
    Person,
    /// A genre.
    Genre,
    /// A decade.
    Decade,
}

/// One suggestion, never one without hits.
#[derive(Clone, Debug)]
pub struct Suggestion {
    /// What it stands for.
    pub suggested: Suggested,
    /// Text to show; its spans say which part was typed.
    pub highlight: Highlight,
    /// Movies under the current filters.
    pub count: u64,
    /// The question that choosing it asks.
    pub question: Question,
}

/// The thing suggested.
#[derive(Clone, Debug)]
pub enum Suggested {
    /// A movie.
    Movie(Box<Movie>),
    /// A person, by name as shown.
    Person {
        /// Commonest spelling.
        name: String,
    },
    /// A genre, by name as shown.
    Genre {
        /// Commonest spelling.
        name: String,
    },
    /// A decade.
    Decade {
        /// First year.
        from: i64,
    },
}
