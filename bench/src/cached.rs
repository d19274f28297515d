//! The response cache: a gateway that answers from its cache beside an axum handler that returns the same bytes, and
//! beside the same gateway without a cache.

use std::{
    cell::Cell,
    path::{Path, PathBuf},
    rc::Rc,
    time::{Duration, Instant},
};

use anyhow::{Context, ensure};
use clap::Args;

use crate::{
    Setup,
    gateway::{Gateway, load},
    generate::{RunResult, closed_loop, post},
    pin,
    questions::read_questions,
    report::{self, Section},
};

/// Cached responses.
#[derive(Debug, Args)]
pub(crate) struct CachedArgs {
    #[command(flatten)]
    setup: Setup,
    /// Seconds of each measurement.
    #[arg(long, default_value_t = 5)]
    seconds: u64,
    /// Rounds; the median of each is reported.
    #[arg(long, default_value_t = 5)]
    rounds: usize,
    /// Markdown file to write.
    #[arg(long)]
    report: Option<PathBuf>,
}

/// Connections of the generator.
const CONNECTIONS: usize = 32;
/// Number of different questions, all of which fit into the cache.
const QUESTIONS: usize = 500;

/// One measurement: responses per second, and the CPU time of the server for each.
#[derive(Clone, Copy)]
struct CacheRate {
    per_second: f64,
    cpu_us: f64,
}

pub(crate) fn measure(args: &CachedArgs) -> anyhow::Result<()> {
    let folder = crate::tempdir()?;
    load(&args.setup.binary, &args.setup.movies, &folder)?;
    let questions = read_questions(&args.setup.queries)?;
    let bodies: Vec<String> =
        questions.iter().take(QUESTIONS).map(|question| crate::search_body(question).to_string()).collect();
    let remembering = gateway(&args.setup.binary, &folder, true)?;
    let answer = remembering.ask_as_graphql(bodies.first().context("a question")?)?;
    ensure!(!answer.contains("\"errors\""), "it was answered by {answer}");
    let body = folder.join("answer.json");
    std::fs::write(&body, &answer)?;
    let mut command = pin::command_on_other_core(&std::env::current_exe()?)?;
    command.args(["bare", "--body"]).arg(&body);
    let bare = Gateway::start(command)?;

    let one: Vec<Rc<[u8]>> = bodies[..1].iter().map(|body| post(body).into()).collect();
    let many: Vec<Rc<[u8]>> = bodies.iter().map(|body| post(body).into()).collect();
    let time = Duration::from_secs(args.seconds);
    let ask = |server: &Gateway, requests: &[Rc<[u8]>]| ask(server, requests, time);
    // Warm-up: all of them are cached afterwards.
    for body in &bodies {
        remembering.ask_as_graphql(body)?;
    }
    let mut rates: [Vec<CacheRate>; 3] = Default::default();
    for _ in 0..args.rounds {
        rates[0].push(ask(&bare, &one)?);
        rates[1].push(ask(&remembering, &one)?);
        rates[2].push(ask(&remembering, &many)?);
    }
    drop(remembering);
    // Only one process at a time can open the index.
    let forgetful = gateway(&args.setup.binary, &folder, false)?;
    let without: Vec<CacheRate> =
        (0..args.rounds).map(|_| ask(&forgetful, &many)).collect::<anyhow::Result<_>>()?;
    drop((forgetful, bare));
    std::fs::remove_dir_all(&folder).ok();

    let [bare, one, many] = rates.map(median);
    let without = median(without);
    let in_turn = format!("{} questions in turn, cached", bodies.len());
    let rows = [
        ("axum handler that returns the same bytes", bare),
        ("one question, cached", one),
        (in_turn.as_str(), many),
        ("the same questions, cache off", without),
    ];
    for (name, rate) in &rows {
        println!("{name}: {:.0}/s, {:.1} µs", rate.per_second, rate.cpu_us);
    }
    let share = one.per_second / bare.per_second;
    println!("{:.0} % of the bare handler", share * 100.0);
    if let Some(path) = &args.report {
        report::write(path, Section::Cache, &markdown(args, &rows, share, answer.len()))?;
    }
    Ok(())
}

fn gateway(binary: &Path, folder: &Path, remembers: bool) -> anyhow::Result<Gateway> {
    let mut command = pin::command_on_other_core(binary)?;
    command.arg("serve").env("WIKIMOVIE_DATA_DIR", folder).env_remove("WIKIMOVIE_WATCH");
    command.env("ENV", "production").env("WIKIMOVIE_LOG", "error");
    // Without a cache these connections exceed the concurrency limit, and shed requests would distort the figures.
    command.env("WIKIMOVIE_CONCURRENCY", "off");
    if !remembers {
        command.env("WIKIMOVIE_CACHE_BYTES", "0");
    }
    Gateway::start(command)
}

fn ask(server: &Gateway, requests: &[Rc<[u8]>], time: Duration) -> anyhow::Result<CacheRate> {
    let requests = requests.to_vec();
    let next = Cell::new(0_usize);
    let next = move || {
        next.set(next.get() + 1);
        Rc::clone(&requests[next.get() % requests.len()])
    };
    let before = pin::cpu_time(server.process()).context("processor time")?;
    let begun = Instant::now();
    let counted: RunResult = closed_loop(server.address()?, CONNECTIONS, time, next)?;
    let used = pin::cpu_time(server.process()).context("processor time")? - before;
    let busy = used.as_secs_f64() / begun.elapsed().as_secs_f64();
    let answers = counted.accepted.len();
    ensure!(counted.shed.is_empty() && counted.other == 0, "{} answers were none", counted.other);
    println!("{:.0}/s, server {:.0} % busy", counted.per_second(), busy * 100.0);
    Ok(CacheRate {
        per_second: counted.per_second(),
        cpu_us: used.as_secs_f64() * 1e6 / answers.max(1) as f64,
    })
}

fn median(mut rates: Vec<CacheRate>) -> CacheRate {
    rates.sort_by(|a, b| a.per_second.total_cmp(&b.per_second));
    rates.get(rates.len() / 2).copied().unwrap_or(CacheRate { per_second: 0.0, cpu_us: 0.0 })
}

fn markdown(args: &CachedArgs, rows: &[(&str, CacheRate)], share: f64, bytes: usize) -> String {
    let mut text = format!(
        "## Response cache\n\nWritten by `make bench-cache`. One release build of `wikimovie serve` on one \
         core, the generator on another, over loopback; {CONNECTIONS} connections, each with one request \
         after another, {} s at a time, the median of {} alternating rounds. The first two rows return \
         the same {bytes} bytes.\n\n| server | responses/s | CPU time each |\n| --- | --- | --- |\n",
        args.seconds, args.rounds
    );
    for (name, rate) in rows {
        text += &format!("| {name} | {:.0} | {:.1} µs |\n", rate.per_second, rate.cpu_us);
    }
    text += &format!(
        "\nWith cached responses the gateway has {:.0} % of the throughput of a bare handler (goal: at \
         least 50 %).\n",
        share * 100.0
    );
    text
}
