//! The process under measurement.

use std::{
    fmt,
    io::{BufRead, BufReader},
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
}

impl Gateway {
    /// Starts `wikimovie serve` on a free port over a loaded data folder.
    pub(crate) fn start(binary: &Path, folder: &Path) -> anyhow::Result<Self> {
        let mut child = Command::new(binary)
            .arg("serve")
            .env("WIKIMOVIE_LISTEN", "127.0.0.1:0")
            .env("WIKIMOVIE_DATA_DIR", folder)
            .env_remove("WIKIMOVIE_WATCH")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .with_context(|| format!("starting {}", binary.display()))?;
        let stdout = child.stdout.take().context("the gateway has no output")?;
        let mut lines = BufReader::new(stdout).lines();
        let url = loop {
            let Some(line) = lines.next() else { bail!("the gateway ended before it told its address") };
            let line = line?;
            if let Some(start) = line.find("http://127.0.0.1:") {
                let port: String = line[start + 17..].chars().take_while(char::is_ascii_digit).collect();
                break format!("http://127.0.0.1:{port}");
            }
        };
        // What it prints later must not fill the pipe.
        std::thread::spawn(move || lines.for_each(drop));
        let agent =
            ureq::Agent::config_builder().timeout_global(Some(Duration::from_secs(10))).build().into();
        Ok(Self { child, url, agent })
    }

    /// Posts one GraphQL request and reads the whole answer.
    pub(crate) fn ask(&self, body: &str) -> anyhow::Result<String> {
        let request = self.agent.post(format!("{}/graphql", self.url)).content_type("application/json");
        Ok(request.send(body)?.body_mut().read_to_string()?)
    }

    /// Greatest resident size so far, where the system tells it.
    pub(crate) fn peak_resident_mib(&self) -> Option<f64> {
        peak_resident_mib(self.child.id())
    }
}

impl Drop for Gateway {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

/// A load as it was measured.
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

/// Loads a folder as a whole process and reads its receipts.
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
