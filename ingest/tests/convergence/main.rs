//! The convergence checker: whatever happens, once quiet the catalogue is a pure function of the bucket.
//!
//! Each schedule is made of one seed: puts, overwrites and removals; events late, swapped, twice or lost; failures and
//! kills at every operation of queue, bucket and engine; outages of the engine; bodies that break off; objects that
//! change while they are read. `CHAOS_N` sets the number of schedules, `CHAOS_SEED` replays one.
#![allow(clippy::unwrap_used, reason = "a test may panic where its own ground gives way")]

mod real;
mod sim;
mod subject;
mod world;

use std::{
    collections::{BTreeMap, BTreeSet},
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc, Mutex, Once,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};

use tokio::runtime::Runtime;
use wikimovie_engine::RowState;
use wikimovie_ingest::{
    IngestError, Worker, WorkerOptions,
    bucket::{Bucket, ledger_key},
    queue::Queue,
    worker::{OpenWriter, lease::Leases},
};
use wikimovie_testkit_services::{Engine, TestCluster, engines, localstack};

use self::{
    real::Real,
    sim::{BUCKET, Sim},
    subject::Subject,
    world::{Crash, Faults, World},
};

/// Bytes beyond which an object is applied beside the others: about half of them are.
const LARGE: u64 = 250;

/// Turns after which a worker that has not come to rest never will.
const MOST_TURNS: usize = 3_000;

#[derive(Debug, Default)]
struct Told {
    crashes: usize,
    turns: usize,
    /// Turns after which objects were being applied beside.
    beside: usize,
}

impl Told {
    fn add(&mut self, other: &Self) {
        self.crashes += other.crashes;
        self.turns += other.turns;
        self.beside += other.beside;
    }
}

fn worker<W: World + Queue + Bucket + 'static>(
    world: &Arc<W>,
    subject: &Arc<Subject>,
    wait: Duration,
    lease: Duration,
) -> Worker {
    let (points, engine) = (Arc::clone(world) as Arc<dyn World>, Arc::clone(subject));
    let open: OpenWriter = Box::new(move || engine.writer(&points));
    // A schedule fails more often than any queue lets a message come.
    // Nor are objects ever large; but some of these are.
    let options = WorkerOptions {
        wait,
        lease,
        batch: 20,
        receives: u32::MAX,
        large: LARGE,
        ..WorkerOptions::default()
    };
    let queue: Arc<dyn Queue> = Arc::clone(world) as Arc<dyn Queue>;
    let bucket: Arc<dyn Bucket> = Arc::clone(world) as Arc<dyn Bucket>;
    Worker::new(queue, bucket, open, Leases::default(), options)
}

/// A turn; `true` where the process was killed in it.
fn turn(worker: &mut Worker, sleep: impl Fn(Duration)) -> bool {
    match catch_unwind(AssertUnwindSafe(|| worker.tick())) {
        Ok(turn) => {
            sleep(turn.pause.unwrap_or_default());
            false
        }
        Err(panic) if panic.downcast_ref::<Crash>().is_some() => true,
        Err(panic) => std::panic::resume_unwind(panic),
    }
}

/// Compares the whole bucket with the catalogue until nothing is under way.
fn reconcile(worker: &mut Worker) -> Result<(), IngestError> {
    loop {
        worker.reconcile(&mut |_| {})?;
        if !worker.is_busy() {
            return Ok(());
        }
        while worker.is_busy() {
            worker.tick();
        }
    }
}

/// Runs a schedule to its end. The error says what is wrong.
fn run(seed: u64, faults: Faults, subject: Subject) -> Result<Told, String> {
    let sim = Sim::new(seed, faults);
    let subject = Arc::new(subject);
    let mut told = Told::default();
    let new = || worker(&sim, &subject, Duration::from_secs(20), Duration::from_secs(60));
    let mut current = new();
    let mut calm = false;
    let mut lost = false;
    loop {
        told.turns += 1;
        if told.turns > MOST_TURNS {
            return Err(format!("seed {seed}: {} messages are left\n{}", sim.queued(), sim.trace()));
        }
        if turn(&mut current, |time| sim.sleep(time)) {
            told.crashes += 1;
            current = new();
        }
        told.beside += usize::from(current.is_busy());
        if !calm && !sim.changes_left() {
            lost = sim.calm();
            calm = true;
        }
        if calm && sim.queued() == 0 {
            break;
        }
    }
    if lost {
        reconcile(&mut current).map_err(|error| format!("seed {seed}: {error}"))?;
    }
    drop(current);
    check(seed, &sim, &subject, lost)?;
    Ok(told)
}

/// Runs a schedule on LocalStack and a search node, in real time.
fn run_real(seed: u64, real: &Arc<Real>, subject: Subject) -> Result<Told, String> {
    /// Time for which nothing must come any more.
    const QUIET: Duration = Duration::from_millis(700);
    let subject = Arc::new(subject);
    let mut told = Told::default();
    let new = || worker(real, &subject, Duration::from_millis(200), real::VISIBILITY);
    let mut current = new();
    let (mut lost, mut calm, begun) = (false, false, Instant::now());
    let mut quiet_since: Option<Instant> = None;
    loop {
        told.turns += 1;
        if begun.elapsed() > Duration::from_secs(180) {
            return Err(format!("seed {seed}: it comes not to rest\n{}", real.trace()));
        }
        if turn(&mut current, |time| std::thread::sleep(time.min(Duration::from_millis(500)))) {
            told.crashes += 1;
            current = new();
        }
        if !calm && !real.change() {
            lost = real.calm();
            calm = true;
        }
        let since = *quiet_since.get_or_insert_with(Instant::now);
        if !calm || !real.is_quiet() {
            quiet_since = None;
        } else if since.elapsed() > QUIET {
            break;
        }
    }
    // What was received too often, by so many failures, is as good as lost.
    if lost || real.dead_letters() > 0 {
        reconcile(&mut current).map_err(|error| format!("seed {seed}: {error}"))?;
    }
    drop(current);
    let (shown, model) = (subject.shown(), real.model());
    if shown == model {
        Ok(told)
    } else {
        Err(format!("seed {seed}: the catalogue has {shown:?}\nthe bucket {model:?}\n{}", real.trace()))
    }
}

fn check(seed: u64, sim: &Arc<Sim>, subject: &Arc<Subject>, lost: bool) -> Result<(), String> {
    let (shown, model) = (subject.shown(), sim.model());
    if shown != model {
        let differs = |a: &BTreeMap<String, (String, String)>, b: &BTreeMap<String, (String, String)>| {
            a.iter()
                .filter(|(id, movie)| b.get(*id) != Some(movie))
                .map(|one| format!("{one:?}"))
                .collect::<Vec<_>>()
        };
        return Err(format!(
            "seed {seed}: the catalogue has {:?}\nthe bucket {:?}\n{}",
            differs(&shown, &model),
            differs(&model, &shown),
            sim.trace()
        ));
    }
    let writer = subject.writer(&(Arc::clone(sim) as Arc<dyn World>)).map_err(|error| error.to_string())?;
    let objects = sim.objects();
    let keys: BTreeSet<String> = objects.keys().map(|key| ledger_key(BUCKET, key)).collect();
    // A row in progress stays until no write of a killed writer can be on its way any more.
    let ledger = writer.ledger().map_err(|error| error.to_string())?.into_iter();
    let rows: BTreeSet<String> = ledger
        .filter(|row| row.state != RowState::InProgress || keys.contains(&row.key))
        .map(|row| row.key)
        .collect();
    if rows != keys {
        return Err(format!("seed {seed}: the ledger has {rows:?}, the bucket {keys:?}"));
    }
    // What `reconcile` does is told by the ledger alone.
    for (key, object) in objects.iter().filter(|_| !lost) {
        let receipt = sim.receipt(key).ok_or_else(|| format!("seed {seed}: {key} has no receipt"))?;
        if receipt["generation"] != object.modified_ms || receipt["removed_from_bucket"] != false {
            return Err(format!("seed {seed}: the receipt of {key} is of another state: {receipt}"));
        }
    }
    Ok(())
}

/// Schedules at once: they wait for disks, nodes and leases more than they compute.
const AT_ONCE: usize = 4;

/// Runs some schedules, several at once; adds up what they tell. Panics where one went wrong.
fn run_all<S: Sync>(schedules: &[S], run: impl Fn(&S) -> Result<Told, String> + Sync) -> Told {
    let next = AtomicUsize::new(0);
    let ended: Mutex<Vec<Result<Told, String>>> = Mutex::default();
    std::thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                while let Some(schedule) = schedules.get(next.fetch_add(1, Relaxed)) {
                    let one = run(schedule);
                    ended.lock().unwrap().push(one);
                }
            });
        }
    });
    let (mut told, mut wrong) = (Told::default(), Vec::new());
    for one in ended.into_inner().unwrap() {
        match one {
            Ok(one) => told.add(&one),
            Err(error) => wrong.push(error),
        }
    }
    assert!(wrong.is_empty(), "{} of {} schedules; the first: {}", wrong.len(), schedules.len(), wrong[0]);
    told
}

fn faults(seed: u64, most_changes: u64) -> Faults {
    let mut rng = fastrand::Rng::with_seed(seed ^ 0x9e37_79b9);
    Faults {
        changes: u32::try_from(rng.u64(3..most_changes)).unwrap(),
        loses_events: rng.u8(..3) == 0,
        crash_one_in: [0, 40, 150, 600][rng.usize(..4)],
        fail_one_in: [0, 15, 60, 300][rng.usize(..4)],
    }
}

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok().and_then(|text| text.parse().ok())
}

/// A kill is no news on the terminal.
fn quiet() {
    static QUIET: Once = Once::new();
    QUIET.call_once(|| {
        let told = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            if panic.payload().downcast_ref::<Crash>().is_none() {
                told(panic);
            }
        }));
    });
}

fn seeds(fewest: u64) -> Vec<u64> {
    match number("CHAOS_SEED") {
        Some(seed) => vec![seed],
        None => (1..=number("CHAOS_N").unwrap_or(fewest)).collect(),
    }
}

#[test]
fn schedules_on_the_embedded_engine_converge() {
    quiet();
    let told = run_all(&seeds(50), |&seed| run(seed, faults(seed, 60), Subject::embedded()));
    println!("{told:?}");
}

#[test]
fn schedules_on_search_nodes_converge() {
    quiet();
    let nodes = engines("convergence on search nodes");
    let seeds = match number("CHAOS_N") {
        Some(many) => seeds((many / 20).max(5)),
        None => seeds(5),
    };
    let seeds = &seeds[..seeds.len().min(50)];
    let schedules: Vec<(&Engine, u64)> =
        nodes.iter().flat_map(|node| seeds.iter().map(move |seed| (node, *seed))).collect();
    if schedules.is_empty() {
        return;
    }
    let told = run_all(&schedules, |&(node, seed)| {
        let (_cluster, subject, _) = on_node(node);
        run(seed, faults(seed, 25), subject).map_err(|error| format!("{}: {error}", node.name))
    });
    println!("{told:?}");
    assert!(told.beside > 0, "no object was large");
}

fn on_node(node: &Engine) -> (TestCluster, Subject, Arc<Runtime>) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
    let runtime = Arc::new(runtime.unwrap());
    let cluster = runtime.block_on(TestCluster::new(node));
    let subject = Subject::Cluster { engine: cluster.engine.clone(), runtime: Arc::clone(&runtime) };
    (cluster, subject, runtime)
}

/// `CHAOS_REAL` sets the number of schedules.
#[test]
fn schedules_on_real_services_converge() {
    quiet();
    let Some(endpoint) = localstack("convergence on real services") else { return };
    let nodes = engines("convergence on real services");
    let many = number("CHAOS_REAL").unwrap_or(4);
    let seeds = if number("CHAOS_SEED").is_some() { seeds(0) } else { (1..=many).collect() };
    let schedules: Vec<(u64, &Engine)> = seeds.into_iter().zip(nodes.iter().cycle()).collect();
    let told = run_all(&schedules, |&(seed, node)| {
        let (_cluster, subject, runtime) = on_node(node);
        let real = Real::new(&endpoint, &runtime, seed, faults(seed, 12));
        run_real(seed, &real, subject).map_err(|error| format!("{}: {error}", node.name))
    });
    println!("{told:?}");
}
