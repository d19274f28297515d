//! Starts the real binary in folders of its own, and queries it over HTTP.

#![allow(dead_code, reason = "each test binary uses a part of it")]

use std::{
    fs,
    io::{BufRead, BufReader, Read},
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use tempfile::TempDir;

/// The movies of the project.
pub(crate) fn seeds() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../seeds").canonicalize().unwrap()
}

/// A folder for the index and one for movies.
pub(crate) struct Home {
    folder: TempDir,
}

impl Home {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("movies")).unwrap();
        Self { folder }
    }

    pub(crate) fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    pub(crate) fn movies(&self) -> PathBuf {
        self.folder.path().join("movies")
    }

    pub(crate) fn put(&self, file: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.movies().join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, content).unwrap();
        path
    }

    /// The binary with a clean environment and this home's index.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_wikimovie"));
        let ours = std::env::vars_os().map(|(name, _)| name);
        for name in ours.filter(|name| name.to_string_lossy().starts_with("WIKIMOVIE_") || name == "ENV") {
            command.env_remove(name);
        }
        command
            .args(arguments)
            .env("WIKIMOVIE_DATA_DIR", self.data())
            .env("WIKIMOVIE_LISTEN", "127.0.0.1:0")
            .current_dir(self.folder.path());
        command
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    pub(crate) fn load(&self, path: &Path) -> Output {
        self.command(&["load", "--json"]).arg(path).output().unwrap()
    }

    pub(crate) fn serve(&self) -> Gateway {
        Gateway::start(self.command(&["serve"]).env("WIKIMOVIE_WATCH", self.movies()))
    }
}

/// The JSON output.
pub(crate) fn json_output(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {output:?}"))
}

/// The one line of a failed start.
pub(crate) fn one_line(output: &Output) -> String {
    let said = String::from_utf8(output.stderr.clone()).unwrap();
    assert_eq!(output.status.code(), Some(2), "{output:?}");
    assert_eq!(said.trim_end().lines().count(), 1, "{said}");
    assert!(said.starts_with("wikimovie: ") && !said.contains("panicked"), "{said}");
    assert!(output.stdout.is_empty(), "{output:?}");
    said
}

/// A running `serve`, killed when dropped.
pub(crate) struct Gateway {
    child: Child,
    pub(crate) url: String,
    lines: Arc<Mutex<Vec<String>>>,
    log: Arc<Mutex<Vec<String>>>,
}

impl Gateway {
    pub(crate) fn start(command: &mut Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let (lines, log) = (kept(child.stdout.take().unwrap()), kept(child.stderr.take().unwrap()));
        let mut gateway = Self { child, url: String::new(), lines, log };
        until("the gateway greets", || gateway.lines().iter().any(|line| line.contains("ctrl-c")));
        let first = gateway.lines().remove(0);
        let start = first.find("http").unwrap();
        gateway.url = first[start..].trim_end_matches('/').to_owned();
        gateway
    }

    /// Its stdout.
    pub(crate) fn lines(&self) -> Vec<String> {
        self.lines.lock().unwrap().clone()
    }

    /// Its stderr.
    pub(crate) fn log(&self) -> Vec<String> {
        self.log.lock().unwrap().clone()
    }

    /// Posts a body to the endpoint; the whole answer.
    pub(crate) fn post(&self, body: &str) -> Value {
        let agent: ureq::Agent =
            ureq::Agent::config_builder().timeout_global(Some(Duration::from_secs(10))).build().into();
        let request = agent.post(format!("{}/graphql", self.url)).content_type("application/json");
        let answer = request.send(body).unwrap().body_mut().read_to_string().unwrap();
        serde_json::from_str(&answer).unwrap()
    }

    /// Titles found by a text.
    pub(crate) fn titles(&self, text: &str) -> Vec<String> {
        let query = "query($text: String) { search(text: $text) { hits(first: 50) { nodes { title } } } }";
        let answer = self.post(&json!({ "query": query, "variables": { "text": text } }).to_string());
        let nodes =
            answer["data"]["search"]["hits"]["nodes"].as_array().unwrap_or_else(|| panic!("{answer}"));
        nodes.iter().map(|node| node["title"].as_str().unwrap().to_owned()).collect()
    }

    pub(crate) fn movies(&self) -> u64 {
        let answer = self.post(r#"{"query":"{ catalog { movies } }"}"#);
        answer["data"]["catalog"]["movies"].as_u64().unwrap_or_else(|| panic!("{answer}"))
    }

    /// Sends SIGTERM, as a supervisor does, and returns the exit status.
    pub(crate) fn terminate(mut self) -> Option<i32> {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
        self.child.wait().unwrap().code()
    }
}

/// Collects the lines of a stream.
fn kept(stream: impl Read + Send + 'static) -> Arc<Mutex<Vec<String>>> {
    let lines = Arc::new(Mutex::new(Vec::new()));
    let kept = Arc::clone(&lines);
    std::thread::spawn(move || {
        for line in BufReader::new(stream).lines().map_while(Result::ok) {
            kept.lock().unwrap().push(line);
        }
    });
    lines
}

impl Drop for Gateway {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

/// Waits until the condition holds, and returns how long it took.
pub(crate) fn until(what: &str, mut holds: impl FnMut() -> bool) -> Duration {
    let started = Instant::now();
    while !holds() {
        assert!(started.elapsed() < Duration::from_secs(20), "not within 20 s: {what}");
        std::thread::sleep(Duration::from_millis(10));
    }
    started.elapsed()
}
