//! Guard: crates of the product lean on each other in one direction only, as `ARCHITECTURE.md` draws it.

use std::{collections::BTreeMap, fs, path::Path};

use anyhow::{Context as _, Result};
use serde::Deserialize;
use toml::Value;

use super::{Violation, source::is_product};
use crate::workspace::Crate;

pub(crate) const GUARD: &str = "doors";

/// What each crate may depend on, without the part of the name that all of ours begin with. Tests may use more.
const DOORS: [(&str, &[&str]); 13] = [
    ("domain", &[]),
    ("text", &["domain"]),
    ("plan", &["domain", "text"]),
    ("engine", &["domain", "text", "plan"]),
    ("embedded", &["domain", "text", "plan", "engine"]),
    ("elasticsearch-dsl", &[]),
    ("elasticsearch-client", &[]),
    ("elasticsearch", &["domain", "text", "plan", "engine", "elasticsearch-dsl", "elasticsearch-client"]),
    ("command", &["domain", "text", "plan", "engine", "elasticsearch"]),
    ("relevance", &["domain", "text", "plan", "engine", "command"]),
    ("ingest", &["domain", "text", "plan", "engine", "elasticsearch", "command"]),
    ("api", &["domain", "text", "plan", "engine", "elasticsearch", "command", "relevance"]),
    ("", &["domain", "text", "plan", "engine", "embedded", "command", "relevance", "ingest", "api"]),
];

/// What names of our crates begin with; the standalone binary has no more than that.
const OURS: &str = "wikimovie";

#[derive(Deserialize)]
struct Manifest {
    #[serde(default)]
    dependencies: BTreeMap<String, Value>,
}

pub(crate) fn check(root: &Path, crates: &[Crate]) -> Result<Vec<Violation>> {
    let mut violations = Vec::new();
    for krate in crates.iter().filter(|krate| is_product(&krate.folder)) {
        let text = fs::read_to_string(root.join(&krate.folder).join("Cargo.toml"))?;
        let manifest: Manifest =
            toml::from_str(&text).with_context(|| format!("{} has no manifest", krate.name))?;
        violations.extend(check_crate(&krate.name, manifest.dependencies.keys().map(String::as_str)));
    }
    Ok(violations)
}

fn check_crate<'a>(name: &str, dependencies: impl Iterator<Item = &'a str>) -> Vec<Violation> {
    let Some((_, allowed)) = DOORS.iter().find(|(door, _)| Some(*door) == short(name)) else {
        let message = "has no doors in xtask/src/tidy/doors.rs: name what it may depend on".to_owned();
        return vec![Violation { guard: GUARD, subject: name.to_owned(), message }];
    };
    let others = dependencies.filter(|other| short(other).is_some_and(|other| !allowed.contains(&other)));
    let violation = |other: &str| Violation {
        guard: GUARD,
        subject: format!("{name} {other}"),
        message: format!("it may depend on {} alone of our crates", allowed.join(", ")),
    };
    others.map(violation).collect()
}

/// The name of a crate of ours without what all begin with.
fn short(name: &str) -> Option<&str> {
    let rest = name.strip_prefix(OURS)?;
    if rest.is_empty() { Some(rest) } else { rest.strip_prefix('-') }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_door_that_opens_the_other_way_is_found() {
        let cases: [(&str, &[&str], &[&str]); 5] = [
            ("wikimovie-text", &["wikimovie-domain", "serde"], &[]),
            ("wikimovie-text", &["wikimovie-domain", "wikimovie-plan"], &["wikimovie-text wikimovie-plan"]),
            ("wikimovie-api", &["wikimovie-ingest", "axum"], &["wikimovie-api wikimovie-ingest"]),
            (
                "wikimovie",
                &["wikimovie-api", "wikimovie-elasticsearch"],
                &["wikimovie wikimovie-elasticsearch"],
            ),
            ("wikimovie-new", &[], &["wikimovie-new"]),
        ];
        for (name, dependencies, expected) in cases {
            let found = check_crate(name, dependencies.iter().copied());
            assert_eq!(
                found.iter().map(|found| found.subject.as_str()).collect::<Vec<_>>(),
                expected,
                "{name}"
            );
        }
    }
}
