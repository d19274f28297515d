//! A worker process.

use std::{
    path::Path,
    process::{Child, Command, Stdio},
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU32, Ordering::Relaxed},
    },
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, ensure};

use super::aws::BUCKET;
use crate::{gateway::agent, pin::cpu_time};

/// Killed when dropped, with its index.
pub(crate) struct Worker {
    child: Mutex<Child>,
    process: u32,
    url: String,
    pub(crate) index: String,
}

impl Worker {
    /// Starts a worker with an index of its own, and returns once it is ready.
    pub(crate) fn start(binary: &Path, endpoint: &str, url: &str) -> anyhow::Result<Self> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let index = format!("bench-ingest-{}-{}", std::process::id(), COUNT.fetch_add(1, Relaxed));
        let port = std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let admin = format!("127.0.0.1:{port}");
        let child = Command::new(binary)
            .args(["worker", "--reconcile", "0", "--admin-listen", &admin])
            .env("AWS_ENDPOINT", endpoint)
            .env("BUCKET", BUCKET)
            .env("WORKER_QUEUE", "bench-queue")
            .env("ELASTICSEARCH_URLS", url)
            .env("WIKIMOVIE_INDEX", &index)
            .env("WIKIMOVIE_REPLICAS", "0")
            .env("WIKIMOVIE_LOG", "warn")
            .stdout(Stdio::null())
            .spawn()
            .with_context(|| format!("starting {}", binary.display()))?;
        let process = child.id();
        let worker = Self { child: Mutex::new(child), process, url: url.to_owned(), index };
        let begun = Instant::now();
        let ready = || {
            agent().get(format!("http://{admin}/readyz")).call().is_ok_and(|answer| answer.status() == 200)
        };
        while !ready() {
            ensure!(worker.is_alive()?, "the worker ended");
            ensure!(begun.elapsed() < Duration::from_secs(60), "the worker is not ready in time");
            thread::sleep(Duration::from_millis(50));
        }
        Ok(worker)
    }

    pub(crate) fn is_alive(&self) -> anyhow::Result<bool> {
        Ok(self.child.lock().unwrap_or_else(PoisonError::into_inner).try_wait()?.is_none())
    }

    pub(crate) fn cpu(&self) -> anyhow::Result<Duration> {
        cpu_time(self.process).context("the worker's processor time is not known")
    }

    pub(crate) fn peak_mib(&self) -> anyhow::Result<f64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.process))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).context("no VmHWM")?;
        let kib: f64 = line.trim().trim_end_matches("kB").trim().parse()?;
        Ok(kib / 1024.0)
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        let mut child = self.child.lock().unwrap_or_else(PoisonError::into_inner);
        let _ = child.kill();
        let _ = child.wait();
        for name in [format!("{}-v*", self.index), format!("{}-ledger", self.index)] {
            let _ = agent().delete(format!("{}{name}", self.url)).call();
        }
    }
}
