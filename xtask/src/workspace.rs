//! The workspace: its root folder and its crates, read from the manifests.

use std::{
    fs,
    os::unix::process::CommandExt as _,
    path::{Path, PathBuf},
    process::Command,
    time::Instant,
};

use anyhow::{Context as _, Result, bail};
use clap::Args;
use serde::Deserialize;

use crate::process::{cargo, heading, run};

/// A crate of the workspace.
pub(crate) struct Crate {
    /// Its name, as `cargo -p` takes it.
    pub(crate) name: String,
    /// Its folder, relative to the root.
    pub(crate) folder: PathBuf,
}

#[derive(Deserialize)]
struct RootManifest {
    workspace: Workspace,
}

#[derive(Deserialize)]
struct Workspace {
    members: Vec<PathBuf>,
}

#[derive(Deserialize)]
struct Manifest {
    package: Package,
}

#[derive(Deserialize)]
struct Package {
    name: String,
}

/// The checkout that `cargo run` runs in; the program may have been compiled in another one.
const ROOT: &str = "XTASK_ROOT";

/// Starts this program anew without what `cargo run` says of its crate. The build script of ring looks at these variables, so
/// that it and all that TLS is part of would be compiled again whenever cargo runs by hand and by xtask in turn.
///
/// # Errors
/// Where the program cannot be started.
pub(crate) fn leave_own_crate() -> Result<()> {
    let Some(manifest) = std::env::var_os("CARGO_MANIFEST_DIR") else { return Ok(()) };
    let mut anew = Command::new(std::env::current_exe()?);
    anew.args(std::env::args_os().skip(1)).env(ROOT, Path::new(&manifest).join(".."));
    for (name, _) in std::env::vars_os() {
        let is_of_crate = |name: &str| name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_");
        if name.to_str().is_some_and(is_of_crate) {
            anew.env_remove(name);
        }
    }
    Err(anew.exec().into())
}

/// Makes the root of the workspace the current folder.
///
/// # Errors
/// Where the folder is gone.
pub(crate) fn enter_root() -> Result<PathBuf> {
    let root = match std::env::var_os(ROOT) {
        Some(root) => root.into(),
        None => Path::new(env!("CARGO_MANIFEST_DIR")).join(".."),
    };
    let root = root.canonicalize()?;
    std::env::set_current_dir(&root)?;
    Ok(root)
}

/// The members of the workspace, in the order of the manifest.
///
/// # Errors
/// Where a manifest cannot be read.
pub(crate) fn crates(root: &Path) -> Result<Vec<Crate>> {
    let manifest: RootManifest = parse(&root.join("Cargo.toml"))?;
    let members = manifest.workspace.members.into_iter();
    members
        .map(|folder| {
            let Manifest { package } = parse(&root.join(&folder).join("Cargo.toml"))?;
            Ok(Crate { name: package.name, folder })
        })
        .collect()
}

fn parse<T: serde::de::DeserializeOwned>(path: &Path) -> Result<T> {
    let text = fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    toml::from_str(&text).with_context(|| format!("{} is no manifest", path.display()))
}

#[derive(Args)]
pub(crate) struct AloneArguments {
    /// Crates to test alone; without a name, all
    crates: Vec<String>,
}

/// Compiled apart: what a crate is made of depends on the features that its own dependencies switch on.
const ALONE_TARGET: &str = "target/alone";

/// Settings that compile fast: these builds share nothing with those of the workspace.
const FAST: [&str; 3] =
    ["profile.dev.opt-level=0", "profile.dev.debug=false", "profile.dev.package.\"*\".opt-level=0"];

/// Compiles all tests of each crate by itself, and runs its unit tests: one that leans on a feature which another crate
/// switches on fails here. Tests in `tests/` are only compiled, as many need services.
///
/// # Errors
/// Where a crate fails; the others are tested all the same.
pub(crate) fn test_crates_alone(root: &Path, arguments: &AloneArguments) -> Result<()> {
    let crates = crates(root)?;
    if let Some(unknown) =
        arguments.crates.iter().find(|wanted| !crates.iter().any(|krate| krate.name == **wanted))
    {
        bail!("the workspace has no crate {unknown}");
    }
    let mut failed = Vec::new();
    for Crate { name, folder } in crates {
        if !arguments.crates.is_empty() && !arguments.crates.contains(&name) {
            continue;
        }
        heading(&format!("{name} alone"));
        let begin = Instant::now();
        let mut steps = vec![vec!["--no-run"]];
        steps.extend(unit_tests(&root.join(&folder)).map(|targets| targets.to_vec()));
        let passed = steps.iter().all(|step| {
            let passed = run(alone(&name).args(step));
            passed.inspect_err(|error| eprintln!("{error:#}")).is_ok()
        });
        println!(
            "{name}: {} in {:.0} s",
            if passed { "passed" } else { "FAILED" },
            begin.elapsed().as_secs_f64()
        );
        if !passed {
            failed.push(name);
        }
    }
    if !failed.is_empty() {
        bail!("alone, these crates fail: {}", failed.join(", "));
    }
    Ok(())
}

fn alone(name: &str) -> Command {
    let mut command = cargo();
    command.args(["test", "--locked", "--quiet", "--target-dir", ALONE_TARGET, "--package", name]);
    for setting in FAST {
        command.args(["--config", setting]);
    }
    command
}

/// Targets that hold the unit tests of a crate; nothing where it has but a folder `tests/`.
fn unit_tests(folder: &Path) -> Option<&'static [&'static str]> {
    let has = |file: &str| folder.join(file).exists();
    match (has("src/lib.rs"), has("src/main.rs") || has("src/bin")) {
        (true, true) => Some(&["--lib", "--bins"]),
        (true, false) => Some(&["--lib"]),
        (false, true) => Some(&["--bins"]),
        (false, false) => None,
    }
}

/// The crate that is one binary with everything inside, and beginnings of names that it must not depend on.
const STANDALONE: (&str, [&str; 3]) = ("wikimovie", ["aws-", "elasticsearch ", "wikimovie-elasticsearch"]);

/// Checks that the standalone binary links no client of a service.
///
/// # Errors
/// Where it depends on one.
pub(crate) fn check_standalone() -> Result<()> {
    let arguments = ["tree", "--locked", "--package", STANDALONE.0, "--edges", "normal", "--prefix", "none"];
    let output = cargo().args(arguments).output()?;
    if !output.status.success() {
        bail!("cargo tree failed: {}", String::from_utf8_lossy(&output.stderr));
    }
    let clients = clients(&String::from_utf8_lossy(&output.stdout));
    if !clients.is_empty() {
        bail!("{} must depend on no client of a service: {}", STANDALONE.0, clients.join(", "));
    }
    Ok(())
}

fn clients(tree: &str) -> Vec<String> {
    let lines = tree.lines().filter(|line| STANDALONE.1.iter().any(|client| line.starts_with(client)));
    lines.map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unit_tests_stand_in_libraries_and_binaries() {
        let cases: [(&[&str], Option<&[&str]>); 4] = [
            (&["src/lib.rs"], Some(&["--lib"])),
            (&["src/main.rs"], Some(&["--bins"])),
            (&["src/lib.rs", "src/bin/other/main.rs"], Some(&["--lib", "--bins"])),
            (&["tests/all.rs"], None),
        ];
        for (files, expected) in cases {
            let folder = tempfile::tempdir().expect("a folder");
            for file in files {
                let file = folder.path().join(file);
                fs::create_dir_all(file.parent().expect("a folder")).expect("a folder");
                fs::write(file, "").expect("written");
            }
            assert_eq!(unit_tests(folder.path()), expected, "{files:?}");
        }
    }

    #[test]
    fn a_crate_that_is_not_there_is_named() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let arguments = AloneArguments { crates: vec!["wikimovie-none".to_owned()] };
        let error = test_crates_alone(&root, &arguments).expect_err("no such crate");
        assert!(error.to_string().contains("wikimovie-none"), "{error}");
    }

    #[test]
    fn a_client_among_dependencies_is_found() {
        let tree =
            "wikimovie v0.1.0\naws-config v1.13.0\naws_words v1.0.0\nelasticsearch v8.19.0\nserde v1.0.229\n";
        assert_eq!(clients(tree), ["aws-config v1.13.0", "elasticsearch v8.19.0"]);
        assert_eq!(clients("wikimovie v0.1.0\nwikimovie-engine v0.1.0\ntantivy v0.27.0\n"), [""; 0]);
    }
}
