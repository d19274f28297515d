//! The worker compared with the node's own limit: the documents that the worker sends, encoded beforehand, with the
//! same ids and external versions, at the best of several batch sizes and numbers of connections.

use std::{
    sync::atomic::{AtomicUsize, Ordering::Relaxed},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, ensure};
use axum::body::Bytes;
use wikimovie_testkit_services::{Engine, TestCluster};

use super::{
    Bench,
    aws::{Content, FakeAws},
    cluster::BulkMode,
    movies::Shape,
};
use crate::{gateway::agent, node::Node, pin::Pinned};

const BATCHES: [usize; 3] = [250, 500, 1_000];
const CONNECTIONS: [usize; 3] = [1, 2, 4];
const ROUNDS: usize = 3;

/// Parameters of bulk requests.
#[derive(Clone, Copy, Debug)]
struct BulkParameters {
    batch: usize,
    connections: usize,
}

impl Bench<'_> {
    pub(super) fn speed(&self, node: &Node, process: Option<u32>) -> anyhow::Result<String> {
        println!("{}", node.name);
        let count = self.args.documents;
        let plain = Content::Records { count, shape: Shape::Lines };
        let packed = self.packed(count)?;
        let documents = self.documents(node, &plain)?;
        let apart = process.and_then(Pinned::pin);
        // Measured first, because the node's JIT compiles what runs often.
        self.ceiling(node, &documents, BulkParameters { batch: 500, connections: 2 })?;
        let way = self.best(node, &documents)?;
        let mut rates = [Vec::new(), Vec::new(), Vec::new()];
        for round in 0..ROUNDS {
            for turn in 0..3 {
                let kind = (round + turn) % 3;
                let took = match kind {
                    0 => self.ceiling(node, &documents, way)?,
                    1 => self.ingest(node, &plain)?,
                    _ => self.ingest(node, &packed)?,
                };
                rates[kind].push(count as f64 / took.as_secs_f64());
            }
        }
        drop(apart);
        println!(
            "  {way:?}; documents a second: node {:.0?}, NDJSON {:.0?}, gzip {:.0?}",
            rates[0], rates[1], rates[2]
        );
        let [ceiling, plain, packed] = rates.map(|mut rates| {
            rates.sort_by(f64::total_cmp);
            rates[ROUNDS / 2]
        });
        Ok(format!(
            "\n### {}\n\n{count} documents into an empty index, from the put of the object until its \
             message is deleted, compared with the node's own limit: the same documents encoded beforehand, \
             same ids, external versions, {} of them in a request on {} connections (the best of \
             {BATCHES:?} and {CONNECTIONS:?}), and a refresh. Medians of {ROUNDS} alternating \
             rounds{}.\n\n| path | documents/s | of the limit | goal |\n| --- | ---: | ---: | --- |\n| the \
             node's limit | {ceiling:.0} | | |\n| NDJSON | {plain:.0} | {:.2} | 0.90 |\n| NDJSON, gzip | \
             {packed:.0} | {:.2} | 0.80 |\n",
            node.name,
            way.batch,
            way.connections,
            if process.is_some() { "; the node has one core, everything else the other" } else { "" },
            plain / ceiling,
            packed / ceiling,
        ))
    }

    /// The bulk lines of each document, as the worker sends them.
    fn documents(&self, node: &Node, content: &Content) -> anyhow::Result<Vec<Bytes>> {
        let (aws, front) = self.fakes(node, BulkMode::Record)?;
        let worker = self.worker(&aws, &front.url)?;
        aws.put("acme/a", content.clone());
        self.wait_until(&worker, || aws.took("acme/a").is_some())?;
        let mut documents = Vec::new();
        for body in front.recorded() {
            let mut from = 0;
            let ends = body.iter().enumerate().filter(|(_, byte)| **byte == b'\n').map(|(at, _)| at + 1);
            for end in ends.skip(1).step_by(2) {
                documents.push(body.slice(from..end));
                from = end;
            }
        }
        ensure!(documents.len() as u64 == self.args.documents, "{} documents were sent", documents.len());
        Ok(documents)
    }

    fn best(&self, node: &Node, documents: &[Bytes]) -> anyhow::Result<BulkParameters> {
        let some = documents.get(..documents.len() / 3).unwrap_or(documents);
        let mut best: Option<(Duration, BulkParameters)> = None;
        for batch in BATCHES {
            for connections in CONNECTIONS {
                let way = BulkParameters { batch, connections };
                let took = self.ceiling(node, some, way)?;
                if best.is_none_or(|(least, _)| took < least) {
                    best = Some((took, way));
                }
            }
        }
        best.map(|(_, way)| way).context("no way to send")
    }

    /// Duration without the worker.
    fn ceiling(&self, node: &Node, documents: &[Bytes], way: BulkParameters) -> anyhow::Result<Duration> {
        let engine = Engine { name: node.name.clone(), urls: node.url.clone() };
        let cluster = self.runtime.block_on(TestCluster::new(&engine));
        let address = format!("{}{}-write", node.url, cluster.options.index);
        let bodies: Vec<Vec<u8>> = documents.chunks(way.batch).map(<[Bytes]>::concat).collect();
        let next = AtomicUsize::new(0);
        let begun = Instant::now();
        thread::scope(|scope| {
            let send = || {
                let agent = agent();
                while let Some(body) = bodies.get(next.fetch_add(1, Relaxed)) {
                    let url = format!("{address}/_bulk?filter_path=errors,items.*.status,items.*.error");
                    let request = agent.post(url).content_type("application/x-ndjson");
                    let answer = request.send(&body[..])?.body_mut().read_to_string()?;
                    ensure!(answer.contains("\"errors\":false"), "the node refused documents");
                }
                anyhow::Ok(())
            };
            let senders: Vec<_> = (0..way.connections).map(|_| scope.spawn(send)).collect();
            for sender in senders {
                sender.join().map_err(|_| anyhow::anyhow!("a sender panicked"))??;
            }
            anyhow::Ok(())
        })?;
        agent().post(format!("{address}/_refresh")).send_empty()?;
        Ok(begun.elapsed())
    }

    fn ingest(&self, node: &Node, content: &Content) -> anyhow::Result<Duration> {
        let aws = self.runtime.block_on(FakeAws::start(self.texts()))?;
        let worker = self.worker(&aws, &node.url)?;
        aws.put("acme/a", content.clone());
        self.wait_until(&worker, || aws.took("acme/a").is_some())?;
        aws.took("acme/a").context("it was put and done")
    }
}
