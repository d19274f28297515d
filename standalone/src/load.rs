//! `wikimovie load`: loads files and folders into the index once, and prints a receipt.

use std::process::ExitCode;

use wikimovie_command::{CliError, log};
use wikimovie_embedded::{Embedded, EmbeddedOptions};
use wikimovie_ingest::command::Load;

use crate::config::LoadSettings;

/// Loads every path. Exit status 1 where a record was refused.
pub(crate) fn run(settings: &LoadSettings) -> Result<ExitCode, CliError> {
    log::start(&settings.log);
    let load = Load::new(&settings.paths, settings.provider.as_deref())?
        .reading_by(&settings.reading)
        .as_json(settings.json)
        .keep_going(settings.keep_going);
    let options = EmbeddedOptions { folder: settings.data_dir.clone(), ..EmbeddedOptions::default() };
    let engine = Embedded::open(&options)?;
    load.run(&mut engine.writer()?)
}
