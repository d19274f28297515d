//! `wikimovie check-config`: checks whether `serve` would start with these settings, and starts nothing.

use std::process::ExitCode;

use wikimovie_ingest::Folder;

use wikimovie_command::{CliError, output, settings::Settings};

use crate::config::ServeSettings;

/// Prints the effective settings. The index is not opened, because a running `serve` may have locked it.
pub(crate) fn run(settings: &ServeSettings, effective: &Settings<()>) -> Result<ExitCode, CliError> {
    let watch = match &settings.watch {
        Some(path) => {
            let folder = Folder::watched(path).map_err(|error| CliError::cannot_read(path, &error))?;
            folder.root().display().to_string()
        }
        None => "none".to_owned(),
    };
    let data_dir = std::path::absolute(&settings.data_dir)
        .map_err(|error| CliError::cannot_read(&settings.data_dir, &error))?;
    if data_dir.exists() && !data_dir.is_dir() {
        return Err(CliError::new(format!("{} is not a folder", data_dir.display())));
    }
    settings.gateway.check()?;
    effective.print();
    output::line(format_args!("environment    {:?}", settings.gateway.api.environment));
    output::line(format_args!("listen         {}", settings.gateway.server.listen));
    output::line(format_args!("data folder    {}", data_dir.display()));
    output::line(format_args!("watched folder {watch}"));
    output::line(format_args!("genre names    {}", settings.reading.vocabulary.len()));
    output::line(format_args!("synonyms       {}", settings.rules.synonyms()));
    output::line(format_args!("pinned texts   {}", settings.rules.pins()));
    output::line(format_args!("introspection  {}", settings.gateway.api.introspection));
    output::line(format_args!("GraphiQL       {}", settings.gateway.api.graphiql));
    let log = &settings.gateway.log;
    output::line(format_args!("log            {} as {:?}", log.filter, log.format));
    output::line("the settings are valid");
    Ok(ExitCode::SUCCESS)
}
