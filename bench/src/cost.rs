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

use crate::{
    gateway::{Gateway, agent, load},
    pin::fine_cpu_time,
};

/// How much the process may grow for one operation.
const MAX_GROWTH_MIB: f64 = 64.0;
/// Longest time for the probe of liveness.
const MAX_PROBE: Duration = Duration::from_millis(100);
/// Processor time that is measured well.
const WELL_MEASURED: Duration = Duration::from_millis(100);
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
    /// What may be taken for a point, as a multiple of a plain search.
    #[arg(long, default_value_t = 20.0)]
    factor: f64,
    /// Most repetitions of each operation.
    #[arg(long, default_value_t = 200)]
    repetitions: usize,
    /// Markdown file to write.
    #[arg(long)]
    report: Option<PathBuf>,
}

/// An operation of the corpus.
#[derive(Clone, Debug, Deserialize)]
struct Operation {
    name: String,
    #[serde(flatten)]
    asked: Asked,
    /// File of the document behind a door, which GraphQL tells the price of; without one it is a point.
    document: Option<String>,
    #[serde(default)]
    variables: Value,
    /// Texts that stand for `%name%` in the query, and in texts of the variables.
    #[serde(default)]
    texts: Vec<Repeated>,
}

/// What is asked, and by which door.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Asked {
    /// A GraphQL document.
    Query(String),
    /// An operation by REST.
    Rest(String),
    /// A tool.
    Tool(String),
    /// A path.
    Get(String),
}

/// A text, repeated. `{n}` in it is the number of the repetition.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Repeated {
    name: String,
    times: usize,
    of: String,
}

impl Operation {
    /// The path and the body of the request; `%run%` is the number of the run, so that no two questions are equal.
    fn request(&self, run: usize) -> (String, Option<String>) {
        let variables = &self.variables;
        let (path, body) = match &self.asked {
            Asked::Query(query) => ("/graphql", json!({ "query": query, "variables": variables })),
            Asked::Rest(name) => (&*format!("/api/{name}"), variables.clone()),
            Asked::Tool(name) => {
                let call = json!({ "name": name, "arguments": variables });
                ("/mcp", json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": call }))
            }
            Asked::Get(path) => (&**path, Value::Null),
        };
        let mut request = json!([path, body]);
        for text in &self.texts {
            let whole: String = (0..text.times).map(|n| text.of.replace("{n}", &n.to_string())).collect();
            replace(&mut request, &format!("%{}%", text.name), &whole);
        }
        replace(&mut request, "%run%", &run.to_string());
        let body = Some(request[1].to_string()).filter(|_| !matches!(self.asked, Asked::Get(_)));
        (request[0].as_str().unwrap_or_default().to_owned(), body)
    }

    /// The same operation by GraphQL.
    fn by_graphql(&self) -> anyhow::Result<Option<Self>> {
        let Some(path) = &self.document else { return Ok(None) };
        let asked = Asked::Query(std::fs::read_to_string(path).with_context(|| format!("reading {path}"))?);
        Ok(Some(Self { asked, document: None, ..self.clone() }))
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
        if ratios.0 > args.factor || ratios.1 > args.factor || one.growth_mib > MAX_GROWTH_MIB {
            faults.push(one.name.as_str());
        }
    }
    println!("the probe of liveness took at most {slowest:?}");
    if let Some(path) = &args.report {
        write(path, &markdown(&taken, (cpu, bytes), args.factor, slowest))?;
    }
    drop(gateway);
    std::fs::remove_dir_all(&folder).ok();
    ensure!(faults.is_empty(), "their price is too low: {}", faults.join(", "));
    ensure!(slowest < MAX_PROBE, "the probe of liveness took {slowest:?}");
    Ok(())
}

fn run(gateway: &Gateway, operation: &Operation, most: usize) -> anyhow::Result<Taken> {
    let process = gateway.process();
    let ask = |operation: &Operation, run: usize| -> anyhow::Result<String> {
        let (path, body) = operation.request(run);
        gateway.ask_whatever_comes(&path, body.as_deref())
    };
    let price = |answer: &Value| answer["extensions"]["cost"]["points"].as_f64();
    // Doors take the points that GraphQL does, but tell what is left and not what was taken.
    let known = match operation.by_graphql()? {
        Some(same) => price(&serde_json::from_str(&ask(&same, most)?)?),
        None => None,
    };
    // The peak is counted from here.
    std::fs::write(format!("/proc/{process}/clear_refs"), "5").ok();
    let resident = status_mib(process, "VmRSS:")?;
    let before = cpu(process)?;
    let begun = Instant::now();
    let (mut runs, mut bytes, mut points, mut code) = (0, 0, 0.0, None);
    while runs < most && (runs < 2 || cpu(process)?.saturating_sub(before) < WELL_MEASURED) {
        let answer = ask(operation, runs)?;
        bytes += answer.len();
        // Pages are text.
        let json: Value = serde_json::from_str(&answer).unwrap_or_default();
        points += known.or_else(|| price(&json)).unwrap_or(1.0);
        code = code_of(&json);
        runs += 1;
        if begun.elapsed() > Duration::from_secs(5) {
            break;
        }
    }
    let spent = cpu(process)?.saturating_sub(before);
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

/// The code of an error: of GraphQL, of a problem, or of JSON-RPC.
fn code_of(answer: &Value) -> Option<String> {
    let result = &answer["result"];
    let problem = result["content"][0]["text"].as_str().filter(|_| result["isError"] == true);
    let problem: Value = problem.and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default();
    let codes = [&answer["errors"][0]["extensions"]["code"], &answer["code"], &problem["code"]];
    let named = codes.into_iter().find_map(Value::as_str).map(str::to_owned);
    named.or_else(|| answer["error"]["code"].as_i64().map(|code| code.to_string()))
}

fn cpu(process: u32) -> anyhow::Result<Duration> {
    fine_cpu_time(process).context("the processor time is not known")
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

fn markdown(taken: &[Taken], (cpu, bytes): (f64, f64), factor: f64, slowest: Duration) -> String {
    use std::fmt::Write as _;
    let mut out = format!(
        "Written by `make cost`: {} operations, honest and hostile, on a release build with the cache off. For \
         a point a plain search of 20 hits takes {cpu:.3} ms of processor time and {bytes:.0} bytes; the limit is {factor} times \
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
