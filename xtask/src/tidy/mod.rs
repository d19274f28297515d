//! Guards over the structure of the code. Each one reads sources and pages and returns violations; none runs the product.
//!
//! A violation that is not mended yet stands in `xtask/tidy.toml`, where it is printed at each run; an entry without a
//! violation fails, so that the list only shrinks.

mod circles;
mod constants;
mod decisions;
mod doors;
mod imports;
mod names;
mod paths;
mod size;
mod source;
mod statics;
mod words;

use std::{collections::BTreeMap, fs, path::Path};

use anyhow::{Context as _, Result, bail};
use clap::Args;
use serde::Deserialize;

use crate::workspace::{self, Crate};
use source::Target;

/// Something a guard rejects.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Violation {
    /// Which guard found it.
    guard: &'static str,
    /// What is wrong, in a form that stays equal while unrelated lines move: an entry of `tidy.toml` names it.
    subject: String,
    /// Where, and what to do.
    message: String,
}

/// What `xtask/tidy.toml` lists: by guard, the subjects that are known.
#[derive(Deserialize, Default)]
#[serde(transparent)]
struct Known(BTreeMap<String, Vec<String>>);

/// What stands before the list.
const HEAD: &str = "# Violations of `cargo xtask tidy` that are known and printed at each run. Nothing is added: an entry goes when it is\n# mended, which `cargo xtask tidy --shrink` writes.\n";

#[derive(Args)]
pub(crate) struct Arguments {
    /// Remove entries of xtask/tidy.toml whose violation is mended
    #[arg(long)]
    shrink: bool,
}

/// Runs every guard over the workspace.
///
/// # Errors
/// Where a guard finds a violation that `tidy.toml` does not list, or the list has an entry without a violation.
pub(crate) fn run(root: &Path, arguments: &Arguments) -> Result<()> {
    let crates = workspace::crates(root)?;
    let violations = check(root, &crates)?;
    let list = root.join("xtask/tidy.toml");
    let mut known: Known = fs::read_to_string(&list)
        .map_or_else(|_| Ok(Known::default()), |text| toml::from_str(&text))
        .context("xtask/tidy.toml cannot be read")?;
    if arguments.shrink {
        known.shrink(&violations);
        fs::write(list, known.render())?;
    }
    let report = judge(&violations, &known);
    for line in &report.known {
        println!("known: {line}");
    }
    for line in &report.faults {
        eprintln!("{line}");
    }
    if !report.faults.is_empty() {
        bail!("tidy: {} violations", report.faults.len());
    }
    println!("tidy: {} guards hold, {} known violations", GUARDS.len(), report.known.len());
    Ok(())
}

impl Known {
    /// Removes what is mended.
    fn shrink(&mut self, violations: &[Violation]) {
        for (guard, subjects) in &mut self.0 {
            subjects.retain(|subject| {
                violations.iter().any(|found| found.guard == guard && found.subject == *subject)
            });
        }
        self.0.retain(|_, subjects| !subjects.is_empty());
    }

    /// The list as a file: a subject has quotation marks, but no apostrophe.
    fn render(&self) -> String {
        let mut text = HEAD.to_owned();
        for (guard, subjects) in &self.0 {
            let lines: String = subjects.iter().map(|subject| format!("  '{subject}',\n")).collect();
            text += &format!("\n{guard} = [\n{lines}]\n");
        }
        text
    }
}

/// Names of all guards.
const GUARDS: [&str; 10] = [
    circles::GUARD,
    constants::GUARD,
    decisions::GUARD,
    doors::GUARD,
    imports::GUARD,
    names::GUARD,
    paths::GUARD,
    size::GUARD,
    statics::GUARD,
    words::GUARD,
];

fn check(root: &Path, crates: &[Crate]) -> Result<Vec<Violation>> {
    let mut targets = Vec::new();
    for krate in crates.iter().filter(|krate| source::is_product(&krate.folder)) {
        targets.extend(Target::read_all(root, &krate.folder)?);
    }
    let mut violations = Vec::new();
    violations.extend(circles::check(&targets));
    violations.extend(constants::check(root, &targets)?);
    violations.extend(decisions::check(root)?);
    violations.extend(doors::check(root, crates)?);
    violations.extend(imports::check(&targets));
    violations.extend(names::check(&targets));
    violations.extend(paths::check(root)?);
    violations.extend(size::check(root)?);
    violations.extend(statics::check(&targets));
    violations.extend(words::check(root, &targets)?);
    violations.sort();
    violations.dedup();
    Ok(violations)
}

#[derive(Default)]
struct Report {
    known: Vec<String>,
    faults: Vec<String>,
}

fn judge(violations: &[Violation], known: &Known) -> Report {
    let mut report = Report::default();
    let lists = |violation: &Violation| {
        known.0.get(violation.guard).is_some_and(|subjects| subjects.contains(&violation.subject))
    };
    for violation in violations {
        let Violation { guard, subject, message } = violation;
        let line = format!("{guard}: {subject}: {message}");
        if lists(violation) { report.known.push(line) } else { report.faults.push(line) }
    }
    for (guard, subjects) in &known.0 {
        for subject in subjects {
            if !violations.iter().any(|found| found.guard == guard && found.subject == *subject) {
                report.faults.push(format!("{guard}: {subject}: is mended: remove it from xtask/tidy.toml"));
            }
        }
    }
    report
}

#[cfg(test)]
mod tests {
    use super::*;

    fn violation(subject: &str) -> Violation {
        Violation { guard: "size", subject: subject.to_owned(), message: String::new() }
    }

    #[test]
    fn a_mended_subject_leaves_the_list() {
        let mut known = Known(BTreeMap::from([
            ("names".to_owned(), vec!["Told".to_owned()]),
            ("size".to_owned(), vec!["a.rs \"x\"".to_owned(), "b.rs".to_owned()]),
        ]));
        known.shrink(&[violation("a.rs \"x\"")]);
        let read: Known = toml::from_str(&known.render()).expect("a list");
        assert_eq!(read.0, BTreeMap::from([("size".to_owned(), vec!["a.rs \"x\"".to_owned()])]));
    }

    #[test]
    fn a_listed_violation_passes_and_a_listed_subject_without_one_fails() {
        let known = Known(BTreeMap::from([("size".to_owned(), vec!["a.rs".to_owned(), "b.rs".to_owned()])]));
        let report = judge(&[violation("a.rs"), violation("c.rs")], &known);
        assert_eq!(report.known.len(), 1);
        assert_eq!(report.faults, ["size: c.rs: ", "size: b.rs: is mended: remove it from xtask/tidy.toml"]);
    }
}
