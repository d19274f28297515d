//! The gateway on a search node, compared with direct requests to the node: the same DSL, a plain `match_all`, and the
//! engine's own typo tolerance and highlights.

mod typos;

use std::{
    path::{Path, PathBuf},
    process::Command,
    sync::atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, ensure};
use clap::Args;
use serde_json::Value;
use wikimovie_testkit_services::{FaultProxy, Recorded};

use crate::{
    WARM_UP,
    gateway::{Gateway, agent},
    node::{Node, Sent},
    pin::{self, Pinned, cpu_time},
    questions::{Question, read_questions},
    report::{self, Latencies, Section},
    search_body,
};

#[derive(Debug, Args)]
pub(crate) struct EngineArgs {
    /// URL of a search node; several are measured one after another.
    #[arg(long, required = true)]
    node: Vec<String>,
    /// Process id of each node, in the same order; the node then gets a core of its own.
    #[arg(long)]
    process: Vec<u32>,
    /// Folder of the released `wikimovie-api` and `wikimovie-ingest`.
    #[arg(long, default_value = "target/release")]
    binaries: PathBuf,
    /// Folder of movie files.
    #[arg(long)]
    movies: PathBuf,
    /// File of questions.
    #[arg(long)]
    queries: PathBuf,
    /// Number of questions of each kind.
    #[arg(long, default_value_t = 3_000)]
    questions: usize,
    /// Seconds of each round at saturation.
    #[arg(long, default_value_t = 4)]
    seconds: u64,
    /// Markdown file to write.
    #[arg(long)]
    report: Option<PathBuf>,
}

/// Placement of the processes, unless a section says otherwise.
const PLACEMENT: &str = "\nUnless said otherwise, the node has one core, gateway and client the other.\n";
/// Concurrent clients at saturation. Each path is reported at its better number: a longer path needs more requests in
/// flight to keep the node busy.
const CLIENTS: [usize; 2] = [32, 96];
/// Rounds at saturation for each number of clients and each path.
const ROUNDS: usize = 3;

/// Measures on each node.
pub(crate) fn compare(args: &EngineArgs) -> anyhow::Result<()> {
    let questions = read_questions(&args.queries)?;
    let mut page = format!(
        "## Search nodes\n\nWritten by `make bench-engine`. Release builds of `wikimovie-ingest` and \
         `wikimovie-api`; node, gateway and client each one process on one machine ({} cores), over \
         loopback, one shard, cache off. The paths of a comparison are measured in turn, question by \
         question, on one connection each.\n",
        pin::cores()
    );
    for (at, url) in args.node.iter().enumerate() {
        let node = Node::new(url)?;
        println!("{}", node.name);
        page.push_str(&measure(args, &node, args.process.get(at).copied(), &questions)?);
    }
    args.report.as_deref().map_or(Ok(()), |path| report::write(path, Section::Engine, &page))
}

fn measure(
    args: &EngineArgs,
    node: &Node,
    process: Option<u32>,
    questions: &[Question],
) -> anyhow::Result<String> {
    let index = format!("bench-{}", std::process::id());
    let plain = format!("{index}-plain");
    let load = load(args, node, &index)?;
    let result = (|| {
        node.make_plain(&index, &plain)?;
        let binary = args.binaries.join("wikimovie-api");
        let asked = record(&binary, node, &index, questions)?;
        // Measured first, because the node's JIT compiles what runs often.
        let gateway = Gateway::on_node(&binary, &node.url, &index)?;
        let crowded = saturation(args, node, process, &gateway, &asked)?;
        println!("  saturation on the same cores: {crowded}");
        drop(gateway);
        let apart = process.and_then(Pinned::pin);
        let gateway = Gateway::on_node(&binary, &node.url, &index)?;
        let overhead = overhead(args, node, &gateway, &asked)?;
        println!("  one at a time: {overhead}");
        let saturated = saturation(args, node, process, &gateway, &asked)?;
        println!("  saturation: {saturated}");
        let typos = typos::measure(args, node, &gateway, &plain, questions)?;
        println!("  typos: {typos}");
        anyhow::Ok(
            [
                format!("\n### {}\n\n{} movies, loaded in {:.1} s.\n", node.name, load.movies, load.seconds),
                apart.as_ref().map_or("", |_| PLACEMENT).to_owned(),
                overhead.markdown(),
                saturated.markdown(apart.is_some(), &crowded),
                typos.markdown(),
                gateway
                    .peak_resident_mib()
                    .map_or(String::new(), |mib| format!("\nPeak RSS of the gateway: {mib:.0} MiB.\n")),
            ]
            .concat(),
        )
    })();
    for name in [format!("{index}-v*"), format!("{index}-ledger"), plain] {
        node.agent.delete(format!("{}{name}", node.url)).call().ok();
    }
    result
}

/// A GraphQL operation, and the requests that the gateway sends for it.
struct RecordedQuestion {
    body: String,
    sent: Vec<Sent>,
}

struct Loaded {
    movies: u64,
    seconds: f64,
}

fn load(args: &EngineArgs, node: &Node, index: &str) -> anyhow::Result<Loaded> {
    let begun = Instant::now();
    let output = Command::new(args.binaries.join("wikimovie-ingest"))
        .args(["load", "--json"])
        .arg(&args.movies)
        .env("ELASTICSEARCH_URLS", &node.url)
        .env("WIKIMOVIE_INDEX", index)
        .env("WIKIMOVIE_REPLICAS", "0")
        .output()
        .context("starting wikimovie-ingest")?;
    let error = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "the load ended with {}: {error}", output.status);
    let told: Value = serde_json::from_slice(&output.stdout).context("reading the receipt of the load")?;
    let movies = told["totals"]["accepted"].as_u64().context("no number of movies in the receipt")?;
    Ok(Loaded { movies, seconds: begun.elapsed().as_secs_f64() })
}

/// Records what the gateway sends for each question, by a proxy between it and the node.
fn record(
    binary: &Path,
    node: &Node,
    index: &str,
    questions: &[Question],
) -> anyhow::Result<Vec<RecordedQuestion>> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    let proxy = runtime.block_on(FaultProxy::start(&node.url));
    let gateway = Gateway::on_node(binary, &proxy.url(), index)?;
    let is_search = |request: &Recorded| {
        request.method == "POST" && request.path.contains("search") && !request.path.contains("-ledger")
    };
    let mut recorded = Vec::with_capacity(questions.len());
    for question in questions {
        let body = search_body(question).to_string();
        proxy.forget();
        gateway.ask(&body)?;
        let sent = |request: Recorded| {
            let content_type = request.header("content-type").unwrap_or("application/json").to_owned();
            Sent { path: request.path, content_type, body: request.body }
        };
        let sent: Vec<Sent> = proxy.requests().into_iter().filter(is_search).map(sent).collect();
        ensure!(!sent.is_empty(), "{body} asked the node nothing");
        recorded.push(RecordedQuestion { body, sent });
    }
    drop(gateway);
    drop(proxy);
    Ok(recorded)
}

fn ask_gateway(gateway: &Gateway, agent: &ureq::Agent, body: &str) -> anyhow::Result<()> {
    let request = agent.post(format!("{}/graphql", gateway.url())).content_type("application/json");
    let answer = request.send(body)?.body_mut().read_to_string()?;
    ensure!(!answer.contains("\"errors\""), "{body} was answered by {answer}");
    Ok(())
}

fn ask_node(node: &Node, agent: &ureq::Agent, sent: &[Sent]) -> anyhow::Result<()> {
    sent.iter().try_for_each(|sent| node.send(agent, sent).map(drop))
}

/// Measures several paths in turn; the first one rotates with each question, because the second finds warm caches of
/// the node.
fn alternate<const N: usize>(
    count: usize,
    mut ask: impl FnMut(usize, usize) -> anyhow::Result<()>,
) -> anyhow::Result<[Latencies; N]> {
    let mut taken: [Vec<Duration>; N] = std::array::from_fn(|_| Vec::with_capacity(count));
    for place in 0..WARM_UP + count {
        for turn in 0..N {
            let way = (place + turn) % N;
            let begun = Instant::now();
            ask(way, place)?;
            if place >= WARM_UP {
                taken[way].push(begun.elapsed());
            }
        }
    }
    Ok(taken.map(Latencies::of))
}

struct Overhead {
    gateway: Latencies,
    direct: Latencies,
    one_request: usize,
    questions: usize,
}

fn overhead(
    args: &EngineArgs,
    node: &Node,
    gateway: &Gateway,
    asked: &[RecordedQuestion],
) -> anyhow::Result<Overhead> {
    let (to_gateway, to_node) = (agent(), agent());
    let [gateway, direct] = alternate(args.questions, |way, place| {
        let asked = &asked[place % asked.len()];
        if way == 0 {
            ask_gateway(gateway, &to_gateway, &asked.body)
        } else {
            ask_node(node, &to_node, &asked.sent)
        }
    })?;
    let one_request = asked.iter().filter(|asked| asked.sent.len() == 1).count();
    Ok(Overhead { gateway, direct, one_request, questions: asked.len() })
}

impl std::fmt::Display for Overhead {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "gateway {}; direct {}", self.gateway, self.direct)
    }
}

fn row(name: &str, times: &Latencies) -> String {
    let [p50, p95, p99] = [50.0, 95.0, 99.0].map(|percent| times.ms(percent));
    format!("| {name} | {p50:.2} ms | {p95:.2} ms | {p99:.2} ms |\n")
}

impl Overhead {
    fn markdown(&self) -> String {
        [
            "\nA search with 10 hits, highlights, the total and 2 facets, through the gateway, and the same \
             request that the gateway sends, directly to the node:\n\n| path | p50 | p95 | p99 |\n| --- | \
             --- | --- | --- |\n",
            &row("GraphQL to the gateway", &self.gateway),
            &row("its DSL to the node", &self.direct),
            &format!(
                "\nAdded at p50: {:.2} ms (goal: at most 0.5 ms). {} of {} questions are one request.\n",
                self.gateway.ms(50.0) - self.direct.ms(50.0),
                self.one_request,
                self.questions
            ),
        ]
        .concat()
    }
}

struct Saturation {
    gateway: SaturationRate,
    direct: SaturationRate,
}

/// Responses of a round, and the CPU time of each.
struct SaturationRate {
    clients: usize,
    per_second: f64,
    /// Microseconds of this process, of the gateway, and of the node if it is known.
    client_us: f64,
    gateway_us: f64,
    node_us: f64,
}

/// Responses per second at the best number of clients: medians of alternating rounds.
fn saturation(
    args: &EngineArgs,
    node: &Node,
    process: Option<u32>,
    gateway: &Gateway,
    asked: &[RecordedQuestion],
) -> anyhow::Result<Saturation> {
    let mut best: Option<Saturation> = None;
    for clients in CLIENTS {
        let [through, direct] = rates(args, node, process, gateway, asked, clients)?;
        best = Some(match best {
            Some(best) => {
                Saturation { gateway: best.gateway.or_better(through), direct: best.direct.or_better(direct) }
            }
            None => Saturation { gateway: through, direct },
        });
    }
    best.context("no number of clients to measure with")
}

fn rates(
    args: &EngineArgs,
    node: &Node,
    process: Option<u32>,
    gateway: &Gateway,
    asked: &[RecordedQuestion],
    clients: usize,
) -> anyhow::Result<[SaturationRate; 2]> {
    let time = Duration::from_secs(args.seconds);
    let mut rates = [Vec::new(), Vec::new()];
    let processes = [Some(std::process::id()), Some(gateway.process()), process];
    let used = || processes.map(|process| process.and_then(cpu_time).unwrap_or_default());
    for round in 0..2 * ROUNDS {
        let way = (round / 2 + round) % 2;
        let before = used();
        let answered = answered(time, clients, |agent, place| {
            let asked = &asked[place % asked.len()];
            if way == 0 {
                ask_gateway(gateway, agent, &asked.body)
            } else {
                ask_node(node, agent, &asked.sent)
            }
        })?;
        let after = used();
        let us = |at: usize| after[at].saturating_sub(before[at]).as_secs_f64() * 1e6 / answered as f64;
        rates[way].push(SaturationRate {
            clients,
            per_second: answered as f64 / time.as_secs_f64(),
            client_us: us(0),
            gateway_us: us(1),
            node_us: us(2),
        });
    }
    Ok(rates.map(|mut rates| {
        rates.sort_by(|one, other| one.per_second.total_cmp(&other.per_second));
        rates.swap_remove(ROUNDS / 2)
    }))
}

/// Responses that many clients get within a time.
fn answered(
    time: Duration,
    clients: usize,
    ask: impl Fn(&ureq::Agent, usize) -> anyhow::Result<()> + Sync,
) -> anyhow::Result<usize> {
    let (next, answered, stop) = (AtomicUsize::new(0), AtomicUsize::new(0), AtomicBool::new(false));
    thread::scope(|scope| {
        let client = || {
            let agent = agent();
            while !stop.load(Relaxed) {
                ask(&agent, next.fetch_add(1, Relaxed))?;
                answered.fetch_add(1, Relaxed);
            }
            anyhow::Ok(())
        };
        let clients: Vec<_> = (0..clients).map(|_| scope.spawn(client)).collect();
        thread::sleep(time);
        let count = answered.load(Relaxed);
        stop.store(true, Relaxed);
        for client in clients {
            client.join().map_err(|_| anyhow::anyhow!("a client panicked"))??;
        }
        Ok(count)
    })
}

impl std::fmt::Display for Saturation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "gateway {}; direct {}", self.gateway, self.direct)
    }
}

impl std::fmt::Display for SaturationRate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { clients, per_second, client_us, gateway_us, node_us } = self;
        write!(
            f,
            "{per_second:.0}/s with {clients} clients (us of processor: client {client_us:.0}, gateway {gateway_us:.0}, node {node_us:.0})"
        )
    }
}

impl SaturationRate {
    fn or_better(self, other: Self) -> Self {
        if other.per_second > self.per_second { other } else { self }
    }
}

impl Saturation {
    fn ratio(&self) -> f64 {
        self.gateway.per_second / self.direct.per_second
    }

    fn markdown(&self, apart: bool, crowded: &Self) -> String {
        let at = |rates: &Self| {
            format!(
                "{:.0} responses per second through the gateway ({} clients), {:.0} directly from the node \
                 ({} clients), a ratio of {:.2}",
                rates.gateway.per_second,
                rates.gateway.clients,
                rates.direct.per_second,
                rates.direct.clients,
                rates.ratio()
            )
        };
        let main = format!(
            "\nAt saturation, each path at the better of {} and {} clients, medians of {ROUNDS} rounds: ",
            CLIENTS[0], CLIENTS[1]
        );
        if !apart {
            return [main, at(crowded), " (all processes on the same cores).\n".to_owned()].concat();
        }
        [
            main,
            at(self),
            format!(
                " (goal: at least 0.95). With all processes on all cores, where the gateway's CPU time is \
                 lost to the node: {}. A response through the gateway takes {:.0} µs of CPU time in the \
                 gateway and {:.0} µs in the node; directly from the node {:.0} µs.\n",
                at(crowded),
                self.gateway.gateway_us,
                self.gateway.node_us,
                self.direct.node_us
            ),
        ]
        .concat()
    }
}
