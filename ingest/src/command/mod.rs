//! `load` as programs offer it: files and folders into a catalogue, once, with progress and a receipt.

mod receipt;

use std::{
    path::{Path, PathBuf},
    process::ExitCode,
    time::Instant,
};

use indicatif::{ProgressBar, ProgressStyle};
use wikimovie_command::{CliError, output};
use wikimovie_engine::CatalogWriter;

use self::receipt::Receipt;
use crate::{Change, Event, Folder, IngestError, Progress, sync};

/// Files to load.
#[derive(Debug)]
pub struct Load {
    started: Instant,
    folders: Vec<Folder>,
    json: bool,
}

impl Load {
    /// Looks at every path before the first is loaded: a mistyped one must not leave half the work done.
    ///
    /// # Errors
    /// One line about the path or the provider's name.
    pub fn new(paths: &[PathBuf], provider: Option<&str>, json: bool) -> Result<Self, CliError> {
        let started = Instant::now();
        if let Some(provider) = provider {
            crate::folder::check_provider(provider).map_err(CliError::new)?;
        }
        let folder = |path: &PathBuf| {
            let folder =
                Folder::loaded(path).map_err(|error| CliError::cannot_read(Path::new(path), &error))?;
            Ok(folder.with_provider(provider.map(str::to_owned)))
        };
        Ok(Self { started, folders: paths.iter().map(folder).collect::<Result<_, CliError>>()?, json })
    }

    /// Loads them and prints the receipt. Status 1 where an object failed as a whole.
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
        Ok(ExitCode::from(u8::from(receipt.has_failures())))
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
