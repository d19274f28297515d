//! Core affinity of processes (`taskset` of util-linux) and their CPU time. In production, gateway and node have
//! machines of their own; here the node gets a core of its own.

use std::{path::Path, process::Command, thread, time::Duration};

/// Core of this process, and of the gateways that it starts.
const OUR_CORE: &str = "0";
/// Core of the node, or of a gateway that is measured alone.
const NODE_CORE: &str = "1";

/// A node with a core of its own, until this is dropped.
pub(crate) struct Pinned {
    node: u32,
}

impl Pinned {
    /// Pins the node to its core and this process to the other; `None` if that is impossible.
    pub(crate) fn pin(node: u32) -> Option<Self> {
        let pinned = Self { node };
        (put(node, NODE_CORE) && put(std::process::id(), OUR_CORE)).then_some(pinned)
    }
}

impl Drop for Pinned {
    fn drop(&mut self) {
        let everywhere = format!("0-{}", cores() - 1);
        put(self.node, &everywhere);
        put(std::process::id(), &everywhere);
    }
}

/// A command that runs a program on the other core, with this process pinned to its own. With one core, or without
/// `taskset`, both share what there is, and a line says so.
pub(crate) fn command_on_other_core(program: &Path) -> anyhow::Result<Command> {
    if cores() < 2 || !put(std::process::id(), OUR_CORE) {
        println!("meaningful figures need two cores and taskset");
        return Ok(Command::new(program));
    }
    let mut command = Command::new("taskset");
    command.args(["-c", NODE_CORE]).arg(program);
    Ok(command)
}

/// Cores of this machine, whatever this process is pinned to.
pub(crate) fn cores() -> usize {
    let online = std::fs::read_to_string("/sys/devices/system/cpu/online").unwrap_or_default();
    let last = online.trim().rsplit(['-', ',']).next().and_then(|last| last.parse::<usize>().ok());
    last.map_or_else(|| thread::available_parallelism().map_or(1, usize::from), |last| last + 1)
}

/// CPU time of a process (proc(5), `stat`: `utime` and `stime`, in hundredths of a second).
pub(crate) fn cpu_time(process: u32) -> Option<Duration> {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    // The command name before them may contain any character.
    let (_, fields) = stat.rsplit_once(')')?;
    let ticks: u64 =
        fields.split_whitespace().skip(11).take(2).filter_map(|ticks| ticks.parse::<u64>().ok()).sum();
    Some(Duration::from_millis(ticks * 10))
}

/// CPU time of the threads of a process that live (proc(5), `schedstat`, in nanoseconds): finer than [`cpu_time`], for
/// work so short that no thread ends meanwhile.
pub(crate) fn fine_cpu_time(process: u32) -> Option<Duration> {
    let threads = std::fs::read_dir(format!("/proc/{process}/task")).ok()?;
    let spent = |thread: std::fs::DirEntry| -> Option<u64> {
        // A thread may end meanwhile.
        let line = std::fs::read_to_string(thread.path().join("schedstat")).ok()?;
        line.split_whitespace().next()?.parse().ok()
    };
    Some(Duration::from_nanos(threads.flatten().filter_map(spent).sum()))
}

fn put(process: u32, core: &str) -> bool {
    let output = Command::new("taskset").args(["-apc", core, &process.to_string()]).output();
    output.is_ok_and(|output| output.status.success())
}
