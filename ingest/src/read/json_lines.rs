//! NDJSON: one record per line. A line is a record even if it is invalid, so that an error never spreads.

use std::io::Read;

use wikimovie_domain::{Refusal, RefusalReason};

use super::{RawRecord, json_text, window::Window};
use crate::limits::MAX_RECORD_BYTES;

/// State of the reader.
#[derive(Default)]
pub(crate) struct JsonLines {
    record: u64,
    is_foreign: bool,
}

impl JsonLines {
    /// The next record; `None` at the end of the stream.
    pub(crate) fn next<R: Read>(&mut self, window: &mut Window<R>) -> Option<Result<RawRecord, Refusal>> {
        window.skip_space()?;
        let line = window.line();
        self.record += 1;
        let Some(length) = line_length(window) else {
            return Some(Err(self.refusal(line, RefusalReason::TooLarge, too_large())));
        };
        if window.failure().is_some() && length == window.view().len() {
            // The caller reports the broken stream once; its truncated last line is not an error of its own.
            window.advance(length);
            self.record -= 1;
            return None;
        }
        let cut_short = length == window.view().len();
        let parsed = json_text::parse(window.view()[..length].trim_ascii_end());
        window.advance(length);
        self.is_foreign |= parsed.as_ref().is_err_and(|fault| fault.is_foreign);
        Some(match parsed {
            Ok(fields) => {
                Ok(RawRecord { line, record: self.record, place: line, bytes: length, key: None, fields })
            }
            Err(fault) if fault.ends_early && cut_short => Err(self.refusal(
                line,
                RefusalReason::Truncated,
                "the object ends in the middle of this record".to_owned(),
            )),
            Err(fault) => Err(self.refusal(line, fault.reason, fault.message)),
        })
    }

    /// Records seen so far.
    pub(crate) fn seen(&self) -> u64 {
        self.record
    }

    /// Whether a record so far was in another encoding.
    pub(crate) fn is_foreign(&self) -> bool {
        self.is_foreign
    }

    fn refusal(&self, line: u64, reason: RefusalReason, message: String) -> Refusal {
        Refusal { line, record: self.record, field: None, reason, message }
    }
}

/// Length of the buffered line; `None` for a line beyond the limit, which is skipped.
fn line_length<R: Read>(window: &mut Window<R>) -> Option<usize> {
    let mut seen = 0;
    let mut too_long = false;
    loop {
        if let Some(at) = window.view()[seen..].iter().position(|&byte| byte == b'\n') {
            let length = seen + at;
            if too_long || length > MAX_RECORD_BYTES {
                window.advance(length);
                return None;
            }
            return Some(length);
        }
        seen = window.view().len();
        if too_long || seen > MAX_RECORD_BYTES {
            too_long = true;
            window.advance(seen);
            seen = 0;
        }
        if !window.fill() {
            return (!too_long).then_some(seen);
        }
    }
}

pub(crate) fn too_large() -> String {
    format!("the record is larger than {MAX_RECORD_BYTES} bytes")
}
