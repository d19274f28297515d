//! `wikimovie check-config`: says whether `serve` would start with these settings, and starts nothing.

use std::process::ExitCode;

use wikimovie_ingest::Folder;

use wikimovie_command::{Failure, say, settings::Settings};

use crate::config::ServeSettings;

/// Prints the settings in force. The index is not opened, since a running `serve` may hold it.
pub(crate) fn run(settings: &ServeSettings, told: &Settings<()>) -> Result<ExitCode, Failure> {
    let watch = match &settings.watch {
        Some(path) => {
            let folder = Folder::watched(path).map_err(|error| Failure::reading(path, &error))?;
            folder.root().display().to_string()
        }
        None => "none".to_owned(),
    };
    let data_dir = std::path::absolute(&settings.data_dir)
        .map_err(|error| Failure::reading(&settings.data_dir, &error))?;
    if data_dir.exists() && !data_dir.is_dir() {
        return Err(Failure::new(format!("{} is not a folder", data_dir.display())));
    }
    settings.gateway.check()?;
    told.print();
    say::line(format_args!("environment    {:?}", settings.gateway.api.environment));
    say::line(format_args!("listen         {}", settings.gateway.server.listen));
    say::line(format_args!("data folder    {}", data_dir.display()));
    say::line(format_args!("watched folder {watch}"));
    say::line(format_args!("synonyms       {}", settings.rules.synonyms()));
    say::line(format_args!("pinned texts   {}", settings.rules.pins()));
    say::line(format_args!("introspection  {}", settings.gateway.api.introspection));
    say::line(format_args!("GraphiQL       {}", settings.gateway.api.graphiql));
    let log = &settings.gateway.log;
    say::line(format_args!("log            {} as {:?}", log.filter, log.format));
    say::line("the settings are valid");
    Ok(ExitCode::SUCCESS)
}
