//! What a field comes from: a name, or what a JSON path finds.

use std::fmt;

use serde::{
    Deserialize, Deserializer,
    de::{Error, MapAccess, SeqAccess, Visitor, value::MapAccessDeserializer},
};
use serde_json_path::JsonPath;

use super::path::root_and_width;
use crate::shape::names;

/// Most sources of one field.
const MAX_SOURCES: usize = 100;

/// Longest name or path, in bytes.
const MAX_NAME_BYTES: usize = 500;

/// Several sources, each once.
pub(super) fn sources<'de, A: SeqAccess<'de>>(mut list: A) -> Result<Vec<Source>, A::Error> {
    let mut from: Vec<Source> = Vec::new();
    while let Some(source) = list.next_element::<Source>()? {
        if from.iter().any(|other| other.key == source.key) {
            return Err(A::Error::custom(format!("{:?} is named twice", source.key)));
        }
        if from.len() >= MAX_SOURCES {
            return Err(A::Error::custom(format!("a field has at most {MAX_SOURCES} sources")));
        }
        from.push(source);
    }
    Ok(from)
}

/// One source, or several.
pub(super) struct Sources(pub(super) Vec<Source>);

impl<'de> Deserialize<'de> for Sources {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Several;
        impl<'de> Visitor<'de> for Several {
            type Value = Sources;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a name, a path, or a list of them")
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Sources, E> {
                Ok(Sources(vec![Source::parse(text)?]))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<Sources, A::Error> {
                sources(list).map(Sources)
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Sources, A::Error> {
                Ok(Sources(vec![Source::of_map(map)?]))
            }
        }
        deserializer.deserialize_any(Several)
    }
}

/// A name, or what a path finds in the record or in one of its values.
#[derive(Clone, Debug)]
pub(super) struct Source {
    /// As receipts show it.
    pub(super) key: String,
    pub(super) path: Option<JsonPath>,
    /// The value that the path looks into.
    pub(super) column: Option<String>,
    /// The member of the record with which it begins, where that is known.
    pub(super) root: Option<String>,
    /// Whether the path may find several values.
    pub(super) finds_many: bool,
}

impl Source {
    pub(super) fn parse<E: Error>(text: &str) -> Result<Self, E> {
        if text.starts_with('$') { Self::of_path(None, text) } else { Self::of_name(text) }
    }

    fn of_name<E: Error>(name: &str) -> Result<Self, E> {
        bounded(name)?;
        let root = Some(name.to_owned());
        Ok(Self { key: name.to_owned(), path: None, column: None, root, finds_many: false })
    }

    fn of_path<E: Error>(column: Option<String>, text: &str) -> Result<Self, E> {
        bounded(text)?;
        let path = JsonPath::parse(text)
            .map_err(|error| E::custom(format!("{text:?} is no JSON path of RFC 9535: {error}")))?;
        let (root, finds_many) = root_and_width(text);
        let (key, root) = match &column {
            Some(column) => ([column, " ", text].concat(), column.clone().into()),
            None => (text.to_owned(), root),
        };
        Ok(Self { key, path: Some(path), column, root, finds_many })
    }

    fn of_map<'de, A: MapAccess<'de>>(map: A) -> Result<Self, A::Error> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Members {
            name: String,
            #[serde(default)]
            path: Option<String>,
        }
        let Members { name, path } = Members::deserialize(MapAccessDeserializer::new(map))?;
        bounded(&name)?;
        match path {
            Some(path) => Self::of_path(Some(name), &path),
            None => Self::of_name(&name),
        }
    }
}

fn bounded<E: Error>(text: &str) -> Result<(), E> {
    match text.len() {
        0 => Err(E::custom("a name is not empty")),
        length if length > MAX_NAME_BYTES => {
            Err(E::custom(format!("a name or path has at most {MAX_NAME_BYTES} bytes")))
        }
        _ => Ok(()),
    }
}

impl<'de> Deserialize<'de> for Source {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct OneSource;
        impl<'de> Visitor<'de> for OneSource {
            type Value = Source;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a name or a path")
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Source, E> {
                Source::parse(text)
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Source, A::Error> {
                Source::of_map(map)
            }
        }
        deserializer.deserialize_any(OneSource)
    }
}

/// Names of columns that titles come from; `None` in it is anything, found by a path.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct RowNames(pub(super) Vec<Option<String>>);

impl RowNames {
    /// Whether one of these columns has such a name.
    pub(crate) fn has_one<'n>(&self, mut columns: impl Iterator<Item = &'n str>) -> bool {
        columns.any(|name| {
            let normal = names::normal(name);
            self.0.iter().any(|named| named.as_deref().is_none_or(|named| super::same(named, name, &normal)))
        })
    }
}
