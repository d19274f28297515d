//! `relevance` as programs offer it: a golden list asked of their engine, the scores, and what moved.

use std::{
    fs,
    path::{Path, PathBuf},
    process::ExitCode,
};

use clap::Args;
use wikimovie_command::{CliError, output};
use wikimovie_engine::{Catalog, OperationContext};

use crate::{
    ask::{GoldenOutcome, ask},
    golden::{self, Golden},
    history::History,
    score::{Floors, Report},
};

/// Most questions listed that moved, and most that found nothing right.
const LISTED: usize = 20;

/// What is asked, and what must be reached.
#[derive(Args, Clone, Debug)]
pub struct RelevanceArgs {
    /// Golden list: one JSON object per line, {"query": "alien", "expected": [{"title": "Alien", "year": 1979}]}
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// File that stores this run, for comparison with the next one [default: FILE with the suffix .last.json]
    #[arg(long, value_name = "FILE")]
    pub last: Option<PathBuf>,
    /// Minimum of the mean of the categories' MRR@10, such as 0.97
    #[arg(long, value_name = "0..1")]
    pub floor_mean: Option<f64>,
    /// Minimum MRR@10 of each category
    #[arg(long, value_name = "0..1")]
    pub floor_category: Option<f64>,
    /// Minimum recall@10 of each category
    #[arg(long, value_name = "0..1")]
    pub floor_recall: Option<f64>,
    /// Minimum share of questions with an expected movie among the first ten
    #[arg(long, value_name = "0..1")]
    pub floor_success: Option<f64>,
}

impl RelevanceArgs {
    /// The list, read before anything is started.
    ///
    /// # Errors
    /// One line about the first line that is no question.
    pub fn golden(&self) -> Result<Vec<Golden>, CliError> {
        let text =
            fs::read_to_string(&self.file).map_err(|error| CliError::cannot_read(&self.file, &error))?;
        golden::read(&text).map_err(|error| CliError::new(format!("{}: {error}", self.file.display())))
    }

    /// Asks the list and prints the scores. Status 1 where a floor is missed.
    ///
    /// # Errors
    /// Where the engine does not answer, holds no movie, or the last run cannot be read.
    pub async fn run(&self, catalog: &dyn Catalog, golden: &[Golden]) -> Result<ExitCode, CliError> {
        let failed = |error: wikimovie_engine::SearchError| CliError::new(error.to_string());
        let info = catalog.info(&OperationContext::new()).await.map_err(failed)?;
        if info.movies == 0 {
            return Err(CliError::new("the catalogue has no movies: load some first"));
        }
        let file = self.last.clone().unwrap_or_else(|| last_of(&self.file));
        let last = History::read(&file).map_err(|error| CliError::cannot_read(&file, &error))?;
        let outcomes = ask(catalog, golden).await.map_err(failed)?;
        let report = Report::of(&outcomes);
        output::line(format_args!(
            "{} questions, {} movies, {} {}\n",
            output::number(golden.len() as u64),
            output::number(info.movies),
            info.engine,
            info.engine_version
        ));
        output::line(report.table().trim_end());
        tell_misses(&outcomes);
        match last {
            Some(last) => tell_moved(&last, &outcomes),
            None => output::line(format_args!(
                "\nThis is the first run of this list; the next run reports what changed."
            )),
        }
        if let Err(error) = History::of(&outcomes).write(&file) {
            output::note(format_args!(
                "{} cannot be written ({error}): the next run has nothing to compare with",
                file.display()
            ));
        }
        let floors = Floors {
            mean: self.floor_mean,
            category: self.floor_category,
            recall: self.floor_recall,
            success: self.floor_success,
        };
        let missed = floors.missed(&report);
        for line in &missed {
            output::note(line);
        }
        Ok(if missed.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }
}

fn last_of(file: &Path) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(".last.json");
    PathBuf::from(name)
}

fn tell_misses(outcomes: &[GoldenOutcome]) {
    let misses: Vec<&GoldenOutcome> = outcomes.iter().filter(|outcome| outcome.first.is_none()).collect();
    if !misses.is_empty() {
        output::line(format_args!("\nNo expected movie among the first ten: {}", misses.len()));
    }
    for outcome in misses.iter().take(LISTED) {
        let best = outcome.best.as_deref().unwrap_or("nothing");
        output::line(format_args!("  {:?} ({}) found {best}", outcome.query, outcome.id));
    }
}

fn tell_moved(last: &History, outcomes: &[GoldenOutcome]) {
    let moved = last.moved(outcomes);
    output::line(format_args!("\nChanged since the last run: {}", moved.len()));
    let place = |place: Option<usize>| place.map_or_else(|| "nowhere".to_owned(), |place| place.to_string());
    for moved in moved.iter().take(LISTED) {
        output::line(format_args!("  {}: {} -> {}", moved.now, place(moved.from), place(moved.to)));
    }
}
