//! `map` as programs offer it: proposes a mapping for a file.

use std::{fs::File, path::PathBuf, process::ExitCode};

use clap::Args;
use wikimovie_command::{CliError, output};

use crate::propose::{ProposeError, propose};

/// A file to look at.
#[derive(Args, Clone, Debug)]
pub struct MapArgs {
    /// File of records: JSON, NDJSON or CSV, plain, gzip or zstd
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

impl MapArgs {
    /// Prints the text of a `_mapping.json` on standard output, and on standard error what is to be said of it. Status 1
    /// where nothing in the file looks like a title.
    ///
    /// # Errors
    /// Where the file cannot be read, or holds no records.
    pub fn run(&self) -> Result<ExitCode, CliError> {
        let cannot_read = |error| CliError::cannot_read(&self.file, &error);
        let file = File::open(&self.file).map_err(cannot_read)?;
        let proposal = match propose(file, &self.file.to_string_lossy()) {
            Ok(proposal) => proposal,
            Err(ProposeError::Unreadable(error)) => return Err(cannot_read(error)),
            Err(ProposeError::NoRecords(why)) => {
                return Err(CliError::new(format!("{}: {why}", self.file.display())));
            }
        };
        output::line(proposal.text());
        if let Some(preset) = proposal.preset() {
            output::note(format_args!("the file is known as {preset}: it needs no mapping"));
        }
        if !proposal.unplaced().is_empty() {
            output::note(format_args!("not placed: {}", proposal.unplaced().join(", ")));
        }
        if !proposal.has_title() {
            output::note("nothing looks like a title: name its source under \"title\"");
        }
        Ok(ExitCode::from(u8::from(!proposal.has_title())))
    }
}
