//! Guard: the decision records are numbered without a gap, titled by their number, and listed in their index.

use std::{fs, path::Path};

use anyhow::Result;

use super::Violation;

pub(crate) const GUARD: &str = "decisions";

const FOLDER: &str = "docs/adr";

pub(crate) fn check(root: &Path) -> Result<Vec<Violation>> {
    let folder = root.join(FOLDER);
    let mut names: Vec<String> = fs::read_dir(&folder)?
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .filter(|name| name.ends_with(".md") && name != "README.md")
        .collect();
    names.sort();
    let index = fs::read_to_string(folder.join("README.md"))?;
    let mut violations = Vec::new();
    let mut found = |subject: String, message: &str| {
        violations.push(Violation { guard: GUARD, subject, message: message.to_owned() });
    };
    let mut next = 1;
    for name in &names {
        let subject = format!("{FOLDER}/{name}");
        let Some(number) = name.split('-').next().and_then(|number| number.parse::<u32>().ok()) else {
            found(subject, "its name begins with no number");
            continue;
        };
        for missing in next..number {
            found(format!("{FOLDER}/{missing:04}"), "this number has no record");
        }
        if number < next {
            found(subject.clone(), "another record has this number");
        }
        next = number + 1;
        if !index.contains(&format!("({name})")) {
            found(subject.clone(), "README.md beside it has no link to it");
        }
        let title = fs::read_to_string(folder.join(name))?;
        if !title.starts_with(&format!("# {number}. ")) {
            found(subject, "its title does not begin with its number");
        }
    }
    for link in index.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
        let record = link.ends_with(".md") && !link.contains('/');
        if record && !names.iter().any(|name| name == link) {
            found(format!("{FOLDER}/{link}"), "README.md links to it, and it is not there");
        }
    }
    Ok(violations)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(files: &[(&str, &str)]) -> Vec<String> {
        let root = tempfile::tempdir().expect("a folder");
        let folder = root.path().join(FOLDER);
        fs::create_dir_all(&folder).expect("a folder");
        for (name, text) in files {
            fs::write(folder.join(name), text).expect("written");
        }
        check(root.path())
            .expect("checked")
            .into_iter()
            .map(|found| found.subject + ": " + &found.message)
            .collect()
    }

    #[test]
    fn gaps_and_missing_links_are_found() {
        let first = ("0001-a.md", "# 1. A\n");
        assert_eq!(faults(&[first, ("README.md", "[0001](0001-a.md)")]), [""; 0]);
        let cases: [(&[(&str, &str)], &str); 5] = [
            (&[("README.md", ""), first], "docs/adr/0001-a.md: README.md beside it has no link to it"),
            (
                &[("README.md", "(0001-a.md) (0003-c.md)"), first, ("0003-c.md", "# 3. C\n")],
                "docs/adr/0002: this number has no record",
            ),
            (
                &[("README.md", "(0001-a.md) (0001-b.md)"), first, ("0001-b.md", "# 1. B\n")],
                "docs/adr/0001-b.md: another record has this number",
            ),
            (
                &[("README.md", "(0001-a.md)"), ("0001-a.md", "# 2. A\n")],
                "docs/adr/0001-a.md: its title does not begin with its number",
            ),
            (
                &[("README.md", "(0001-a.md) [0002](0002-b.md)"), first],
                "docs/adr/0002-b.md: README.md links to it, and it is not there",
            ),
        ];
        for (files, expected) in cases {
            assert_eq!(faults(files), [expected]);
        }
    }
}
