//! Commands that xtask runs and services that it leaves running.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail};

/// Prints a heading of the run.
pub(crate) fn heading(text: &str) {
    println!("\u{1b}[1m==>\u{1b}[0m {text}");
}

/// Prints a heading where standard output is for programs that read it.
pub(crate) fn heading_on_stderr(text: &str) {
    eprintln!("\u{1b}[1m==>\u{1b}[0m {text}");
}

/// Reports what is left out because a tool is missing.
///
/// # Errors
/// In CI, where nothing is skipped.
pub(crate) fn skip(what: &str, reason: &str) -> Result<()> {
    if in_ci() {
        bail!("{what}: {reason}, and in CI nothing is skipped");
    }
    heading_on_stderr(&format!("SKIPPED: {what} ({reason})"));
    Ok(())
}

/// Whether this runs in CI.
pub(crate) fn in_ci() -> bool {
    std::env::var_os("CI").is_some_and(|value| !value.is_empty())
}

/// Runs a command to its end with this terminal.
///
/// # Errors
/// Where it cannot be started or exits with another code than 0.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    let line = line(command);
    let status = command.status().with_context(|| format!("cannot start `{line}`"))?;
    if !status.success() {
        bail!("`{line}` failed with {status}");
    }
    Ok(())
}

/// The command as one would type it.
fn line(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ")
}

/// A cargo command of the toolchain that runs xtask.
pub(crate) fn cargo() -> Command {
    Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

/// Whether a command is on the path.
pub(crate) fn exists(name: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|folder| folder.join(name).is_file())
}

/// Installs the first of some Debian packages that there is; `false` where we may not.
pub(crate) fn install_debian(packages: &[&str]) -> bool {
    let quiet = |arguments: &[&str]| {
        let mut command = Command::new("apt-get");
        command.args(arguments).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        command.status().is_ok_and(|status| status.success())
    };
    let root = Command::new("id").arg("-u").output().is_ok_and(|output| output.stdout.starts_with(b"0\n"));
    root && exists("apt-get")
        && quiet(&["update", "-qq"])
        && packages.iter().any(|package| {
            heading_on_stderr(&format!("Installing {package}"));
            quiet(&["install", "-y", "-qq", "--no-install-recommends", package])
        })
}

/// Prints the last lines of a log.
pub(crate) fn print_tail(log: &Path, lines: usize) {
    let text = fs::read(log).map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default();
    let from = text.lines().count().saturating_sub(lines);
    for line in text.lines().skip(from) {
        eprintln!("{line}");
    }
}

/// A process in the background whose id is kept in a file.
pub(crate) struct Service {
    pid_file: PathBuf,
    /// A part of its command line: another process may have got its id.
    signature: String,
}

impl Service {
    /// The service whose folder has a file `pid`.
    pub(crate) fn of(state: &Path, signature: String) -> Self {
        Service { pid_file: state.join("pid"), signature }
    }

    /// Its id, if it runs.
    fn pid(&self) -> Option<String> {
        let pid = fs::read_to_string(&self.pid_file).ok()?.trim().to_owned();
        let output = Command::new("ps").args(["-p", &pid, "-o", "args="]).output().ok()?;
        String::from_utf8_lossy(&output.stdout).contains(&self.signature).then_some(pid)
    }

    pub(crate) fn is_running(&self) -> bool {
        self.pid().is_some()
    }

    /// Asks it to end, and ends it after some time.
    pub(crate) fn stop(&self, patience: Duration) {
        let Some(pid) = self.pid() else { return };
        let signal = |name: &str| Command::new("kill").args([name, &pid]).stderr(Stdio::null()).status();
        let _ = signal("-TERM");
        let asked = Instant::now();
        while self.is_running() {
            if asked.elapsed() > patience {
                let _ = signal("-KILL");
                return;
            }
            thread::sleep(Duration::from_millis(100));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_service_is_known_by_id_and_command_line() {
        let state = tempfile::tempdir().expect("a folder");
        let mut child = Command::new("sleep").arg("271828").spawn().expect("started");
        fs::write(state.path().join("pid"), format!("{}\n", child.id())).expect("written");
        let service = |signature: &str| Service::of(state.path(), signature.to_owned());
        assert!(service("sleep 271828").is_running());
        assert!(!service("sleep 314159").is_running());
        // A child of this test is a zombie until it is waited for, whose command line has no arguments.
        service("sleep 271828").stop(Duration::from_secs(5));
        assert!(!child.wait().expect("ended").success());
        assert!(!service("sleep 271828").is_running());
    }

    #[test]
    fn a_failed_command_is_named() {
        let error = run(Command::new("sh").args(["-c", "exit 3"])).expect_err("fails");
        assert!(error.to_string().contains("sh -c exit 3"), "{error}");
        assert!(run(&mut Command::new("true")).is_ok());
    }
}
