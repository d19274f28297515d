//! `worker`: from the queue to the cluster, until told to stop.

use std::{
    net::SocketAddr,
    process::ExitCode,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};

use axum::{Router, http::StatusCode, routing::get};
use clap::Args;
use tokio::net::TcpListener;
use wikimovie_command::{
    CliError,
    metrics::{self, Program},
    output, signal,
};
use wikimovie_engine::{CatalogWriter, WriteError};
use wikimovie_ingest::{
    IngestError, Worker, WorkerOptions,
    aws::{Aws, DeadLetters},
    bucket::Bucket as _,
    worker::lease::{LeaseKeeper, Leases},
};

use crate::settings::{AllArgs, cluster, remote, runtime};

/// Longest wait in one request for messages: short enough to stop in time.
const WAIT: Duration = Duration::from_secs(4);

/// Time to the next comparison of the whole bucket where large objects are under way.
const SOON: Duration = Duration::from_secs(60);

/// Time to the next one where one failed.
const RECONCILE_RETRY: Duration = Duration::from_secs(4);

/// Time after the signal to stop for calls under way: one poll of the queue ends within it, one that hangs does not.
const CALLS_GRACE: Duration = Duration::from_secs(5);

/// Step in which a pause is slept.
const STEP: Duration = Duration::from_millis(100);

#[derive(Args, Debug)]
pub(crate) struct WorkerArgs {
    /// Lease (visibility timeout) of received messages, in seconds; extended while they are processed
    #[arg(long, env = "WIKIMOVIE_LEASE", value_name = "SECONDS", default_value_t = 60, value_parser = clap::value_parser!(u64).range(2..=43_200))]
    lease: u64,
    /// Maximum number of messages per batch; a batch is committed as a whole
    #[arg(long, env = "WIKIMOVIE_BATCH", value_name = "NUMBER", default_value_t = 100, value_parser = clap::value_parser!(u64).range(1..=1_000))]
    batch: u64,
    /// Minutes between two reconciliations of the whole bucket with the catalogue, which find changes without an event;
    /// 0 turns them off
    #[arg(long, env = "WIKIMOVIE_RECONCILE", value_name = "MINUTES", default_value_t = 60)]
    reconcile: u64,
    /// Seconds to finish work after the signal to stop, before reading is aborted
    #[arg(long, env = "WIKIMOVIE_GRACE", value_name = "SECONDS", default_value_t = 10)]
    grace: u64,
    /// Address of /metrics, /livez and /readyz
    #[arg(long, env = "WIKIMOVIE_ADMIN_LISTEN", value_name = "ADDRESS", default_value = "127.0.0.1:9464")]
    admin_listen: SocketAddr,
    /// Do not write receipts to the bucket
    #[arg(long, env = "WIKIMOVIE_NO_RECEIPTS")]
    no_receipts: bool,
    #[command(flatten)]
    pub(crate) common: AllArgs,
}

pub(crate) fn run(args: &WorkerArgs) -> Result<ExitCode, CliError> {
    let runtime = runtime()?;
    // Leases are kept by a thread and a runtime of their own: nothing that is slow here may lose them.
    let lease_runtime = crate::settings::runtime()?;
    let lease = Duration::from_secs(args.lease);
    let aws = args.common.aws.connect(&runtime)?;
    let (queue, dead_letters) = args.common.aws.queue(&aws, &runtime, lease)?;
    match dead_letters {
        DeadLetters::Sound => {}
        DeadLetters::KeepsTooShort => output::note(
            "the dead-letter queue retains messages no longer than the queue does: SQS counts from the \
             first day, so that messages may expire there",
        ),
        DeadLetters::None => {
            return Err(CliError::new(format!(
                "the queue {} has no dead-letter queue: add a redrive policy, so that no message is lost",
                args.common.aws.queue
            )));
        }
    }
    let bucket = args.common.aws.bucket(&aws, &runtime);
    bucket.check().map_err(|error| remote(&format!("the bucket {}", args.common.aws.bucket), &error))?;
    let engine = cluster(&args.common.cluster)?;

    let (problem, stop) =
        (Arc::new(Mutex::new(Some("starting".to_owned()))), Arc::new(AtomicBool::new(false)));
    let recorder = metrics::recorder(Program::Worker)?;
    let listener = runtime
        .block_on(TcpListener::bind(args.admin_listen))
        .map_err(|error| CliError::cannot_listen(args.admin_listen, "WIKIMOVIE_ADMIN_LISTEN", &error))?;
    runtime.spawn(metrics::run_upkeep(recorder));
    runtime.spawn(serve(listener, Arc::clone(&problem)));

    let leases = Leases::default();
    let keeper =
        LeaseKeeper::start(Arc::new(queue.on(lease_runtime.handle().clone())), leases.clone(), lease)
            .map_err(|error| CliError::new(format!("threads cannot be started: {error}")))?;
    let handle = runtime.handle().clone();
    let open = Box::new(move || {
        engine.writer(handle.clone()).map(|writer| Box::new(writer.guarded()) as Box<dyn CatalogWriter>)
    });
    let options = WorkerOptions {
        lease,
        wait: WAIT,
        batch: usize::try_from(args.batch).unwrap_or(1),
        receipts: !args.no_receipts,
        vocabulary: args.common.genres.read()?,
        receives: queue.most_receives().map_or(u32::MAX, |most| most.saturating_sub(1).max(1)),
        ..WorkerOptions::default()
    };
    let mut worker = Worker::new(Arc::new(queue), Arc::new(bucket), open, leases, options);
    let halt = worker.halt();
    hear_stop(&runtime, &aws, &stop, Arc::clone(&halt), Duration::from_secs(args.grace))?;
    tracing::info!(aws = aws.describe(), bucket = args.common.aws.bucket, "worker started");

    let every = (args.reconcile > 0).then(|| Duration::from_secs(args.reconcile * 60));
    let mut due = every.map(|_| Instant::now());
    while !stop.load(Relaxed) {
        if due.is_some_and(|due| due <= Instant::now()) && !worker.is_standby() {
            let next = match worker.reconcile(&mut |_| {}) {
                // Large objects that are under way hide what vanished.
                Ok(_) => every.map(|every| if worker.is_busy() { every.min(SOON) } else { every }),
                // The tick tells of it, and waits.
                Err(IngestError::Write(WriteError::LeaseTaken(_))) => Some(Duration::ZERO),
                Err(error) => {
                    tracing::warn!(%error, "reconciliation of the bucket failed; trying again");
                    Some(RECONCILE_RETRY)
                }
            };
            due = next.map(|next| Instant::now() + next);
        }
        let tick = worker.tick();
        *problem.lock().unwrap_or_else(PoisonError::into_inner) = worker.problem().map(one_line);
        let until = Instant::now() + tick.pause.unwrap_or_default();
        while Instant::now() < until && !stop.load(Relaxed) {
            std::thread::sleep(STEP);
        }
    }
    worker.close();
    while worker.is_busy() && !halt.load(Relaxed) {
        let pause = worker.tick().pause.unwrap_or_default();
        std::thread::sleep(pause.min(STEP));
    }
    worker.release_all();
    drop(worker);
    drop(keeper);
    tracing::info!("worker stopped");
    Ok(ExitCode::SUCCESS)
}

/// Asks to stop at the first signal, and to break off once the grace is over.
fn hear_stop(
    runtime: &tokio::runtime::Runtime,
    aws: &Aws,
    stop: &Arc<AtomicBool>,
    halt: Arc<AtomicBool>,
    grace: Duration,
) -> Result<(), CliError> {
    let (aws, stop) = (aws.clone(), Arc::clone(stop));
    let heard = {
        let _inside = runtime.enter();
        signal::stop()
            .map_err(|error| CliError::new(format!("signal handlers cannot be installed: {error}")))?
    };
    runtime.spawn(async move {
        heard.await;
        tracing::info!("signal to stop received: finishing work in progress");
        stop.store(true, Relaxed);
        aws.end_calls_after(grace.min(CALLS_GRACE));
        tokio::time::sleep(grace).await;
        halt.store(true, Relaxed);
    });
    Ok(())
}

/// A problem as `/readyz` tells it: the start of one line.
fn one_line(problem: &str) -> String {
    const SHOWN_CHARS: usize = 300;
    let words = problem.split_whitespace().collect::<Vec<_>>().join(" ");
    words.chars().take(SHOWN_CHARS).collect()
}

async fn serve(listener: TcpListener, problem: Arc<Mutex<Option<String>>>) {
    let is_ready = move || {
        let problem = problem.lock().unwrap_or_else(PoisonError::into_inner).clone();
        async move {
            match problem {
                None => (StatusCode::OK, "ready\n".to_owned()),
                Some(problem) => (StatusCode::SERVICE_UNAVAILABLE, ["not ready: ", &problem, "\n"].concat()),
            }
        }
    };
    let router =
        Router::new().route("/livez", get(|| async { "alive\n" })).route("/readyz", get(is_ready)).route(
            "/metrics",
            get(|| async {
                metrics::recorder(Program::Worker).map(|recorder| recorder.render()).unwrap_or_default()
            }),
        );
    if let Err(error) = axum::serve(listener, router).await {
        tracing::error!(%error, "the metrics server failed");
    }
}
