//! The test run: its phases in two lanes side by side, and how long each took.
//!
//! One lane compiles and tests Rust, in order. The other prepares and checks what waits for downloads, nodes and other
//! compilers. A phase of one lane may wait for phases of the other.

use std::{
    collections::BTreeSet,
    fs::{self, File},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::{Condvar, Mutex, PoisonError},
    thread,
    time::{Duration, Instant, SystemTime},
};

use anyhow::{Context as _, Result, bail};
use clap::{Args, ValueEnum};

use crate::{
    process::{self, heading},
    tools,
};

/// Where tests append a line for each of them that is left out: the variable, and the file.
const SKIPPED: (&str, &str) = ("TESTKIT_SKIPPED", "target/skipped-tests");

/// Where output of the phases beside is kept.
const LOGS: &str = "target/test-logs";

/// Time between two touches of what says that a local service is used.
const TOUCH_INTERVAL: Duration = Duration::from_secs(60);

#[derive(Args)]
pub(crate) struct Arguments {
    /// Jobs to run; without a name, all
    #[arg(value_enum)]
    jobs: Vec<Job>,
}

/// A group of phases, which CI runs on a machine of its own.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
enum Job {
    /// Format, structure, dependencies, lints, docs, alert rules
    Check,
    /// Tests that need no service
    Unit,
    /// Tests on search nodes
    Engines,
    /// Tests of the ingest worker, on search nodes and LocalStack
    Ingest,
    /// The pages in a browser, and clients against a live gateway
    Pages,
    /// Images, compose, workflows, chart, Terraform
    Deploy,
}

use Job::{Check, Deploy, Engines, Ingest, Pages, Unit};

/// Test binaries of the job Engines, as a filter of nextest.
const ENGINE_TESTS: &str = "(package(wikimovie-conformance) - binary(delivery)) + (package(wikimovie-relevance) & binary(engines)) + binary(cluster) + binary(outage)";

/// Test binaries of the job Ingest.
const INGEST_TESTS: &str = "binary(localstack) + binary(convergence) + binary(delivery)";

/// Test binaries that need a live gateway, which the job Pages starts.
const LIVE_TESTS: &str = "binary(live)";

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Lane {
    /// Shows its output as it comes.
    Rust,
    /// Shows its output when it has ended.
    Beside,
}

/// A step of the run.
struct Phase {
    name: &'static str,
    lane: Lane,
    jobs: &'static [Job],
    /// Phases that must have passed before it starts, where they are run at all.
    after: &'static [&'static str],
    step: Step,
}

enum Step {
    /// A program and its arguments.
    Run(&'static [&'static str]),
    /// The same, where it needs Node.
    Node(&'static [&'static str]),
    /// A task of xtask.
    Task(&'static [&'static str]),
    Docs,
    /// Tests of Rust; `true` only compiles them.
    Tests {
        compile_only: bool,
    },
}

const PAGES: &str = "pages";
const NODES: &str = "search nodes";
const LOCALSTACK: &str = "LocalStack";
const BROWSER: &str = "browser";

const PHASES: [Phase; 19] = [
    rust("format", &[Check], &[], Step::Run(&["cargo", "fmt", "--all", "--check"])),
    rust("structure", &[Check], &[], Step::Task(&["tidy"])),
    rust(
        "lints",
        &[Check],
        &[],
        Step::Run(&["cargo", "clippy", "--locked", "--workspace", "--all-targets", "--", "-D", "warnings"]),
    ),
    // Alone, without what other crates of the workspace switch on.
    rust(
        "lints, the standalone alone",
        &[Check],
        &[],
        Step::Run(&["cargo", "clippy", "--locked", "--package", "wikimovie", "--", "-D", "warnings"]),
    ),
    rust("documentation", &[Check], &[], Step::Docs),
    rust("standalone's dependencies", &[Check], &[], Step::Task(&["standalone-deps"])),
    rust("compile tests", &[Unit, Engines, Ingest], &[PAGES], Step::Tests { compile_only: true }),
    rust("tests", &[Unit, Engines, Ingest], &[PAGES, NODES, LOCALSTACK], Step::Tests { compile_only: false }),
    rust(
        "documented examples",
        &[Unit],
        &[],
        Step::Run(&["cargo", "test", "--locked", "--quiet", "--workspace", "--doc"]),
    ),
    rust(
        "clients and pages against a live gateway",
        &[Pages],
        &[PAGES, BROWSER],
        Step::Node(&["scripts/end-to-end.sh"]),
    ),
    rust("prices beside work, in short", &[Pages], &[PAGES], Step::Run(&["scripts/cost.sh", "--short"])),
    beside(PAGES, &[Unit, Pages], &[], Step::Node(&["scripts/pages.sh"])),
    beside(
        "pages: lints, types and unit tests",
        &[Pages],
        &[PAGES],
        Step::Node(&["npm", "--prefix", "web", "--silent", "test"]),
    ),
    beside(NODES, &[Engines, Ingest], &[], Step::Task(&["engines", "start"])),
    beside(LOCALSTACK, &[Ingest], &[], Step::Run(&["scripts/localstack.sh", "start"])),
    beside(BROWSER, &[Pages], &[], Step::Run(&["scripts/chromium.sh"])),
    beside("dependencies and spelling", &[Check], &[], Step::Task(&["deps"])),
    beside("alert rules", &[Check], &[], Step::Run(&["scripts/monitoring.sh"])),
    beside("what is shipped to run elsewhere", &[Deploy], &[], Step::Run(&["scripts/deploy-check.sh"])),
];

const fn rust(name: &'static str, jobs: &'static [Job], after: &'static [&'static str], step: Step) -> Phase {
    Phase { name, lane: Lane::Rust, jobs, after, step }
}

const fn beside(
    name: &'static str,
    jobs: &'static [Job],
    after: &'static [&'static str],
    step: Step,
) -> Phase {
    Phase { name, lane: Lane::Beside, jobs, after, step }
}

/// Runs the phases of some jobs, then prints their seconds and what was left out.
///
/// # Errors
/// Where a phase fails; those that wait for it, and those behind it in its lane, do not run.
pub(crate) fn run(root: &Path, arguments: &Arguments) -> Result<()> {
    let jobs = if arguments.jobs.is_empty() { Job::value_variants() } else { &arguments.jobs };
    let context = Context::new(root, jobs)?;
    let phases: Vec<&Phase> =
        PHASES.iter().filter(|phase| phase.jobs.iter().any(|job| jobs.contains(job))).collect();
    let started = Instant::now();
    let results = schedule(&phases, |phase| context.execute(phase));
    context.stop_services();
    context.report_skipped();
    report(&results, started.elapsed());
    let failed: Vec<&str> =
        results.iter().filter(|result| !result.passed()).map(|result| result.name).collect();
    if !failed.is_empty() {
        bail!("failed: {}", failed.join(", "));
    }
    Ok(())
}

/// What became of a phase.
struct PhaseResult {
    name: &'static str,
    /// Its time, or nothing where it did not run.
    seconds: Option<Duration>,
    error: Option<String>,
}

impl PhaseResult {
    fn passed(&self) -> bool {
        self.error.is_none() && self.seconds.is_some()
    }
}

/// Runs each lane in a thread. A phase starts when those that it waits for have passed, and is left out where one has not.
fn schedule(phases: &[&Phase], execute: impl Fn(&Phase) -> Result<()> + Sync) -> Vec<PhaseResult> {
    let ended: Mutex<Vec<PhaseResult>> = Mutex::default();
    let changed = Condvar::new();
    let selected: BTreeSet<&str> = phases.iter().map(|phase| phase.name).collect();
    let run_lane = |lane: Lane| {
        let mut broken = false;
        for phase in phases.iter().filter(|phase| phase.lane == lane) {
            let awaited: Vec<&str> =
                phase.after.iter().copied().filter(|name| selected.contains(name)).collect();
            let state = |ended: &Vec<PhaseResult>, name: &str| {
                ended.iter().find(|outcome| outcome.name == name).map(PhaseResult::passed)
            };
            let guard = ended.lock().unwrap_or_else(PoisonError::into_inner);
            let guard = changed
                .wait_while(guard, |ended| awaited.iter().any(|name| state(ended, name).is_none()))
                .unwrap_or_else(PoisonError::into_inner);
            let ready = awaited.iter().all(|name| state(&guard, name) == Some(true));
            drop(guard);
            let mut outcome = PhaseResult { name: phase.name, seconds: None, error: None };
            if !broken && ready {
                let begin = Instant::now();
                outcome.error = execute(phase).err().map(|error| format!("{error:#}"));
                outcome.seconds = Some(begin.elapsed());
            }
            // What stands beside each other does not lean on each other.
            broken |= lane == Lane::Rust && !outcome.passed();
            ended.lock().unwrap_or_else(PoisonError::into_inner).push(outcome);
            changed.notify_all();
        }
    };
    thread::scope(|scope| {
        scope.spawn(|| run_lane(Lane::Beside));
        run_lane(Lane::Rust);
    });
    ended.into_inner().unwrap_or_else(PoisonError::into_inner)
}

fn report(outcomes: &[PhaseResult], whole: Duration) {
    heading("Phases and their seconds");
    for PhaseResult { name, seconds, error } in outcomes {
        let time = seconds.map_or_else(|| "not run".to_owned(), |time| format!("{:.0}", time.as_secs_f64()));
        println!(
            "{time:>8}  {name}{}",
            error.as_ref().map(|error| format!(": FAILED ({error})")).unwrap_or_default()
        );
    }
    println!("{:>8.0}  in all", whole.as_secs_f64());
}

/// What phases share.
struct Context {
    root: PathBuf,
    /// This program; the run compiles it again, which takes its name away from a running process.
    program: PathBuf,
    filter: String,
    /// The folder of nextest, where a job needs it.
    programs: Option<PathBuf>,
    services: bool,
}

impl Context {
    fn new(root: &Path, jobs: &[Job]) -> Result<Self> {
        let tests = jobs.iter().any(|job| matches!(job, Unit | Engines | Ingest));
        let _ = fs::remove_file(root.join(SKIPPED.1));
        fs::create_dir_all(root.join(LOGS))?;
        let services = jobs.iter().any(|job| matches!(job, Engines | Ingest));
        if services {
            let state = root.join("target");
            thread::spawn(move || {
                loop {
                    touch(&state);
                    thread::sleep(TOUCH_INTERVAL);
                }
            });
        }
        let programs = if tests { Some(tools::from_pypi(root)?) } else { None };
        let program = std::env::current_exe()?;
        Ok(Context { root: root.to_owned(), program, filter: filter(jobs), programs, services })
    }

    fn execute(&self, phase: &Phase) -> Result<()> {
        if matches!(phase.step, Step::Node(_)) && !process::exists("npm") {
            return process::skip(phase.name, "Node was not found: install 20 or newer");
        }
        let mut command = self.command(&phase.step)?;
        command.env(SKIPPED.0, self.root.join(SKIPPED.1)).stdin(Stdio::null());
        if phase.lane == Lane::Rust {
            heading(phase.name);
            return process::run(&mut command);
        }
        let log = self.root.join(LOGS).join(format!("{}.log", phase.name.replace(' ', "-")));
        let file = File::create(&log)?;
        let status = command.stdout(file.try_clone()?).stderr(file).status().context("cannot be started")?;
        let text = fs::read(&log)?;
        heading(&format!("{} (beside)\n{}", phase.name, String::from_utf8_lossy(&text).trim_end()));
        if !status.success() {
            bail!("{status}, see {}", log.display());
        }
        Ok(())
    }

    fn command(&self, step: &Step) -> Result<Command> {
        let program = |words: &[&str]| {
            let mut command = if words[0] == "cargo" { process::cargo() } else { Command::new(words[0]) };
            command.args(&words[1..]);
            command
        };
        let mut command = match step {
            Step::Run(words) | Step::Node(words) => program(words),
            Step::Task(words) => {
                let mut command = Command::new(&self.program);
                command.args(*words);
                command
            }
            Step::Docs => {
                let mut command = program(&[
                    "cargo",
                    "doc",
                    "--locked",
                    "--workspace",
                    "--no-deps",
                    "--document-private-items",
                    "--quiet",
                ]);
                command.env("RUSTDOCFLAGS", "-D warnings -A rustdoc::private_intra_doc_links");
                command
            }
            Step::Tests { compile_only } => {
                let programs = self.programs.as_ref().context("nextest is not installed")?;
                let mut command = Command::new(programs.join("cargo-nextest"));
                command.args(["nextest", "run", "--locked", "--workspace", "--filterset", &self.filter]);
                if *compile_only {
                    command.arg("--no-run");
                } else {
                    command.envs(self.addresses()?);
                }
                command
            }
        };
        command.current_dir(&self.root);
        Ok(command)
    }

    /// Addresses of the started services, by the variables that tests read, so that none of them starts one.
    fn addresses(&self) -> Result<Vec<(&'static str, String)>> {
        if !self.services {
            return Ok(Vec::new());
        }
        let listed = |step: Step| -> Result<String> {
            let output = self.command(&step)?.stderr(Stdio::inherit()).output()?;
            Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
        };
        Ok(vec![
            ("TESTKIT_ENGINES", listed(Step::Task(&["engines", "urls"]))?),
            ("TESTKIT_LOCALSTACK", listed(Step::Run(&["scripts/localstack.sh", "url"]))?),
        ])
    }

    fn stop_services(&self) {
        if self.services {
            let _ = self.command(&Step::Task(&["engines", "stop"])).map(|mut command| command.status());
            let _ = self
                .command(&Step::Run(&["scripts/localstack.sh", "stop"]))
                .map(|mut command| command.status());
        }
    }

    fn report_skipped(&self) {
        let text = fs::read_to_string(self.root.join(SKIPPED.1)).unwrap_or_default();
        let lines: BTreeSet<&str> = text.lines().filter(|line| !line.trim().is_empty()).collect();
        heading(&format!("Skipped tests: {}", lines.len()));
        for line in lines {
            println!("{line}");
        }
    }
}

/// Tests of some jobs, as a filter of nextest.
fn filter(jobs: &[Job]) -> String {
    let parts = jobs.iter().filter_map(|job| match job {
        Unit => Some(format!("not ({ENGINE_TESTS} + {INGEST_TESTS} + {LIVE_TESTS})")),
        Engines => Some(format!("({ENGINE_TESTS})")),
        Ingest => Some(format!("({INGEST_TESTS})")),
        Check | Pages | Deploy => None,
    });
    parts.collect::<Vec<_>>().join(" + ")
}

/// Nodes and LocalStack exit when their file `used` has not been touched for a while.
fn touch(target: &Path) {
    let engines =
        fs::read_dir(target.join("engines")).into_iter().flatten().flatten().map(|entry| entry.path());
    for folder in engines.chain([target.join("localstack")]) {
        // One that is not there is not started.
        if let Ok(used) = File::options().write(true).open(folder.join("used")) {
            let _ = used.set_modified(SystemTime::now());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phases_name_phases_that_are_there_and_no_two_share_a_name() {
        let names: BTreeSet<&str> = PHASES.iter().map(|phase| phase.name).collect();
        assert_eq!(names.len(), PHASES.len());
        for phase in &PHASES {
            assert!(phase.after.iter().all(|name| names.contains(name)), "{}", phase.name);
            assert!(!phase.jobs.is_empty(), "{}", phase.name);
        }
        for job in Job::value_variants() {
            assert!(PHASES.iter().any(|phase| phase.jobs.contains(job)), "{job:?}");
        }
    }

    const NOTHING: Step = Step::Run(&["true"]);

    fn names(outcomes: &[PhaseResult], which: impl Fn(&PhaseResult) -> bool) -> Vec<&str> {
        outcomes.iter().filter(|outcome| which(outcome)).map(|outcome| outcome.name).collect()
    }

    #[test]
    fn a_phase_waits_for_those_of_the_other_lane() {
        let phases = [
            rust("tests", &[Unit], &["nodes", "not selected"], NOTHING),
            beside("nodes", &[Unit], &[], NOTHING),
        ];
        let order: Mutex<Vec<&str>> = Mutex::default();
        let outcomes = schedule(&phases.iter().collect::<Vec<_>>(), |phase| {
            if phase.name == "nodes" {
                thread::sleep(Duration::from_millis(50));
            }
            order.lock().expect("a lock").push(phase.name);
            Ok(())
        });
        assert_eq!(*order.lock().expect("a lock"), ["nodes", "tests"]);
        assert_eq!(names(&outcomes, PhaseResult::passed).len(), 2);
    }

    #[test]
    fn what_follows_a_failure_is_not_run_and_what_stands_beside_is() {
        let phases = [
            rust("lints", &[Check], &[], NOTHING),
            rust("tests", &[Check], &[], NOTHING),
            beside("pages", &[Check], &[], NOTHING),
            beside("browser", &[Check], &["lints"], NOTHING),
            beside("deploy", &[Check], &[], NOTHING),
        ];
        let outcomes = schedule(&phases.iter().collect::<Vec<_>>(), |phase| {
            if matches!(phase.name, "lints" | "pages") { bail!("broken") } else { Ok(()) }
        });
        assert_eq!(names(&outcomes, |outcome| outcome.error.is_some()).len(), 2);
        assert_eq!(names(&outcomes, PhaseResult::passed), ["deploy"]);
        assert_eq!(names(&outcomes, |outcome| outcome.seconds.is_none()).len(), 2);
    }

    #[test]
    fn each_test_is_of_one_job() {
        assert_eq!(filter(&[Engines]), format!("({ENGINE_TESTS})"));
        let all = filter(Job::value_variants());
        assert!(all.starts_with("not (") && all.contains(&format!("+ ({INGEST_TESTS})")), "{all}");
        assert_eq!(filter(&[Check, Deploy]), "");
    }
}
