//! A record as the cluster stores it.

use serde::Serialize;
use wikimovie_domain::Movie;
use wikimovie_engine::indexed::{self, distinct, keyword};
use wikimovie_plan::rank;
use wikimovie_text as text;

use super::record::SourceRecord;

/// Folded texts of a record, for its document to borrow from.
#[derive(Debug)]
pub(super) struct Folded {
    /// Words, joined by spaces, as those below; behind them single characters, where there are any.
    title: Vec<String>,
    title_key: String,
    title_form: Vec<String>,
    title_part: Vec<String>,
    cast: Vec<String>,
    summary: Vec<String>,
    genre: Keys,
    person: Keys,
    order: String,
}

/// Keys of values, each once, and each with its first spelling, separated by a NUL, which no key holds.
#[derive(Debug)]
struct Keys {
    keys: Vec<String>,
    spelled: Vec<String>,
}

impl Folded {
    /// Those of a record.
    pub(super) fn new(record: &SourceRecord) -> Self {
        let movie = &record.movie;
        let title = text::joined(&movie.title);
        let mut title_key = if title.is_empty() { text::title_key(&movie.title) } else { title.clone() };
        title_key.truncate(keyword(&title_key).len());
        let mut cast: Vec<String> = movie.cast.iter().map(|name| text::joined(name)).collect();
        let person = Keys::new(
            movie.cast.iter().zip(&cast).map(|(name, words)| (name.as_str(), Some(words.as_str()))),
        );
        cast.extend(movie.cast.iter().filter_map(|name| characters(name)));
        let summary = movie.summary.as_deref().unwrap_or_default();
        Self {
            title_form: text::title_normal_forms(&movie.title)
                .into_iter()
                .map(|mut form| {
                    form.truncate(keyword(&form).len());
                    form
                })
                .collect(),
            title_part: text::apostrophe_parts(&movie.title),
            summary: [text::joined(summary)].into_iter().chain(characters(summary)).collect(),
            genre: Keys::new(movie.genres.iter().map(|genre| (genre.as_str(), None))),
            person,
            order: indexed::order_key_of(&title_key, movie),
            title: [title].into_iter().chain(characters(&movie.title)).collect(),
            title_key,
            cast,
        }
    }
}

/// The single characters of a text, joined by spaces.
fn characters(text: &str) -> Option<String> {
    let found: Vec<String> = indexed::characters(text).into_iter().map(|word| word.text).collect();
    (!found.is_empty()).then(|| found.join(" "))
}

impl Keys {
    /// Of values, some of whose words are known.
    fn new<'a>(values: impl Iterator<Item = (&'a str, Option<&'a str>)>) -> Self {
        let (mut keys, mut spelled): (Vec<String>, Vec<String>) = (Vec::new(), Vec::new());
        for (value, words) in values {
            let name = keyword(value);
            let key = match words {
                // Words are the key, where there are any and the value is whole.
                Some(words) if !words.is_empty() && name.len() == value.len() => words.to_owned(),
                _ => text::key(name),
            };
            if !keys.contains(&key) {
                spelled.push([key.as_str(), name].join("\0"));
                keys.push(key);
            }
        }
        Self { keys, spelled }
    }
}

/// One record of a movie by an object; see [`crate::mapping::field`] for the fields.
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
    title: &'a [String],
    title_word: Vec<&'a str>,
    title_prefix: Vec<&'a str>,
    title_key: &'a str,
    title_form: &'a [String],
    title_part: &'a [String],
    title_start: Vec<&'a str>,
    cast: &'a [String],
    cast_word: Vec<&'a str>,
    cast_prefix: Vec<&'a str>,
    summary: &'a [String],
    summary_word: Vec<&'a str>,
    genre: &'a [String],
    genre_name: &'a [String],
    person: &'a [String],
    person_name: &'a [String],
    provider: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    year: Option<i64>,
    poster: bool,
    prior: u32,
    known: u32,
    order: &'a str,
}

impl<'a> Document<'a> {
    /// What is stored of a record.
    pub(super) fn new(record: &'a SourceRecord, folded: &'a Folded, shown: bool) -> Self {
        let SourceRecord { object, applied, content, movie } = record;
        let title_word = distinct(folded.title.iter().flat_map(|text| words(text)));
        let cast_word = distinct(folded.cast.iter().flat_map(|name| words(name)));
        let bare = text::stop::without_article(&folded.title_key);
        Self {
            shown,
            id: movie.id.as_str(),
            object,
            generation: movie.provenance.generation,
            ordinal: movie.provenance.record,
            applied: *applied,
            content,
            movie,
            title: &folded.title,
            title_prefix: indexed::prefixes(title_word.iter().copied()),
            title_word,
            title_key: &folded.title_key,
            title_form: &folded.title_form,
            title_part: &folded.title_part,
            title_start: [folded.title_key.as_str()].into_iter().chain(bare).collect(),
            cast: &folded.cast,
            cast_prefix: indexed::prefixes(cast_word.iter().copied()),
            cast_word,
            summary: &folded.summary,
            summary_word: distinct(folded.summary.iter().flat_map(|text| words(text))),
            genre: &folded.genre.keys,
            genre_name: &folded.genre.spelled,
            person: &folded.person.keys,
            person_name: &folded.person.spelled,
            provider: &movie.provenance.provider,
            year: movie.year.map(|year| year.get()),
            poster: movie.poster.is_some(),
            prior: rank::prior(movie),
            known: rank::known(movie),
            order: &folded.order,
        }
    }
}

fn words(joined: &str) -> impl Iterator<Item = &str> {
    joined.split(' ').filter(|word| !word.is_empty())
}
