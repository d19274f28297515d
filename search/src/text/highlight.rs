//! Where typed words stand in a movie's texts, told as spans and as safe HTML.

use wikimovie_domain::{Highlight, Movie, Reason, SearchField, Span};

use crate::compile::Compiled;

/// What was typed, as far as highlights need it. Cheap to clone.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Typed {}

/// The texts of a movie in which typed words stand.
pub fn highlights(_movie: &Movie, _typed: &Typed) -> Vec<Highlight> {
    Vec::new()
}

/// Why a movie was found.
pub fn reasons(_movie: &Movie, _compiled: &Compiled) -> Vec<Reason> {
    Vec::new()
}

/// A text with the typed words in it marked.
pub fn highlight_text(field: SearchField, text: &str, _typed: &Typed) -> Highlight {
    Highlight { field, text: text.to_owned(), spans: Vec::<Span>::new() }
}

/// The highlight as HTML: text escaped, spans in `<mark>`. No text can become markup.
pub fn html(highlight: &Highlight) -> String {
    highlight.text.clone()
}
