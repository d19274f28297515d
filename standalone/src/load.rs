//! `wikimovie load`: files and folders into the index, once, with a receipt at the end.

use std::{process::ExitCode, time::Instant};

use indicatif::{ProgressBar, ProgressStyle};
use wikimovie_ingest::{Change, Event, Folder, Progress, sync};
use wikimovie_search::embedded::{Embedded, EmbeddedOptions};

use crate::{config::LoadSettings, failure::Failure, receipt::Receipt, say, serve::start_logging};

/// Loads every path. Status 1 where an object failed as a whole.
pub(crate) fn run(settings: &LoadSettings) -> Result<ExitCode, Failure> {
    let started = Instant::now();
    start_logging(&settings.log);
    // All of them before the first is loaded: a mistyped path must not leave half the work done.
    let folders = settings
        .paths
        .iter()
        .map(|path| {
            let folder = Folder::loaded(path).map_err(|error| Failure::reading(path, &error))?;
            Ok(folder.with_provider(settings.provider.clone()))
        })
        .collect::<Result<Vec<_>, Failure>>()?;
    let options = EmbeddedOptions { folder: settings.data_dir.clone(), ..EmbeddedOptions::default() };
    let engine = Embedded::open(&options)?;
    let mut writer = engine.writer()?;
    let mut receipt = Receipt::default();
    let mut bar = Bar::new();
    for folder in &folders {
        let report = sync(&mut writer, folder, &mut |event| bar.tell(event))?;
        receipt.add(report);
    }
    bar.finish();
    receipt.elapsed = started.elapsed();
    receipt.print(settings.json);
    Ok(ExitCode::from(u8::from(receipt.has_failures())))
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
                    say::note(format_args!(
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
