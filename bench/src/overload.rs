//! A gateway under three times its sustainable load: it must shed early, and answer admitted requests about as fast as
//! usual.
//!
//! The gateway has a core of its own, the generator the other; the engine is a stub of fixed latency, so that only the
//! gateway varies. The sustainable load is the greatest at which almost nothing is shed and the p99 is within twice
//! that of a light load.

use std::{cell::Cell, path::PathBuf, rc::Rc, time::Duration};

use anyhow::{Context, ensure};
use clap::Args;
use serde_json::json;

use crate::{
    gateway::Gateway,
    generate::{RunResult, closed_loop, open_loop, post},
    pin,
    report::{self, Section},
};

/// Overload of a gateway over a stub engine.
#[derive(Debug, Args)]
pub(crate) struct OverloadArgs {
    /// Latency of the engine for each question, in milliseconds.
    #[arg(long, default_value_t = 20)]
    latency_ms: u64,
    /// Seconds of each measurement.
    #[arg(long, default_value_t = 10)]
    seconds: u64,
    /// Markdown file to write.
    #[arg(long)]
    report: Option<PathBuf>,
}

/// Connections of the generator: more than a gateway admits at once.
const CONNECTIONS: usize = 1_024;
/// Shares of the closed-loop throughput to try, greatest first.
const SHARES: [f64; 9] = [0.95, 0.9, 0.85, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3];
/// Multiple of the sustainable load at the end.
const TIMES: f64 = 3.0;

pub(crate) fn measure(args: &OverloadArgs) -> anyhow::Result<()> {
    let mut command = pin::command_on_other_core(&std::env::current_exe()?)?;
    command.args(["stub", "--latency-ms", &args.latency_ms.to_string(), "--cache-bytes", "0"]);
    // All of them come from this machine.
    command.env("WIKIMOVIE_CONNECTIONS_PER_CLIENT", "100000");
    command.args(["--log", "error"]);
    let gateway = Gateway::start(command)?;
    let address = gateway.address()?;
    let time = Duration::from_secs(args.seconds);
    closed_loop(address, 32, Duration::from_secs(2), questions())?;

    let most = closed_loop(address, 64, time, questions())?;
    println!("64 connections, one question after another: {:.0}/s", most.per_second());
    let ask = |per_second: f64| open_loop(address, per_second, time, CONNECTIONS, questions());
    let light = ask(most.per_second() * 0.2)?;
    println!("light load: {}", line(&light));
    let bound = light.latencies().ms(99.0) * 2.0;
    let mut sustained = None;
    for share in SHARES {
        let per_second = most.per_second() * share;
        let counted = ask(per_second)?;
        println!("{per_second:.0}/s asked: {}", line(&counted));
        if counted.shed_share() < 0.001 && counted.other == 0 && counted.latencies().ms(99.0) <= bound {
            sustained = Some((per_second, counted));
            break;
        }
    }
    let (sustainable, normal) =
        sustained.context("no load is sustainable: the machine is too busy for measurements")?;
    let overload = ask(sustainable * TIMES)?;
    println!("{:.0}/s asked: {}", sustainable * TIMES, line(&overload));
    // The state after the overload.
    let after = ask(sustainable)?;
    println!("{sustainable:.0}/s asked again: {}", line(&after));
    ensure!(overload.unexplained == 0, "{} were refused without Retry-After", overload.unexplained);

    let ratio = overload.latencies().ms(99.0) / normal.latencies().ms(99.0);
    println!("accepted p99 at {TIMES} times the sustainable load: {ratio:.2} times normal");
    if let Some(path) = &args.report {
        let rows = [
            ("light", most.per_second() * 0.2, &light),
            ("sustainable", sustainable, &normal),
            ("3 times that", sustainable * TIMES, &overload),
            ("sustainable, right after", sustainable, &after),
        ];
        report::write(path, Section::Overload, &markdown(args, &rows, ratio))?;
    }
    Ok(())
}

/// Different questions, so that no response is shared.
fn questions() -> impl Fn() -> Rc<[u8]> {
    let requests: Vec<Rc<[u8]>> = (0..500)
        .map(|number| {
            let body = json!({
                "query": "query Search($text: String) { search(text: $text) { total { value }
                    hits(first: 10) { edges { score node { id title year genres } highlights { html } } }
                    facets { genres(first: 10) { values { value count selected } } } } }",
                "variables": { "text": format!("question {number}") },
            });
            post(&body.to_string()).into()
        })
        .collect();
    let next = Cell::new(0_usize);
    move || {
        next.set(next.get() + 1);
        Rc::clone(&requests[next.get() % requests.len()])
    }
}

fn line(counted: &RunResult) -> String {
    format!(
        "{:.0}/s accepted, {}; {:.1} % shed, {} other",
        counted.per_second(),
        counted.latencies(),
        counted.shed_share() * 100.0,
        counted.other
    )
}

fn markdown(args: &OverloadArgs, rows: &[(&str, f64, &RunResult)], ratio: f64) -> String {
    let mut text = format!(
        "## Overload\n\nWritten by `make bench-overload`. One release build of the gateway on one core, the \
         generator on another, over loopback. The engine is a stub with a latency of {} ms; the cache is \
         off. Requests arrive at a fixed rate whether or not responses keep up, {} s at a time; times run \
         from when a request was due. The sustainable load is the greatest at which less than 0.1 % is shed \
         and the p99 is within twice that of the light load.\n\n| load | requests/s | accepted/s | p50 | \
         p99 | shed | p99 of shed |\n| --- | --- | --- | --- | --- | --- | --- |\n",
        args.latency_ms, args.seconds
    );
    for (name, asked, counted) in rows {
        let latencies = counted.latencies();
        let refused = report::Latencies::of(counted.shed.clone());
        let refusal =
            if counted.shed.is_empty() { "–".to_owned() } else { format!("{:.1} ms", refused.ms(99.0)) };
        text += &format!(
            "| {name} | {asked:.0} | {:.0} | {:.1} ms | {:.1} ms | {:.1} % | {refusal} |\n",
            counted.per_second(),
            latencies.ms(50.0),
            latencies.ms(99.0),
            counted.shed_share() * 100.0,
        );
    }
    text += &format!(
        "\nAt three times the sustainable load the p99 of accepted requests is {ratio:.2} times normal \
         (goal: below 2); every shed request gets 503 with `Retry-After`.\n"
    );
    text
}
