//! Guard: a Rust file has at most 500 lines.

use std::{fs, path::Path};

use anyhow::Result;
use walkdir::WalkDir;

use super::Violation;

pub(crate) const GUARD: &str = "size";

/// Most lines of a Rust file.
const MAX_LINES: usize = 500;

/// Folders without code of ours.
const SKIPPED: [&str; 4] = ["target", "node_modules", ".git", ".cache"];

pub(crate) fn check(root: &Path) -> Result<Vec<Violation>> {
    let mut violations = Vec::new();
    let entries = WalkDir::new(root).into_iter().filter_entry(|entry| {
        !entry.file_type().is_dir() || !SKIPPED.iter().any(|name| entry.file_name() == *name)
    });
    for entry in entries {
        let path = entry?.into_path();
        if path.extension().is_none_or(|extension| extension != "rs") || !path.is_file() {
            continue;
        }
        let lines = fs::read_to_string(&path)?.lines().count();
        if lines > MAX_LINES {
            let subject = path.strip_prefix(root).unwrap_or(&path).display().to_string();
            let message = format!("{lines} lines, and {MAX_LINES} are the most: split it by what it does");
            violations.push(Violation { guard: GUARD, subject, message });
        }
    }
    Ok(violations)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_of_501_lines_is_found() {
        let folder = tempfile::tempdir().expect("a folder");
        fs::write(folder.path().join("short.rs"), "\n".repeat(MAX_LINES)).expect("written");
        fs::write(folder.path().join("long.rs"), "\n".repeat(MAX_LINES + 1)).expect("written");
        fs::create_dir(folder.path().join("target")).expect("a folder");
        fs::write(folder.path().join("target/built.rs"), "\n".repeat(MAX_LINES + 1)).expect("written");
        let found = check(folder.path()).expect("checked");
        assert_eq!(found.iter().map(|found| found.subject.as_str()).collect::<Vec<_>>(), ["long.rs"]);
    }
}
