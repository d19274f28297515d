//! The workspace: its root folder and its crates, read from the manifests.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result};
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
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").canonicalize()?;
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
