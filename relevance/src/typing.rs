//! Titles typed letter by letter: how early the movie is suggested, and whether it stays.

use wikimovie_domain::{AutocompleteRequest, Filter, Movie, Suggested};
use wikimovie_engine::{Catalog, OperationContext, SearchError};
use wikimovie_text::title_key;

/// Suggestions that a front end shows.
pub const SHOWN: usize = 8;

/// What became of one title.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TypedTitle {
    /// The title.
    pub title: String,
    /// Whether the movie was suggested when half of the letters were typed.
    pub halfway: bool,
    /// Texts at which the movie was gone, after it had been suggested.
    pub lost: Vec<String>,
    /// Whether it was suggested once all letters were typed.
    pub at_end: bool,
}

/// Types the titles of movies, a letter after another. Movies of one title stand for each other.
///
/// # Errors
/// The first error of the engine.
pub async fn type_titles(catalog: &dyn Catalog, movies: &[Movie]) -> Result<Vec<TypedTitle>, SearchError> {
    let mut typed = Vec::with_capacity(movies.len());
    for movie in movies {
        typed.push(type_title(catalog, &movie.title).await?);
    }
    Ok(typed)
}

async fn type_title(catalog: &dyn Catalog, title: &str) -> Result<TypedTitle, SearchError> {
    let key = title_key(title);
    let ends: Vec<usize> = title.char_indices().map(|(at, c)| at + c.len_utf8()).collect();
    let mut typed = TypedTitle { title: title.to_owned(), halfway: false, lost: Vec::new(), at_end: false };
    let mut seen = false;
    for (letters, &end) in (1..).zip(&ends) {
        let prefix = &title[..end];
        let found = suggests(catalog, prefix, &key).await?;
        if letters == ends.len().div_ceil(2) {
            typed.halfway = found;
        }
        if seen && !found {
            typed.lost.push(prefix.to_owned());
        }
        seen |= found;
        typed.at_end = found;
    }
    Ok(typed)
}

async fn suggests(catalog: &dyn Catalog, prefix: &str, key: &str) -> Result<bool, SearchError> {
    let request = AutocompleteRequest {
        prefix: prefix.to_owned(),
        filter: Filter::default(),
        kinds: Vec::new(),
        first: SHOWN,
    };
    let suggestions = catalog.autocomplete(&OperationContext::new(), request).await?.value;
    let is_it = |suggested: &Suggested| matches!(suggested, Suggested::Movie(movie) if title_key(&movie.title) == key);
    Ok(suggestions.iter().any(|suggestion| is_it(&suggestion.suggested)))
}
