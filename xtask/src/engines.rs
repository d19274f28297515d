//! Real search nodes for tests, without a container engine.
//!
//! A flavour is a folder of `testkit/engines`. Its jars come through Maven, once; its node runs on free ports of the
//! loopback address, is shared by everything that is tested in this checkout, and exits when it was not used for 15
//! minutes. State is kept in `target/engines/FLAVOUR`: log, pid, url, used (touched by tests), classpath, home (data).

use std::{
    fs::{self, File},
    io::Write as _,
    os::unix::process::CommandExt as _,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    thread,
    time::Duration,
};

use anyhow::{Context as _, Result, bail};
use clap::Subcommand;

use crate::{
    java,
    process::{self, Service, heading_on_stderr, skip},
};

/// Where the flavours are described.
const FLAVOURS: &str = "testkit/engines";

/// Time in which a node has to answer.
const START_DEADLINE: Duration = Duration::from_secs(120);

#[derive(Subcommand)]
pub(crate) enum Action {
    /// Start the nodes of some flavours, or of all
    Start {
        /// Folders of the engines' descriptions
        flavours: Vec<String>,
    },
    /// Stop all nodes and remove their data
    Stop,
    /// Print a line for each running node: flavour, tab, address
    Urls,
    /// Fetch a flavour's jars, and print the Java that runs them
    Jars {
        /// Folder of the engine's description
        flavour: String,
    },
}

/// Starts, stops or lists nodes, one command at a time.
///
/// # Errors
/// Where a node does not start, or in CI a tool is missing.
pub(crate) fn run(root: &Path, action: &Action) -> Result<()> {
    let folder = root.join("target/engines");
    fs::create_dir_all(&folder)?;
    // Test programs start at the same time.
    let lock = File::create(folder.join("lock"))?;
    lock.lock()?;
    match action {
        Action::Start { flavours } => {
            let engines = if flavours.is_empty() { all(root)? } else { named(root, flavours)? };
            for engine in &engines {
                engine.launch()?;
            }
            engines.iter().try_for_each(Engine::wait_until_ready)
        }
        Action::Stop => all(root)?.iter().try_for_each(Engine::stop),
        Action::Urls => {
            for engine in all(root)? {
                if engine.service().is_running()
                    && let Ok(url) = fs::read_to_string(engine.state.join("url"))
                {
                    println!("{}\t{}", engine.flavour, url.trim());
                }
            }
            Ok(())
        }
        Action::Jars { flavour } => {
            for engine in named(root, std::slice::from_ref(flavour))? {
                if let Some(java) = engine.prepare()? {
                    println!("{}", java.display());
                }
            }
            Ok(())
        }
    }
}

/// Every flavour, by name.
fn all(root: &Path) -> Result<Vec<Engine>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(root.join(FLAVOURS))? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            names.push(entry.file_name().to_string_lossy().into_owned());
        }
    }
    names.sort();
    named(root, &names)
}

fn named(root: &Path, flavours: &[String]) -> Result<Vec<Engine>> {
    let engine = |flavour: &String| {
        let description = root.join(FLAVOURS).join(flavour);
        if !description.is_dir() {
            bail!("{FLAVOURS} has no {flavour}");
        }
        Ok(Engine { flavour: flavour.clone(), description, state: root.join("target/engines").join(flavour) })
    };
    flavours.iter().map(engine).collect()
}

/// A search node that tests use.
struct Engine {
    flavour: String,
    /// Its pom, its logging and its program.
    description: PathBuf,
    state: PathBuf,
}

impl Engine {
    /// The oldest Java that it runs on.
    fn java_needed(&self) -> u32 {
        if self.flavour.starts_with("opensearch") { 21 } else { 11 }
    }

    fn service(&self) -> Service {
        Service::of(&self.state, format!("TestNode.java {}", self.state.display()))
    }

    /// Fetches the jars; gives the Java that runs them, or nothing where either is missing.
    fn prepare(&self) -> Result<Option<PathBuf>> {
        fs::create_dir_all(&self.state)?;
        let needed = self.java_needed();
        let Some(java) = java::find_or_install(needed) else {
            let reason = format!("no Java {needed} or newer was found: install one, or set JAVA_HOME");
            return skip(&format!("tests on {}", self.flavour), &reason).map(|()| None);
        };
        match self.resolve() {
            Ok(()) => Ok(Some(java)),
            Err(error) => skip(&format!("tests on {}", self.flavour), &format!("{error:#}")).map(|()| None),
        }
    }

    /// Resolves the class path, unless that was done for this very pom.
    fn resolve(&self) -> Result<()> {
        let (pom, resolved) = (self.description.join("pom.xml"), self.state.join("pom.xml"));
        let class_path = self.state.join("classpath");
        let wanted = fs::read(&pom).with_context(|| format!("{} cannot be read", pom.display()))?;
        if fs::metadata(&class_path).is_ok_and(|file| file.len() > 0)
            && fs::read(&resolved).ok().as_ref() == Some(&wanted)
        {
            return Ok(());
        }
        if !process::exists("mvn") && !process::install_debian(&["maven"]) {
            bail!("Maven was not found: install it");
        }
        heading_on_stderr(&format!("Resolving the jars of {}", self.flavour));
        let fresh = self.state.join("classpath.new");
        let log = self.state.join("maven.log");
        let status = Command::new("mvn")
            .args(["-q", "-B", "-f"])
            .arg(&pom)
            .arg("dependency:build-classpath")
            .arg(format!("-Dmdep.outputFile={}", fresh.display()))
            .stdin(Stdio::null())
            .stdout(File::create(&log)?)
            .stderr(File::options().append(true).open(&log)?)
            .status()?;
        if !status.success() {
            process::print_tail(&log, 20);
            bail!("its jars could not be fetched");
        }
        fs::rename(fresh, class_path)?;
        fs::write(resolved, wanted)?;
        Ok(())
    }

    fn launch(&self) -> Result<()> {
        fs::create_dir_all(&self.state)?;
        File::create(self.state.join("used"))?;
        if self.service().is_running() {
            return Ok(());
        }
        let Some(java) = self.prepare()? else { return Ok(()) };
        heading_on_stderr(&format!("Starting {} with {}", self.flavour, java.display()));
        let home = self.state.join("home");
        remove(&home)?;
        remove(&self.state.join("url"))?;
        let log = File::create(self.state.join("log"))?;
        let temporary = self.state.join("tmp");
        remove(&temporary)?;
        fs::create_dir_all(&temporary)?;
        // The node outlives this program, and a Ctrl-C that ends a test run.
        let node = Command::new("nohup")
            .arg(java)
            .args(["-Xms256m", "-Xmx1g"])
            .arg(format!("-Djava.io.tmpdir={}", temporary.display()))
            .arg(format!(
                "-Dlog4j2.configurationFile={}",
                self.description.join("log4j2.properties").display()
            ))
            .arg(format!("-Dopensearch.path.conf={}", home.join("config").display()))
            .arg(format!("-Des.path.conf={}", home.join("config").display()))
            .arg("-cp")
            .arg(fs::read_to_string(self.state.join("classpath"))?.trim())
            .arg(self.description.join("TestNode.java"))
            .arg(&self.state)
            .env("OPENSEARCH_PATH_CONF", "")
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log)
            .process_group(0)
            .spawn()?;
        writeln!(File::create(self.state.join("pid"))?, "{}", node.id())?;
        Ok(())
    }

    fn wait_until_ready(&self) -> Result<()> {
        if !self.state.join("pid").exists() {
            return Ok(());
        }
        let step = Duration::from_millis(100);
        let mut waited = Duration::ZERO;
        while waited < START_DEADLINE {
            if self.state.join("url").exists() {
                return Ok(());
            }
            if !self.service().is_running() {
                break;
            }
            thread::sleep(step);
            waited += step;
        }
        process::print_tail(&self.state.join("log"), 30);
        bail!("{} did not start: see {}", self.flavour, self.state.join("log").display())
    }

    fn stop(&self) -> Result<()> {
        self.service().stop(Duration::from_secs(10));
        for name in ["pid", "url", "home", "tmp"] {
            remove(&self.state.join(name))?;
        }
        Ok(())
    }
}

/// Removes a file or a folder, which need not be there.
fn remove(path: &Path) -> Result<()> {
    let removed = if path.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) };
    match removed {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(error).with_context(|| format!("{} cannot be removed", path.display()))
        }
        _ => Ok(()),
    }
}
