//! The Java that runs a search node.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use crate::process;

/// Folders below which installations of Java stand.
const INSTALLED: [(&str, &str); 2] =
    [("/usr/lib/jvm", ""), ("/Library/Java/JavaVirtualMachines", "Contents/Home")];

/// Variables that name an installation.
const VARIABLES: [&str; 5] =
    ["JAVA_HOME", "JAVA_HOME_11_X64", "JAVA_HOME_17_X64", "JAVA_HOME_21_X64", "JAVA_HOME_25_X64"];

/// The path of the oldest Java from a version on; installs one where that is allowed and none is there.
pub(crate) fn find_or_install(needed: u32) -> Option<PathBuf> {
    find(needed).or_else(|| {
        let exact = format!("openjdk-{needed}-jdk-headless");
        let packages =
            [&*exact, "openjdk-21-jdk-headless", "openjdk-25-jdk-headless", "openjdk-17-jdk-headless"];
        process::install_debian(&packages).then(|| find(needed)).flatten()
    })
}

/// The oldest that will do: what is much younger than an engine may not know it.
fn find(needed: u32) -> Option<PathBuf> {
    let mut homes: Vec<PathBuf> = VARIABLES.iter().filter_map(std::env::var_os).map(PathBuf::from).collect();
    for (folder, below) in INSTALLED {
        homes.extend(
            fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path().join(below)),
        );
    }
    let candidates = homes.into_iter().map(|home| home.join("bin/java")).filter(|java| java.is_file());
    let known = candidates.chain([PathBuf::from("java")]).filter_map(|java| Some((version(&java)?, java)));
    known.filter(|(version, _)| *version >= needed).min_by_key(|(version, _)| *version).map(|(_, java)| java)
}

/// The version of a Java that has a compiler: a node is compiled as it starts.
fn version(java: &Path) -> Option<u32> {
    let modules = Command::new(java).arg("--list-modules").output().ok()?;
    if !String::from_utf8_lossy(&modules.stdout).lines().any(|line| line.starts_with("jdk.compiler")) {
        return None;
    }
    let settings = Command::new(java).args(["-XshowSettings:properties", "-version"]).output().ok()?;
    parse_version(&String::from_utf8_lossy(&settings.stderr))
}

fn parse_version(settings: &str) -> Option<u32> {
    let mut lines = settings.lines();
    lines.find_map(|line| line.trim().strip_prefix("java.specification.version = "))?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_read_from_the_settings_that_java_prints() {
        let settings =
            "Property settings:\n    java.home = /usr\n    java.specification.version = 21\n    other = 1\n";
        assert_eq!(parse_version(settings), Some(21));
        assert_eq!(parse_version("    java.specification.version = 1.8\n"), None);
        assert_eq!(parse_version(""), None);
    }
}
