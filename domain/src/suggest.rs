//! Autocomplete: completions of what a person types.

use crate::{answer::Highlight, filter::Filter, movie::Movie, question::Question};

/// A request for suggestions, one per keystroke.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct AutocompleteRequest {
    /// Content of the search box.
    pub prefix: String,
    /// Current filters: every suggestion has a hit under them.
    pub filter: Filter,
    /// Kinds of suggestions; empty means all.
    pub kinds: Vec<SuggestionKind>,
    /// Number of suggestions, 0 to 100.
    pub first: usize,
}

/// What a suggestion is.
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

/// One suggestion; it always has hits.
#[derive(Clone, Debug)]
pub struct Suggestion {
    /// What is suggested.
    pub suggested: Suggested,
    /// Text to show; its spans mark the typed part.
    pub highlight: Highlight,
    /// Movies under the current filters.
    pub count: u64,
    /// The question that it leads to.
    pub question: Question,
}

/// The target of a suggestion.
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
