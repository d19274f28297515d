//! The workspace: its root folder and its crates, read from the manifests.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result, bail};
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

/// Makes the root of the workspace the current folder.
///
/// # Errors
/// Where the folder is gone.
pub(crate) fn enter_root() -> Result<PathBuf> {
    // `cargo run` names the checkout that it runs in; the program may have been compiled in another one.
    let manifest =
        std::env::var_os("CARGO_MANIFEST_DIR").unwrap_or_else(|| env!("CARGO_MANIFEST_DIR").into());
    let root = Path::new(&manifest).join("..").canonicalize()?;
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

/// Compiles each crate by itself: one that leans on a feature which another crate switches on fails here.
///
/// # Errors
/// At the first crate that does not compile.
pub(crate) fn check_crates_alone(root: &Path) -> Result<()> {
    for Crate { name, .. } in crates(root)? {
        heading(&format!("{name} alone"));
        run(cargo().args(["check", "--locked", "--quiet", "--all-targets", "--package", &name]))?;
    }
    Ok(())
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
    fn a_client_among_dependencies_is_found() {
        let tree =
            "wikimovie v0.1.0\naws-config v1.13.0\naws_words v1.0.0\nelasticsearch v8.19.0\nserde v1.0.229\n";
        assert_eq!(clients(tree), ["aws-config v1.13.0", "elasticsearch v8.19.0"]);
        assert_eq!(clients("wikimovie v0.1.0\nwikimovie-engine v0.1.0\ntantivy v0.27.0\n"), [""; 0]);
    }
}
