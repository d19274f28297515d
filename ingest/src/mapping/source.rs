//! What a field comes from: a name, or what a JSON path finds.

use std::fmt;

use serde::{
    Deserialize, Deserializer,
    de::{Error, MapAccess, SeqAccess, Visitor, value::MapAccessDeserializer},
};
use serde_json_path::JsonPath;

use super::path::{self, MAX_PATH_BYTES, root_and_width};

/// Most sources of one field.
const MAX_SOURCES: usize = 100;

/// Longest name, in bytes.
const MAX_NAME_BYTES: usize = MAX_PATH_BYTES;

/// Several sources, each once.
pub(super) fn sources<'de, A: SeqAccess<'de>>(mut list: A) -> Result<Vec<FieldSource>, A::Error> {
    let mut from: Vec<FieldSource> = Vec::new();
    while let Some(source) = list.next_element::<FieldSource>()? {
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
pub(super) struct FieldSources(pub(super) Vec<FieldSource>);

impl<'de> Deserialize<'de> for FieldSources {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Several;
        impl<'de> Visitor<'de> for Several {
            type Value = FieldSources;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a name, a path, or a list of them")
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<FieldSources, E> {
                Ok(FieldSources(vec![FieldSource::parse(text)?]))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<FieldSources, A::Error> {
                sources(list).map(FieldSources)
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<FieldSources, A::Error> {
                Ok(FieldSources(vec![FieldSource::of_map(map)?]))
            }
        }
        deserializer.deserialize_any(Several)
    }
}

/// A name, or what a path finds in the record or in one of its values.
#[derive(Clone, Debug)]
pub(super) struct FieldSource {
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

impl FieldSource {
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
        let path = path::parse(text).map_err(E::custom)?;
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

impl<'de> Deserialize<'de> for FieldSource {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct OneSource;
        impl<'de> Visitor<'de> for OneSource {
            type Value = FieldSource;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a name or a path")
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<FieldSource, E> {
                FieldSource::parse(text)
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<FieldSource, A::Error> {
                FieldSource::of_map(map)
            }
        }
        deserializer.deserialize_any(OneSource)
    }
}
