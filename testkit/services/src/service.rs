//! What a script of ours runs on this machine for tests, until it was not used for a while.

#![expect(clippy::print_stderr, reason = "what the script says is worth reading")]

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
    process::Command,
    thread,
    time::{Duration, SystemTime},
};

/// Time between two touches of what says that a service is used.
const TOUCHED_EVERY: Duration = Duration::from_secs(60);

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Beginning of the variable by which a test run that has started a service, and keeps it, names its addresses.
const STARTED: &str = "TESTKIT_";

/// Starts what the script starts, and keeps it for as long as this process lives; what `script ADDRESSES` prints then, or
/// `None` where it failed. `state` is the folder below `target` in which it, or each of what it starts, has a file `used`.
pub(crate) fn start(script: &str, addresses: &str, state: &str) -> Option<String> {
    if let Ok(started) = std::env::var(format!("{STARTED}{}", state.to_uppercase())) {
        return Some(started);
    }
    let run = |argument: &str| {
        let output = Command::new(script).arg(argument).current_dir(root()).output().ok()?;
        eprint!("{}", String::from_utf8_lossy(&output.stderr));
        output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
    };
    run("start")?;
    let folder = root().join("target").join(state);
    thread::spawn(move || {
        loop {
            thread::sleep(TOUCHED_EVERY);
            touch(&folder);
        }
    });
    run(addresses)
}

fn touch(folder: &Path) {
    let below = fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    for folder in below.chain([folder.to_owned()]) {
        // One that is not there is not started.
        if let Ok(used) = File::options().write(true).open(folder.join("used")) {
            let _ = used.set_modified(SystemTime::now());
        }
    }
}
