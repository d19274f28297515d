//! The best answer comes first, on every engine: golden lists asked of the embedded engine and of each search node.
//!
//! `cargo xtask codegen relevance` also asks a plain `multi_match` of the nodes in the same run and writes the tables of
//! `docs/relevance.md`.
#![expect(clippy::print_stderr, reason = "the table is what this test is for")]
#![expect(clippy::unwrap_used, reason = "a helper of a test fails with the test")]

mod page;
mod plain;

use std::{path::Path, sync::Arc};

use wikimovie_domain::Movie;
use wikimovie_engine::Catalog;
use wikimovie_relevance::{Floors, Golden, Report, ask, golden};
use wikimovie_testkit_builders::data;
use wikimovie_testkit_services::{Engine, TestCluster, TestIndex, apply, engines};

const FLOORS: Floors = Floors { mean: Some(0.97), category: Some(0.93), success: Some(0.99) };

#[tokio::test(flavor = "multi_thread")]
async fn the_best_answer_comes_first_on_the_seeds() {
    let list = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("golden.jsonl")).unwrap();
    let golden = golden::read(&list).unwrap();
    check("the_best_answer_comes_first_on_the_seeds", data::seeds(), &golden).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_best_answer_comes_first_on_real_movies() {
    let test = "the_best_answer_comes_first_on_real_movies";
    let (Some(movies), Some(queries)) = (data::real_movies(test), data::real_queries(test)) else { return };
    let golden = golden::read(&queries).unwrap();
    let count = movies.len();
    let mut columns = check(test, movies.clone(), &golden).await;
    if std::env::var_os("WIKIMOVIE_CODEGEN").is_some() {
        for engine in engines(test) {
            let outcomes = plain::ask(&engine, &movies, &golden);
            columns.push((format!("`multi_match`, {}", engine.name), Report::of(&outcomes)));
        }
        page::write(count, &golden, &columns);
    }
}

/// Asks every engine, holds it to the floors, and gives each its measures.
async fn check(test: &str, movies: Vec<Movie>, golden: &[Golden]) -> Vec<(String, Report)> {
    let index = TestIndex::of(movies.clone());
    let mut columns = vec![("embedded".to_owned(), measure(index.embedded.catalog(), golden).await)];
    for engine in engines(test) {
        let cluster = filled(&engine, movies.clone()).await;
        columns.push((engine.name, measure(cluster.engine.catalog(), golden).await));
    }
    for (engine, report) in &columns {
        eprintln!("{engine}\n{}", report.table());
        let missed = FLOORS.missed(report);
        assert!(missed.is_empty(), "{engine}: {}", missed.join("; "));
        assert_eq!(report.categories, columns[0].1.categories, "{engine} and embedded differ");
    }
    columns
}

async fn filled(engine: &Engine, movies: Vec<Movie>) -> TestCluster {
    let cluster = TestCluster::new(engine).await;
    cluster.write(move |writer| apply(writer, "test/movies.json", 1_000, movies).unwrap()).await;
    cluster
}

async fn measure(catalog: Arc<dyn Catalog>, golden: &[Golden]) -> Report {
    Report::of(&ask(catalog.as_ref(), golden).await.unwrap())
}
