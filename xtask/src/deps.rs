//! Checks of what the workspace depends on, and of its spelling.

use std::{
    path::Path,
    process::{Command, Stdio},
};

use anyhow::Result;

use crate::{
    process::{heading, run, skip},
    tools,
};

/// Checks licences, sources and versions of dependencies, unused ones, known vulnerabilities, and spelling.
///
/// # Errors
/// At the first check that fails.
pub(crate) fn check(root: &Path) -> Result<()> {
    let programs = match tools::from_pypi(root) {
        Ok(programs) => programs,
        Err(error) => return skip("dependencies and spelling", &format!("{error:#}")),
    };
    heading("Licences, sources and versions of dependencies");
    let deny = || Command::new(programs.join("cargo-deny"));
    run(deny().args(["--locked", "check", "--hide-inclusion-graph", "licenses", "sources", "bans"]))?;
    heading("Known vulnerabilities of dependencies");
    let fetched = deny().args(["fetch", "db"]).stdout(Stdio::null()).stderr(Stdio::null()).status();
    if fetched.is_ok_and(|status| status.success()) {
        run(deny().args(["--locked", "check", "--hide-inclusion-graph", "advisories"]))?;
    } else {
        println!("NOT RUN: advisories (the database of RustSec is not reachable from here)");
    }
    heading("Unused dependencies");
    run(Command::new(programs.join("cargo-shear")).args(["shear", "--locked"]))?;
    heading("Spelling");
    run(&mut Command::new(programs.join("typos")))
}
