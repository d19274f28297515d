//! `kill -9` of a worker process at each named point of its work (`wikimovie_engine::failpoint`): another one comes to the
//! right end. `KILL_ROUNDS` sets how often at each point, and lets the time count that is promised.

use std::{
    collections::BTreeMap,
    os::unix::process::ExitStatusExt as _,
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};

use wikimovie_testkit_services::{engines, localstack};

use crate::{titled, worker::Place};

/// Visibility of messages, in seconds.
const VISIBILITY: u32 = 2;

/// Longest time from the kill to the right catalogue, with the start of the other process.
const PROMISED: Duration = Duration::from_secs(VISIBILITY as u64 + 5);

/// Longest pass that is killed at, of points that are passed more than once.
const PASSES: usize = 3;

/// Points, each with the passes that a round surely has.
const POINTS: &[(&str, usize)] = &[
    ("engine.opened", 1),
    ("worker.received", 1),
    ("worker.looked", 1),
    ("engine.begun", PASSES),
    ("engine.sending", 1),
    ("engine.marked", 1),
    ("engine.written", PASSES),
    ("engine.finished", PASSES),
    ("engine.sweeping", 1),
    ("engine.swept", 1),
    ("engine.visible", 1),
    ("engine.rows", 1),
    ("engine.committed", 1),
    ("worker.settled", 1),
    ("worker.receipt", PASSES),
    ("worker.deleting", 1),
    ("worker.deleted", 1),
    ("large.parked", 1),
    ("large.landed", PASSES),
    ("large.finished", 1),
];

/// A place, and what its bucket holds.
struct Scene {
    place: Place,
    round: usize,
    objects: BTreeMap<String, Vec<String>>,
}

impl Scene {
    fn put(&mut self, key: &str, titles: Vec<String>) {
        let mut body = titled(&titles);
        if key.ends_with("large") {
            // Blank lines make it large, and no work.
            body.push_str(&"\n".repeat(2 << 20));
        }
        self.place.put(key, &body);
        self.objects.insert(key.to_owned(), titles);
    }

    /// One object loses a movie that another one lists hidden, one is new, one goes, and a large one changes.
    fn change(&mut self) {
        self.round += 1;
        let round = self.round;
        let some = |name: &str, count: usize| -> Vec<String> {
            (0..count).map(|number| format!("{name} {round:03}-{number:04}")).collect()
        };
        let shared = || "Shared".to_owned();
        self.put("acme/a", some("A", 3).into_iter().chain(round.is_multiple_of(2).then(shared)).collect());
        self.put("acme/b", some("B", 2).into_iter().chain([shared()]).collect());
        self.put(&format!("acme/new-{}", round % 2), some("N", 2));
        // Not so many that the sweep waits.
        let large =
            (0..900).map(|number| format!("L {:03}-{number:04}", if number < 20 { round } else { 0 }));
        self.put("zenith/large", large.collect());
        let gone = format!("acme/new-{}", (round + 1) % 2);
        if self.objects.remove(&gone).is_some() {
            self.place.bucket.delete(&gone).unwrap();
        }
    }

    fn expected(&self) -> Vec<String> {
        let mut titles: Vec<String> = self.objects.values().flatten().cloned().collect();
        titles.sort();
        titles.dedup();
        titles
    }

    /// A worker is killed at a point; tells how long another one takes from there.
    fn kill_at(&mut self, point: &str, pass: usize) -> Duration {
        self.change();
        let mut command = self.place.worker_command(VISIBILITY);
        command.env("KILL_AT", point).env("KILL_AT_PASS", pass.to_string());
        let mut doomed = command.spawn().unwrap();
        let begun = Instant::now();
        let status = loop {
            if let Some(status) = doomed.try_wait().unwrap() {
                break status;
            }
            if begun.elapsed() > Duration::from_secs(90) {
                doomed.kill().unwrap();
                doomed.wait().unwrap();
                panic!("{point} was not passed {pass} times");
            }
            std::thread::sleep(Duration::from_millis(20));
        };
        assert_eq!(status.signal(), Some(9), "{point}: the worker ended by itself, {status}");
        let killed = Instant::now();
        let worker = self.place.worker(VISIBILITY);
        let expected = self.expected();
        self.place.until_is(point, || self.place.all_titles() == expected);
        let took = killed.elapsed();
        self.place.until_is("the queue is empty", || self.place.is_quiet());
        assert_eq!(self.place.all_titles(), expected, "{point}: it does not stay so");
        assert_eq!(worker.terminate().0, Some(0));
        took
    }
}

#[test]
fn a_worker_killed_at_any_point_loses_nothing() {
    let Some(endpoint) = localstack("kills at named points") else { return };
    let nodes = engines("kills at named points");
    let told = std::env::var("KILL_ROUNDS").ok().and_then(|rounds| rounds.parse::<usize>().ok());
    let rounds = told.unwrap_or(1);
    let jobs: Vec<(&str, usize)> = (0..rounds)
        .flat_map(|round| POINTS.iter().map(move |(point, passes)| (*point, 1 + round % passes)))
        .collect();
    let next = AtomicUsize::new(0);
    let took: Mutex<BTreeMap<&str, Vec<Duration>>> = Mutex::default();
    std::thread::scope(|scope| {
        // Two places on each node at a time: most of the time is waiting.
        for node in nodes.iter().chain(&nodes) {
            let (next, jobs, took, endpoint) = (&next, &jobs, &took, &endpoint);
            scope.spawn(move || {
                let mut scene =
                    Scene { place: Place::new(endpoint, node), round: 0, objects: BTreeMap::new() };
                while let Some((point, pass)) = jobs.get(next.fetch_add(1, Relaxed)) {
                    let time = scene.kill_at(point, *pass);
                    took.lock().unwrap().entry(point).or_default().push(time);
                }
            });
        }
    });
    let took = took.into_inner().unwrap();
    let mut late = Vec::new();
    for (point, times) in &took {
        let longest = times.iter().max().copied().unwrap_or_default();
        println!("{point}: killed {} times, right again after {longest:.1?} at most", times.len());
        if longest > PROMISED {
            late.push(*point);
        }
    }
    // Where nobody asked for it a slow machine may take its time.
    assert!(told.is_none() || late.is_empty(), "it took longer than {PROMISED:?} after {late:?}");
}
