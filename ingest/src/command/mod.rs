//! `load` as programs offer it: files and folders into a catalogue, once, with progress and a receipt. And `map`, which
//! proposes how to read a file.

mod map;
mod receipt;
mod rules;

use std::{
    path::{Path, PathBuf},
    process::ExitCode,
    time::Instant,
};

use indicatif::{ProgressBar, ProgressStyle};
use wikimovie_command::{CliError, output};
use wikimovie_engine::CatalogWriter;

use self::receipt::Receipt;
pub use self::{
    map::MapArgs,
    rules::{GenresArgs, MappingArgs},
};
use crate::{Change, Event, Folder, IngestError, Progress, Rules, sync};

/// Files to load.
#[derive(Debug)]
pub struct Load {
    started: Instant,
    folders: Vec<Folder>,
    json: bool,
    keep_going: bool,
}

impl Load {
    /// Looks at every path before the first is loaded: a mistyped one must not leave half the work done.
    ///
    /// # Errors
    /// One line about the path or the provider's name.
    pub fn new(paths: &[PathBuf], provider: Option<&str>) -> Result<Self, CliError> {
        let started = Instant::now();
        if let Some(provider) = provider {
            crate::folder::check_provider(provider).map_err(CliError::new)?;
        }
        let folder = |path: &PathBuf| {
            let folder =
                Folder::loaded(path).map_err(|error| CliError::cannot_read(Path::new(path), &error))?;
            Ok(folder.with_provider(provider.map(str::to_owned)))
        };
        let folders = paths.iter().map(folder).collect::<Result<_, CliError>>()?;
        Ok(Self { started, folders, json: false, keep_going: false })
    }

    /// Reads the files by these rules.
    #[must_use]
    pub fn reading_by(self, rules: &Rules) -> Self {
        let folders = self.folders.into_iter().map(|folder| folder.reading_by(rules.clone())).collect();
        Self { folders, ..self }
    }

    /// Prints the receipt as JSON.
    #[must_use]
    pub fn as_json(self, json: bool) -> Self {
        Self { json, ..self }
    }

    /// Ends with status 0 although records are refused, or nothing is found.
    #[must_use]
    pub fn keep_going(self, keep_going: bool) -> Self {
        Self { keep_going, ..self }
    }

    /// Loads them and prints the receipt. Status 1 where an object failed as a whole, a record was refused, or there
    /// was nothing to load.
    ///
    /// # Errors
    /// What stopped the load.
    pub fn run(self, writer: &mut dyn CatalogWriter) -> Result<ExitCode, CliError> {
        let mut receipt = Receipt::default();
        let mut bar = Bar::new();
        for folder in &self.folders {
            let report = sync(writer, folder, &mut |event| bar.tell(event)).map_err(failure)?;
            receipt.add(report);
        }
        bar.finish();
        receipt.elapsed = self.started.elapsed();
        receipt.print(self.json);
        if receipt.is_empty() {
            let places: Vec<String> =
                self.folders.iter().map(|folder| folder.root().display().to_string()).collect();
            output::note(format_args!("no files of movies in {}", places.join(", ")));
        }
        let is_flawed = receipt.has_refusals() || receipt.is_empty();
        let failed = receipt.has_failures() || (is_flawed && !self.keep_going);
        Ok(ExitCode::from(u8::from(failed)))
    }
}

/// What stopped an import, for people.
pub fn failure(error: IngestError) -> CliError {
    match error {
        IngestError::Write(error) => error.into(),
        other => CliError::new(other.to_string()),
    }
}

/// Shows how far the load is: a bar on a terminal, a line for each object elsewhere.
struct Bar {
    bar: ProgressBar,
    /// Bytes of the objects done.
    done: u64,
}

impl Bar {
    fn new() -> Self {
        // Hides itself where standard error is no terminal.
        let bar = ProgressBar::new(0);
        let style = ProgressStyle::with_template(
            "{bar:30} {binary_bytes}/{binary_total_bytes} {binary_bytes_per_sec} {eta} {wide_msg}",
        );
        if let Ok(style) = style {
            bar.set_style(style);
        }
        Self { bar, done: 0 }
    }

    fn tell(&mut self, event: Event<'_>) {
        match event {
            Event::Planned { bytes, .. } => self.bar.inc_length(bytes),
            Event::Reading { object, progress: Progress { bytes, .. } } => {
                self.bar.set_position(self.done + bytes);
                if self.bar.message() != object {
                    self.bar.set_message(object.to_owned());
                }
            }
            Event::Done(applied) => {
                let receipt = &applied.receipt;
                if applied.change == Change::Applied {
                    self.done += receipt.bytes;
                    self.bar.set_position(self.done);
                }
                if self.bar.is_hidden() {
                    output::note(format_args!(
                        "{}: {} accepted, {} merged, {} refused",
                        receipt.object, receipt.accepted, receipt.merged, receipt.refused
                    ));
                }
            }
            Event::Committed(_) => {}
        }
    }

    fn finish(self) {
        self.bar.finish_and_clear();
    }
}
