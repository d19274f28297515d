//! Aliases of indices.

use serde::Serialize;

use super::query::Query;

/// An alias that an index is created with.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Alias {
    /// Documents that are found through it; all of them without.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub filter: Option<Query>,
    /// Whether writes to the alias go to this index.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub is_write_index: Option<bool>,
}

/// Body of `POST /_aliases`: changes that happen in one step.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct AliasActions {
    /// The changes.
    pub actions: Vec<AliasAction>,
}

/// A change of one alias.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum AliasAction {
    /// Lets the alias lead to the index.
    Add {
        /// An index.
        index: String,
        /// The alias.
        alias: String,
        /// How it leads there.
        #[serde(flatten)]
        properties: Alias,
    },
    /// Lets the alias lead there no more.
    Remove {
        /// An index.
        index: String,
        /// The alias.
        alias: String,
    },
}

impl AliasAction {
    /// Lets an alias lead to an index.
    pub fn add(index: &str, alias: &str, properties: Alias) -> Self {
        Self::Add { index: index.to_owned(), alias: alias.to_owned(), properties }
    }

    /// Lets an alias lead to an index no more.
    pub fn remove(index: &str, alias: &str) -> Self {
        Self::Remove { index: index.to_owned(), alias: alias.to_owned() }
    }
}
