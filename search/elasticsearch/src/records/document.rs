//! A record as the cluster stores it.

use serde::Serialize;
use wikimovie_domain::{Movie, Role, SearchField};
use wikimovie_engine::indexed::{self, distinct, keyword, title_starts};
use wikimovie_plan::{WordField, rank, texts};
use wikimovie_text as text;

use super::record::SourceRecord;

/// Marks of the roles that a person has in a movie, as they stand behind the name: none for who is in the cast only, as
/// most people are.
pub(crate) const CAST_ONLY: &str = "";
const MARKS: [(Role, char); 3] = [(Role::Cast, 'c'), (Role::Director, 'd'), (Role::Writer, 'w')];

/// The roles that these marks stand for.
pub(crate) fn roles_of(marks: &str) -> impl Iterator<Item = Role> {
    let is_marked = move |&(role, mark): &(Role, char)| {
        marks.contains(mark) || (marks == CAST_ONLY && role == Role::Cast)
    };
    MARKS.into_iter().filter(is_marked).map(|(role, _)| role)
}

/// Folded texts of a record, for its document to borrow from.
#[derive(Debug)]
pub(super) struct Folded {
    /// By [`WordField`]: words, joined by spaces; behind them single characters, where there are any.
    texts: [Vec<String>; WordField::ALL.len()],
    title_key: String,
    title_form: Vec<String>,
    title_part: Vec<String>,
    other_title_form: Vec<String>,
    other_title_start: Vec<String>,
    genre: Keys,
    language: Keys,
    country: Keys,
    /// By role.
    people: [Vec<String>; 3],
    person_name: Vec<String>,
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
        let texts = WordField::ALL.map(|field| folded_texts(&texts(movie, field)));
        let title = texts[WordField::Title as usize].first().map(String::as_str).unwrap_or_default();
        let mut title_key = if title.is_empty() { text::title_key(&movie.title) } else { title.to_owned() };
        title_key.truncate(keyword(&title_key).len());
        let names = Role::ALL.map(|role| movie.people(role));
        // The words of people stand in the order of their names.
        let mut words = texts[WordField::People as usize].iter().map(String::as_str);
        let people = [names[0], names[1]].map(|names| {
            let with_words = names.iter().map(|name| (name.as_str(), words.next()));
            Keys::new(with_words)
        });
        let [cast, directors] = people;
        let writers = Keys::of(names[2]);
        let details = &movie.details;
        let other_keys = movie.titles.iter().map(|other| text::title_key(&other.title));
        Self {
            title_form: forms([movie.title.as_str()]),
            title_part: text::apostrophe_parts(&movie.title),
            other_title_form: forms(movie.titles.iter().map(|other| other.title.as_str())),
            other_title_start: other_keys
                .flat_map(|key| title_starts(&key).map(str::to_owned).collect::<Vec<_>>())
                .collect(),
            genre: Keys::of(&movie.genres),
            language: Keys::of(&details.languages),
            country: Keys::of(&details.countries),
            person_name: person_names([&cast, &directors, &writers]),
            people: [cast.keys, directors.keys, writers.keys],
            order: indexed::order_key_of(&title_key, movie),
            title_key,
            texts,
        }
    }

    fn texts(&self, field: WordField) -> &[String] {
        &self.texts[field as usize]
    }
}

/// The normal forms of titles.
fn forms<'a>(titles: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    let cut = |mut form: String| {
        form.truncate(keyword(&form).len());
        form
    };
    titles.into_iter().flat_map(text::title_normal_forms).map(cut).collect()
}

/// The words of texts, joined by spaces, then the single characters of those that have any.
fn folded_texts(texts: &[(SearchField, &str)]) -> Vec<String> {
    let words = texts.iter().map(|(_, whole)| text::joined(whole));
    words.chain(texts.iter().filter_map(|(_, whole)| characters(whole))).collect()
}

/// Key, spelling and roles of each person, once.
fn person_names(by_role: [&Keys; 3]) -> Vec<String> {
    let [cast, directors, writers] = by_role;
    if directors.keys.is_empty() && writers.keys.is_empty() {
        return cast.spelled.clone();
    }
    let mut names: Vec<String> = Vec::new();
    let mut seen: Vec<&str> = Vec::new();
    for role in by_role {
        for (key, spelled) in role.keys.iter().zip(&role.spelled) {
            if seen.contains(&key.as_str()) {
                continue;
            }
            seen.push(key);
            let has = MARKS.into_iter().zip(by_role).filter(|(_, role)| role.keys.contains(key));
            let marks: String = has.map(|((_, mark), _)| mark).collect();
            let is_cast_only = marks == "c";
            names.push(if is_cast_only { spelled.clone() } else { [spelled, marks.as_str()].join("\0") });
        }
    }
    names
}

/// The single characters of a text, joined by spaces.
fn characters(text: &str) -> Option<String> {
    let found: Vec<String> = indexed::characters(text).into_iter().map(|word| word.text).collect();
    (!found.is_empty()).then(|| found.join(" "))
}

impl Keys {
    fn of(values: &[String]) -> Self {
        Self::new(values.iter().map(|value| (value.as_str(), None)))
    }

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
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    other_title: &'a [String],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    other_title_word: Vec<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    other_title_prefix: Vec<&'a str>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    other_title_form: &'a [String],
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    other_title_start: &'a [String],
    people: &'a [String],
    people_word: Vec<&'a str>,
    people_prefix: Vec<&'a str>,
    summary: &'a [String],
    summary_word: Vec<&'a str>,
    genre: &'a [String],
    genre_name: &'a [String],
    cast: &'a [String],
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    director: &'a [String],
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    writer: &'a [String],
    person_name: &'a [String],
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    language: &'a [String],
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    language_name: &'a [String],
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    country: &'a [String],
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    country_name: &'a [String],
    provider: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    year: Option<i64>,
    poster: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    runtime: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rating: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    popularity: Option<u64>,
    standing: u64,
    known: u32,
    order: &'a str,
}

impl<'a> Document<'a> {
    /// What is stored of a record.
    pub(super) fn new(record: &'a SourceRecord, folded: &'a Folded, shown: bool) -> Self {
        let SourceRecord { object, applied, content, movie } = record;
        let words_of = |field| distinct(folded.texts(field).iter().flat_map(|text| words(text)));
        let (title_word, people_word) = (words_of(WordField::Title), words_of(WordField::People));
        let other_title_word = words_of(WordField::OtherTitle);
        let bare = text::stop::without_article(&folded.title_key);
        let standing = rank::standing(movie);
        Self {
            shown,
            id: movie.id.as_str(),
            object,
            generation: movie.provenance.generation,
            ordinal: movie.provenance.record,
            applied: *applied,
            content,
            movie,
            title: folded.texts(WordField::Title),
            title_prefix: indexed::prefixes(title_word.iter().copied()),
            title_word,
            title_key: &folded.title_key,
            title_form: &folded.title_form,
            title_part: &folded.title_part,
            title_start: [folded.title_key.as_str()].into_iter().chain(bare).collect(),
            other_title: folded.texts(WordField::OtherTitle),
            other_title_prefix: indexed::prefixes(other_title_word.iter().copied()),
            other_title_word,
            other_title_form: &folded.other_title_form,
            other_title_start: &folded.other_title_start,
            people: folded.texts(WordField::People),
            people_prefix: indexed::prefixes(people_word.iter().copied()),
            people_word,
            summary: folded.texts(WordField::Summary),
            summary_word: words_of(WordField::Summary),
            genre: &folded.genre.keys,
            genre_name: &folded.genre.spelled,
            cast: &folded.people[Role::Cast as usize],
            director: &folded.people[Role::Director as usize],
            writer: &folded.people[Role::Writer as usize],
            person_name: &folded.person_name,
            language: &folded.language.keys,
            language_name: &folded.language.spelled,
            country: &folded.country.keys,
            country_name: &folded.country.spelled,
            provider: &movie.provenance.provider,
            year: movie.year.map(|year| year.get()),
            poster: movie.poster.is_some(),
            runtime: movie.details.runtime,
            rating: Some(rank::rating(movie)).filter(|&rating| rating > 0),
            popularity: Some(rank::popularity(standing)).filter(|&popularity| popularity > 0),
            standing,
            known: rank::known(movie),
            order: &folded.order,
        }
    }
}

fn words(joined: &str) -> impl Iterator<Item = &str> {
    joined.split(' ').filter(|word| !word.is_empty())
}
