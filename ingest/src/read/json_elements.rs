//! JSON records one after the other, in an array or bare, found one by one without holding the whole.
//!
//! A light scanner knows where a record ends: it keeps track of texts, escapes and brackets, and each record then
//! goes to the real parser. A record that breaks the rules (a quote too few, say) would swallow its neighbours, so
//! the scanner also knows what may follow a text. Where that fails, reading resumes at the next place that looks
//! like a border between two objects: `}`, a comma and `{`. Records nested in objects are read the same way, once
//! [`super::nested`] has found them.

use std::io::Read;

use wikimovie_domain::{Refusal, RefusalReason};

use super::{
    RawRecord,
    json_lines::too_large,
    json_text::{self, Fault},
    nested::{self, Arrival, RecordsPath},
    scan::{Scan, Step},
    window::Window,
};
use crate::limits::{MAX_DEPTH, MAX_RECORD_BYTES};

/// Where the reading stands.
pub(crate) struct JsonElements {
    /// Whether the records stand in an array, as opposed to bare.
    in_array: bool,
    /// Where they are nested, if they are.
    nested: Option<RecordsPath>,
    state: State,
    record: u64,
    is_foreign: bool,
    /// Bytes read twice and read at all, see [`JsonElements::may_go_back`].
    gone_back: u64,
    gone: u64,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Before,
    Inside,
    Behind,
    Over,
}

impl JsonElements {
    pub(crate) fn in_array() -> Self {
        Self {
            in_array: true,
            nested: None,
            state: State::Before,
            record: 0,
            is_foreign: false,
            gone_back: 0,
            gone: 0,
        }
    }

    pub(crate) fn bare() -> Self {
        Self { in_array: false, state: State::Inside, ..Self::in_array() }
    }

    pub(crate) fn nested(path: RecordsPath) -> Self {
        Self { nested: Some(path), ..Self::in_array() }
    }

    fn is_by_id(&self) -> bool {
        self.nested.as_ref().is_some_and(|path| path.by_id)
    }

    /// The next record; `None` at the end of the stream.
    pub(crate) fn next<R: Read>(&mut self, window: &mut Window<R>) -> Option<Result<RawRecord, Refusal>> {
        loop {
            if matches!(self.state, State::Before | State::Behind)
                && let Some(path) = self.nested.clone()
            {
                let arrival = match self.state {
                    State::Before => path.enter(window, &mut self.gone),
                    _ => path.leave(window, &mut self.gone),
                };
                if let Some(refusal) = self.arrive(arrival, window) {
                    return Some(Err(refusal));
                }
            }
            let Some(byte) = window.skip_space() else {
                return self.end(window).map(Err);
            };
            match (self.state, byte) {
                (State::Over, _) => return None,
                (State::Inside, b'}') if self.is_by_id() => {
                    window.advance(1);
                    self.state = State::Behind;
                }
                (State::Inside, b'"') if self.is_by_id() => return self.named_element(window),
                (State::Before | State::Behind, b'[') => {
                    window.advance(1);
                    self.state = State::Inside;
                }
                (State::Inside, b',') => window.advance(1),
                (State::Inside, b']') if self.in_array => {
                    window.advance(1);
                    self.state = State::Behind;
                }
                (State::Inside, _) => return self.element(window),
                (State::Before | State::Behind, _) => {
                    self.record += 1;
                    let message = "there is text after the end of the array".to_owned();
                    let refusal = self.refusal(window.line(), RefusalReason::Unreadable, message);
                    self.resume_from(window, 0);
                    return Some(Err(refusal));
                }
            }
        }
    }

    /// Records seen so far.
    pub(crate) fn seen(&self) -> u64 {
        self.record
    }

    /// Whether a record so far was in another encoding.
    pub(crate) fn is_foreign(&self) -> bool {
        self.is_foreign
    }

    /// What follows from an arrival at nested records, or from none: the refusal of a text that is cut or broken.
    fn arrive<R: Read>(&mut self, arrival: Arrival, window: &Window<R>) -> Option<Refusal> {
        let (reason, message) = match arrival {
            Arrival::Inside => {
                self.state = State::Inside;
                return None;
            }
            Arrival::End { closed } if closed || window.failure().is_some() => {
                self.state = State::Over;
                return None;
            }
            Arrival::End { .. } => (RefusalReason::Truncated, "the object ends in the middle of its JSON"),
            Arrival::Broken => {
                (RefusalReason::Unreadable, "not JSON, or not as its first records are nested")
            }
        };
        self.state = State::Over;
        self.record += 1;
        Some(self.refusal(window.line(), reason, message.to_owned()))
    }

    /// A record that is the value of an object, behind its name.
    fn named_element<R: Read>(&mut self, window: &mut Window<R>) -> Option<Result<RawRecord, Refusal>> {
        let line = window.line();
        let key = nested::name(window, &mut self.gone);
        if window.failure().is_some() {
            self.state = State::Over;
            return None;
        }
        if key.is_none() || window.skip_space().is_none() {
            self.record += 1;
            self.resume_from(window, 0);
            let message = "not JSON: a name and a colon are expected".to_owned();
            return Some(Err(self.refusal(line, RefusalReason::Unreadable, message)));
        }
        let element = self.element(window)?;
        Some(element.map(|record| RawRecord { key, ..record }))
    }

    fn end<R: Read>(&mut self, window: &Window<R>) -> Option<Refusal> {
        let unclosed = self.in_array && self.state == State::Inside && window.failure().is_none();
        self.state = State::Over;
        unclosed.then(|| {
            self.record += 1;
            let message = "the object ends before its array does".to_owned();
            self.refusal(window.line(), RefusalReason::Truncated, message)
        })
    }

    fn element<R: Read>(&mut self, window: &mut Window<R>) -> Option<Result<RawRecord, Refusal>> {
        self.record += 1;
        let line = window.line();
        let mut scan = if self.is_by_id() { Scan::of_member() } else { Scan::default() };
        let mut at = 0;
        let mut oversized = false;
        let ended = loop {
            let step = scan.run(window.view(), &mut at);
            if at > MAX_RECORD_BYTES || (oversized && at > 0) {
                oversized = true;
                self.gone += at as u64;
                window.advance(at);
                at = 0;
            }
            match step {
                Step::More if window.fill() => {}
                Step::More if window.failure().is_some() => {
                    self.state = State::Over;
                    self.record -= 1;
                    return None;
                }
                // The end of the stream ends a bare word; anything else is cut.
                Step::More if scan.is_word() => break Step::End,
                other => break other,
            }
        };
        match ended {
            Step::End if oversized => Some(Err(self.refusal(line, RefusalReason::TooLarge, too_large()))),
            Step::End => {
                let parsed = if scan.deepest > MAX_DEPTH {
                    Err(Fault::too_deep())
                } else {
                    json_text::parse(&window.view()[..at])
                };
                self.gone += at as u64;
                window.advance(at);
                let record = self.record;
                self.is_foreign |= parsed.as_ref().is_err_and(|fault| fault.is_foreign);
                Some(match parsed {
                    Ok(fields) => Ok(RawRecord {
                        line,
                        record,
                        place: if self.in_array { record } else { line },
                        bytes: at,
                        key: None,
                        fields,
                    }),
                    Err(fault) => Err(self.refusal(line + fault.lines_down, fault.reason, fault.message)),
                })
            }
            Step::More => {
                window.advance(window.view().len());
                self.state = State::Over;
                let message = "the object ends in the middle of this record".to_owned();
                Some(Err(self.refusal(line, RefusalReason::Truncated, message)))
            }
            Step::Broken(message) => {
                let from = if oversized || !self.may_go_back(at) { at } else { 1.min(at) };
                self.resume_from(window, from);
                Some(Err(self.refusal(line, RefusalReason::Unreadable, format!("not JSON: {message}"))))
            }
        }
    }

    /// Whether what was scanned may be scanned again to find the next record in it. A budget (eight times what
    /// was read) keeps the work linear for objects made to be read again and again.
    fn may_go_back(&mut self, bytes: usize) -> bool {
        let allowed = 8 * self.gone + 8 * MAX_RECORD_BYTES as u64;
        let may = self.gone_back + bytes as u64 <= allowed;
        if may {
            self.gone_back += bytes as u64;
        }
        may
    }

    /// Goes to the next border between two objects at or behind `from`, or to the end.
    fn resume_from<R: Read>(&mut self, window: &mut Window<R>, from: usize) {
        self.gone += from as u64;
        window.advance(from);
        let mut border = Border::default();
        let opener = if self.is_by_id() { b'"' } else { b'{' };
        loop {
            let found = window.view().iter().position(|&byte| border.step(byte, opener));
            let count = found.unwrap_or(window.view().len());
            self.gone += count as u64;
            window.advance(count);
            if found.is_some() {
                self.state = State::Inside;
                return;
            }
            if !window.fill() {
                self.state = State::Over;
                return;
            }
        }
    }

    fn refusal(&self, line: u64, reason: RefusalReason, message: String) -> Refusal {
        Refusal { line, record: self.record, field: None, reason, message }
    }
}

/// Finds the `{` of `}, {`, or what else a record starts with.
#[derive(Default)]
enum Border {
    #[default]
    Nothing,
    Brace,
    Comma,
}

impl Border {
    fn step(&mut self, byte: u8, opener: u8) -> bool {
        *self = match (&self, byte) {
            (_, b'}') => Self::Brace,
            (Self::Brace, b',') => Self::Comma,
            (Self::Comma, b) if b == opener => return true,
            (Self::Brace, b) if b.is_ascii_whitespace() => Self::Brace,
            (Self::Comma, b) if b.is_ascii_whitespace() => Self::Comma,
            _ => Self::Nothing,
        };
        false
    }
}
