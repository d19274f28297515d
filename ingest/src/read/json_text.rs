//! The text of one JSON record, made an object of fields.

use serde_json::{Map, Value};
use wikimovie_domain::RefusalReason;

use crate::limits::MAX_DEPTH;

/// What to do about a record that is not UTF-8.
const NOT_UTF_8: &str = "the record is not UTF-8: save the file as UTF-8 (it may be Windows-1252)";

/// Why a text is no record.
pub(crate) struct Fault {
    pub(crate) reason: RefusalReason,
    pub(crate) message: String,
    /// Lines between the start of the text and the fault.
    pub(crate) lines_down: u64,
    /// Whether the text is right as far as it goes.
    pub(crate) ends_early: bool,
    /// Whether the text is in another encoding than UTF-8.
    pub(crate) is_foreign: bool,
}

impl Fault {
    fn new(reason: RefusalReason, message: impl Into<String>) -> Self {
        Self { reason, message: message.into(), lines_down: 0, ends_early: false, is_foreign: false }
    }

    pub(crate) fn too_deep() -> Self {
        Self::new(RefusalReason::TooLarge, format!("the record is nested deeper than {MAX_DEPTH} levels"))
    }
}

/// Reads one record.
pub(crate) fn parse(text: &[u8]) -> Result<Map<String, Value>, Fault> {
    let value: Value = serde_json::from_slice(text).map_err(|error| {
        let fault = fault_of(&error);
        // A text of another encoding fails at its first accent, which says little.
        let is_foreign = !error.is_eof() && std::str::from_utf8(text).is_err();
        if is_foreign { Fault { message: NOT_UTF_8.to_owned(), is_foreign, ..fault } } else { fault }
    })?;
    if is_deeper_than(&value, MAX_DEPTH) {
        return Err(Fault::too_deep());
    }
    match value {
        Value::Object(fields) => Ok(fields),
        other => Err(Fault::new(
            RefusalReason::WrongType,
            format!("the record is {}, where an object is expected", kind(&other)),
        )),
    }
}

/// What a value is, for a message.
pub(crate) fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

fn fault_of(error: &serde_json::Error) -> Fault {
    let message = error.to_string();
    if message.starts_with("recursion limit") {
        return Fault::too_deep();
    }
    // Its position counts from the start of the record, ours from the start of the object.
    let message = message.split(" at line ").next().unwrap_or_default();
    Fault {
        reason: RefusalReason::Unreadable,
        message: format!("not JSON: {message}"),
        lines_down: (error.line() as u64).saturating_sub(1),
        ends_early: error.is_eof(),
        is_foreign: false,
    }
}

fn is_deeper_than(value: &Value, levels: usize) -> bool {
    match value {
        Value::Array(items) => levels == 0 || items.iter().any(|item| is_deeper_than(item, levels - 1)),
        Value::Object(fields) => levels == 0 || fields.values().any(|item| is_deeper_than(item, levels - 1)),
        _ => false,
    }
}
