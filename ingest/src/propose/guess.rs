//! Which name fills which field, by what it is called and by its values.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Serialize, Serializer};
use serde_json::Value;

use crate::shape::{
    ListSeparator, Preset, amounts,
    names::{self, MovieField},
    values,
};

/// Shortest synonym that may be part of a name.
const MIN_PART: usize = 5;

/// Characters on average beyond which a text is a summary.
const LONG_TEXT: usize = 70;

/// Characters on average below which a text may be a title.
const SHORT_TEXT: usize = 60;

/// What values are found by.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum SampleKey {
    Name(String),
    /// Path of a member, the name in the record with which it begins, and the member's own.
    Path {
        path: String,
        root: String,
        name: String,
    },
}

impl SampleKey {
    /// The name in the record.
    pub(super) fn root(&self) -> &str {
        let (Self::Name(root) | Self::Path { root, .. }) = self;
        root
    }
}

/// As mappings write sources.
impl Serialize for SampleKey {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            // It would be taken for a path.
            Self::Name(name) if name.starts_with('$') => {
                serializer.collect_seq([BTreeMap::from([("name", name)])])
            }
            Self::Name(text) | Self::Path { path: text, .. } => serializer.serialize_str(text),
        }
    }
}

/// A name, and values of it.
#[derive(Debug)]
pub(super) struct Sample {
    pub(super) key: SampleKey,
    pub(super) values: Vec<Value>,
}

impl Sample {
    pub(super) fn new(key: SampleKey) -> Self {
        Self { key, values: Vec::new() }
    }

    pub(super) fn add(&mut self, value: &Value) {
        let is_nothing = match value {
            Value::Null => true,
            Value::String(text) => text.trim().is_empty() || values::is_null(text),
            _ => false,
        };
        if !is_nothing {
            self.values.push(value.clone());
        }
    }

    /// The name alone, in normal form.
    fn normal(&self) -> String {
        let (SampleKey::Name(name) | SampleKey::Path { name, .. }) = &self.key;
        names::normal(name)
    }

    /// Whether most values are such; of none, none is.
    fn mostly(&self, is_such: impl Fn(&Value) -> bool) -> bool {
        let count = self.values.iter().filter(|value| is_such(value)).count();
        count > 0 && count * 10 >= self.values.len() * 8
    }

    fn texts(&self) -> impl Iterator<Item = &str> {
        self.values.iter().filter_map(Value::as_str)
    }

    fn is_text(&self) -> bool {
        self.mostly(|value| value.as_str().is_some_and(|text| text.chars().any(char::is_alphabetic)))
    }

    fn mean_chars(&self) -> usize {
        let (count, sum) =
            self.texts().fold((0, 0), |(count, sum), text| (count + 1, sum + text.chars().count()));
        sum.checked_div(count).unwrap_or_default()
    }

    fn distinct(&self) -> usize {
        self.texts().collect::<BTreeSet<_>>().len()
    }

    /// Entries of its lists.
    fn entries(&self, of_people: bool) -> Vec<String> {
        let entries = self.values.iter().flat_map(|value| match value {
            Value::Array(items) => items.clone(),
            Value::String(text) => values::list_of_text(text, ListSeparator::Any, of_people),
            _ => Vec::new(),
        });
        entries.filter_map(|entry| values::name_of(&entry).map(|name| name.trim().to_owned())).collect()
    }

    fn is_list(&self) -> bool {
        let is_list = |value: &Value| match value {
            Value::Array(_) => true,
            Value::String(text) => text.contains(['|', ';', ',']),
            _ => false,
        };
        self.values.iter().filter(|value| is_list(value)).count() * 3 >= self.values.len()
    }
}

/// What fills each field, in the order of the fields.
pub(super) fn guess(samples: &[Sample], preset: Option<&Preset>, records: usize) -> Vec<(String, SampleKey)> {
    let mut placed: Vec<(MovieField, &Sample)> = Vec::new();
    let is_free = |placed: &[(MovieField, &Sample)], sample: &Sample| {
        !placed.iter().any(|(_, other)| other.key == sample.key)
    };
    for field in MovieField::ALL {
        if let Some(sample) = by_name(samples, field, preset) {
            placed.push((field, sample));
        }
    }
    for field in MovieField::ALL {
        let is_open = !placed.iter().any(|(filled, _)| *filled == field);
        let part = |sample: &&Sample| {
            is_free(&placed, sample) && is_partly(&sample.normal(), field) && fits(sample, field)
        };
        if is_open && let Some(sample) = samples.iter().find(part) {
            placed.push((field, sample));
        }
    }
    // The most telling values first, the title last: almost any text can be one.
    for field in [
        MovieField::Ids,
        MovieField::Poster,
        MovieField::Url,
        MovieField::Year,
        MovieField::Runtime,
        MovieField::Summary,
        MovieField::Cast,
        MovieField::Genres,
        MovieField::Title,
    ] {
        let is_open = !placed.iter().any(|(filled, _)| *filled == field);
        let such = |sample: &&Sample| is_free(&placed, sample) && looks_like(sample, field, records);
        if is_open && let Some(sample) = samples.iter().find(such) {
            placed.push((field, sample));
        }
    }
    placed.sort_by_key(|(field, _)| *field);
    placed.into_iter().map(|(field, sample)| (target(field, sample), sample.key.clone())).collect()
}

/// What a mapping calls the field.
fn target(field: MovieField, sample: &Sample) -> String {
    let treatment = names::treatment(field, &sample.normal());
    match (field, treatment) {
        (MovieField::Ids, names::Treatment::IdOf(source)) => format!("ids.{source}"),
        (MovieField::Ids, names::Treatment::AsIs) if !sample.mostly(Value::is_object) => {
            "ids.imdb".to_owned()
        }
        (MovieField::Ratings, names::Treatment::Rating { source, .. }) if !source.is_empty() => {
            format!("ratings.{source}")
        }
        (MovieField::Titles, names::Treatment::Original) => "titles.original".to_owned(),
        _ => field.name().to_owned(),
    }
}

/// The name that the field is known by, the best of them.
fn by_name<'s>(samples: &'s [Sample], field: MovieField, preset: Option<&Preset>) -> Option<&'s Sample> {
    let place = |sample: &Sample| {
        let normal = sample.normal();
        let said = preset.and_then(|preset| preset.sources_of(field));
        match said {
            Some(names) => names.iter().position(|name| *name == normal),
            None => names::place_of(field, &normal).filter(|_| fits(sample, field)),
        }
    };
    let ranked = samples.iter().enumerate().filter_map(|(at, sample)| {
        // A name of the record comes before a member of another.
        Some((place(sample)?, matches!(sample.key, SampleKey::Path { .. }), at, sample))
    });
    ranked.min_by_key(|(place, deep, at, _)| (*place, *deep, *at)).map(|(.., sample)| sample)
}

fn is_partly(normal: &str, field: MovieField) -> bool {
    let counts =
        !matches!(field, MovieField::Id | MovieField::Ids | MovieField::Ratings | MovieField::Titles);
    let is_telling =
        |name: &str| name.len() >= MIN_PART && (field != MovieField::Title || name.starts_with("tit"));
    counts && names::synonyms(field).any(|name| is_telling(name) && normal.contains(name))
}

/// Whether values may be of a field whose name is alike.
fn fits(sample: &Sample, field: MovieField) -> bool {
    if sample.values.is_empty() {
        return true;
    }
    match field {
        MovieField::Year => sample.mostly(is_year),
        MovieField::Runtime => sample.mostly(|value| amounts::minutes(value, 60_000).is_some()),
        MovieField::Popularity => sample.mostly(|value| amounts::number(value).is_some()),
        MovieField::Title | MovieField::Summary | MovieField::Plot => {
            sample.mostly(|value| value.is_string() || value.is_number())
        }
        MovieField::Certificate => sample.is_text(),
        MovieField::Poster | MovieField::Url => !sample.mostly(Value::is_number),
        MovieField::Id => !sample.mostly(|value| value.is_object() || value.is_array()),
        _ => true,
    }
}

fn looks_like(sample: &Sample, field: MovieField, records: usize) -> bool {
    let is_address = |value: &Value| value.as_str().is_some_and(|text| text.starts_with("http"));
    let is_picture = |value: &Value| {
        let text = value.as_str().unwrap_or_default().to_lowercase();
        [".jpg", ".jpeg", ".png", ".webp", ".gif"].iter().any(|ending| text.contains(ending))
    };
    let is_plain = || sample.is_text() && !sample.mostly(is_address) && !sample.mostly(is_year);
    match field {
        MovieField::Ids => sample.mostly(|value| {
            let digits = value.as_str().and_then(|text| text.strip_prefix("tt")).unwrap_or_default();
            digits.len() >= 7 && digits.bytes().all(|byte| byte.is_ascii_digit())
        }),
        MovieField::Poster => sample.mostly(|value| is_picture(value) && is_address(value)),
        MovieField::Url => sample.mostly(is_address),
        MovieField::Year => sample.mostly(is_year),
        MovieField::Runtime => sample.mostly(|value| {
            value.is_string() && amounts::number(value).is_none() && amounts::minutes(value, 60_000).is_some()
        }),
        MovieField::Summary => is_plain() && sample.mean_chars() >= LONG_TEXT,
        MovieField::Cast => is_people(sample),
        MovieField::Genres => {
            let entries = sample.entries(false);
            let kinds: BTreeSet<&String> = entries.iter().collect();
            let are_short = entries.iter().all(|entry| entry.chars().count() <= 30 && !entry.is_empty());
            sample.is_list()
                && are_short
                && entries.len() > kinds.len()
                && !is_people(sample)
                && !sample.mostly(is_year)
        }
        MovieField::Title => {
            let most = sample.distinct() * 10 >= sample.values.len() * 9;
            let is_common = sample.values.len() * 2 >= records;
            is_plain() && most && is_common && sample.mean_chars() <= SHORT_TEXT
        }
        _ => false,
    }
}

/// Whether entries look like names: two words or three, each with a capital.
fn is_people(sample: &Sample) -> bool {
    let entries = sample.entries(true);
    let is_name = |entry: &String| {
        let words: Vec<&str> = entry.split_whitespace().collect();
        (2..=4).contains(&words.len())
            && words.first().is_some_and(|word| word.starts_with(char::is_uppercase))
            && words.last().is_some_and(|word| word.starts_with(char::is_uppercase))
            && !entry.bytes().any(|byte| byte.is_ascii_digit())
    };
    let names = entries.iter().filter(|entry| is_name(entry)).count();
    sample.is_list() && !entries.is_empty() && names * 10 >= entries.len() * 7
}

fn is_year(value: &Value) -> bool {
    values::year(value, false).is_ok()
}
