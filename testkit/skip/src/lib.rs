//! Reports of skipped tests: a test that returns without its checks counts as passed, so it must say that it did.
//!
//! The test harness hides what a passing test prints through the print macros. A report is therefore written to stderr
//! itself and, where `TESTKIT_SKIPPED` names a file (an absolute path, or one from the root of the workspace),
//! appended to it, so that a run can count the distinct lines:
//!
//! ```text
//! SKIPPED: <test>: <reason>
//! ```

use std::{
    env,
    fs::OpenOptions,
    io::{self, Write},
    path::{Path, PathBuf},
};

/// Names the file to which reports are appended.
const FILE: &str = "TESTKIT_SKIPPED";

/// Reports that a test, or a part of it, is skipped because this machine lacks what it needs.
///
/// # Panics
/// In CI (`CI` is set), which must provide it; and where the file of [the crate](crate) cannot be written.
pub fn skipped(test: &str, reason: &str) {
    assert!(!in_ci(), "{}; in CI nothing is skipped", line(test, reason));
    report(test, reason);
}

/// Reports that a test, or a part of it, is skipped because of something that CI cannot provide either, such as a
/// catalogue that the project may not contain.
///
/// # Panics
/// Where the file of [the crate](crate) cannot be written.
pub fn skipped_by_design(test: &str, reason: &str) {
    report(test, reason);
}

/// Whether this is a run in CI.
fn in_ci() -> bool {
    env::var_os("CI").is_some_and(|ci| !ci.is_empty())
}

fn report(test: &str, reason: &str) {
    let line = line(test, reason);
    // Nobody may read stderr; the file is what a run counts.
    let _ = writeln!(io::stderr(), "{line}");
    if let Some(file) = env::var_os(FILE).filter(|file| !file.is_empty()) {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(PathBuf::from(file));
        if let Err(error) = append(&file, &line) {
            panic!("{line}: {} cannot be written: {error}", file.display());
        }
    }
}

fn line(test: &str, reason: &str) -> String {
    format!("SKIPPED: {test}: {reason}")
}

/// Appends a line in one write, so that tests of several processes do not mix theirs.
fn append(file: &Path, line: &str) -> io::Result<()> {
    let mut file = OpenOptions::new().append(true).create(true).open(file)?;
    file.write_all(format!("{line}\n").as_bytes())
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;

    /// Runs [`reporting`] in a process of its own, as `cargo test` runs tests: its status and stderr.
    fn run(file: &Path, ci: &str) -> (bool, String) {
        let output = Command::new(env::current_exe().expect("this program has a path"))
            .args(["--exact", "tests::reporting"])
            .env("CI", ci)
            .env(FILE, file)
            .env("TESTKIT_SKIP_TEST", "1")
            .output()
            .expect("this program can be run");
        (output.status.success(), String::from_utf8_lossy(&output.stderr).into_owned())
    }

    /// Skips, but only as a part of [`a_report_is_seen_and_fails_in_ci_where_ci_must_provide`].
    #[test]
    fn reporting() {
        if env::var_os("TESTKIT_SKIP_TEST").is_some() {
            skipped_by_design("large", "no large catalogue");
            skipped("nodes", "no search engine");
        }
    }

    #[test]
    fn a_report_is_seen_and_fails_in_ci_where_ci_must_provide() {
        let file = env::temp_dir().join(format!("wikimovie-skipped-{}", std::process::id()));
        let lines = "SKIPPED: large: no large catalogue\nSKIPPED: nodes: no search engine\n";
        let cases = [("", true, lines), ("true", false, "SKIPPED: large: no large catalogue\n")];
        for (ci, passes, expected) in cases {
            let (passed, stderr) = run(&file, ci);
            let written = std::fs::read_to_string(&file).expect("the file was written");
            std::fs::remove_file(&file).expect("the file can be removed");
            assert_eq!((passed, written.as_str()), (passes, expected), "CI={ci:?}");
            // The harness shows it although the test passes.
            assert!(stderr.contains("SKIPPED: large: no large catalogue"), "CI={ci:?}: {stderr}");
        }
    }
}
