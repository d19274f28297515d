//! The receipt that ends a load: a table of objects, the first refusals, totals and what it took. Or the same as
//! JSON.

use std::time::Duration;

use serde::Serialize;
use wikimovie_command::output;
use wikimovie_domain::{
    DroppedValues, ObjectReceipt, Reading, ReceiptStatus, Refusal, Revision, SkippedRecords,
};

use crate::{Applied, Change, Problem, SyncReport};

/// Objects printed one by one; beyond, only those with something to tell.
const MAX_ROWS: usize = 100;

/// Refusals printed.
const MAX_REFUSALS: usize = 20;

/// Renamed genres printed of an object.
const MAX_RENAMED: usize = 10;

/// Objects of which is printed how they were read.
const MAX_READINGS: usize = 10;

/// Account of a whole load.
#[derive(Debug, Default)]
pub(crate) struct Receipt {
    pub(crate) elapsed: Duration,
    objects: Vec<Applied>,
    problems: Vec<Problem>,
    revision: Revision,
}

#[derive(Debug, Default, Serialize)]
struct Totals {
    objects: usize,
    accepted: u64,
    changed: u64,
    merged: u64,
    refused: u64,
    removed: u64,
    /// Records read in this load: those of objects left as they are do not count for the speed.
    #[serde(skip)]
    read: u64,
}

impl Receipt {
    pub(crate) fn add(&mut self, report: SyncReport) {
        self.objects.extend(report.objects);
        self.problems.extend(report.problems);
        self.problems.extend(report.kept.into_iter().map(|kept| kept.problem));
        self.revision = report.revision;
    }

    /// Whether anything failed as a whole.
    pub(crate) fn has_failures(&self) -> bool {
        !self.problems.is_empty()
            || self.objects.iter().any(|applied| applied.receipt.status == ReceiptStatus::Failed)
    }

    /// Whether a record was refused.
    pub(crate) fn has_refusals(&self) -> bool {
        self.objects.iter().any(|applied| applied.receipt.refused > 0)
    }

    /// Whether there was nothing to load.
    pub(crate) fn is_empty(&self) -> bool {
        self.objects.is_empty() && self.problems.is_empty()
    }

    pub(crate) fn print(&self, as_json: bool) {
        if as_json {
            output::line(serde_json::to_string(&self.report()).unwrap_or_default());
            return;
        }
        self.print_objects();
        self.print_refusals();
        self.print_readings();
        for problem in &self.problems {
            output::line(format_args!("failed: {}", problem.message));
        }
        self.print_totals();
    }

    fn totals(&self) -> Totals {
        let none = Totals { objects: self.objects.len(), ..Totals::default() };
        self.objects.iter().fold(none, |mut totals, Applied { change, receipt }| {
            totals.accepted += receipt.accepted;
            totals.changed += receipt.changed;
            totals.merged += receipt.merged;
            totals.refused += receipt.refused;
            totals.removed += receipt.removed;
            if *change == Change::Applied {
                totals.read += receipt.accepted + receipt.merged + receipt.refused;
            }
            totals
        })
    }

    fn print_objects(&self) {
        let all = self.objects.len() <= MAX_ROWS;
        let shown: Vec<&Applied> = self
            .objects
            .iter()
            .filter(|applied| all || applied.receipt.status != ReceiptStatus::Complete)
            .collect();
        let width =
            shown.iter().map(|applied| applied.receipt.object.chars().count()).max().unwrap_or_default();
        let width = width.clamp("object".len(), 60);
        if !shown.is_empty() {
            let heads = ["accepted", "changed", "merged", "refused", "removed"];
            let heads: String = heads.iter().map(|head| format!(" {head:>9}")).collect();
            output::line(format_args!("{:width$} {:9}{heads}", "object", "status"));
        }
        for applied in &shown {
            let ObjectReceipt { object, accepted, changed, merged, refused, removed, .. } = &applied.receipt;
            let numbers: String = [accepted, changed, merged, refused, removed]
                .iter()
                .map(|number| format!(" {:>9}", output::number(**number)))
                .collect();
            output::line(format_args!("{object:width$} {:9}{numbers}", status(applied)));
        }
        if !all {
            let left_out = self.objects.len() - shown.len();
            output::line(format_args!("and {} complete objects", output::number(left_out as u64)));
        }
    }

    fn print_refusals(&self) {
        let all = || {
            let objects = self.objects.iter().map(|applied| &applied.receipt);
            objects.flat_map(|receipt| receipt.refusals.iter().map(move |refusal| (receipt, refusal)))
        };
        for (receipt, refusal) in all().take(MAX_REFUSALS) {
            let Refusal { line, record, message, .. } = refusal;
            let field = refusal.field.as_ref().map(|field| format!(", field {field}")).unwrap_or_default();
            let reason = serde_json::to_value(refusal.reason).unwrap_or_default();
            let reason = reason.as_str().unwrap_or_default();
            output::line(format_args!(
                "refused: {}, line {line}, record {record}{field}: {reason}, {message}",
                receipt.object
            ));
        }
        let refused = self.totals().refused;
        let shown = all().take(MAX_REFUSALS).count() as u64;
        if refused > shown {
            output::line(format_args!("and {} more refused", output::number(refused - shown)));
        }
    }

    /// How objects were read that hold more, less or something else than movies.
    fn print_readings(&self) {
        let applied = self.objects.iter().filter(|applied| applied.change == Change::Applied);
        let lines = applied.filter_map(|applied| {
            let lines = reading_lines(applied.receipt.reading.as_deref()?);
            (!lines.is_empty()).then_some((&applied.receipt.object, lines))
        });
        let lines: Vec<_> = lines.collect();
        for (object, lines) in lines.iter().take(MAX_READINGS) {
            for line in lines {
                output::line(format_args!("{object}: {line}"));
            }
        }
        if lines.len() > MAX_READINGS {
            let more = output::number((lines.len() - MAX_READINGS) as u64);
            output::line(format_args!("and {more} more objects, see their receipts"));
        }
    }

    fn print_totals(&self) {
        let totals = self.totals();
        output::line(format_args!(
            "{} accepted ({} changed), {} merged, {} refused, {} removed",
            output::number(totals.accepted),
            output::number(totals.changed),
            output::number(totals.merged),
            output::number(totals.refused),
            output::number(totals.removed),
        ));
        let memory = peak_rss_bytes()
            .map(|bytes| format!(", {} MiB of memory at most", output::number(bytes.div_ceil(1 << 20))))
            .unwrap_or_default();
        output::line(format_args!(
            "{} movies in the catalogue; {:.2} s, {} movies/s{memory}",
            output::number(self.revision.movies),
            self.elapsed.as_secs_f64(),
            output::number(self.movies_per_second()),
        ));
    }

    fn movies_per_second(&self) -> u64 {
        let millis = u64::try_from(self.elapsed.as_millis()).unwrap_or(u64::MAX).max(1);
        self.totals().read.saturating_mul(1_000) / millis
    }

    fn report(&self) -> LoadReport<'_> {
        let entries = self
            .objects
            .iter()
            .map(|Applied { change, receipt }| ReportedObject { change: *change, receipt });
        LoadReport {
            catalog: ReportedCatalog { movies: self.revision.movies, revision: self.revision.number },
            elapsed_ms: u64::try_from(self.elapsed.as_millis()).unwrap_or(u64::MAX),
            movies_per_second: self.movies_per_second(),
            peak_rss_bytes: peak_rss_bytes(),
            problems: &self.problems,
            receipts: entries.collect(),
            totals: self.totals(),
        }
    }
}

/// What `--json` prints.
#[derive(Serialize)]
struct LoadReport<'a> {
    catalog: ReportedCatalog,
    elapsed_ms: u64,
    movies_per_second: u64,
    peak_rss_bytes: Option<u64>,
    problems: &'a [Problem],
    receipts: Vec<ReportedObject<'a>>,
    totals: Totals,
}

#[derive(Serialize)]
struct ReportedObject<'a> {
    change: Change,
    receipt: &'a ObjectReceipt,
}

#[derive(Serialize)]
struct ReportedCatalog {
    movies: u64,
    revision: u64,
}

/// What a reading has to report beside its movies.
fn reading_lines(reading: &Reading) -> Vec<String> {
    let mut lines = Vec::new();
    let Reading { format, encoding, preset, mapping, skipped, unread, unfilled, missing, dropped, renamed } =
        reading;
    match (mapping, preset) {
        (Some(mapping), Some(preset)) => {
            lines.push(format!("read by {mapping} as {preset} ({format}, {encoding})"))
        }
        (Some(mapping), None) => lines.push(format!("read by {mapping} ({format}, {encoding})")),
        (None, Some(preset)) => lines.push(format!("read as {preset} ({format}, {encoding})")),
        (None, None) => {}
    }
    if !missing.is_empty() {
        lines.push(format!("mapped, and in no record: {}", missing.join(", ")));
    }
    for SkippedRecords { value, records } in skipped {
        lines.push(format!("{} records are {value}, not movies", output::number(*records)));
    }
    if !unread.is_empty() {
        lines.push(format!("not read: {}", unread.join(", ")));
        if !unfilled.is_empty() {
            lines.push(format!("never filled: {}", unfilled.join(", ")));
        }
    }
    for DroppedValues { field, values, line, message, .. } in dropped {
        let values = output::number(*values);
        lines.push(format!("{values} values of {field} dropped, the first in line {line}: {message}"));
    }
    if !renamed.is_empty() {
        let shown = renamed.iter().take(MAX_RENAMED).map(|genre| format!("{} = {}", genre.from, genre.to));
        let more = if renamed.len() > MAX_RENAMED { ", …" } else { "" };
        lines.push(format!("genres by the vocabulary: {}{more}", shown.collect::<Vec<_>>().join(", ")));
    }
    lines
}

fn status(applied: &Applied) -> &'static str {
    match (applied.change, applied.receipt.status) {
        (Change::Removed, _) => "removed",
        (Change::Held, _) | (Change::Applied, ReceiptStatus::Held) => "held",
        (_, ReceiptStatus::Failed) => "failed",
        (Change::Unchanged, _) => "unchanged",
        (Change::Applied, ReceiptStatus::Partial) => "partial",
        (Change::Applied, ReceiptStatus::Complete) => "complete",
    }
}

/// The most memory this process held at once, where the system tells (Linux: `VmHWM` of `/proc/self/status`).
fn peak_rss_bytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kib: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kib * 1024)
}
