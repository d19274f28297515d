//! A provider's mapping: the file `_mapping.json` beside its files, which says how they are to be read where names and
//! shapes alone do not tell. Fields that it does not name are read as without it.
//!
//! A mapping is refused as a whole, with its line: what does not exist, a field mapped twice, a path that is none. The
//! JSON Schema of it is `seeds/mapping.schema.json`.

mod document;
mod path;
mod row_names;
mod source;

use std::{collections::BTreeMap, io::Read as _, sync::Arc};

use encoding_rs::Encoding;
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use self::{
    document::{Document, Rule, Target},
    row_names::same,
    source::FieldSource,
};
pub(crate) use self::{path::RecordsRule, row_names::RowNames};
use crate::{
    limits::MAX_MAPPING_BYTES,
    separator::Separator,
    shape::{
        amounts::DateOrder,
        names::{self, MovieField, Treatment},
        values,
    },
};

/// Most different paths in a mapping: each is run on each record.
const MAX_PATHS: usize = 100;

/// Name of the file.
pub const MAPPING_NAME: &str = "_mapping.json";

/// What to do about a file of which no name is known as the title's.
pub(crate) const NAME_THE_TITLE: &str =
    "if the title has another name, say so in _mapping.json (the command map proposes one)";

/// Why a mapping is refused.
#[derive(Clone, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[error("line {line}: {message}")]
pub struct MappingError {
    /// Line at fault, from 1.
    pub line: u64,
    /// One sentence.
    pub message: String,
}

/// How files of a provider are read.
///
/// ```
/// use wikimovie_ingest::mapping::Mapping;
/// let mapping = Mapping::parse("acme/_mapping.json", br#"{"fields": {"title": "Werk", "cast": ["Mitwirkende"]}}"#);
/// assert_eq!(mapping.unwrap().name(), "acme/_mapping.json");
/// let refused = Mapping::parse("m", b"{\n\"fields\": {\"titel\": \"Werk\"}}").unwrap_err();
/// assert_eq!(refused.line, 2);
/// ```
#[derive(Debug)]
pub struct Mapping {
    name: String,
    digest: String,
    document: Document,
    /// Sources that are paths, each once.
    paths: Vec<PathSource>,
}

/// A source that is found by a path.
#[derive(Debug)]
struct PathSource {
    source: FieldSource,
    /// Whether all that it finds counts, as opposed to the first.
    is_list: bool,
}

/// Where a mapping is, by the key of an object that it stands beside.
pub fn key_beside(object: &str) -> String {
    match object.split_once('/') {
        Some((provider, _)) => [provider, "/", MAPPING_NAME].concat(),
        None => MAPPING_NAME.to_owned(),
    }
}

/// Whether a key is that of a mapping, and not of movies. One deeper than beside a provider's files counts for nothing.
pub fn is_mapping(key: &str) -> bool {
    key.rsplit('/').next() == Some(MAPPING_NAME)
}

/// Whether a mapping counts for an object; both are keys.
pub fn counts_for(mapping: &str, object: &str) -> bool {
    key_beside(object) == mapping
}

impl Mapping {
    /// Reads a mapping; `name` is its key or file name, as receipts show it.
    ///
    /// # Errors
    /// The first fault in it, with its line.
    pub fn parse(name: &str, text: &[u8]) -> Result<Self, MappingError> {
        if text.len() as u64 > MAX_MAPPING_BYTES {
            let message = format!("the mapping has more than {MAX_MAPPING_BYTES} bytes");
            return Err(MappingError { line: 1, message });
        }
        let text = text.strip_prefix(crate::format::BOM).unwrap_or(text);
        let refused = |error: serde_json::Error| {
            let message = error.to_string();
            let message = message.split(" at line ").next().unwrap_or_default().to_owned();
            MappingError { line: (error.line() as u64).max(1), message }
        };
        let value: Value = serde_json::from_slice(text).map_err(refused)?;
        if !value.is_object() {
            return Err(MappingError { line: 1, message: "a mapping is an object".to_owned() });
        }
        let document: Document = serde_json::from_slice(text).map_err(refused)?;
        // Of the content alone: white space and the order of members change nothing.
        let digest = hex::encode(&Sha256::digest(value.to_string().as_bytes())[..8]);
        let mut paths: BTreeMap<&str, PathSource> = BTreeMap::new();
        for (target, rule) in document.fields.iter() {
            for source in rule.from.iter().filter(|source| source.path.is_some()) {
                let is_list = target.field.is_list() && !rule.join;
                let known = paths.entry(source.key.as_str());
                known
                    .and_modify(|path| path.is_list |= is_list)
                    .or_insert_with(|| PathSource { source: source.clone(), is_list });
            }
        }
        for (source, _) in document.only.iter().filter(|(source, _)| source.path.is_some()) {
            paths
                .entry(source.key.as_str())
                .or_insert_with(|| PathSource { source: source.clone(), is_list: false });
        }
        if paths.len() > MAX_PATHS {
            let message = format!("the mapping has more than {MAX_PATHS} different paths");
            return Err(MappingError { line: 1, message });
        }
        let paths = paths.into_values().collect();
        Ok(Self { name: name.to_owned(), digest, document, paths })
    }

    /// Its key or file name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What stands for its content in fingerprints.
    pub(crate) fn digest(&self) -> &str {
        &self.digest
    }

    /// The preset, or none at all, where it says so.
    pub(crate) fn preset(&self) -> Option<Option<&'static crate::shape::Preset>> {
        self.document.preset.as_ref().map(|choice| choice.0)
    }

    pub(crate) fn records(&self) -> Option<&RecordsRule> {
        self.document.records.as_ref()
    }

    pub(crate) fn separator(&self) -> Option<Separator> {
        self.document.separator.map(|separator| separator.0)
    }

    pub(crate) fn quotes(&self) -> Option<bool> {
        self.document.quotes
    }

    pub(crate) fn lines_before(&self) -> Option<usize> {
        self.document.lines_before.map(usize::from)
    }

    pub(crate) fn columns(&self) -> Option<&[String]> {
        self.document.columns.as_deref()
    }

    pub(crate) fn encoding(&self) -> Option<&'static Encoding> {
        self.document.encoding.map(|encoding| encoding.0)
    }

    pub(crate) fn dates(&self) -> Option<DateOrder> {
        self.document.dates
    }

    pub(crate) fn title_year(&self) -> Option<bool> {
        self.document.title_year
    }

    /// What divides the entries of a field's list in one text.
    pub(crate) fn split(&self, field: MovieField) -> Option<&str> {
        let own = self.rules(field).find_map(|(_, rule)| rule.split.as_deref());
        own.or(self.document.list.as_deref())
    }

    /// Whether it says where a field comes from; from nowhere, perhaps.
    pub(crate) fn maps(&self, field: MovieField) -> bool {
        self.rules(field).next().is_some()
    }

    fn rules(&self, field: MovieField) -> impl Iterator<Item = (&Target, &Rule)> {
        self.document.fields.iter().filter(move |(target, _)| target.field == field)
    }

    /// How a name fills a field: its rank, and what is done with its values.
    pub(crate) fn sources_of(&self, field: MovieField, name: &str) -> Vec<(usize, Treatment)> {
        /// More than one rule has sources.
        const APART: usize = 1_000;
        let normal = names::normal(name);
        let mut found = Vec::new();
        for (at, (target, rule)) in self.rules(field).enumerate() {
            let place = rule.from.iter().position(|source| match source.path {
                Some(_) => source.key == name,
                None => same(&source.key, name, &normal),
            });
            if let Some(place) = place {
                found.push((at * APART + place, rule.treatment(target, place, &normal)));
            }
        }
        found
    }

    /// What paths find is put into records under these.
    pub(crate) fn path_keys(&self) -> impl Iterator<Item = &str> {
        self.paths.iter().map(|path| path.source.key.as_str())
    }

    /// Whether a name is looked into by a path, decides what counts, or is to be left aside.
    pub(crate) fn uses(&self, name: &str) -> bool {
        let normal = names::normal(name);
        let same = |named: &str| same(named, name, &normal);
        self.paths.iter().any(|path| path.source.root.as_deref().is_some_and(same))
            || self.document.only.iter().any(|(source, _)| same(&source.key))
            || self.document.ignore.iter().any(|named| same(named))
    }

    /// Names of columns that titles may come from; `None` where titles are not mapped.
    pub(crate) fn title_names(&self) -> Option<RowNames> {
        let mut rules = self.rules(MovieField::Title).peekable();
        rules.peek()?;
        let roots = rules.flat_map(|(_, rule)| rule.from.iter().map(|source| source.root.clone()));
        Some(RowNames(roots.collect()))
    }

    /// Names that it has of which none of these is one, and the paths that found nothing.
    pub(crate) fn missing(&self, seen: &dyn Fn(&str) -> bool, found: &[bool]) -> Vec<String> {
        let named = self.document.fields.iter().flat_map(|(_, rule)| &rule.from);
        let plain =
            named.filter(|source| source.path.is_none() && !seen(&source.key)).map(|source| &source.key);
        let paths = self.paths.iter().zip(found.iter().chain(std::iter::repeat(&false)));
        let idle = paths.filter(|(_, found)| !**found).map(|(path, _)| &path.source.key);
        let mut missing: Vec<String> = plain.chain(idle).cloned().collect();
        missing.sort();
        missing.dedup();
        missing
    }

    /// Makes a record ready: takes it out of what wraps it, drops words for nothing, adds what paths find.
    pub(crate) fn prepare(&self, fields: &mut Map<String, Value>, found: &mut Vec<bool>) {
        if let Some(records) = &self.document.records {
            records.unwrap(fields);
        }
        if !self.document.nulls.is_empty() {
            fields.retain(|_, value| !self.is_null(value));
        }
        if self.paths.is_empty() {
            return;
        }
        found.resize(self.paths.len(), false);
        let record = Value::Object(std::mem::take(fields));
        let values: Vec<Option<Value>> = self.paths.iter().map(|path| self.at(path, &record)).collect();
        if let Value::Object(members) = record {
            *fields = members;
        }
        for ((path, value), found) in self.paths.iter().zip(values).zip(found) {
            if let Some(value) = value {
                *found = true;
                fields.insert(path.source.key.clone(), value);
            }
        }
    }

    fn is_null(&self, value: &Value) -> bool {
        value.as_str().is_some_and(|text| self.document.nulls.contains(text.trim()))
    }

    fn at(&self, path: &PathSource, record: &Value) -> Option<Value> {
        let query = path.source.path.as_ref()?;
        let parsed;
        let within = match &path.source.column {
            None => record,
            Some(column) => match member(record, column)? {
                Value::String(text) => {
                    parsed = values::structured(text)?;
                    &parsed
                }
                other => other,
            },
        };
        let mut nodes = query.query(within).into_iter().filter(|node| !node.is_null() && !self.is_null(node));
        if !path.is_list {
            return nodes.next().cloned();
        }
        let nodes: Vec<Value> = nodes.cloned().collect();
        match nodes.as_slice() {
            [] => None,
            [one] if one.is_array() || !path.source.finds_many => Some(one.clone()),
            _ => Some(Value::Array(nodes)),
        }
    }

    /// Whether it says which records count.
    pub(crate) fn has_kinds(&self) -> bool {
        self.document.only.iter().next().is_some()
    }

    /// What a record says it is, where such do not count.
    pub(crate) fn other_kind(&self, record: &Map<String, Value>) -> Option<String> {
        self.document.only.iter().find_map(|(source, wanted)| {
            let value = match source.path {
                Some(_) => record.get(&source.key),
                None => find(record, &source.key),
            };
            let said = match value.map(values::plain) {
                None | Some(Value::Null) => return Some(["no ", &source.key].concat()),
                Some(Value::String(text)) => text.trim().to_owned(),
                Some(other) => other.to_string(),
            };
            let counts = wanted.iter().any(|wanted| {
                wanted.eq_ignore_ascii_case(&said) || names::normal(wanted) == names::normal(&said)
            });
            (!counts).then_some(said)
        })
    }
}

fn member<'r>(record: &'r Value, name: &str) -> Option<&'r Value> {
    find(record.as_object()?, name)
}

fn find<'r>(record: &'r Map<String, Value>, named: &str) -> Option<&'r Value> {
    let otherwise = || {
        let mut members = record.iter();
        members.find(|(name, _)| same(named, name, &names::normal(name))).map(|(_, value)| value)
    };
    record.get(named).or_else(otherwise)
}

/// Why objects cannot be read by their mapping.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MappingFault {
    /// It is none.
    #[error("the mapping {name} is refused: {error}")]
    Refused {
        /// Its key.
        name: String,
        /// What is wrong.
        error: MappingError,
    },
    /// It cannot be read now; worth trying again.
    #[error("the mapping {name} cannot be read: {message}")]
    Unreadable {
        /// Its key.
        name: String,
        /// What the store said.
        message: String,
    },
}

/// The mapping beside an object, none, or why it cannot be used.
pub type MappingResult = Result<Option<Arc<Mapping>>, MappingFault>;

impl Mapping {
    /// Reads a mapping from a store's stream.
    pub(crate) fn read(name: &str, mut source: impl std::io::Read) -> MappingResult {
        let mut text = Vec::new();
        let read = std::io::Read::read_to_end(&mut source.by_ref().take(MAX_MAPPING_BYTES + 1), &mut text);
        match read {
            Ok(_) => Self::parse(name, &text)
                .map(|mapping| Some(Arc::new(mapping)))
                .map_err(|error| MappingFault::Refused { name: name.to_owned(), error }),
            Err(error) => Err(MappingFault::Unreadable { name: name.to_owned(), message: error.to_string() }),
        }
    }
}

#[cfg(test)]
mod tests;
