//! Which core a process runs on (`taskset` of util-linux), and how much of it it uses. Where they serve, a gateway
//! and its node have machines of their own; here the node gets a core of its own.

use std::{path::Path, process::Command, thread, time::Duration};

/// Core of this process, and of the gateways that it starts.
const OURS: &str = "0";
/// Core of the node, or of a gateway that is measured alone.
const NODE: &str = "1";

/// A node with a core of its own; it may run anywhere again once this is dropped.
pub(crate) struct Pinned {
    node: u32,
}

impl Pinned {
    /// Gives the node its core, and this process the other; `None` where that cannot be done.
    pub(crate) fn apart(node: u32) -> Option<Self> {
        let pinned = Self { node };
        (put(node, NODE) && put(std::process::id(), OURS)).then_some(pinned)
    }
}

impl Drop for Pinned {
    fn drop(&mut self) {
        let everywhere = format!("0-{}", cores() - 1);
        put(self.node, &everywhere);
        put(std::process::id(), &everywhere);
    }
}

/// A command that runs a program on the other core, this process having put itself on its own; where there is one core
/// only, or no `taskset`, both share what there is, and that is told.
pub(crate) fn apart_from_us(program: &Path) -> anyhow::Result<Command> {
    if cores() < 2 || !put(std::process::id(), OURS) {
        println!("two cores and taskset are needed for figures that mean something");
        return Ok(Command::new(program));
    }
    let mut command = Command::new("taskset");
    command.args(["-c", NODE]).arg(program);
    Ok(command)
}

/// Cores of this machine, whatever this process may use now.
pub(crate) fn cores() -> usize {
    let online = std::fs::read_to_string("/sys/devices/system/cpu/online").unwrap_or_default();
    let last = online.trim().rsplit(['-', ',']).next().and_then(|last| last.parse::<usize>().ok());
    last.map_or_else(|| thread::available_parallelism().map_or(1, usize::from), |last| last + 1)
}

/// Processor time that a process has used (proc(5), `stat`: `utime` and `stime`, in hundredths of a second).
pub(crate) fn cpu_time(process: u32) -> Option<Duration> {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    // The name before it may hold anything.
    let (_, fields) = stat.rsplit_once(')')?;
    let ticks: u64 =
        fields.split_whitespace().skip(11).take(2).filter_map(|ticks| ticks.parse::<u64>().ok()).sum();
    Some(Duration::from_millis(ticks * 10))
}

fn put(process: u32, core: &str) -> bool {
    let output = Command::new("taskset").args(["-apc", core, &process.to_string()]).output();
    output.is_ok_and(|output| output.status.success())
}
