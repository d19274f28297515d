//! CSV (RFC 4180) and its kin: the first line names the fields, one row is one record.
//!
//! Rows are cut here, so that a quote never closed costs one row and not the rest of the object; the `csv` crate
//! then splits each row into fields.

use std::{collections::HashSet, io::Read};

use serde_json::{Map, Value};
use wikimovie_domain::{Refusal, RefusalReason};

use super::{RawRecord, json_lines::too_large, window::Window};
use crate::{
    layout::{CsvLayout, Separator},
    limits::{MAX_COLUMNS, MAX_RECORD_BYTES},
    mapping::NAME_THE_TITLE,
    shape,
    shorten::shortened,
};

/// Most characters of a column's name in a refusal.
const MAX_SHOWN_NAME: usize = 100;

/// Where the reading stands.
pub(crate) struct CsvRows {
    layout: CsvLayout,
    lines_skipped: usize,
    header: Option<Vec<String>>,
    /// Whether a cell was no UTF-8 and read as Windows-1252.
    recoded: bool,
    is_foreign: bool,
    /// Whether names that are not UTF-8 are read as Windows-1252.
    guesses_names: bool,
    record: u64,
    /// Bytes read twice and read at all: going back is bounded, so that the work stays linear.
    gone_back: u64,
    gone: u64,
    over: bool,
}

impl CsvRows {
    pub(crate) fn new(layout: CsvLayout) -> Self {
        let named = |columns: &Vec<String>| columns.iter().map(|name| own_or_as_written(name)).collect();
        Self {
            lines_skipped: 0,
            header: layout.columns.as_ref().map(named),
            layout,
            recoded: false,
            is_foreign: false,
            guesses_names: false,
            record: 0,
            gone_back: 0,
            gone: 0,
            over: false,
        }
    }

    /// Reads names that are not UTF-8 as Windows-1252: a proposal is looked at by somebody.
    pub(crate) fn guessing_names(self, guesses_names: bool) -> Self {
        Self { guesses_names, ..self }
    }

    /// Names of the columns, once they are read.
    pub(crate) fn header(&self) -> Option<&[String]> {
        self.header.as_deref()
    }

    /// How the rows are made.
    pub(crate) fn layout(&self) -> &CsvLayout {
        &self.layout
    }

    /// Whether a cell was read as Windows-1252.
    pub(crate) fn recoded(&self) -> bool {
        self.recoded
    }

    /// The next record; `None` at the end of the stream.
    pub(crate) fn next<R: Read>(&mut self, window: &mut Window<R>) -> Option<Result<RawRecord, Refusal>> {
        if self.over {
            return None;
        }
        if self.header.is_some() {
            self.skip_lines_before(window)?;
        }
        if self.header.is_none() {
            self.header = match self.read_header(window)? {
                Ok(header) => Some(header),
                Err(refusal) => {
                    self.over = true;
                    return Some(Err(refusal));
                }
            };
        }
        let (line, row) = self.row(window)?;
        self.record += 1;
        Some(
            row.and_then(|row| self.record_of(row))
                .map_err(|(reason, field, message)| Refusal {
                    line,
                    record: self.record,
                    field,
                    reason,
                    message,
                })
                .map(|(fields, bytes)| RawRecord {
                    line,
                    record: self.record,
                    place: line,
                    bytes,
                    key: None,
                    fields,
                }),
        )
    }

    /// Records seen so far.
    pub(crate) fn seen(&self) -> u64 {
        self.record
    }

    /// Whether the header or a record so far was in another encoding.
    pub(crate) fn is_foreign(&self) -> bool {
        self.is_foreign
    }

    fn read_header<R: Read>(&mut self, window: &mut Window<R>) -> Option<Result<Vec<String>, Refusal>> {
        self.skip_lines_before(window)?;
        let (line, row) = self.row(window)?;
        let named = row.and_then(|row| {
            let names = self.split(&row.bytes)?;
            self.is_foreign |= names.iter().any(|name| std::str::from_utf8(name).is_err());
            let guesses = self.guesses_names && self.is_foreign;
            let names = names.iter().map(|name| match guesses {
                true => encoding_rs::WINDOWS_1252.decode_without_bom_handling(name).0,
                false => String::from_utf8_lossy(name),
            });
            let names: Vec<String> = names.map(|name| own_or_as_written(&name)).collect();
            if names.len() > MAX_COLUMNS {
                let message = format!("the header names {} fields, more than {MAX_COLUMNS}", names.len());
                return Err((RefusalReason::TooLarge, None, message));
            }
            let mut seen = HashSet::new();
            let repeated = names.iter().find(|name| !name.is_empty() && !seen.insert(name.to_lowercase()));
            match repeated {
                Some(name) => {
                    let name: String = name.chars().take(MAX_SHOWN_NAME).collect();
                    Err((RefusalReason::Invalid, None, format!("the header names the field {name} twice")))
                }
                _ if !self.layout.titles.has_one(names.iter().map(String::as_str)) => Err((
                    RefusalReason::Missing,
                    Some("title".to_owned()),
                    no_title(&names, self.layout.separator),
                )),
                _ => Ok(names),
            }
        });
        Some(named.map_err(|(reason, field, message)| Refusal { line, record: 0, field, reason, message }))
    }

    fn skip_lines_before<R: Read>(&mut self, window: &mut Window<R>) -> Option<()> {
        if self.lines_skipped < self.layout.lines_before {
            skip_blank_lines(window)?;
        }
        while self.lines_skipped < self.layout.lines_before {
            self.skip_line(window);
            window.skip_one(b'\n');
            self.lines_skipped += 1;
        }
        Some(())
    }

    fn split(&self, row: &[u8]) -> Result<csv::ByteRecord, RowFault> {
        self.layout.split(row).map_err(|error| (RefusalReason::Unreadable, None, format!("not CSV: {error}")))
    }

    fn record_of(&mut self, row: Row) -> Result<(Map<String, Value>, usize), RowFault> {
        let values = self.split(&row.bytes)?;
        let header = self.header.as_deref().unwrap_or_default();
        if values.len() != header.len() {
            if row.is_last && values.len() < header.len() {
                let message = "the object ends in the middle of this record".to_owned();
                return Err((RefusalReason::Truncated, None, message));
            }
            let message = format!("the row has {} fields, the header names {}", values.len(), header.len());
            return Err((RefusalReason::Unreadable, None, message));
        }
        let mut fields = Map::new();
        for (name, value) in header.iter().zip(values.iter()) {
            if value.is_empty() {
                continue;
            }
            let text = match std::str::from_utf8(value) {
                Ok(text) => text.to_owned(),
                Err(_) if self.layout.windows_1252 => {
                    self.recoded = true;
                    encoding_rs::WINDOWS_1252.decode_without_bom_handling(value).0.into_owned()
                }
                Err(_) => {
                    self.is_foreign = true;
                    let name: String = name.chars().take(MAX_SHOWN_NAME).collect();
                    let message =
                        format!("{name} is not UTF-8: save the file as UTF-8 (it may be Windows-1252)");
                    return Err((RefusalReason::Unreadable, Some(name), message));
                }
            };
            fields.insert(name.clone(), Value::String(text));
        }
        Ok((fields, row.bytes.len()))
    }

    /// Cuts the next row that is not blank, with the line it starts on.
    fn row<R: Read>(&mut self, window: &mut Window<R>) -> Option<(u64, Result<Row, RowFault>)> {
        skip_blank_lines(window)?;
        let line = window.line();
        let mut scan = RowScan::of(&self.layout);
        let mut at = 0;
        loop {
            if let Some(length) = scan.run(window.view(), &mut at) {
                let bytes = window.view()[..length].to_vec();
                self.let_go(window, length);
                return Some((line, Ok(Row { bytes, is_last: false })));
            }
            let ended = at <= MAX_RECORD_BYTES && !window.fill();
            if ended && window.failure().is_some() {
                return None;
            }
            if ended && !scan.in_quotes() {
                let bytes = window.view()[..at].to_vec();
                self.let_go(window, at);
                return Some((line, Ok(Row { bytes, is_last: true })));
            }
            if ended || at > MAX_RECORD_BYTES {
                return Some((line, Err(self.give_up(window, at, scan.in_quotes(), ended))));
            }
        }
    }

    /// Lets go of the first line of a row that does not end, or of a line that is too long.
    fn give_up<R: Read>(
        &mut self,
        window: &mut Window<R>,
        seen: usize,
        quoted: bool,
        ended: bool,
    ) -> RowFault {
        let first_line = window.view()[..seen].iter().position(|&byte| byte == b'\n');
        let may_go_back = self.gone_back + seen as u64 <= 8 * (self.gone + MAX_RECORD_BYTES as u64);
        match first_line {
            Some(length) if quoted && may_go_back => {
                self.gone_back += seen as u64;
                self.let_go(window, length);
                let message = "a quote is not closed".to_owned();
                (RefusalReason::Unreadable, None, message)
            }
            None if ended => {
                self.let_go(window, seen);
                let message = "the object ends in the middle of this record".to_owned();
                (RefusalReason::Truncated, None, message)
            }
            _ => {
                self.let_go(window, seen);
                self.skip_line(window);
                (RefusalReason::TooLarge, None, too_large())
            }
        }
    }

    fn skip_line<R: Read>(&mut self, window: &mut Window<R>) {
        loop {
            let end = window.view().iter().position(|&byte| byte == b'\n');
            self.let_go(window, end.unwrap_or(window.view().len()));
            if end.is_some() || !window.fill() {
                return;
            }
        }
    }

    fn let_go<R: Read>(&mut self, window: &mut Window<R>, count: usize) {
        self.gone += count as u64;
        window.advance(count);
    }
}

struct Row {
    bytes: Vec<u8>,
    /// Whether the stream ends with it, without a line end.
    is_last: bool,
}

type RowFault = (RefusalReason, Option<String>, String);

/// A column's name: in lower case where it is one of the project's own format, else as written.
fn own_or_as_written(name: &str) -> String {
    let name = name.trim();
    let lower = name.to_lowercase();
    if shape::is_own(&lower) { lower } else { name.to_owned() }
}

fn no_title(names: &[String], separator: Separator) -> String {
    const SHOWN: usize = 10;
    let shown: Vec<String> = names.iter().take(SHOWN).map(|name| shortened(name)).collect();
    let more = if names.len() > SHOWN { ", …" } else { "" };
    let separator = separator.describe();
    format!(
        "the header names no field title; separated by {separator}, its fields are {}{more}: {NAME_THE_TITLE}",
        shown.join(", ")
    )
}

/// Lets go of line ends; spaces belong to the row.
fn skip_blank_lines<R: Read>(window: &mut Window<R>) -> Option<()> {
    loop {
        let view = window.view();
        match view.iter().position(|byte| !matches!(byte, b'\n' | b'\r')) {
            Some(at) => {
                window.advance(at);
                return Some(());
            }
            None => {
                window.advance(view.len());
                if !window.fill() {
                    return None;
                }
            }
        }
    }
}

/// Finds the end of a row.
struct RowScan {
    place: Place,
    /// What ends a field; none where quotes do not count, as only line ends matter then.
    separator: Option<u8>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    FieldStart,
    Bare,
    Quoted,
    QuoteInQuoted,
}

impl RowScan {
    fn of(layout: &CsvLayout) -> Self {
        let separator = match layout.separator {
            Separator::Byte(separator) if layout.quotes => Some(separator),
            Separator::Byte(_) | Separator::Colons => None,
        };
        Self { place: Place::FieldStart, separator }
    }

    fn in_quotes(&self) -> bool {
        self.place == Place::Quoted
    }

    /// Goes on from `*at`; the row's length where its end is at hand.
    fn run(&mut self, bytes: &[u8], at: &mut usize) -> Option<usize> {
        let Some(separator) = self.separator else {
            let end = bytes[*at..].iter().position(|&byte| byte == b'\n').map(|count| *at + count);
            *at = end.unwrap_or(bytes.len());
            return end;
        };
        while let Some(&byte) = bytes.get(*at) {
            self.place = match (self.place, byte) {
                (Place::Quoted, b'"') => Place::QuoteInQuoted,
                (Place::Quoted, _) => Place::Quoted,
                (Place::FieldStart | Place::QuoteInQuoted, b'"') => Place::Quoted,
                (_, b'\n') => return Some(*at),
                (_, byte) if byte == separator => Place::FieldStart,
                _ => Place::Bare,
            };
            *at += 1;
        }
        None
    }
}
