//! The shape of an object: which of its names fill which field of a movie. It is found out from the header or from
//! the records, as they come; what a record reads to depends on its own names and on the object's preset alone.

pub(crate) mod amounts;
mod field;
pub mod names;
pub(crate) mod presets;
pub(crate) mod python;
mod synonyms;
pub(crate) mod values;

use std::{
    cell::Cell,
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use serde_json::{Map, Value};

use self::names::{MovieField, Treatment};
pub use self::presets::{Preset, preset_names};
pub(crate) use self::values::ListSeparator;
use crate::{limits::MAX_COLUMNS, mapping::Mapping};

/// Longest name of a column or field that is looked at, in bytes: known ones have some twenty.
const MAX_NAME_BYTES: usize = 200;

/// Names of one object, and the fields that they fill.
#[derive(Debug, Default)]
pub struct Shape {
    mapping: Option<Arc<Mapping>>,
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

impl NamedSource {
    /// Whether its value is one entry of the field's list.
    pub(crate) fn is_entry(&self) -> bool {
        matches!(self.treatment, Treatment::Entry(_) | Treatment::Flag)
    }
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
        Self::mapped(hints, None)
    }

    /// The same, by a provider's mapping.
    pub(crate) fn mapped(hints: ShapeHints, mapping: Option<Arc<Mapping>>) -> Self {
        let chosen = mapping.as_ref().and_then(|mapping| mapping.preset());
        let preset = chosen.unwrap_or_else(|| Preset::of_path(&hints.steps));
        let decided = preset.is_some() || chosen.is_some();
        let mut shape = Self { mapping, preset, decided, barred: hints.barred, ..Self::default() };
        if let Some(mapping) = shape.mapping.clone() {
            for field in MovieField::ALL {
                for key in mapping.path_keys() {
                    shape.add_mapped(field, key, &mapping);
                }
            }
        }
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
        self.seen.contains_key(name) || self.is_own_alone(name)
    }

    /// Whether a name is one of the project's own, and fills no other field.
    fn is_own_alone(&self, name: &str) -> bool {
        self.mapping.is_none()
            && self.preset.is_none_or(|preset| preset.sources.is_empty() && preset.adds.is_empty())
            && is_own(name)
    }

    fn learn<'n>(&mut self, names: impl Iterator<Item = &'n str> + Clone) {
        if !self.decided {
            let normal: Vec<String> = names.clone().map(names::normal).collect();
            self.preset = Preset::of(&normal);
            self.decided = true;
        }
        for name in names {
            // Beyond so many names, a record's further ones are not read; real records have some dozens.
            if self.is_own_alone(name) || self.seen.contains_key(name) || self.seen.len() >= MAX_COLUMNS {
                continue;
            }
            if name.len() > MAX_NAME_BYTES {
                self.seen.insert(name.chars().take(MAX_NAME_BYTES).collect(), false);
                continue;
            }
            let is_path =
                self.mapping.as_ref().is_some_and(|mapping| mapping.path_keys().any(|key| key == name));
            let mut fills = is_path
                || self.add_sources(name)
                || is_own(name) && self.mapping.is_none()
                || self.mapping.as_ref().is_some_and(|mapping| mapping.uses(name));
            if self.is_kind(name) {
                self.kinds.push(name.to_owned());
                fills = true;
            }
            self.seen.insert(name.to_owned(), fills);
        }
    }

    fn is_kind(&self, name: &str) -> bool {
        let kind = self.preset.filter(|_| !self.has_kinds()).and_then(|preset| preset.movies_only);
        kind.is_some_and(|(kind, _)| names::normal(name) == kind)
    }

    fn has_kinds(&self) -> bool {
        self.mapping.as_ref().is_some_and(|mapping| mapping.has_kinds())
    }

    fn add_mapped(&mut self, field: MovieField, name: &str, mapping: &Mapping) -> bool {
        let found = mapping.sources_of(field, name);
        let fills = !found.is_empty();
        for (rank, treatment) in found {
            self.add(field, rank, name, treatment);
        }
        fills
    }

    fn add_sources(&mut self, name: &str) -> bool {
        let normal = names::normal(name);
        let mapping = self.mapping.clone();
        let mut fills = false;
        for field in MovieField::ALL {
            if let Some(mapping) = mapping.as_ref().filter(|mapping| mapping.maps(field)) {
                fills |= self.add_mapped(field, name, mapping);
                continue;
            }
            let said = self.preset.and_then(|preset| preset.sources_of(field));
            let added = self.preset.and_then(|preset| preset.added(field, &normal)).cloned();
            let rank = match said {
                Some(names) => names.iter().position(|named| *named == normal),
                None if is_own(name) => None,
                None => names::place_of(field, &normal),
            };
            let special = self.preset.and_then(|preset| preset.treatment(field, &normal));
            let usual = || names::treatment(field, &normal);
            let found = match (added, rank, names::entry_of(field, &normal)) {
                (Some(added), _, _) => Some((0, added)),
                (None, Some(rank), _) => Some((rank + 1, special.unwrap_or_else(usual))),
                (None, None, Some(entry)) if said.is_none() => Some((usize::MAX, Treatment::Entry(entry))),
                (None, None, _) => None,
            };
            if let Some((rank, treatment)) = found {
                self.add(field, rank, name, treatment);
                fills = true;
            } else if is_own(name) && self.reads_own(field) && owner(name) == field {
                fills = true;
            }
        }
        fills
    }

    fn add(&mut self, field: MovieField, rank: usize, name: &str, treatment: Treatment) {
        let sources = &mut self.sources[field as usize];
        let key = |source: &NamedSource| (source.rank, entry(&source.treatment));
        let new = NamedSource { rank, name: name.to_owned(), treatment, read: Cell::new(false) };
        // Names of one rank are ordered by themselves, whichever record had them first.
        let at = sources.partition_point(|old| (key(old), &old.name) <= (key(&new), &new.name));
        sources.insert(at, new);
    }

    /// Whether the names of the project's own format fill a field before [`Shape::sources`].
    pub(crate) fn reads_own(&self, field: MovieField) -> bool {
        self.mapping.as_ref().is_none_or(|mapping| !mapping.maps(field))
            && self.preset.is_none_or(|preset| preset.sources_of(field).is_none())
    }

    /// Whether a name is among those that fill a field.
    pub(crate) fn is_source(&self, field: MovieField, name: &str) -> bool {
        self.sources(field).iter().any(|source| source.name == name)
    }

    /// Names that fill a field.
    pub(crate) fn sources(&self, field: MovieField) -> &[NamedSource] {
        &self.sources[field as usize]
    }

    /// What divides the entries of a list in one text.
    pub(crate) fn list_separator(&self, field: MovieField, name: &str) -> ListSeparator<'_> {
        let mapped = self.mapping.as_ref().and_then(|mapping| mapping.split(field));
        match mapped.or_else(|| self.preset.and_then(|preset| preset.list)) {
            Some(separator) => ListSeparator::Only(separator),
            None if self.barred.iter().any(|barred| barred == name) => ListSeparator::Only("|"),
            None => ListSeparator::Any,
        }
    }

    /// Whether titles end with the year; `None` where that is to be seen.
    pub(crate) fn title_has_year(&self) -> Option<bool> {
        let mapped = self.mapping.as_ref().and_then(|mapping| mapping.title_year());
        mapped.or_else(|| self.preset.filter(|preset| preset.title_has_year).map(|_| true))
    }

    /// Order of the numbers in dates, where the mapping says it.
    pub(crate) fn dates(&self) -> Option<amounts::DateOrder> {
        self.mapping.as_ref()?.dates()
    }

    /// What a record says it is, where that is no movie.
    pub(crate) fn other_kind<'r>(&self, record: &'r Map<String, Value>) -> Option<&'r str> {
        let (_, movie) = self.preset?.movies_only.filter(|_| !self.has_kinds())?;
        let value = self.kinds.iter().find_map(|name| record.get(name)?.as_str())?;
        (!value.is_empty() && value != movie && names::normal(value) != movie).then_some(value)
    }

    /// Names in the mapping that no record has.
    pub(crate) fn missing(&self, found: &[bool]) -> Vec<String> {
        let Some(mapping) = &self.mapping else { return Vec::new() };
        let seen: BTreeMap<String, &str> =
            self.seen.keys().map(|name| (names::normal(name), name.as_str())).collect();
        let has = |named: &str| self.seen.contains_key(named) || seen.contains_key(&names::normal(named));
        mapping.missing(&has, found)
    }

    /// Names that fill no field, sorted.
    pub(crate) fn unread(&self) -> Vec<String> {
        let is_read = |name: &str| {
            let mut sources = self.sources.iter().flatten().filter(|source| source.name == name).peekable();
            let is_special = sources.peek().is_none();
            is_special || sources.any(|source| source.read.get())
        };
        let by_path = |name: &str| {
            self.mapping.as_ref().is_some_and(|mapping| mapping.path_keys().any(|key| key == name))
        };
        let named = self.seen.iter().filter(|(name, _)| !name.is_empty() && !by_path(name));
        let unread = named.filter(|(name, fills)| !(**fills && is_read(name)));
        let mut unread: Vec<String> = unread.map(|(name, _)| name.clone()).collect();
        unread.sort();
        unread
    }
}

/// The field of a name of the project's own format.
fn owner(name: &str) -> MovieField {
    match name {
        "id" => MovieField::Id,
        "title" => MovieField::Title,
        "year" => MovieField::Year,
        "cast" => MovieField::Cast,
        "genres" => MovieField::Genres,
        "summary" | "extract" => MovieField::Summary,
        "url" | "href" => MovieField::Url,
        _ => MovieField::Poster,
    }
}

fn entry(treatment: &Treatment) -> u32 {
    match treatment {
        Treatment::Entry(entry) => *entry,
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
