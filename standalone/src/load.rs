//! `wikimovie load`: files and folders into the index, once, with a receipt at the end.

use std::process::ExitCode;

use wikimovie_command::{Failure, log};
use wikimovie_embedded::{Embedded, EmbeddedOptions};
use wikimovie_ingest::command::Load;

use crate::config::LoadSettings;

/// Loads every path. Status 1 where an object failed as a whole.
pub(crate) fn run(settings: &LoadSettings) -> Result<ExitCode, Failure> {
    log::start(&settings.log);
    let load = Load::new(&settings.paths, settings.provider.as_deref(), settings.json)?;
    let options = EmbeddedOptions { folder: settings.data_dir.clone(), ..EmbeddedOptions::default() };
    let engine = Embedded::open(&options)?;
    load.run(&mut engine.writer()?)
}
