//! Results of the run: a table, the failures, and the page `docs/conformance.md`.

use std::{fmt::Write as _, fs, path::Path};

use crate::{run::CaseOutcome, subject::Subject, suite::Suite};

/// Rows are topics, columns are engines, cells are passed of all cases.
pub(crate) fn table(suite: &Suite, subjects: &[Subject], outcomes: &[CaseOutcome]) -> String {
    let mut text = String::from("| topic | what it asks |");
    for subject in subjects {
        write!(text, " {} |", subject.name()).unwrap();
    }
    write!(text, "\n| --- | --- |{}\n", " --- |".repeat(subjects.len())).unwrap();
    let cell = |subject: &Subject, topic: Option<&str>| {
        let counted = outcomes.iter().filter(|outcome| {
            outcome.engine == subject.name() && topic.is_none_or(|topic| outcome.topic == topic)
        });
        let (passed, failed): (Vec<_>, Vec<_>) = counted.partition(|outcome| outcome.failure.is_none());
        format!(" {}/{} |", passed.len(), passed.len() + failed.len())
    };
    for topic in &suite.topics {
        let cells: String = subjects.iter().map(|subject| cell(subject, Some(&topic.name))).collect();
        writeln!(text, "| {} | {} |{cells}", topic.name, topic.title).unwrap();
    }
    let cells: String = subjects.iter().map(|subject| cell(subject, None)).collect();
    writeln!(text, "| **all** | |{cells}").unwrap();
    text
}

/// File, case, engine and differences of all failures.
pub(crate) fn failures(outcomes: &[CaseOutcome]) -> String {
    let mut text = String::new();
    for outcome in outcomes {
        if let Some(failure) = &outcome.failure {
            let CaseOutcome { topic, case, engine, .. } = outcome;
            write!(text, "\n\nconformance/cases/{topic}.yaml, case {case:?}, on {engine}:\n{failure}")
                .unwrap();
        }
    }
    text
}

/// Compares the page with the run, or rewrites it under `cargo xtask codegen`. Only a run on all known engines may
/// change the page; other runs only print their table.
pub(crate) fn compare(suite: &Suite, subjects: &[Subject], table: &str) {
    let named = std::env::var("ELASTICSEARCH_URLS").is_ok_and(|urls| !urls.is_empty());
    if named || subjects.len() <= flavours() {
        eprintln!("docs/conformance.md was not compared: not all of its engines ran");
        return;
    }
    let cases: usize = suite.topics.iter().map(|topic| topic.cases.len()).sum();
    let names: Vec<&str> = subjects.iter().skip(1).map(Subject::name).collect();
    let text = HEAD.replace("{cases}", &cases.to_string()).replace("{engines}", &names.join(" and ")) + table;
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/conformance.md");
    if std::env::var_os("WIKIMOVIE_CODEGEN").is_some() {
        fs::write(&file, &text).unwrap();
    }
    let committed = fs::read_to_string(&file).unwrap_or_default();
    assert!(committed == text, "docs/conformance.md is out of date: run `cargo xtask codegen conformance`");
}

/// Engines that `scripts/engines.sh` knows.
fn flavours() -> usize {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../testkit/engines");
    fs::read_dir(folder).map_or(0, |entries| entries.flatten().filter(|entry| entry.path().is_dir()).count())
}

const HEAD: &str = "\
# Conformance

The same {cases} cases, each a set of documents, GraphQL questions and their exact answers, go through the whole gateway
on every engine. This page is written by that run (`make conformance`), and `make test` fails where it differs. How
cases are written stands in [conformance/README.md](../conformance/README.md).

What is shown by what:

- **Proven, by this run:** the embedded engine, and real nodes of {engines}.
- **Typed, not run:** Elasticsearch 8 and 9. Each shape of request that we compile is checked by `tsc` against the
  request types of Elastic's own clients `@elastic/elasticsearch` 8 and 9 (`make dsl-types`, see [dsl.md](dsl.md)). That
  shows that requests are well-formed there; it does not show what is answered.
- **Nothing** is shown here of any other version. `ELASTICSEARCH_URLS=… cargo test -p wikimovie-conformance` runs the
  same cases on a cluster of yours and prints the table.

Passed of all, by topic and engine:

";
