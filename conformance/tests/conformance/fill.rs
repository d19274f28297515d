//! `cargo xtask codegen conformance` inserts the embedded engine's answer where a case says `data: fill`. The author of
//! the case then checks the answer against the contract.

use std::{collections::VecDeque, fs};

use serde_json::Value;

use crate::{
    answer::{self, ANY_NUMBER, ANY_TEXT, Captured},
    subject::{App, Subject},
    suite::{Suite, Topic},
};

/// Placeholder of a missing answer.
const MARK: &str = "data: fill";

/// Maximum width of a line.
const WIDTH: usize = 118;

/// Rewrites the files with missing answers.
pub(crate) async fn fill(suite: &Suite) {
    for topic in &suite.topics {
        let text = fs::read_to_string(&topic.file).unwrap();
        if text.lines().any(|line| line.trim() == MARK) {
            let app = Subject::Embedded.filled_with(&suite.sets[&topic.set]).await;
            fs::write(&topic.file, filled(&text, answers(&app, topic).await)).unwrap();
        }
    }
}

/// Answers to the steps without one, in the order of the file.
async fn answers(app: &App, topic: &Topic) -> VecDeque<Value> {
    let mut answers = VecDeque::new();
    for case in &topic.cases {
        let mut captured = Captured::new();
        for step in case.steps() {
            let mut answer = Value::Null;
            for _ in 0..step.repeat {
                answer = app.ask(&step.query, &answer::variables(&step.variables, &captured)).await;
                for (name, pointer) in &step.capture {
                    captured
                        .extend(answer["data"].pointer(pointer).map(|value| (name.clone(), value.clone())));
                }
            }
            if step.data == Some(Value::from("fill")) {
                answers.push_back(answer::comparable(&answer));
            }
        }
    }
    answers
}

fn filled(text: &str, mut answers: VecDeque<Value>) -> String {
    let mut lines = Vec::new();
    for line in text.lines() {
        let answer = (line.trim() == MARK).then(|| answers.pop_front()).flatten();
        let Some(mut answer) = answer else {
            lines.push(line.to_owned());
            continue;
        };
        let indent = line.len() - line.trim_start().len();
        opaque(&mut answer["data"]);
        for part in ["data", "errors", "warnings"] {
            let value = &answer[part];
            if !value.is_null() && value.as_array().is_none_or(|list| !list.is_empty()) {
                lines.push(format!(
                    "{}{part}: {}",
                    " ".repeat(indent),
                    pretty(value, indent + 2, part.len() + 2)
                ));
            }
        }
    }
    lines.join("\n") + "\n"
}

/// Unpredictable values become placeholders.
fn opaque(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(opaque),
        Value::Object(fields) => {
            for (name, value) in fields {
                match name.as_str() {
                    "id" | "cursor" | "startCursor" | "endCursor" | "state" | "toggle" | "remove"
                    | "asOf" | "finishedAt" | "engine" | "engineVersion" | "plan"
                        if value.is_string() =>
                    {
                        *value = ANY_TEXT.into();
                    }
                    "tookMicros" | "score" if value.is_number() => *value = ANY_NUMBER.into(),
                    _ => opaque(value),
                }
            }
        }
        _ => {}
    }
}

/// JSON with line breaks where it is too wide.
fn pretty(value: &Value, indent: usize, used: usize) -> String {
    let flat = flat(value);
    let is_wide = indent + used + flat.chars().count() > WIDTH;
    let margin = " ".repeat(indent);
    let end = " ".repeat(indent - 2);
    match value {
        Value::Object(fields) if is_wide => {
            let fields = fields.iter().map(|(name, value)| {
                format!("{margin}{name}: {}", pretty(value, indent + 2, name.len() + 2))
            });
            format!("{{\n{},\n{end}}}", fields.collect::<Vec<_>>().join(",\n"))
        }
        Value::Array(items) if is_wide => {
            let items = items.iter().map(|item| format!("{margin}{}", pretty(item, indent + 2, 0)));
            format!("[\n{},\n{end}]", items.collect::<Vec<_>>().join(",\n"))
        }
        _ => flat,
    }
}

/// In YAML's flow style, where field names need no quotes.
fn flat(value: &Value) -> String {
    match value {
        Value::Object(fields) => {
            let fields = fields.iter().map(|(name, value)| format!("{name}: {}", flat(value)));
            format!("{{ {} }}", fields.collect::<Vec<_>>().join(", "))
        }
        Value::Array(items) => format!("[{}]", items.iter().map(flat).collect::<Vec<_>>().join(", ")),
        other => other.to_string(),
    }
}
