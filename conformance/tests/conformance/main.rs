//! One contract, every engine: the cases of `cases/` run through the whole gateway, on the embedded engine and on each
//! available search node. The crate's `README.md` explains how to write cases.
#![expect(clippy::print_stderr, reason = "the table is what this test is for")]
#![expect(clippy::unwrap_used, reason = "a helper of a test fails with the test")]

mod answer;
mod coverage;
mod fill;
mod report;
mod run;
mod schema;
mod subject;
mod suite;

use std::time::Instant;

use suite::Suite;
use wikimovie_testkit_services::engines;

#[tokio::test(flavor = "multi_thread")]
async fn every_engine_answers_every_case() {
    let started = Instant::now();
    let mut suite = Suite::read();
    if std::env::var_os("WIKIMOVIE_CODEGEN").is_some() {
        fill::fill(&suite).await;
        suite = Suite::read();
    }
    let mut subjects = vec![subject::Subject::Embedded];
    subjects.extend(engines("every_engine_answers_every_case").into_iter().map(subject::Subject::Cluster));
    let mut outcomes = Vec::new();
    for subject in &subjects {
        outcomes.extend(run::all(&suite, subject).await);
    }
    let table = report::table(&suite, &subjects, &outcomes);
    eprintln!("{table}\n{:.1} s", started.elapsed().as_secs_f64());
    let failures = report::failures(&outcomes);
    assert!(failures.is_empty(), "{failures}");
    report::compare(&suite, &subjects, &table);
}

#[test]
fn every_argument_and_field_of_the_schema_is_used_by_a_case() {
    let unused = coverage::unused(&Suite::read());
    assert!(unused.is_empty(), "no case uses:\n{}", unused.join("\n"));
}
