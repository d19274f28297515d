//! Guard: files and folders that the pages for newcomers name are there.

use std::{fs, path::Path};

use anyhow::Result;

use super::Violation;

pub(crate) const GUARD: &str = "paths";

/// Pages that lead into the code.
const PAGES: [&str; 3] = ["ARCHITECTURE.md", "CONTRIBUTING.md", "README.md"];

pub(crate) fn check(root: &Path) -> Result<Vec<Violation>> {
    let mut violations = Vec::new();
    for page in PAGES {
        let text = fs::read_to_string(root.join(page))?;
        for path in named_paths(&text).filter(|path| begins_in(root, path) && !root.join(path).exists()) {
            let message = "no file or folder has this path".to_owned();
            violations.push(Violation { guard: GUARD, subject: format!("{page} {path}"), message });
        }
    }
    Ok(violations)
}

/// What stands in backticks and could be a path of the workspace.
fn named_paths(text: &str) -> impl Iterator<Item = &str> {
    // Odd parts stand in backticks, except where a block of code has three of them.
    let prose = text.split("```").step_by(2);
    let quoted = prose.flat_map(|prose| prose.split('`').skip(1).step_by(2));
    quoted.filter(|path| {
        path.contains('/')
            && path.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '/' | '.' | '-' | '_'))
    })
}

/// Whether the first part of a path is a folder of the workspace: others are routes, media types or names of crates.
fn begins_in(root: &Path, path: &str) -> bool {
    let first = path.split('/').next().unwrap_or_default();
    !matches!(first, "" | "." | "..") && root.join(first).is_dir()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_that_is_gone_is_found() {
        let root = tempfile::tempdir().expect("a folder");
        fs::create_dir_all(root.path().join("api/src")).expect("a folder");
        fs::write(root.path().join("api/src/lib.rs"), "").expect("written");
        for page in PAGES {
            fs::write(root.path().join(page), "").expect("written");
        }
        let page = "`api/src/lib.rs`, `api/src/`, `api/src/gone.rs`, `application/json`, `/graphql`, `api/{a,b}.rs`\n\
                    ```\n`api/src/example.rs`\n```\n`api/removed`";
        fs::write(root.path().join("CONTRIBUTING.md"), page).expect("written");
        let found = check(root.path()).expect("checked");
        let subjects: Vec<&str> = found.iter().map(|found| found.subject.as_str()).collect();
        assert_eq!(subjects, ["CONTRIBUTING.md api/src/gone.rs", "CONTRIBUTING.md api/removed"]);
    }
}
