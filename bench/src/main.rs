//! Measures a released gateway as its users see it: one process, over loopback HTTP, on real movies.
//!
//! ```text
//! wikimovie-bench speed   --binary B --movies FOLDER --queries FILE --report docs/performance.md
//! wikimovie-bench answers --binary B --movies FOLDER --queries FILE --out results.jsonl
//! wikimovie-bench text    --movies FOLDER --queries FILE --report docs/performance.md
//! wikimovie-bench cache   --binary B --movies FOLDER --queries FILE --report docs/performance.md
//! wikimovie-bench cost    --binary B --movies FOLDER --operations FILE --report docs/security.md
//! wikimovie-bench overload --report docs/performance.md
//! wikimovie-bench engine  --node URL… --movies FOLDER --queries FILE --report docs/performance.md
//! wikimovie-bench ingest  --node URL… --report docs/performance.md
//! ```
//!
//! `FILE` has one question per line: `{"id", "category", "query", "filters"?}`. `speed` repeats them until there are
//! enough and writes a report; `answers` writes the ten best movies of each, for a scorer; `engine` compares the
//! gateway with its search node, `ingest` the worker.
#![expect(clippy::print_stdout, reason = "a command-line tool talks to its user")]

mod cached;
mod cost;
mod engine;
mod gateway;
mod generate;
mod ingest;
mod node;
mod overload;
mod pin;
mod questions;
mod report;
mod stub;
mod text;

use std::{
    fs::File,
    io::{BufWriter, Write},
    path::PathBuf,
    time::{Duration, Instant},
};

use anyhow::{Context, ensure};
use clap::{Args, Parser, Subcommand};
use serde_json::{Value, json};

use crate::{
    gateway::{Gateway, load},
    questions::{Question, read_questions},
    report::{Latencies, Report},
};

#[derive(Debug, Parser)]
#[command(about = "Measures a released wikimovie gateway")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Measure a load and thousands of questions.
    Speed {
        #[command(flatten)]
        setup: Setup,
        /// Number of questions of each kind.
        #[arg(long, default_value_t = 5_000)]
        questions: usize,
        /// Markdown file to write.
        #[arg(long)]
        report: Option<PathBuf>,
    },
    /// Write the ten best movies of each question.
    Answers {
        #[command(flatten)]
        setup: Setup,
        /// File to write, one JSON object per line.
        #[arg(long)]
        out: PathBuf,
    },
    /// Measure the understanding and expansion of texts, without any engine.
    Text(text::TextArgs),
    /// Compare cached responses with an axum handler that returns the same bytes.
    Cache(cached::CachedArgs),
    /// Compare the prices of operations with their work.
    Cost(cost::CostArgs),
    /// Load a gateway with three times its sustainable load.
    Overload(overload::OverloadArgs),
    /// Serve over a stub engine with a fixed latency.
    #[command(hide = true)]
    Stub(Box<stub::StubArgs>),
    /// Serve the same bytes for ever.
    #[command(hide = true)]
    Bare(stub::BareArgs),
    /// Compare the gateway with direct requests to a search node.
    Engine(engine::EngineArgs),
    /// Compare the ingest worker with the node's own bulk throughput, and measure its memory.
    Ingest(ingest::IngestArgs),
}

#[derive(Debug, Args)]
struct Setup {
    /// The `wikimovie` binary to measure.
    #[arg(long, default_value = "target/release/wikimovie")]
    binary: PathBuf,
    /// Folder of movie files.
    #[arg(long)]
    movies: PathBuf,
    /// File of questions.
    #[arg(long)]
    queries: PathBuf,
}

/// Questions of the warm-up.
const WARM_UP: usize = 500;

fn main() -> anyhow::Result<()> {
    match Cli::parse().command {
        Command::Speed { setup, questions, report } => speed(&setup, questions, report),
        Command::Answers { setup, out } => answers(&setup, &out),
        Command::Text(args) => text::measure(&args),
        Command::Cache(args) => cached::measure(&args),
        Command::Cost(args) => cost::measure(&args),
        Command::Overload(args) => overload::measure(&args),
        Command::Stub(args) => stub::serve(&args),
        Command::Bare(args) => stub::bare(&args),
        Command::Engine(args) => engine::compare(&args),
        Command::Ingest(args) => ingest::measure(&args),
    }
}

fn speed(setup: &Setup, count: usize, report: Option<PathBuf>) -> anyhow::Result<()> {
    let questions = read_questions(&setup.queries)?;
    let folder = tempdir()?;
    let load = load(&setup.binary, &setup.movies, &folder)?;
    println!("load: {load}");
    let gateway = Gateway::embedded(&setup.binary, &folder)?;
    let search = time(&gateway, &questions, count, search_body)?;
    println!("search: {search}");
    let autocomplete = time(&gateway, &questions, count, autocomplete_body)?;
    println!("autocomplete: {autocomplete}");
    let resident_mib = gateway.peak_resident_mib();
    drop(gateway);
    std::fs::remove_dir_all(&folder).ok();
    let measured = Report { load, search, autocomplete, resident_mib, questions: count };
    if let Some(path) = report {
        report::write(&path, report::Section::Embedded, &measured.markdown())?;
    }
    Ok(())
}

/// Asks the questions in turn, one after another on one connection; the clock runs from before the request is
/// written until the whole answer is read.
fn time(
    gateway: &Gateway,
    questions: &[Question],
    count: usize,
    body: impl Fn(&Question) -> Value,
) -> anyhow::Result<Latencies> {
    let bodies: Vec<String> = questions.iter().map(|question| body(question).to_string()).collect();
    let mut taken: Vec<Duration> = Vec::with_capacity(count);
    for (place, body) in bodies.iter().cycle().take(WARM_UP + count).enumerate() {
        let started = Instant::now();
        let answer = gateway.ask(body)?;
        if place >= WARM_UP {
            taken.push(started.elapsed());
        }
        ensure!(!answer.contains("\"errors\""), "{body} was answered by {answer}");
    }
    Ok(Latencies::of(taken))
}

fn answers(setup: &Setup, out: &PathBuf) -> anyhow::Result<()> {
    let questions = read_questions(&setup.queries)?;
    let folder = tempdir()?;
    load(&setup.binary, &setup.movies, &folder)?;
    let gateway = Gateway::embedded(&setup.binary, &folder)?;
    let mut file = BufWriter::new(File::create(out).with_context(|| format!("creating {}", out.display()))?);
    for question in &questions {
        let prefix = question.category == "title_prefix";
        let body = if prefix { autocomplete_body(question) } else { search_body(question) };
        let answer: Value = serde_json::from_str(&gateway.ask(&body.to_string())?)?;
        ensure!(answer.get("errors").is_none(), "{body} was answered by {answer}");
        let movies: Vec<&Value> = if prefix {
            let suggestions = answer["data"]["autocomplete"].as_array();
            suggestions.into_iter().flatten().map(|suggestion| &suggestion["movie"]).collect()
        } else {
            let edges = answer["data"]["search"]["hits"]["edges"].as_array();
            edges.into_iter().flatten().map(|edge| &edge["node"]).collect()
        };
        serde_json::to_writer(&mut file, &json!({ "id": question.id, "results": movies }))?;
        file.write_all(b"\n")?;
    }
    file.flush()?;
    drop(gateway);
    std::fs::remove_dir_all(&folder).ok();
    println!("{} answers written to {}", questions.len(), out.display());
    Ok(())
}

/// A search as a results page asks it: ten hits with highlights, the total, two facets.
fn search_body(question: &Question) -> Value {
    json!({
        "query": "query Search($text: String, $where: MovieWhere) {
            search(text: $text, where: $where) {
                total { value }
                hits(first: 10) {
                    edges { cursor score node { id title year } highlights { field text spans { start end } } }
                }
                facets {
                    genres(first: 10) { values { value count selected } }
                    decades { values { value count selected } }
                }
            }
        }",
        "variables": { "text": question.query, "where": question.filter() },
    })
}

/// What a search box asks at a keystroke: the first three to eight characters typed.
fn autocomplete_body(question: &Question) -> Value {
    let typed = match question.category.as_str() {
        "title_prefix" => question.query.clone(),
        _ => question.query.chars().take(3 + question.id.len() * question.query.len() % 6).collect(),
    };
    let movies_only = question.category == "title_prefix";
    json!({
        "query": "query Autocomplete($prefix: String!, $kinds: [SuggestionKind!]) {
            autocomplete(prefix: $prefix, kinds: $kinds, first: 10) {
                text count highlight { spans { start end } }
                ... on MovieSuggestion { movie { id title year } }
            }
        }",
        "variables": { "prefix": typed, "kinds": movies_only.then_some(["MOVIE"]) },
    })
}

/// A fresh folder that nobody else uses.
fn tempdir() -> anyhow::Result<PathBuf> {
    let folder = std::env::temp_dir().join(format!("wikimovie-bench-{}", std::process::id()));
    std::fs::create_dir_all(&folder).with_context(|| format!("making {}", folder.display()))?;
    Ok(folder)
}
