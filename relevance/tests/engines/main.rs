//! The best answer comes first, on every engine: golden lists asked of the embedded engine and of each search node.
//! `golden.jsonl` is held to floors; `open.jsonl` holds the known gaps, which are reported only.
//!
//! `cargo xtask codegen relevance` also asks a plain `multi_match` of the nodes in the same run and writes the tables of
//! `docs/relevance.md`.
#![expect(clippy::print_stderr, reason = "the table is what this test is for")]
#![expect(clippy::unwrap_used, reason = "a helper of a test fails with the test")]

mod page;
mod plain;
mod typing;

use std::{path::Path, sync::Arc};

use wikimovie_domain::Movie;
use wikimovie_engine::Catalog;
use wikimovie_relevance::{Floors, Golden, GoldenOutcome, Report, ask, golden};
use wikimovie_testkit_builders::data;
use wikimovie_testkit_services::{Engine, TestCluster, TestIndex, apply};

const FLOORS: Floors =
    Floors { mean: Some(0.97), category: Some(0.93), success: Some(0.99), recall: Some(0.93) };

#[tokio::test(flavor = "multi_thread")]
async fn the_best_answer_comes_first() {
    let test = "the_best_answer_comes_first";
    let engines = Engines::with(test, data::seeds()).await;
    engines.check(&list("golden.jsonl")).await;
    engines.report_open(&list("open.jsonl")).await;
    let (Some(movies), Some(queries)) = (data::large_catalogue(test), data::large_golden_list(test)) else {
        return;
    };
    let golden = golden::read(&queries).unwrap();
    let mut columns = Engines::with(test, movies.clone()).await.check(&golden).await;
    if std::env::var_os("WIKIMOVIE_CODEGEN").is_some() {
        for engine in wikimovie_testkit_services::engines(test) {
            let outcomes = plain::ask(&engine, &movies, &golden);
            columns.push((format!("`multi_match`, {}", engine.name), Report::of(&outcomes)));
        }
        page::write(movies.len(), &golden, &columns);
    }
}

/// A golden list of this crate, over the seeds.
fn list(file: &str) -> Vec<Golden> {
    let text = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(file)).unwrap();
    golden::read(&text).unwrap()
}

/// The embedded engine and each search node, over the same movies.
struct Engines {
    catalogs: Vec<(String, Arc<dyn Catalog>)>,
    // Removed with the last question.
    _index: TestIndex,
    _clusters: Vec<TestCluster>,
}

impl Engines {
    async fn with(test: &str, movies: Vec<Movie>) -> Self {
        let index = TestIndex::of(movies.clone());
        let mut catalogs = vec![("embedded".to_owned(), index.embedded.catalog())];
        let mut clusters = Vec::new();
        for engine in wikimovie_testkit_services::engines(test) {
            let cluster = filled(&engine, movies.clone()).await;
            catalogs.push((engine.name, cluster.engine.catalog()));
            clusters.push(cluster);
        }
        Self { catalogs, _index: index, _clusters: clusters }
    }

    /// Asks every engine, holds it to the floors, and returns the measures of each.
    async fn check(&self, golden: &[Golden]) -> Vec<(String, Report)> {
        let mut columns: Vec<(String, Report)> = Vec::new();
        for (engine, catalog) in &self.catalogs {
            let report = Report::of(&ask(catalog.as_ref(), golden).await.unwrap());
            eprintln!("{engine}\n{}", report.table());
            let missed = FLOORS.missed(&report);
            assert!(missed.is_empty(), "{engine}: {}", missed.join("; "));
            if let Some((_, embedded)) = columns.first() {
                assert_eq!(report.categories, embedded.categories, "{engine} and embedded differ");
            }
            columns.push((engine.clone(), report));
        }
        columns
    }

    /// Asks every engine the questions that the search does not answer yet: no floor, the same answers from each.
    async fn report_open(&self, open: &[Golden]) {
        let mut embedded: Option<Vec<GoldenOutcome>> = None;
        for (engine, catalog) in &self.catalogs {
            let outcomes = ask(catalog.as_ref(), open).await.unwrap();
            match &embedded {
                Some(embedded) => assert_eq!(&outcomes, embedded, "{engine} and embedded differ"),
                None => {
                    eprintln!("known gaps, {engine}\n{}", Report::of(&outcomes).table());
                    for closed in outcomes.iter().filter(|outcome| outcome.is_right()) {
                        eprintln!("answered by now, move it to golden.jsonl: {}", closed.id);
                    }
                    embedded = Some(outcomes);
                }
            }
        }
    }
}

async fn filled(engine: &Engine, movies: Vec<Movie>) -> TestCluster {
    let cluster = TestCluster::new(engine).await;
    cluster.write(move |writer| apply(writer, "test/movies.json", 1_000, movies).unwrap()).await;
    cluster
}
