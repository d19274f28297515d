//! Makes cargo look at the built pages: they are put into the binary, so a new build of them must rebuild it.

use std::path::Path;

fn main() {
    let dist = Path::new("../web/dist");
    // Cargo runs a build script each time where a folder that it watches is absent, and the crate with it. An
    // empty folder is the same to the crate: pages that were not built. Where it cannot be made, nothing is lost.
    let _ = std::fs::create_dir_all(dist);
    println!("cargo::rerun-if-changed=../web/dist");
}
