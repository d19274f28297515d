//! The texts of a movie that words are searched in. One place for engines, highlights and reasons, so that what the index
//! found is what is shown.

use wikimovie_domain::{Movie, SearchField};

use crate::WordField;

/// The texts of a movie that a word field holds, in the order in which they are indexed, each with the field that a
/// reader knows it by.
pub fn texts(movie: &Movie, field: WordField) -> Vec<(SearchField, &str)> {
    fn each(field: SearchField, texts: &[String]) -> impl Iterator<Item = (SearchField, &str)> {
        texts.iter().map(move |text| (field, text.as_str()))
    }
    let details = &movie.details;
    match field {
        WordField::Title => vec![(SearchField::Title, movie.title.as_str())],
        WordField::OtherTitle => {
            movie.titles.iter().map(|other| (SearchField::Titles, other.title.as_str())).collect()
        }
        WordField::People => each(SearchField::Cast, &movie.cast)
            .chain(each(SearchField::Directors, &movie.directors))
            .collect(),
        WordField::Summary => {
            let summary = movie.summary.iter().map(|text| (SearchField::Summary, text.as_str()));
            let plot = details.plot.iter().map(|text| (SearchField::Plot, text.as_str()));
            let keywords = each(SearchField::Keywords, &details.keywords);
            summary.chain(plot).chain(keywords).chain(each(SearchField::Writers, &details.writers)).collect()
        }
    }
}

/// Where the words of a field of a movie are indexed.
pub(crate) fn word_field(field: SearchField) -> Option<WordField> {
    match field {
        SearchField::Title => Some(WordField::Title),
        SearchField::Titles => Some(WordField::OtherTitle),
        SearchField::Cast | SearchField::Directors => Some(WordField::People),
        SearchField::Summary | SearchField::Plot | SearchField::Keywords | SearchField::Writers => {
            Some(WordField::Summary)
        }
        SearchField::Genres | SearchField::Year => None,
    }
}
