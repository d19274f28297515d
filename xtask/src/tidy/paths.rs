//! Guard: files and folders that the pages for newcomers name are there, and so is what any page links to.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::Result;
use walkdir::WalkDir;

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
    for page in pages(root) {
        let text = fs::read_to_string(root.join(&page))?;
        let folder = root.join(&page).parent().map(Path::to_owned).unwrap_or_default();
        for file in linked_files(&text).filter(|file| !folder.join(file).exists()) {
            let message = "the page links to it, and it is not there".to_owned();
            violations.push(Violation {
                guard: GUARD,
                subject: format!("{} {file}", page.display()),
                message,
            });
        }
    }
    Ok(violations)
}

/// The pages of the workspace, relative to its root: those in it, and those of `docs/`.
fn pages(root: &Path) -> impl Iterator<Item = PathBuf> {
    let files = WalkDir::new(root).max_depth(1).into_iter().chain(WalkDir::new(root.join("docs")));
    let paths = files.filter_map(move |entry| Some(entry.ok()?.path().strip_prefix(root).ok()?.to_owned()));
    paths.filter(|path| path.extension().is_some_and(|extension| extension == "md"))
}

/// Targets of links to files, without the place within the file.
fn linked_files(text: &str) -> impl Iterator<Item = &str> {
    let prose = text.split("```").step_by(2);
    let targets = prose.flat_map(|prose| prose.split("](").skip(1).filter_map(|rest| rest.split(')').next()));
    targets
        .map(|target| target.split('#').next().unwrap_or_default())
        .filter(|file| !file.is_empty() && !file.contains(':') && !file.contains(' '))
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
    #[test]
    fn a_link_that_leads_nowhere_is_found() {
        let root = tempfile::tempdir().expect("a folder");
        fs::create_dir_all(root.path().join("docs/adr")).expect("a folder");
        for page in PAGES {
            fs::write(root.path().join(page), "").expect("written");
        }
        let page = "[a](docs/a.md), [part](docs/a.md#part), [here](#here), [web](https://example.org/x.md)\n\
                    ```\n[example](docs/example.md)\n```\n[gone](docs/gone.md#part)";
        fs::write(root.path().join("README.md"), page).expect("written");
        fs::write(root.path().join("docs/a.md"), "[up](../README.md) [record](adr/0001-a.md)")
            .expect("written");
        let found = check(root.path()).expect("checked");
        let subjects: Vec<&str> = found.iter().map(|found| found.subject.as_str()).collect();
        assert_eq!(subjects, ["README.md docs/gone.md", "docs/a.md adr/0001-a.md"]);
    }
}
