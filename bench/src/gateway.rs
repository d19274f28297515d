//! The measured process.

use std::{
    fmt,
    io::{BufRead, BufReader},
    net::SocketAddr,
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context, bail, ensure};
use serde_json::Value;

/// A running gateway; stopped when dropped.
pub(crate) struct Gateway {
    child: Child,
    url: String,
    agent: ureq::Agent,
    /// It takes any status for an answer, and waits for a minute.
    patient: ureq::Agent,
}

impl Gateway {
    /// Starts `wikimovie serve` on a free port over a loaded data folder.
    pub(crate) fn embedded(binary: &Path, folder: &Path) -> anyhow::Result<Self> {
        let mut command = Command::new(binary);
        command.arg("serve").env("WIKIMOVIE_DATA_DIR", folder).env_remove("WIKIMOVIE_WATCH");
        // The cache is off, because the engine is measured.
        command.env("WIKIMOVIE_CACHE_BYTES", "0");
        Self::start(command)
    }

    /// Starts `wikimovie-api` on a free port over an index of a search node, and returns it once it is ready.
    pub(crate) fn on_node(binary: &Path, node: &str, index: &str) -> anyhow::Result<Self> {
        let mut command = Command::new(binary);
        command
            .env("ELASTICSEARCH_URLS", node)
            .env("WIKIMOVIE_INDEX", index)
            .env("WIKIMOVIE_CACHE_BYTES", "0")
            // The concurrency limiter is off, because shed requests would distort the figures.
            .env("WIKIMOVIE_CONCURRENCY", "off");
        let gateway = Self::start(command)?;
        let begun = Instant::now();
        while gateway.agent.get(format!("{}/readyz", gateway.url)).call().is_err() {
            ensure!(begun.elapsed() < Duration::from_secs(30), "the gateway does not become ready");
            std::thread::sleep(Duration::from_millis(20));
        }
        Ok(gateway)
    }

    /// Starts a server that prints its address first.
    pub(crate) fn start(mut command: Command) -> anyhow::Result<Self> {
        let mut child = command
            .env("WIKIMOVIE_LISTEN", "127.0.0.1:0")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .with_context(|| format!("starting {}", command.get_program().display()))?;
        let stdout = child.stdout.take().context("the gateway has no output")?;
        let mut lines = BufReader::new(stdout).lines();
        let url = loop {
            let Some(line) = lines.next() else { bail!("the gateway exited before it printed its address") };
            let line = line?;
            if let Some(start) = line.find("http://127.0.0.1:") {
                let port: String = line[start + 17..].chars().take_while(char::is_ascii_digit).collect();
                break format!("http://127.0.0.1:{port}");
            }
        };
        // The rest of its output is drained, so that the pipe does not fill up.
        std::thread::spawn(move || lines.for_each(drop));
        let patient = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .timeout_global(Some(Duration::from_secs(60)))
            .build()
            .into();
        Ok(Self { child, url, agent: agent(), patient })
    }

    /// Its address, such as `http://127.0.0.1:8080`.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// Its process.
    pub(crate) fn process(&self) -> u32 {
        self.child.id()
    }

    /// Posts one GraphQL request and reads the whole answer.
    pub(crate) fn ask(&self, body: &str) -> anyhow::Result<String> {
        let request = self.agent.post(format!("{}/graphql", self.url)).content_type("application/json");
        Ok(request.send(body)?.body_mut().read_to_string()?)
    }

    /// Sends a request to a path, posting a body where there is one. Reads the whole answer, whatever its status is.
    pub(crate) fn ask_whatever_comes(&self, path: &str, body: Option<&str>) -> anyhow::Result<String> {
        let url = format!("{}{path}", self.url);
        let accept = "application/json, text/event-stream";
        let mut answer = match body {
            Some(body) => {
                self.patient.post(url).content_type("application/json").header("accept", accept).send(body)?
            }
            None => self.patient.get(url).header("accept", accept).call()?,
        };
        Ok(answer.body_mut().with_config().limit(1 << 30).read_to_string()?)
    }

    /// The same, accepting GraphQL's own media type.
    pub(crate) fn ask_as_graphql(&self, body: &str) -> anyhow::Result<String> {
        let request = self.agent.post(format!("{}/graphql", self.url)).content_type("application/json");
        let request = request.header("accept", "application/graphql-response+json");
        Ok(request.send(body)?.body_mut().read_to_string()?)
    }

    /// Its socket address, for other clients.
    pub(crate) fn address(&self) -> anyhow::Result<SocketAddr> {
        self.url.trim_start_matches("http://").parse().with_context(|| format!("the address of {}", self.url))
    }

    /// Peak resident size, if the system reports it.
    pub(crate) fn peak_resident_mib(&self) -> Option<f64> {
        peak_resident_mib(self.child.id())
    }
}

/// A client with a persistent connection and a timeout of ten seconds.
pub(crate) fn agent() -> ureq::Agent {
    ureq::Agent::config_builder().timeout_global(Some(Duration::from_secs(10))).build().into()
}

impl Drop for Gateway {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

/// A measured load.
pub(crate) struct Load {
    pub(crate) elapsed: Duration,
    pub(crate) peak_mib: Option<f64>,
    pub(crate) accepted: u64,
    pub(crate) merged: u64,
    pub(crate) refused: u64,
}

impl fmt::Display for Load {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { elapsed, accepted, merged, refused, .. } = self;
        write!(
            f,
            "{accepted} accepted, {merged} merged, {refused} refused in {:.2} s",
            elapsed.as_secs_f64()
        )?;
        self.peak_mib.map_or(Ok(()), |peak| write!(f, ", peak RSS {peak:.0} MiB"))
    }
}

/// Loads a folder in a process of its own, and reads its receipts.
pub(crate) fn load(binary: &Path, movies: &Path, folder: &Path) -> anyhow::Result<Load> {
    let started = Instant::now();
    let output = Command::new(binary)
        .args(["load", "--json", "--data-dir"])
        .arg(folder)
        .arg(movies)
        .stderr(Stdio::inherit())
        .output()
        .with_context(|| format!("starting {}", binary.display()))?;
    let elapsed = started.elapsed();
    ensure!(output.status.success(), "the load ended with {}", output.status);
    let told: Value = serde_json::from_slice(&output.stdout).context("reading the receipt of the load")?;
    let number =
        |name: &str| told["totals"][name].as_u64().with_context(|| format!("no {name} in the receipt"));
    Ok(Load {
        elapsed,
        peak_mib: told["peak_rss_bytes"].as_u64().map(|bytes| bytes as f64 / 1_048_576.0),
        accepted: number("accepted")?,
        merged: number("merged")?,
        refused: number("refused")?,
    })
}

fn peak_resident_mib(process: u32) -> Option<f64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    let kib: f64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kib / 1024.0)
}
