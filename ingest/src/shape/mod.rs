//! The shape of an object: which of its names fill which field of a movie. It is found out from the header or from
//! the records, as they come; what a record reads to depends on its own names and on the object's preset alone.

pub mod names;
pub(crate) mod presets;
pub(crate) mod python;
pub(crate) mod values;

use std::{cell::Cell, collections::HashMap};

use serde_json::{Map, Value};

use self::names::{MovieField, Treatment};
pub use self::presets::{Preset, preset_names};
use crate::limits::MAX_COLUMNS;

/// Longest name of a column or field that is looked at, in bytes: known ones have some twenty.
const MAX_NAME_BYTES: usize = 200;

/// What divides the entries of a list in one text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ListSeparator {
    /// Whatever is in it: `|`, else `;`, else commas.
    Any,
    /// This one.
    Only(char),
}

/// Names of one object, and the fields that they fill.
#[derive(Debug, Default)]
pub struct Shape {
    preset: Option<&'static Preset>,
    /// Whether the preset is found out, or there is none.
    decided: bool,
    /// Names that fill each field, the best first, those of the project's own format left out.
    sources: [Vec<NamedSource>; MovieField::ALL.len()],
    /// Names seen, and whether they fill a field.
    seen: HashMap<String, bool>,
    /// Whether a header named everything.
    closed: bool,
    /// Columns whose lists are divided by `|`, as the rows at hand show.
    barred: Vec<String>,
    /// Names that say what a record is.
    kinds: Vec<String>,
}

/// A name that fills a field.
#[derive(Debug)]
pub(crate) struct NamedSource {
    rank: usize,
    /// As the object writes it.
    pub(crate) name: String,
    pub(crate) treatment: Treatment,
    /// Whether a record was asked for it: where a better name has a value it is not.
    pub(crate) read: Cell<bool>,
}

/// What tells an object's shape before its first record.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ShapeHints {
    /// Names of its columns, where it has a header.
    pub header: Option<Vec<String>>,
    /// Columns with lists that are divided by `|`.
    pub barred: Vec<String>,
    /// Names on the way to nested records.
    pub steps: Vec<String>,
}

impl Shape {
    /// The shape of an object that starts so.
    pub fn new(hints: ShapeHints) -> Self {
        let preset = Preset::of_path(&hints.steps);
        let mut shape = Self { preset, decided: preset.is_some(), barred: hints.barred, ..Self::default() };
        if let Some(header) = hints.header {
            shape.learn(header.iter().map(String::as_str));
            shape.closed = true;
        }
        shape
    }

    /// The preset, where one fits.
    pub fn preset(&self) -> Option<&'static Preset> {
        self.preset
    }

    /// Takes note of a record's names.
    pub(crate) fn learn_from(&mut self, record: &Map<String, Value>) {
        if self.closed || (self.decided && record.keys().all(|name| self.knows(name))) {
            return;
        }
        self.learn(record.keys().map(String::as_str));
    }

    fn knows(&self, name: &str) -> bool {
        is_own(name) || self.seen.contains_key(name)
    }

    fn learn<'n>(&mut self, names: impl Iterator<Item = &'n str> + Clone) {
        if !self.decided {
            let normal: Vec<String> = names.clone().map(names::normal).collect();
            self.preset = Preset::of(&normal);
            self.decided = true;
        }
        for name in names {
            // Beyond so many names, a record's further ones are not read; real records have some dozens.
            let own_is_enough = is_own(name) && self.preset.is_none_or(|preset| preset.sources.is_empty());
            if own_is_enough || self.seen.contains_key(name) || self.seen.len() >= MAX_COLUMNS {
                continue;
            }
            if name.len() > MAX_NAME_BYTES {
                self.seen.insert(name.chars().take(MAX_NAME_BYTES).collect(), false);
                continue;
            }
            let mut fills = self.add_sources(name) || is_own(name);
            if self.is_kind(name) {
                self.kinds.push(name.to_owned());
                fills = true;
            }
            self.seen.insert(name.to_owned(), fills);
        }
    }

    fn is_kind(&self, name: &str) -> bool {
        let kind = self.preset.and_then(|preset| preset.movies_only);
        kind.is_some_and(|(kind, _)| names::normal(name) == kind)
    }

    fn add_sources(&mut self, name: &str) -> bool {
        let normal = names::normal(name);
        let mut fills = false;
        for field in MovieField::ALL {
            let said = self.preset.and_then(|preset| preset.sources_of(field));
            let rank = match said {
                Some(names) => names.iter().position(|named| *named == normal),
                None if is_own(name) => None,
                None => names::place_of(field, &normal),
            };
            let special = self.preset.and_then(|preset| preset.treatment(field, &normal));
            let usual = || names::treatment(field, &normal);
            let found = match (rank, names::entry_of(field, &normal)) {
                (Some(rank), _) => Some((rank, special.unwrap_or_else(usual))),
                (None, Some(entry)) if said.is_none() => Some((usize::MAX, Treatment::Entry(entry))),
                (None, _) => None,
            };
            if let Some((rank, treatment)) = found {
                let sources = &mut self.sources[field as usize];
                let key = |source: &NamedSource| (source.rank, entry(source.treatment));
                let new = NamedSource { rank, name: name.to_owned(), treatment, read: Cell::new(false) };
                // Names of one rank are ordered by themselves, whichever record had them first.
                let at = sources.partition_point(|old| (key(old), &old.name) <= (key(&new), &new.name));
                sources.insert(at, new);
                fills = true;
            }
        }
        fills
    }

    /// Whether the names of the project's own format fill a field before [`Shape::sources`].
    pub(crate) fn reads_own(&self, field: MovieField) -> bool {
        self.preset.is_none_or(|preset| preset.sources_of(field).is_none())
    }

    /// Names that fill a field.
    pub(crate) fn sources(&self, field: MovieField) -> &[NamedSource] {
        &self.sources[field as usize]
    }

    /// What divides the entries of a list in one text.
    pub(crate) fn list_separator(&self, name: &str) -> ListSeparator {
        match self.preset.and_then(|preset| preset.list) {
            Some(separator) => ListSeparator::Only(separator),
            None if self.barred.iter().any(|barred| barred == name) => ListSeparator::Only('|'),
            None => ListSeparator::Any,
        }
    }

    pub(crate) fn title_has_year(&self) -> bool {
        self.preset.is_some_and(|preset| preset.title_has_year)
    }

    /// What a record says it is, where that is no movie.
    pub(crate) fn other_kind<'r>(&self, record: &'r Map<String, Value>) -> Option<&'r str> {
        let (_, movie) = self.preset?.movies_only?;
        let value = self.kinds.iter().find_map(|name| record.get(name)?.as_str())?;
        (!value.is_empty() && value != movie && names::normal(value) != movie).then_some(value)
    }

    /// Names that fill no field, sorted.
    pub(crate) fn unread(&self) -> Vec<String> {
        let is_read = |name: &str| {
            let mut sources = self.sources.iter().flatten().filter(|source| source.name == name).peekable();
            let is_special = sources.peek().is_none();
            is_special || sources.any(|source| source.read.get())
        };
        let named = self.seen.iter().filter(|(name, _)| !name.is_empty());
        let unread = named.filter(|(name, fills)| !(**fills && is_read(name)));
        let mut unread: Vec<String> = unread.map(|(name, _)| name.clone()).collect();
        unread.sort();
        unread
    }
}

fn entry(treatment: Treatment) -> u32 {
    match treatment {
        Treatment::Entry(entry) => entry,
        _ => 0,
    }
}

/// Whether a name is one of the project's own format, see [`crate::document`].
pub(crate) fn is_own(name: &str) -> bool {
    matches!(
        name,
        "id" | "title"
            | "year"
            | "cast"
            | "genres"
            | "summary"
            | "extract"
            | "url"
            | "href"
            | "poster"
            | "poster_width"
            | "poster_height"
            | "thumbnail"
            | "thumbnail_width"
            | "thumbnail_height"
    )
}
