//! CSV (RFC 4180): the first line names the fields, one row is one record, lists are split at `|`.
//!
//! Rows are cut here, so that a quote never closed costs one row and not the rest of the object; the `csv` crate
//! then splits each row into fields.

use std::{collections::HashSet, io::Read};

use serde_json::{Map, Value};
use wikimovie_domain::{Refusal, RefusalReason};

use super::{RawRecord, json_lines::too_large, window::Window};
use crate::limits::{MAX_COLUMNS, MAX_RECORD_BYTES};

/// Fields that hold several values.
const LISTS: [&str; 2] = ["cast", "genres"];

/// Where the reading stands.
#[derive(Default)]
pub(crate) struct CsvRows {
    header: Option<Vec<String>>,
    record: u64,
    /// Bytes read twice and read at all: going back is bounded, so that the work stays linear.
    gone_back: u64,
    gone: u64,
    over: bool,
}

impl CsvRows {
    /// The next record; `None` at the end of the stream.
    pub(crate) fn next<R: Read>(&mut self, window: &mut Window<R>) -> Option<Result<RawRecord, Refusal>> {
        if self.over {
            return None;
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
                .map(|(fields, bytes)| RawRecord { line, record: self.record, place: line, bytes, fields }),
        )
    }

    /// Records seen so far.
    pub(crate) fn seen(&self) -> u64 {
        self.record
    }

    fn read_header<R: Read>(&mut self, window: &mut Window<R>) -> Option<Result<Vec<String>, Refusal>> {
        let (line, row) = self.row(window)?;
        let named = row.and_then(|row| {
            let names: Vec<String> = split(&row.bytes)?
                .iter()
                .map(|name| String::from_utf8_lossy(name).trim().to_lowercase())
                .collect();
            if names.len() > MAX_COLUMNS {
                let message = format!("the header names {} fields, more than {MAX_COLUMNS}", names.len());
                return Err((RefusalReason::TooLarge, None, message));
            }
            let mut seen = HashSet::new();
            let repeated = names.iter().find(|name| !name.is_empty() && !seen.insert(name.as_str()));
            match repeated {
                Some(name) => {
                    Err((RefusalReason::Invalid, None, format!("the header names the field {name} twice")))
                }
                _ if !names.iter().any(|name| name == "title") => Err((
                    RefusalReason::Missing,
                    Some("title".to_owned()),
                    "the header names no field title".to_owned(),
                )),
                _ => Ok(names),
            }
        });
        Some(named.map_err(|(reason, field, message)| Refusal { line, record: 0, field, reason, message }))
    }

    fn record_of(&self, row: Row) -> Result<(Map<String, Value>, usize), RowFault> {
        let header = self.header.as_deref().unwrap_or_default();
        let values = split(&row.bytes)?;
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
            let text = std::str::from_utf8(value).map_err(|_| {
                (RefusalReason::Unreadable, Some(name.clone()), format!("{name} is not UTF-8"))
            })?;
            if text.is_empty() {
                continue;
            }
            let value = if LISTS.contains(&name.as_str()) {
                Value::Array(text.split('|').map(|part| Value::String(part.to_owned())).collect())
            } else {
                Value::String(text.to_owned())
            };
            fields.insert(name.clone(), value);
        }
        Ok((fields, row.bytes.len()))
    }

    /// Cuts the next row that is not blank, with the line it starts on.
    fn row<R: Read>(&mut self, window: &mut Window<R>) -> Option<(u64, Result<Row, RowFault>)> {
        skip_blank_lines(window)?;
        let line = window.line();
        let mut scan = RowScan::default();
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

/// Splits one row.
fn split(row: &[u8]) -> Result<csv::ByteRecord, RowFault> {
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .buffer_capacity(row.len().max(16))
        .from_reader(row);
    let mut record = csv::ByteRecord::new();
    match reader.read_byte_record(&mut record) {
        Ok(_) => Ok(record),
        Err(error) => Err((RefusalReason::Unreadable, None, format!("not CSV: {error}"))),
    }
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
#[derive(Default)]
struct RowScan {
    place: Place,
}

#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Place {
    #[default]
    FieldStart,
    Bare,
    Quoted,
    QuoteInQuoted,
}

impl RowScan {
    fn in_quotes(&self) -> bool {
        self.place == Place::Quoted
    }

    /// Goes on from `*at`; the row's length where its end is at hand.
    fn run(&mut self, bytes: &[u8], at: &mut usize) -> Option<usize> {
        while let Some(&byte) = bytes.get(*at) {
            self.place = match (self.place, byte) {
                (Place::Quoted, b'"') => Place::QuoteInQuoted,
                (Place::Quoted, _) => Place::Quoted,
                (Place::FieldStart | Place::QuoteInQuoted, b'"') => Place::Quoted,
                (_, b'\n') => return Some(*at),
                (_, b',') => Place::FieldStart,
                _ => Place::Bare,
            };
            *at += 1;
        }
        None
    }
}
