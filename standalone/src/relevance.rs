//! `wikimovie relevance`: a golden list asked of the index, with the scores and what moved.

use std::process::ExitCode;

use wikimovie_command::{Failure, log};
use wikimovie_embedded::{Embedded, EmbeddedOptions};

use crate::config::RelevanceSettings;

/// Asks the list. Status 1 where a floor is missed.
pub(crate) fn run(settings: RelevanceSettings) -> Result<ExitCode, Failure> {
    log::start(&settings.log);
    let golden = settings.relevance.golden()?;
    let options =
        EmbeddedOptions { folder: settings.data_dir, rules: settings.rules, ..EmbeddedOptions::default() };
    let engine = Embedded::open(&options)?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::new(format!("no threads can be started: {error}")))?;
    runtime.block_on(settings.relevance.run(engine.catalog().as_ref(), &golden))
}
