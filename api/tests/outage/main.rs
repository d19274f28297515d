//! An outage of the engine under load: known questions get stale answers that are marked, others fail fast with their
//! code, everything recovers soon after the engine's return, and nothing leaks. `OUTAGE_SECONDS` is its duration (`make
//! outage`: 60).

//!
//! A test binary of its own, because leaks are measured on the whole process.

#![expect(clippy::print_stdout, reason = "the measured figures are printed")]
#![expect(clippy::unwrap_used, reason = "a test may panic when its setup fails")]

#[path = "../cluster/app.rs"]
#[expect(dead_code, reason = "the tests of single faults use the rest")]
mod app;
mod client;

use std::{
    net::SocketAddr,
    sync::atomic::{AtomicU64, Ordering::Relaxed},
    time::{Duration, Instant},
};

use serde_json::Value;
use tokio_util::sync::CancellationToken;
use wikimovie_api::{CacheSettings, Server, ServerSettings};
use wikimovie_testkit_services::{Fault, engines};

use self::{
    app::{App, DEADLINE},
    client::Client,
};

/// Longer than the detection of an unconfirmed revision, with time to observe the outage.
const SHORT: u64 = 7;
/// Time after the start of the outage from which every answer must be marked.
const SEEN: Duration = Duration::from_secs(5);
/// Deadline of the recovery.
const RECOVERY: Duration = Duration::from_secs(2);
const CLIENTS: usize = 8;

/// Questions that are cached before the outage.
const KNOWN: [&str; 4] = [
    "{ search(text: \"alien\") { total { value } hits(first: 3) { nodes { title } } } }",
    "{ search { facets { genres { values { value count } } } } }",
    "{ autocomplete(prefix: \"ali\") { text count } }",
    "{ costars(from: \"Al Pacino\", to: \"Sigourney Weaver\") { length } }",
];

/// A question that is not cached.
fn unknown() -> String {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let number = NEXT.fetch_add(1, Relaxed);
    format!("{{ search(text: \"alien {number}\") {{ total {{ value }} }} }}")
}

struct Exchange {
    started: Instant,
    took: Duration,
    known: bool,
    code: Option<String>,
    stale: bool,
}

/// Resources of this process.
#[derive(Debug)]
struct ProcessUsage {
    resident_mib: f64,
    sockets: usize,
    tasks: usize,
}

impl ProcessUsage {
    fn now() -> Self {
        let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
        let resident = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let kib = resident.and_then(|line| line.split_whitespace().next()?.parse::<f64>().ok());
        let files = std::fs::read_dir("/proc/self/fd").into_iter().flatten().flatten();
        let is_socket = |file: &std::fs::DirEntry| {
            std::fs::read_link(file.path())
                .is_ok_and(|target| target.to_string_lossy().starts_with("socket:"))
        };
        Self {
            resident_mib: kib.unwrap_or_default() / 1_024.0,
            sockets: files.filter(is_socket).count(),
            tasks: tokio::runtime::Handle::current().metrics().num_alive_tasks(),
        }
    }
}

async fn client(address: SocketAddr, stop: CancellationToken) -> Vec<Exchange> {
    let mut client = Client::connect(address).await;
    let mut asked = Vec::new();
    for round in 0_usize.. {
        if stop.is_cancelled() {
            break;
        }
        let known = round % 2 == 0;
        let query = if known { KNOWN[round / 2 % KNOWN.len()].to_owned() } else { unknown() };
        let started = Instant::now();
        let answer = client.ask(&query).await.unwrap();
        let code = answer.pointer("/errors/0/extensions/code").and_then(Value::as_str).map(str::to_owned);
        let stale = answer.pointer("/extensions/cache/status").is_some_and(|status| status == "STALE");
        asked.push(Exchange { started, took: started.elapsed(), known, code, stale });
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    asked
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_outage_under_load_is_survived() {
    let seconds = std::env::var("OUTAGE_SECONDS").ok().and_then(|seconds| seconds.parse().ok());
    let outage = Duration::from_secs(seconds.unwrap_or(SHORT).max(SHORT));
    for engine in engines("an_outage_under_load_is_survived") {
        for (name, fault) in [("gone", Fault::Dead), ("hanging", Fault::Hang)] {
            survive(&engine, name, fault, outage).await;
        }
    }
}

async fn survive(engine: &wikimovie_testkit_services::Engine, name: &str, fault: Fault, outage: Duration) {
    let app = App::remembering(engine, 1, CacheSettings::default()).await;
    app.follow();
    let settings = ServerSettings { listen: ([127, 0, 0, 1], 0).into(), ..ServerSettings::default() };
    let server = Server::bind(settings).await.unwrap();
    let address = server.address();
    let end = CancellationToken::new();
    let serving = tokio::spawn(server.serve(app.gateway.clone(), end.clone().cancelled_owned()));

    // Fills the caches of plans, so that they do not look like a leak.
    let mut first = Client::connect(address).await;
    for query in KNOWN {
        assert_eq!(first.ask(query).await.unwrap().get("errors"), None, "{query}");
    }
    // A long outage has more new questions, whose plans are cached too.
    for _ in 0..if outage.as_secs() > SHORT { 1_200 } else { 200 } {
        first.ask(&unknown()).await.unwrap();
    }
    app.proxies[0].forget();
    let stop = CancellationToken::new();
    let load = || (0..CLIENTS).map(|_| tokio::spawn(client(address, stop.clone()))).collect::<Vec<_>>();
    let clients = load();
    tokio::time::sleep(Duration::from_secs(1)).await;
    let before = ProcessUsage::now();
    app.fail(&fault);
    let gone = Instant::now();
    tokio::time::sleep(outage).await;
    let during = ProcessUsage::now();
    app.fail(&Fault::Pass);
    let back = Instant::now();
    tokio::time::sleep(RECOVERY + Duration::from_secs(2)).await;
    app.proxies[0].forget();
    let after = ProcessUsage::now();
    stop.cancel();
    let asked: Vec<Exchange> =
        futures::future::join_all(clients).await.into_iter().flat_map(Result::unwrap).collect();
    end.cancel();
    serving.await.unwrap().unwrap();

    let answered_known = asked.iter().filter(|asked| asked.known);
    let failed: Vec<_> = answered_known.clone().filter_map(|asked| asked.code.as_deref()).collect();
    assert!(failed.is_empty(), "{name}: questions asked before failed: {failed:?}");
    let silent = answered_known
        .clone()
        .filter(|asked| asked.started > gone + SEEN && asked.started + asked.took < back && !asked.stale);
    assert_eq!(silent.count(), 0, "{name}: answers that may be old did not say so");

    // Those under way when it went away may have been waiting for it.
    let lost: Vec<_> = asked
        .iter()
        .filter(|asked| !asked.known && asked.started > gone + SEEN && asked.started + asked.took < back)
        .collect();
    assert!(!lost.is_empty(), "{name}: nothing new was asked");
    for asked in &lost {
        assert_eq!(asked.code.as_deref(), Some("ENGINE_UNAVAILABLE"), "{name}: after {:?}", asked.took);
    }
    let slowest = lost.iter().map(|asked| asked.took).max().unwrap_or_default();
    assert!(slowest < DEADLINE, "{name}: the slowest failure took {slowest:?}");
    let codes = asked
        .iter()
        .filter(|asked| asked.started > gone && asked.started < back)
        .filter_map(|a| a.code.as_deref());
    assert!(codes.clone().all(|code| matches!(code, "ENGINE_UNAVAILABLE" | "ENGINE_TIMEOUT")));

    let recovered = |known: bool| {
        let bad = asked.iter().filter(|asked| asked.known == known && (asked.code.is_some() || asked.stale));
        bad.map(|asked| (asked.started + asked.took).saturating_duration_since(back))
            .max()
            .unwrap_or_default()
    };
    let (new, old) = (recovered(false), recovered(true));
    println!(
        "outage of {outage:?} ({name}, {}): {} questions, {} known of them {} marked stale; {} new ones failed, the slowest \
         after {slowest:?}; as before after {:?}",
        engine.name,
        asked.len(),
        answered_known.clone().count(),
        answered_known.filter(|asked| asked.stale).count(),
        asked.iter().filter(|asked| asked.code.is_some()).count(),
        new.max(old),
    );
    println!("before {before:?}\nduring {during:?}\nafter  {after:?}");
    assert!(
        new < RECOVERY && old < RECOVERY,
        "{name}: new questions after {new:?}, known ones after {old:?}"
    );
    assert!(
        after.sockets <= before.sockets + CLIENTS && after.tasks <= before.tasks + CLIENTS,
        "{name}: something stayed"
    );
    assert!(after.resident_mib < before.resident_mib + 64.0, "{name}: memory grew");
}
