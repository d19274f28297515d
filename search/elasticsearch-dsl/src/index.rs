//! Indices: what they are created with, and what a cluster says of them.

use std::collections::{BTreeMap, HashMap};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{aliases::Alias, mapping::Mapping};

/// Body of `PUT /<index>`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CreateIndex {
    settings: Settings,
    /// Its fields.
    pub mappings: Mapping,
    /// Aliases that lead to it.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub aliases: BTreeMap<String, Alias>,
}

impl CreateIndex {
    /// An index without aliases.
    pub fn new(settings: IndexSettings, mappings: Mapping) -> Self {
        Self { settings: Settings { index: settings }, mappings, aliases: BTreeMap::new() }
    }
}

#[derive(Clone, Debug, PartialEq, Serialize)]
struct Settings {
    index: IndexSettings,
}

/// Settings of an index.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct IndexSettings {
    /// Primary shards.
    pub number_of_shards: u32,
    /// Copies of each.
    pub number_of_replicas: u32,
    /// Time between two refreshes; `-1` for none but those asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refresh_interval: Option<&'static str>,
    /// How long versions of deleted documents are remembered.
    pub gc_deletes: &'static str,
}

/// Answer to `GET /<index>` for one index, read for what is looked at before it is used.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct IndexDescription {
    aliases: HashMap<String, AliasDescription>,
    mappings: MappingDescription,
    settings: SettingsDescription,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct AliasDescription {
    filter: Option<Value>,
    is_write_index: Option<bool>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct MappingDescription {
    #[serde(rename = "_meta")]
    meta: HashMap<String, Value>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct SettingsDescription {
    index: SettingsOfIndex,
}

/// Engines write every setting as a text.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct SettingsOfIndex {
    uuid: String,
    number_of_shards: String,
}

impl IndexDescription {
    /// A whole number of the mapping's `_meta`.
    pub fn meta(&self, name: &str) -> Option<u64> {
        self.mappings.meta.get(name).and_then(Value::as_u64)
    }

    /// Unique id of the index: one that is created again under its name has another.
    pub fn uuid(&self) -> &str {
        &self.settings.index.uuid
    }

    /// Primary shards; 0 where that was not asked for.
    pub fn shards(&self) -> u32 {
        self.settings.index.number_of_shards.parse().unwrap_or(0)
    }

    /// Whether an alias leads to it.
    pub fn has_alias(&self, alias: &str) -> bool {
        self.aliases.contains_key(alias)
    }

    /// Whether writes to an alias go to it.
    pub fn is_write_index(&self, alias: &str) -> bool {
        self.aliases.get(alias).is_some_and(|alias| alias.is_write_index == Some(true))
    }

    /// Whether an alias finds only documents in which a boolean field is true. Engines return a term in its short form or
    /// in its long one.
    pub fn is_filtered_by(&self, alias: &str, field: &str) -> bool {
        let filter = self.aliases.get(alias).and_then(|alias| alias.filter.as_ref());
        let term = filter.and_then(|filter| filter.get("term")?.get(field));
        term.is_some_and(|term| term.get("value").unwrap_or(term) == &Value::Bool(true))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_description_tells_where_aliases_lead() {
        // Filter of the alias, and whether only shown documents are found through it.
        let cases = [
            (json!({ "term": { "shown": { "value": true, "boost": 1.0 } } }), true),
            (json!({ "term": { "shown": true } }), true),
            (json!({ "term": { "shown": { "value": false } } }), false),
            (json!({ "term": { "poster": true } }), false),
            (json!({ "match_all": {} }), false),
            (json!(null), false),
        ];
        for (filter, shown) in cases {
            let index: IndexDescription = serde_json::from_value(json!({
                "aliases": { "read": { "filter": filter }, "write": { "is_write_index": true } },
                "mappings": { "_meta": { "format": 5 }, "dynamic": "strict" },
                "settings": { "index": { "uuid": "u", "number_of_shards": "3", "gc_deletes": "1d" } },
            }))
            .unwrap();
            assert_eq!(index.is_filtered_by("read", "shown"), shown, "{filter}");
            assert!(index.is_write_index("write") && !index.is_write_index("read"));
            assert!(index.has_alias("read") && !index.has_alias("other"));
            assert_eq!((index.meta("format"), index.uuid(), index.shards()), (Some(5), "u", 3));
        }
    }

    #[test]
    fn a_description_may_hold_only_what_was_asked_for() {
        let index: IndexDescription = serde_json::from_value(json!({ "aliases": {} })).unwrap();
        assert_eq!((index.meta("format"), index.uuid(), index.shards()), (None, "", 0));
    }
}
