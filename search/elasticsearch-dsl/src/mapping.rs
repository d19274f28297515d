//! Mappings: the fields of an index.

use std::collections::BTreeMap;

use serde::Serialize;

/// The fields of an index. A document with any other is refused.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Mapping {
    dynamic: Dynamic,
    #[serde(rename = "_meta")]
    meta: BTreeMap<&'static str, u32>,
    #[serde(rename = "_source", skip_serializing_if = "Option::is_none")]
    source: Option<SourceFilter>,
    properties: BTreeMap<&'static str, Property>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum Dynamic {
    Strict,
}

/// What is stored of a document besides what is indexed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SourceFilter {
    /// Fields that are stored.
    pub includes: Vec<&'static str>,
}

impl Mapping {
    /// These fields; `meta` is what the index says of itself.
    pub fn new(
        meta: (&'static str, u32),
        properties: impl IntoIterator<Item = (&'static str, Property)>,
    ) -> Self {
        Self {
            dynamic: Dynamic::Strict,
            meta: BTreeMap::from([meta]),
            source: None,
            properties: properties.into_iter().collect(),
        }
    }

    /// The same, storing these fields only.
    #[must_use]
    pub fn storing(mut self, includes: Vec<&'static str>) -> Self {
        self.source = Some(SourceFilter { includes });
        self
    }
}

/// How a field is indexed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Property {
    /// True or false.
    Boolean,
    /// A whole number of 64 bits.
    Long,
    /// A whole number of 32 bits.
    Integer,
    /// A whole number of 16 bits.
    Short,
    /// A value that is compared as it stands.
    Keyword {
        /// `false`: it is counted and sorted by, and not looked for.
        #[serde(skip_serializing_if = "Option::is_none")]
        index: Option<bool>,
        /// `false`: it is looked for, and neither counted nor sorted by.
        #[serde(skip_serializing_if = "Option::is_none")]
        doc_values: Option<bool>,
    },
    /// Words.
    Text(TextProperty),
    /// An object that is stored and not indexed.
    Object {
        /// Always `false` here.
        enabled: bool,
    },
}

/// How words are indexed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TextProperty {
    /// What splits a text into words.
    pub analyzer: &'static str,
    /// Whether lengths of texts are kept, for scores that depend on them.
    pub norms: bool,
    /// What is kept of each word.
    pub index_options: &'static str,
    /// Positions between two values of the field, so that no phrase matches across them.
    pub position_increment_gap: usize,
}

impl Property {
    /// A value to look for, count and sort by.
    pub const KEYWORD: Self = Self::Keyword { index: None, doc_values: None };
    /// A value to look for only.
    pub const LOOKUP: Self = Self::Keyword { index: None, doc_values: Some(false) };
    /// A value to count and sort by only.
    pub const COUNTED: Self = Self::Keyword { index: Some(false), doc_values: None };
    /// An object that is stored and not indexed.
    pub const STORED: Self = Self::Object { enabled: false };

    /// Words separated by white space, with their positions; their scores depend on no length.
    pub fn words(position_increment_gap: usize) -> Self {
        Self::Text(TextProperty {
            analyzer: "whitespace",
            norms: false,
            index_options: "positions",
            position_increment_gap,
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_mapping_is_written_as_engines_read_it() {
        let properties = [
            ("flag", Property::Boolean),
            ("minutes", Property::Integer),
            ("name", Property::KEYWORD),
            ("lookup", Property::LOOKUP),
            ("counted", Property::COUNTED),
            ("data", Property::STORED),
            ("words", Property::words(100)),
        ];
        let mapping = Mapping::new(("format", 5), properties).storing(vec!["data"]);
        let expected = json!({
            "dynamic": "strict",
            "_meta": { "format": 5 },
            "_source": { "includes": ["data"] },
            "properties": {
                "flag": { "type": "boolean" },
                "minutes": { "type": "integer" },
                "name": { "type": "keyword" },
                "lookup": { "type": "keyword", "doc_values": false },
                "counted": { "type": "keyword", "index": false },
                "data": { "type": "object", "enabled": false },
                "words": {
                    "type": "text",
                    "analyzer": "whitespace",
                    "norms": false,
                    "index_options": "positions",
                    "position_increment_gap": 100,
                },
            },
        });
        assert_eq!(serde_json::to_value(mapping).unwrap(), expected);
    }
}
