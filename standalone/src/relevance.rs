//! `wikimovie relevance`: runs a golden list against the index, and prints scores and changes.

use std::process::ExitCode;

use wikimovie_command::{CliError, log};
use wikimovie_embedded::{Embedded, EmbeddedOptions};

use crate::config::RelevanceSettings;

/// Runs the list. Exit status 1 where a score is below its floor.
pub(crate) fn run(settings: RelevanceSettings) -> Result<ExitCode, CliError> {
    log::start(&settings.log);
    let golden = settings.relevance.golden()?;
    let options =
        EmbeddedOptions { folder: settings.data_dir, rules: settings.rules, ..EmbeddedOptions::default() };
    let engine = Embedded::open(&options)?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| CliError::new(format!("threads cannot be started: {error}")))?;
    runtime.block_on(settings.relevance.run(engine.catalog().as_ref(), &golden))
}
