//! Compares expected and actual answers, and passes captured values between steps.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::suite::Step;

/// Placeholder for any non-empty text, because cursors, states and the like are unpredictable.
pub(crate) const ANY_TEXT: &str = "<text>";
/// Placeholder for any number.
pub(crate) const ANY_NUMBER: &str = "<number>";

/// Captured values, by name.
pub(crate) type Captured = BTreeMap<String, Value>;

/// The parts of an answer that cases compare, without the texts of errors and warnings, which may change.
pub(crate) fn comparable(answer: &Value) -> Value {
    let list = |value: Option<&Value>| value.and_then(Value::as_array).cloned().unwrap_or_default();
    let errors: Vec<Value> = list(answer.get("errors")).iter().map(error).collect();
    let warnings = list(answer.pointer("/extensions/warnings")).iter().map(warning).collect::<Vec<_>>();
    json!({
        "data": answer.get("data").cloned().unwrap_or_default(),
        "errors": sorted(errors),
        "warnings": warnings,
    })
}

fn error(error: &Value) -> Value {
    let parts = [
        ("code", error.pointer("/extensions/code")),
        ("path", error.get("path")),
        ("argument", error.pointer("/extensions/argument")),
    ];
    let present = parts.into_iter().filter_map(|(name, part)| Some((name.to_owned(), part?.clone())));
    Value::Object(present.collect())
}

fn warning(warning: &Value) -> Value {
    let mut parts = warning.as_object().cloned().unwrap_or_default();
    parts.remove("message");
    Value::Object(parts)
}

/// Fields of one object fail in any order.
fn sorted(mut values: Vec<Value>) -> Vec<Value> {
    values.sort_by_key(ToString::to_string);
    values
}

/// The expected answer of a step, in the form of [`comparable`].
pub(crate) fn expected(step: &Step) -> Value {
    json!({
        "data": written_out(&step.data.clone().unwrap_or_default()),
        "errors": sorted(step.errors.clone().unwrap_or_default()),
        "warnings": step.warnings.clone(),
    })
}

/// Variables with captured values inserted and repetitions expanded.
pub(crate) fn variables(given: &Map<String, Value>, captured: &Captured) -> Value {
    resolved(&Value::Object(given.clone()), captured)
}

fn resolved(value: &Value, captured: &Captured) -> Value {
    let text = |text: &str| match captured_name(text) {
        Some(name) => captured.get(name).unwrap_or_else(|| panic!("${name} was not captured")).clone(),
        None => text.into(),
    };
    mapped(value, &text)
}

fn written_out(value: &Value) -> Value {
    mapped(value, &|text| text.into())
}

/// The value with its texts mapped and `times` expanded.
fn mapped(value: &Value, text: &dyn Fn(&str) -> Value) -> Value {
    match value {
        Value::String(value) => text(value),
        Value::Array(items) => items.iter().map(|item| mapped(item, text)).collect(),
        Value::Object(fields) => match (fields.get("times").and_then(Value::as_u64), fields.get("of")) {
            (Some(times), Some(of)) => many(&mapped(of, text), times as usize),
            _ => {
                let field = |(name, value): (&String, &Value)| (name.clone(), mapped(value, text));
                Value::Object(fields.iter().map(field).collect())
            }
        },
        _ => value.clone(),
    }
}

/// `{times: 3, of: "ab"}` is `ababab`, `{times: 3, of: [1]}` is `[1, 1, 1]`.
fn many(of: &Value, times: usize) -> Value {
    match of {
        Value::String(text) => Value::String(text.repeat(times)),
        Value::Array(items) => std::iter::repeat_n(items, times).flatten().cloned().collect(),
        other => panic!("a text or a list can be many, {other} cannot"),
    }
}

fn captured_name(text: &str) -> Option<&str> {
    let name = text.strip_prefix('$')?;
    let is_name = name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    is_name.then_some(name)
}

/// Every difference of two values, one per line; empty if they are equal.
pub(crate) fn difference(expected: &Value, actual: &Value, captured: &Captured) -> String {
    let mut lines = Vec::new();
    compare("", expected, actual, captured, &mut lines);
    lines.join("\n")
}

fn compare(place: &str, expected: &Value, actual: &Value, captured: &Captured, lines: &mut Vec<String>) {
    match (expected, actual) {
        (Value::String(mark), Value::String(text)) if mark == ANY_TEXT && !text.is_empty() => {}
        (Value::String(mark), Value::Number(_)) if mark == ANY_NUMBER => {}
        (Value::Object(left), Value::Object(right)) => {
            for (name, value) in left {
                match right.get(name) {
                    Some(found) => compare(&format!("{place}/{name}"), value, found, captured, lines),
                    None => lines.push(format!("  {place}/{name}\n    - {value}\n    + (nothing)")),
                }
            }
            for (name, value) in right.iter().filter(|(name, _)| !left.contains_key(*name)) {
                lines.push(format!("  {place}/{name}\n    - (nothing)\n    + {value}"));
            }
        }
        (Value::Array(left), Value::Array(right)) => {
            for at in 0..left.len().max(right.len()) {
                let place = format!("{place}/{at}");
                match (left.get(at), right.get(at)) {
                    (Some(left), Some(right)) => compare(&place, left, right, captured, lines),
                    (Some(left), None) => lines.push(format!("  {place}\n    - {left}\n    + (nothing)")),
                    (None, right) => {
                        let right = right.unwrap_or(&Value::Null);
                        lines.push(format!("  {place}\n    - (nothing)\n    + {right}"));
                    }
                }
            }
        }
        (Value::String(text), _) if captured_name(text).is_some() => {
            let wanted = captured_name(text).and_then(|name| captured.get(name));
            if wanted != Some(actual) {
                let wanted = wanted.unwrap_or(&Value::Null);
                lines.push(format!("  {place}\n    - {wanted} (as {text})\n    + {actual}"));
            }
        }
        _ if expected == actual => {}
        _ => lines.push(format!("  {place}\n    - {expected}\n    + {actual}")),
    }
}

#[test]
fn differences_name_their_position() {
    let captured = Captured::from([("a".to_owned(), json!("x"))]);
    let check = |left: Value, right: Value, same: bool| {
        assert_eq!(difference(&left, &right, &captured).is_empty(), same)
    };
    check(json!({"a": [1, "<text>", "<number>", "$a"]}), json!({"a": [1, "t", 2, "x"]}), true);
    check(json!("<text>"), json!(""), false);
    check(json!("<text>"), json!(1), false);
    check(json!("$a"), json!("y"), false);
    check(json!([1]), json!([1, 2]), false);
    check(json!({"a": null}), json!({}), false);
    let told = difference(&json!({"a": [{"b": 1}]}), &json!({"a": [{"b": 2}]}), &captured);
    assert_eq!(told, "  /a/0/b\n    - 1\n    + 2");
}
