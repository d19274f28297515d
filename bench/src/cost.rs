//! Compares the price of operations with what they take: no operation may take twenty times as much processor time, or as
//! many bytes, for a point as a plain search does; none may grow the process by more than 64 MiB, and the process stays
//! alive for its probes throughout.

use std::{
    path::{Path, PathBuf},
    process::Command,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};

use anyhow::{Context, ensure};
use clap::Args;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::gateway::{Gateway, agent, load};

/// What may be taken for a point, as a multiple of a plain search.
const FACTOR: f64 = 20.0;
/// How much the process may grow for one operation.
const MAX_GROWTH_MIB: f64 = 64.0;
/// Longest time for the probe of liveness.
const MAX_PROBE: Duration = Duration::from_millis(100);
/// Processor time that is measured well: the system counts in hundredths of a second.
const WELL_MEASURED: Duration = Duration::from_millis(200);
/// The operation that others are compared with.
const PLAIN: &str = "plain search, 20 hits";

/// Compare prices with work.
#[derive(Args, Debug)]
pub(crate) struct CostArgs {
    /// The `wikimovie` binary to measure.
    #[arg(long, default_value = "target/release/wikimovie")]
    binary: PathBuf,
    /// Folder of movie files.
    #[arg(long)]
    movies: PathBuf,
    /// File of operations, one JSON object per line.
    #[arg(long)]
    operations: PathBuf,
    /// Most repetitions of each operation.
    #[arg(long, default_value_t = 200)]
    repetitions: usize,
    /// Markdown file to write.
    #[arg(long)]
    report: Option<PathBuf>,
}

/// An operation of the corpus.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Operation {
    name: String,
    query: String,
    #[serde(default)]
    variables: Value,
    /// Texts that stand for `%name%` in the query, and in texts of the variables.
    #[serde(default)]
    texts: Vec<Repeated>,
}

/// A text, repeated. `{n}` in it is the number of the repetition.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Repeated {
    name: String,
    times: usize,
    of: String,
}

impl Operation {
    /// The body of the request; `%run%` is the number of the run, so that no two questions are equal.
    fn body(&self, run: usize) -> String {
        let mut body = json!({ "query": self.query, "variables": self.variables });
        for text in &self.texts {
            let whole: String = (0..text.times).map(|n| text.of.replace("{n}", &n.to_string())).collect();
            replace(&mut body, &format!("%{}%", text.name), &whole);
        }
        replace(&mut body, "%run%", &run.to_string());
        body.to_string()
    }
}

fn replace(value: &mut Value, name: &str, by: &str) {
    match value {
        Value::String(text) => *text = text.replace(name, by),
        Value::Array(items) => items.iter_mut().for_each(|item| replace(item, name, by)),
        Value::Object(fields) => fields.values_mut().for_each(|field| replace(field, name, by)),
        _ => {}
    }
}

/// What an operation took, of each run.
#[derive(Debug)]
struct Taken {
    name: String,
    points: f64,
    cpu_ms: f64,
    bytes: f64,
    growth_mib: f64,
    code: Option<String>,
}

impl Taken {
    fn cpu_per_point(&self) -> f64 {
        self.cpu_ms / self.points
    }

    fn bytes_per_point(&self) -> f64 {
        self.bytes / self.points
    }
}

pub(crate) fn measure(args: &CostArgs) -> anyhow::Result<()> {
    let corpus = std::fs::read_to_string(&args.operations)
        .with_context(|| format!("reading {}", args.operations.display()))?;
    let operations = corpus
        .lines()
        .filter(|line| !line.trim().is_empty())
        .map(|line| serde_json::from_str(line).with_context(|| line.to_owned()))
        .collect::<anyhow::Result<Vec<Operation>>>()?;
    let folder = crate::tempdir()?;
    load(&args.binary, &args.movies, &folder)?;
    let mut command = Command::new(&args.binary);
    command.arg("serve").env("WIKIMOVIE_DATA_DIR", &folder).env_remove("WIKIMOVIE_WATCH");
    command.env("WIKIMOVIE_CACHE_BYTES", "0").env("WIKIMOVIE_RATE_LIMIT", "4000000000");
    let gateway = Gateway::start(command)?;
    let probe = Probe::start(gateway.url());
    let mut taken = Vec::new();
    for operation in &operations {
        taken.push(run(&gateway, operation, args.repetitions)?);
    }
    let slowest = probe.stop();
    let plain = taken.iter().find(|one| one.name == PLAIN).context("the corpus has no plain search")?;
    let (cpu, bytes) = (plain.cpu_per_point(), plain.bytes_per_point());
    let mut faults = Vec::new();
    for one in &taken {
        let ratios = (one.cpu_per_point() / cpu, one.bytes_per_point() / bytes);
        println!(
            "{:<44} {:>6.0} points {:>9.2} ms {:>10.0} bytes {:>6.1} MiB  cpu x{:<6.2} bytes x{:<6.2} {}",
            one.name,
            one.points,
            one.cpu_ms,
            one.bytes,
            one.growth_mib,
            ratios.0,
            ratios.1,
            one.code.as_deref().unwrap_or_default(),
        );
        if ratios.0 > FACTOR || ratios.1 > FACTOR || one.growth_mib > MAX_GROWTH_MIB {
            faults.push(one.name.as_str());
        }
    }
    println!("the probe of liveness took at most {slowest:?}");
    if let Some(path) = &args.report {
        write(path, &markdown(&taken, cpu, bytes, slowest))?;
    }
    drop(gateway);
    std::fs::remove_dir_all(&folder).ok();
    ensure!(faults.is_empty(), "their price is too low: {}", faults.join(", "));
    ensure!(slowest < MAX_PROBE, "the probe of liveness took {slowest:?}");
    Ok(())
}

fn run(gateway: &Gateway, operation: &Operation, most: usize) -> anyhow::Result<Taken> {
    let process = gateway.process();
    // The peak is counted from here.
    std::fs::write(format!("/proc/{process}/clear_refs"), "5").ok();
    let resident = status_mib(process, "VmRSS:")?;
    let before = cpu(process)?;
    let begun = Instant::now();
    let (mut runs, mut bytes, mut points, mut code) = (0, 0, 0.0, None);
    while runs < most && (runs < 2 || cpu(process)? - before < WELL_MEASURED) {
        let answer = gateway.ask_whatever_comes(&operation.body(runs))?;
        bytes += answer.len();
        let json: Value = serde_json::from_str(&answer).context("reading an answer")?;
        points += json["extensions"]["cost"]["points"].as_f64().unwrap_or(1.0);
        code = json["errors"][0]["extensions"]["code"].as_str().map(str::to_owned);
        runs += 1;
        if begun.elapsed() > Duration::from_secs(5) {
            break;
        }
    }
    let spent = cpu(process)? - before;
    let each = |sum: f64| sum / runs as f64;
    Ok(Taken {
        name: operation.name.clone(),
        points: each(points),
        cpu_ms: each(spent.as_secs_f64() * 1_000.0),
        bytes: each(bytes as f64),
        growth_mib: (status_mib(process, "VmHWM:")? - resident).max(0.0),
        code,
    })
}

/// Processor time of a process so far.
fn cpu(process: u32) -> anyhow::Result<Duration> {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat"))?;
    // The name of the program may hold spaces; the fields after it do not.
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    let ticks = |at: usize| fields.get(at).and_then(|field| field.parse::<u64>().ok()).context("no times");
    Ok(Duration::from_millis(10 * (ticks(11)? + ticks(12)?)))
}

fn status_mib(process: u32, name: &str) -> anyhow::Result<f64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status"))?;
    let line = status.lines().find(|line| line.starts_with(name)).context("no memory")?;
    let kib: f64 = line.split_whitespace().nth(1).context("no memory")?.parse()?;
    Ok(kib / 1024.0)
}

/// Asks whether the process is alive, all the time.
struct Probe {
    is_over: Arc<AtomicBool>,
    slowest_us: Arc<AtomicU64>,
    thread: std::thread::JoinHandle<()>,
}

impl Probe {
    fn start(url: &str) -> Self {
        let (is_over, slowest_us) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
        let (over, slowest, url) = (Arc::clone(&is_over), Arc::clone(&slowest_us), format!("{url}/livez"));
        let thread = std::thread::spawn(move || {
            let agent = agent();
            while !over.load(Relaxed) {
                let asked = Instant::now();
                if agent.get(&url).call().is_ok() {
                    let took = u64::try_from(asked.elapsed().as_micros()).unwrap_or(u64::MAX);
                    slowest.fetch_max(took, Relaxed);
                } else {
                    slowest.store(u64::MAX, Relaxed);
                }
                std::thread::sleep(Duration::from_millis(5));
            }
        });
        Self { is_over, slowest_us, thread }
    }

    fn stop(self) -> Duration {
        self.is_over.store(true, Relaxed);
        self.thread.join().ok();
        Duration::from_micros(self.slowest_us.load(Relaxed))
    }
}

/// Marks around the table in a page.
const MARKS: [&str; 2] = ["<!-- make cost -->", "<!-- /make cost -->"];

/// Replaces the table of a page.
fn write(page: &Path, table: &str) -> anyhow::Result<()> {
    let text = std::fs::read_to_string(page).with_context(|| format!("reading {}", page.display()))?;
    let [start, end] = MARKS;
    let (before, rest) = text.split_once(start).context("the page has no mark for the table")?;
    let (_, after) = rest.split_once(end).context("the page has no mark for the end of the table")?;
    std::fs::write(page, [before, start, "\n", table.trim(), "\n", end, after].concat())
        .with_context(|| format!("writing {}", page.display()))
}

fn markdown(taken: &[Taken], cpu: f64, bytes: f64, slowest: Duration) -> String {
    use std::fmt::Write as _;
    let mut out = format!(
        "Written by `make cost`: {} operations, honest and hostile, on a release build with the cache off. For \
         a point a plain search of 20 hits takes {cpu:.3} ms of processor time and {bytes:.0} bytes; the limit is {FACTOR} times \
         that. The probe of liveness took at most {} ms meanwhile.\n\n\
         | operation | points | processor ms | bytes | growth MiB | ms a point, times plain | bytes a point, times plain | |\n\
         |---|---:|---:|---:|---:|---:|---:|---|\n",
        taken.len(),
        slowest.as_millis(),
    );
    for one in taken {
        let _ = writeln!(
            out,
            "| {} | {:.0} | {:.2} | {:.0} | {:.1} | {:.2} | {:.2} | {} |",
            one.name,
            one.points,
            one.cpu_ms,
            one.bytes,
            one.growth_mib,
            one.cpu_per_point() / cpu,
            one.bytes_per_point() / bytes,
            one.code.as_deref().map(|code| format!("`{code}`")).unwrap_or_default(),
        );
    }
    out
}
