//! The released worker between a bucket and a search node: its throughput relative to the node's own limit, its CPU
//! time and memory, and how long small objects wait beside a large one.
//!
//! Bucket and queue are fakes ([`aws`]), objects are generated as they are read. Where the worker alone is measured, a
//! proxy ([`cluster`]) accepts bulk requests; the node answers the rest.

mod aws;
mod cluster;
mod movies;
mod speed;
mod worker;

use std::{
    fs::File,
    io::{BufWriter, Write},
    path::{Path, PathBuf},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, ensure};
use clap::Args;
use flate2::{Compression, write::GzEncoder};
use tokio::runtime::Runtime;

use self::{
    aws::{Content, FakeAws},
    cluster::{BulkMode, BulkProxy},
    movies::{Shape, Texts},
    worker::Worker,
};
use crate::{
    node::Node,
    pin,
    report::{self, Latencies, Section},
};

#[derive(Debug, Args)]
pub(crate) struct IngestArgs {
    /// URL of a search node; several are measured one after another.
    #[arg(long, required = true)]
    node: Vec<String>,
    /// Process id of each node, in the same order; the node then gets a core of its own.
    #[arg(long)]
    process: Vec<u32>,
    /// The released `wikimovie-ingest`.
    #[arg(long, default_value = "target/release/wikimovie-ingest")]
    binary: PathBuf,
    /// Size of each of the eight large objects, in MiB, unpacked.
    #[arg(long, default_value_t = 2_048)]
    large: u64,
    /// Documents of each comparison with a node.
    #[arg(long, default_value_t = 80_000)]
    documents: u64,
    /// Small objects put beside a large one.
    #[arg(long, default_value_t = 300)]
    small: u32,
    /// Parts to measure.
    #[arg(long, value_enum, value_delimiter = ',', default_values_t = [Part::Cpu, Part::Speed, Part::Small, Part::Many, Part::Memory])]
    parts: Vec<Part>,
    /// Markdown file to write.
    #[arg(long)]
    report: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Part {
    Cpu,
    Speed,
    Small,
    Many,
    Memory,
}

/// Deadline of each step.
const STEP_DEADLINE: Duration = Duration::from_secs(7_200);

/// Shared by all measurements.
struct Bench<'a> {
    args: &'a IngestArgs,
    runtime: Runtime,
    folder: PathBuf,
}

pub(crate) fn measure(args: &IngestArgs) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let folder = crate::tempdir()?;
    let bench = Bench { args, runtime, folder: folder.clone() };
    let page = bench.run();
    std::fs::remove_dir_all(&folder).ok();
    let page = page?;
    args.report.as_deref().map_or(Ok(()), |path| report::write(path, Section::Ingest, &page))
}

impl Bench<'_> {
    fn run(&self) -> anyhow::Result<String> {
        let mut page = format!(
            "## Ingest\n\nWritten by `make bench-ingest`. A release build of `wikimovie-ingest worker`; \
             worker, node and this measurement, with a fake bucket and queue, on one machine ({} cores), \
             over loopback, one shard. Records are invented, {} bytes each on average.\n",
            pin::cores(),
            self.texts().size(4_096, Shape::Lines) / 4_096
        );
        let has = |part| self.args.parts.contains(&part);
        let first = Node::new(self.args.node.first().context("no node")?)?;
        if has(Part::Cpu) {
            page.push_str(&self.cpu(&first)?);
        }
        if has(Part::Speed) {
            for (at, url) in self.args.node.iter().enumerate() {
                page.push_str(&self.speed(&Node::new(url)?, self.args.process.get(at).copied())?);
            }
        }
        if has(Part::Small) {
            page.push_str(&self.small(&first)?);
        }
        if has(Part::Many) {
            page.push_str(&self.many(&first)?);
        }
        if has(Part::Memory) {
            page.push_str(&self.memory(&first)?);
        }
        Ok(page)
    }

    fn texts(&self) -> Texts {
        Texts::new(1)
    }

    /// An object's records in a file, packed by gzip.
    fn packed(&self, records: u64) -> anyhow::Result<Content> {
        let path = self.folder.join(format!("{records}.ndjson.gz"));
        if !path.exists() {
            pack(&path, &self.texts(), records)?;
        }
        let size = path.metadata()?.len();
        Ok(Content::File(path, size))
    }

    /// A worker on this bucket and node, ready to receive.
    fn worker(&self, aws: &FakeAws, url: &str) -> anyhow::Result<Worker> {
        Worker::start(&self.args.binary, &aws.endpoint, url)
    }

    /// CPU time per document.
    fn cpu(&self, node: &Node) -> anyhow::Result<String> {
        let mut page = "\nCPU time (user and system) of the worker per document, bulk requests accepted by \
                        a proxy (goal: at most 25 µs); medians of 3 runs:\n\n| object | documents | µs a \
                        document | bytes sent for each |\n| --- | ---: | ---: | ---: |\n"
            .to_owned();
        let count = 200_000;
        for (name, content) in [
            ("NDJSON", Content::Records { count, shape: Shape::Lines }),
            ("JSON array", Content::Records { count, shape: Shape::Array }),
            ("NDJSON, gzip", self.packed(count)?),
        ] {
            let mut runs = Vec::new();
            let mut sent = 0;
            for _ in 0..3 {
                let (aws, front) = self.fakes(node, BulkMode::Discard)?;
                let worker = self.worker(&aws, &front.url)?;
                let before = worker.cpu()?;
                aws.put("acme/a", content.clone());
                self.wait_until(&worker, || aws.took("acme/a").is_some())?;
                ensure!(front.documents() == count, "{} documents of {count} were sent", front.documents());
                runs.push((worker.cpu()? - before).as_secs_f64() * 1e6 / count as f64);
                sent = front.bulk_bytes() / count;
            }
            runs.sort_by(f64::total_cmp);
            println!("  {name}: {runs:.1?} us of processor for each document");
            page.push_str(&format!("| {name} | {count} | {:.1} | {sent} |\n", runs[1]));
        }
        Ok(page)
    }

    fn fakes(&self, node: &Node, mode: BulkMode) -> anyhow::Result<(FakeAws, BulkProxy)> {
        let aws = self.runtime.block_on(FakeAws::start(self.texts()))?;
        let front = self.runtime.block_on(BulkProxy::start(&node.url, mode))?;
        Ok((aws, front))
    }

    fn wait_until(&self, worker: &Worker, is: impl Fn() -> bool) -> anyhow::Result<()> {
        let begun = Instant::now();
        while !is() {
            ensure!(begun.elapsed() < STEP_DEADLINE, "the deadline has passed");
            ensure!(worker.is_alive()?, "the worker ended");
            thread::sleep(Duration::from_millis(5));
        }
        Ok(())
    }

    /// Peak memory with eight large objects at once.
    fn memory(&self, node: &Node) -> anyhow::Result<String> {
        let mut page = "\nPeak memory of the worker (`VmHWM`) with eight objects in flight (three of \
                        NDJSON, three of gzipped NDJSON, two JSON arrays), bulk requests accepted by a \
                        proxy (goal: at most 160 MiB, and the same within 8 MiB for small ones):\n\n| size \
                        of each object, unpacked | documents | peak RSS |\n| --- | ---: | ---: |\n"
            .to_owned();
        let mut peaks = Vec::new();
        for mib in [100, self.args.large] {
            let records = self.texts().fit(mib << 20);
            let (aws, front) = self.fakes(node, BulkMode::Discard)?;
            let worker = self.worker(&aws, &front.url)?;
            let packed = self.packed(records)?;
            let content = |at: usize| match at {
                0..=2 => Content::Records { count: records, shape: Shape::Lines },
                3..=5 => packed.clone(),
                _ => Content::Records { count: records, shape: Shape::Array },
            };
            for at in 0..8 {
                aws.put(&format!("provider-{at}/large"), content(at));
            }
            self.wait_until(&worker, || aws.opened() == 8)?;
            self.wait_until(&worker, || {
                (0..8).all(|at| aws.took(&format!("provider-{at}/large")).is_some())
            })?;
            ensure!(front.documents() == records * 8, "{} documents were sent", front.documents());
            let peak = worker.peak_mib()?;
            println!("  8 objects of {mib} MiB: {peak:.0} MiB at most");
            page.push_str(&format!("| {mib} MiB | {} | {peak:.0} MiB |\n", records * 8));
            peaks.push(peak);
        }
        page.push_str(&format!("\nThe difference is {:.1} MiB.\n", peaks[1] - peaks[0]));
        Ok(page)
    }

    /// Many objects of one record, alone and among messages that are not events.
    fn many(&self, node: &Node) -> anyhow::Result<String> {
        const OBJECTS: u64 = 5_000;
        let mut page = format!(
            "\n{OBJECTS} objects of one record, all put at once, bulk requests accepted by a proxy; the \
             same with one message in a hundred that is not an event and goes to the dead-letter queue \
             (goals: at most one bulk request for 50 objects and 0.35 requests to the queue for each \
             message; bad messages cost at most 2 %):\n\n| messages | seconds | objects for each bulk \
             request | queue requests for each message | dead letters |\n| --- | ---: | ---: | ---: | ---: \
             |\n"
        );
        for (name, poison) in [("only events", 0), ("1 % other messages", OBJECTS / 100)] {
            let (aws, front) = self.fakes(node, BulkMode::Discard)?;
            let worker = self.worker(&aws, &front.url)?;
            let before = aws.queue_calls();
            let begun = Instant::now();
            for at in 0..OBJECTS {
                if poison > 0 && at % (OBJECTS / poison) == 0 {
                    aws.send("this is no event");
                }
                aws.put(&format!("acme/{at}"), Content::Records { count: 1, shape: Shape::Lines });
            }
            self.wait_until(&worker, || aws.left() == 0)?;
            let seconds = begun.elapsed().as_secs_f64();
            ensure!(aws.dead_letters() == poison, "{} dead letters of {poison}", aws.dead_letters());
            let row = format!(
                "| {name} | {seconds:.1} | {:.0} | {:.2} | {poison} |\n",
                OBJECTS as f64 / front.bulk_requests() as f64,
                (aws.queue_calls() - before) as f64 / (OBJECTS + poison) as f64,
            );
            print!("  {row}");
            page.push_str(&row);
        }
        Ok(page)
    }

    /// Small objects beside a large one.
    fn small(&self, node: &Node) -> anyhow::Result<String> {
        let mut page = format!(
            "\nTime from the put of an object of one record until its message is deleted (it is then \
             searchable), {} objects, one every 50 ms, alone and beside an object of 10 GiB of the same \
             provider (goal: p99 at most twice as long):\n\n| bulk requests accepted by | alone, p50 | p99 \
             | beside, p50 | p99 |\n| --- | ---: | ---: | ---: | ---: |\n",
            self.args.small
        );
        for (name, mode) in [("a proxy", BulkMode::Discard), (node.name.as_str(), BulkMode::Forward)] {
            let (aws, front) = self.fakes(node, mode)?;
            let worker = self.worker(&aws, &front.url)?;
            self.trickle(&aws, &worker, "warm")?;
            let alone = self.trickle(&aws, &worker, "alone")?;
            let count = self.texts().fit(10 << 30);
            aws.put("acme/large", Content::Records { count, shape: Shape::Lines });
            self.wait_until(&worker, || front.documents() > 20_000)?;
            let beside = self.trickle(&aws, &worker, "beside")?;
            ensure!(aws.took("acme/large").is_none(), "the large object ended too soon");
            println!("  {name}: alone {alone}; beside {beside}");
            let row =
                [&alone, &beside].map(|times| format!("{:.0} ms | {:.0} ms", times.ms(50.0), times.ms(99.0)));
            page.push_str(&format!("| {name} | {} |\n", row.join(" | ")));
        }
        Ok(page)
    }

    fn trickle(&self, aws: &FakeAws, worker: &Worker, name: &str) -> anyhow::Result<Latencies> {
        let keys: Vec<String> = (0..self.args.small).map(|at| format!("acme/{name}-{at}")).collect();
        for key in &keys {
            aws.put(key, Content::Records { count: 1, shape: Shape::Lines });
            thread::sleep(Duration::from_millis(50));
        }
        self.wait_until(worker, || keys.iter().all(|key| aws.took(key).is_some()))?;
        Ok(Latencies::of(keys.iter().filter_map(|key| aws.took(key)).collect()))
    }
}

fn pack(path: &Path, texts: &Texts, records: u64) -> anyhow::Result<()> {
    let file = File::create(path).with_context(|| format!("creating {}", path.display()))?;
    let mut packer = GzEncoder::new(BufWriter::new(file), Compression::fast());
    let mut chunk = Vec::new();
    for number in 0..records {
        texts.record(number, Shape::Lines, &mut chunk);
        if chunk.len() > 1 << 20 {
            packer.write_all(&chunk)?;
            chunk.clear();
        }
    }
    packer.write_all(&chunk)?;
    packer.finish()?.flush()?;
    Ok(())
}
