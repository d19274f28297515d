//! JSON records one after the other, in an array or bare, found one by one without holding the whole.
//!
//! A light scanner knows where a record ends: it keeps track of texts, escapes and brackets, and each record then
//! goes to the real parser. A record that breaks the rules (a quote too few, say) would swallow its neighbours, so
//! the scanner also knows what may follow a text. Where that fails, reading resumes at the next place that looks
//! like a border between two objects: `}`, a comma and `{`.

use std::io::Read;

use wikimovie_domain::{Refusal, RefusalReason};

use super::{
    RawRecord,
    json_lines::too_large,
    json_text::{self, Fault},
    window::Window,
};
use crate::limits::{MAX_DEPTH, MAX_RECORD_BYTES};

/// Where the reading stands.
pub(crate) struct JsonElements {
    /// Whether the records stand in an array, as opposed to bare.
    in_array: bool,
    state: State,
    record: u64,
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
        Self { in_array: true, state: State::Before, record: 0, gone_back: 0, gone: 0 }
    }

    pub(crate) fn bare() -> Self {
        Self { in_array: false, state: State::Inside, ..Self::in_array() }
    }

    /// The next record; `None` at the end of the stream.
    pub(crate) fn next<R: Read>(&mut self, window: &mut Window<R>) -> Option<Result<RawRecord, Refusal>> {
        loop {
            let Some(byte) = window.skip_space() else {
                return self.end(window).map(Err);
            };
            match (self.state, byte) {
                (State::Over, _) => return None,
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
        let mut scan = Scan::default();
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
                Some(match parsed {
                    Ok(fields) => Ok(RawRecord {
                        line,
                        record,
                        place: if self.in_array { record } else { line },
                        bytes: at,
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
        loop {
            let found = window.view().iter().position(|&byte| border.step(byte));
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

/// Finds the `{` of `}, {`.
#[derive(Default)]
enum Border {
    #[default]
    Nothing,
    Brace,
    Comma,
}

impl Border {
    fn step(&mut self, byte: u8) -> bool {
        *self = match (&self, byte) {
            (_, b'}') => Self::Brace,
            (Self::Brace, b',') => Self::Comma,
            (Self::Comma, b'{') => return true,
            (Self::Brace, b) if b.is_ascii_whitespace() => Self::Brace,
            (Self::Comma, b) if b.is_ascii_whitespace() => Self::Comma,
            _ => Self::Nothing,
        };
        false
    }
}

enum Step {
    /// All bytes at hand belong to the record.
    More,
    /// The record ends here.
    End,
    /// The record cannot be JSON.
    Broken(&'static str),
}

/// Finds the end of one JSON value.
#[derive(Default)]
struct Scan {
    place: Place,
    depth: usize,
    deepest: usize,
    /// One bit a level, the outermost lowest: 1 for `{`. Deeper than 64 levels nothing is checked.
    braces: u64,
}

#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Place {
    /// Before the first byte.
    #[default]
    Start,
    /// In a number, `true` or the like that is the whole record.
    Word,
    /// Between texts.
    Between,
    /// In a text.
    Text,
    /// Behind a backslash in a text.
    Escape,
    /// Behind a text: only `:`, `,` or a closing bracket may follow.
    AfterText,
}

impl Scan {
    fn is_word(&self) -> bool {
        self.place == Place::Word
    }

    /// Goes on from `*at`, to the end of the record or of the bytes.
    fn run(&mut self, bytes: &[u8], at: &mut usize) -> Step {
        while let Some(&byte) = bytes.get(*at) {
            match self.place {
                Place::Text => match byte {
                    b'"' => {
                        self.place = Place::AfterText;
                        if self.depth == 0 {
                            *at += 1;
                            return Step::End;
                        }
                    }
                    b'\\' => self.place = Place::Escape,
                    b'\n' | b'\r' => return Step::Broken("a text does not end on its line"),
                    _ => {}
                },
                Place::Escape => self.place = Place::Text,
                Place::Word => {
                    if byte.is_ascii_whitespace() || matches!(byte, b',' | b']') {
                        return Step::End;
                    }
                }
                Place::Start | Place::Between | Place::AfterText => match byte {
                    b'"' if self.place == Place::AfterText => {
                        return Step::Broken("a value follows a value without a comma");
                    }
                    b'"' => self.place = Place::Text,
                    b'{' | b'[' if self.place != Place::AfterText => {
                        self.place = Place::Between;
                        if self.depth < 64 {
                            self.braces &= !(1 << self.depth);
                            self.braces |= u64::from(byte == b'{') << self.depth;
                        }
                        self.depth += 1;
                        self.deepest = self.deepest.max(self.depth);
                    }
                    b'}' | b']' if self.depth > 0 => {
                        self.depth -= 1;
                        if self.depth < 64 && (self.braces >> self.depth & 1 == 1) != (byte == b'}') {
                            return Step::Broken("a bracket is closed by one of the other kind");
                        }
                        self.place = Place::Between;
                        if self.depth == 0 {
                            *at += 1;
                            return Step::End;
                        }
                    }
                    _ if self.place == Place::Start => self.place = Place::Word,
                    b',' | b':' => self.place = Place::Between,
                    b if self.place == Place::AfterText && !b.is_ascii_whitespace() => {
                        return Step::Broken("a text is followed by what cannot follow it");
                    }
                    _ => {}
                },
            }
            *at += 1;
        }
        Step::More
    }
}
