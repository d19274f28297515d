//! Runs every case on one engine: one index for each set of documents, a few sets concurrently.

use std::collections::BTreeSet;

use futures::StreamExt;

use crate::{
    answer::{self, Captured},
    subject::{App, Subject},
    suite::{Case, Suite, Topic},
};

/// Number of concurrent sets of documents.
const SETS_AT_A_TIME: usize = 3;

/// Result of one case on one engine.
pub(crate) struct CaseOutcome {
    pub(crate) topic: String,
    pub(crate) case: String,
    pub(crate) engine: String,
    /// Differences; `None` if there are none.
    pub(crate) failure: Option<String>,
}

/// Runs all cases.
pub(crate) async fn all(suite: &Suite, subject: &Subject) -> Vec<CaseOutcome> {
    let sets: BTreeSet<&String> = suite.topics.iter().map(|topic| &topic.set).collect();
    let runs = sets.into_iter().map(|set| async move {
        let app = subject.filled_with(&suite.sets[set]).await;
        let mut outcomes = Vec::new();
        for topic in suite.topics.iter().filter(|topic| topic.set == *set) {
            for case in &topic.cases {
                outcomes.push(outcome(&app, subject, topic, case).await);
            }
        }
        outcomes
    });
    let outcomes: Vec<Vec<CaseOutcome>> =
        futures::stream::iter(runs).buffer_unordered(SETS_AT_A_TIME).collect().await;
    outcomes.into_iter().flatten().collect()
}

async fn outcome(app: &App, subject: &Subject, topic: &Topic, case: &Case) -> CaseOutcome {
    CaseOutcome {
        topic: topic.name.clone(),
        case: case.name.clone(),
        engine: subject.name().to_owned(),
        failure: run(app, case).await.err(),
    }
}

async fn run(app: &App, case: &Case) -> Result<(), String> {
    let mut captured = Captured::new();
    for (number, step) in (1..).zip(case.steps()) {
        let mut difference = String::new();
        for _ in 0..step.repeat {
            let variables = answer::variables(&step.variables, &captured);
            let answer = app.ask(&step.query, &variables).await;
            difference =
                answer::difference(&answer::expected(&step), &answer::comparable(&answer), &captured);
            for (name, pointer) in &step.capture {
                let value = answer["data"].pointer(pointer).filter(|value| !value.is_null());
                let value = value.ok_or_else(|| {
                    format!("step {number}: nothing to capture at {pointer} of\n  {answer}")
                })?;
                captured.insert(name.clone(), value.clone());
            }
        }
        if !difference.is_empty() {
            return Err(format!("step {number}: - expected, + answered\n{difference}"));
        }
    }
    Ok(())
}
