//! Lists as Python prints them (`[{'id': 28, 'name': 'Action'}]`), which tables have in place of JSON.

use serde_json::{Map, Value};

use crate::limits::MAX_DEPTH;

/// Reads a list or dictionary; `None` for anything else, and for what is nested too deep.
pub(crate) fn parse(text: &str) -> Option<Value> {
    let mut literal = Literal { rest: text.trim() };
    if !literal.rest.starts_with(['[', '{', '(']) {
        return None;
    }
    let value = literal.value(MAX_DEPTH)?;
    literal.rest.trim().is_empty().then_some(value)
}

struct Literal<'a> {
    rest: &'a str,
}

impl Literal<'_> {
    fn take(&mut self, wanted: char) -> bool {
        self.rest = self.rest.trim_start();
        match self.rest.strip_prefix(wanted) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    fn value(&mut self, levels: usize) -> Option<Value> {
        self.rest = self.rest.trim_start();
        let levels = levels.checked_sub(1)?;
        match self.rest.chars().next()? {
            '[' => self.list('[', ']', levels),
            '(' => self.list('(', ')', levels),
            '{' => self.dictionary(levels),
            quote @ ('\'' | '"') => self.text(quote).map(Value::String),
            _ => self.word(),
        }
    }

    fn list(&mut self, open: char, close: char, levels: usize) -> Option<Value> {
        self.take(open);
        let mut items = Vec::new();
        while !self.take(close) {
            items.push(self.value(levels)?);
            if !self.take(',') {
                return self.take(close).then_some(Value::Array(items));
            }
        }
        Some(Value::Array(items))
    }

    fn dictionary(&mut self, levels: usize) -> Option<Value> {
        self.take('{');
        let mut members = Map::new();
        while !self.take('}') {
            let Value::String(name) = self.value(levels)? else { return None };
            if !self.take(':') {
                return None;
            }
            members.insert(name, self.value(levels)?);
            if !self.take(',') {
                return self.take('}').then_some(Value::Object(members));
            }
        }
        Some(Value::Object(members))
    }

    fn text(&mut self, quote: char) -> Option<String> {
        let mut text = String::new();
        let mut chars = self.rest.chars();
        chars.next();
        loop {
            match chars.next()? {
                c if c == quote => break,
                '\\' => match chars.next()? {
                    'n' => text.push('\n'),
                    't' => text.push('\t'),
                    'r' => text.push('\r'),
                    'x' => text.push(code(&mut chars, 2)?),
                    'u' => text.push(code(&mut chars, 4)?),
                    'U' => text.push(code(&mut chars, 8)?),
                    c @ ('\'' | '"' | '\\') => text.push(c),
                    other => text.extend(['\\', other]),
                },
                c => text.push(c),
            }
        }
        self.rest = chars.as_str();
        Some(text)
    }

    fn word(&mut self) -> Option<Value> {
        let end = self.rest.find([',', ']', '}', ')', ':']).unwrap_or(self.rest.len());
        let (word, rest) = self.rest.split_at(end);
        self.rest = rest;
        match word.trim() {
            "None" | "nan" => Some(Value::Null),
            "True" => Some(Value::Bool(true)),
            "False" => Some(Value::Bool(false)),
            number => serde_json::from_str(number).ok().filter(Value::is_number),
        }
    }
}

fn code(chars: &mut std::str::Chars<'_>, digits: usize) -> Option<char> {
    let mut number = 0_u32;
    for _ in 0..digits {
        number = number.checked_mul(16)? + chars.next()?.to_digit(16)?;
    }
    char::from_u32(number)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn printed_lists_are_read() {
        let cases = [
            ("[{'id': 28, 'name': 'Action'}]", json!([{"id": 28, "name": "Action"}])),
            (r#"["O'Toole", 'a \'b\' \u00e9', None, True,]"#, json!(["O'Toole", "a 'b' é", null, true])),
            ("('a', 1.5)", json!(["a", 1.5])),
            ("[]", json!([])),
        ];
        for (text, expected) in cases {
            assert_eq!(parse(text), Some(expected), "{text}");
        }
        for text in ["[REC]", "[", "['a'", "['a' 'b']", "{1: 2}", "x", "['a'] b", &"[".repeat(10_000)] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
