//! A listing as the cluster stores it.

use serde::Serialize;
use wikimovie_domain::Movie;

use super::writer::listings::Listing;
use crate::{
    indexed::{self, keyword},
    plan::rank,
    text,
};

/// One listing of a movie by an object; see [`super::mapping::field`] for the fields.
#[derive(Debug, Serialize)]
pub(super) struct Document<'a> {
    shown: bool,
    id: &'a str,
    object: &'a str,
    generation: u64,
    ordinal: u64,
    applied: u64,
    content: &'a str,
    movie: &'a Movie,
    title: String,
    title_word: Vec<String>,
    title_prefix: Vec<String>,
    title_key: String,
    title_form: Vec<String>,
    title_start: Vec<String>,
    cast: Vec<String>,
    cast_word: Vec<String>,
    cast_prefix: Vec<String>,
    summary: String,
    summary_word: Vec<String>,
    genre: Vec<String>,
    genre_name: Vec<String>,
    person: Vec<String>,
    person_name: Vec<String>,
    provider: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    year: Option<i64>,
    poster: bool,
    prior: u32,
    order: String,
}

impl<'a> Document<'a> {
    /// What is stored of a listing.
    pub(super) fn new(listing: &'a Listing, shown: bool) -> Self {
        let Listing { object, applied, content, movie } = listing;
        let title = indexed::words(&movie.title);
        let names: Vec<Vec<String>> = movie.cast.iter().map(|name| indexed::words(name)).collect();
        let summary = indexed::words(movie.summary.as_deref().unwrap_or_default());
        let cast_word = distinct(names.concat());
        let title_key = keyword(&text::title_key(&movie.title)).to_owned();
        let (genre, genre_name) = keys(&movie.genres);
        let (person, person_name) = keys(&movie.cast);
        let bare = text::stop::without_article(&title_key).map(str::to_owned);
        Self {
            shown,
            id: movie.id.as_str(),
            object,
            generation: movie.provenance.generation,
            ordinal: movie.provenance.record,
            applied: *applied,
            content,
            movie,
            title: title.join(" "),
            title_prefix: prefixes(&title),
            title_word: distinct(title),
            title_form: text::title_forms(&movie.title).iter().map(|form| keyword(form).to_owned()).collect(),
            title_start: [title_key.clone()].into_iter().chain(bare).collect(),
            title_key,
            cast: names.iter().map(|words| words.join(" ")).collect(),
            cast_prefix: prefixes(&cast_word),
            cast_word,
            summary: summary.join(" "),
            summary_word: distinct(summary),
            genre,
            genre_name,
            person,
            person_name,
            provider: &movie.provenance.provider,
            year: movie.year.map(|year| year.get()),
            poster: movie.poster.is_some(),
            prior: rank::prior(movie),
            order: indexed::order_key(movie),
        }
    }
}

fn distinct(mut words: Vec<String>) -> Vec<String> {
    words.sort_unstable();
    words.dedup();
    words
}

fn prefixes(words: &[String]) -> Vec<String> {
    indexed::prefixes(words.iter().map(String::as_str)).into_iter().map(str::to_owned).collect()
}

/// Keys of values, each once, and each with its first spelling, parted by a NUL, which no key holds.
fn keys(values: &[String]) -> (Vec<String>, Vec<String>) {
    let mut keys: Vec<String> = Vec::with_capacity(values.len());
    let mut spelled = Vec::with_capacity(values.len());
    for value in values {
        let name = keyword(value);
        let key = text::key(name);
        if !keys.contains(&key) {
            spelled.push([key.as_str(), name].join("\0"));
            keys.push(key);
        }
    }
    (keys, spelled)
}
