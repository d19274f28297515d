//! The questions of a query set.

use std::path::Path;

use anyhow::Context;
use serde::Deserialize;
use serde_json::{Value, json};

/// One question; further fields, such as the expected answers, are for the scorer.
#[derive(Debug, Deserialize)]
pub(crate) struct Question {
    pub(crate) id: String,
    pub(crate) category: String,
    pub(crate) query: String,
    #[serde(default)]
    filters: Filters,
}

/// Filters under neutral names.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
struct Filters {
    year: Option<i64>,
    year_from: Option<i64>,
    year_to: Option<i64>,
    genres: Vec<String>,
    cast: Vec<String>,
}

impl Question {
    /// The equivalent `where` argument.
    pub(crate) fn filter(&self) -> Value {
        let Filters { year, year_from, year_to, genres, cast } = &self.filters;
        json!({
            "genres": { "allOf": genres },
            "cast": { "allOf": cast },
            "year": { "gte": year.or(*year_from), "lte": year.or(*year_to) },
        })
    }
}

/// Reads a query set, one JSON object per line.
pub(crate) fn read_questions(path: &Path) -> anyhow::Result<Vec<Question>> {
    let text = std::fs::read_to_string(path).with_context(|| format!("reading {}", path.display()))?;
    let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    let parse = |(number, line)| {
        serde_json::from_str(line).with_context(|| format!("line {} of {}", number + 1, path.display()))
    };
    lines.map(parse).collect()
}
