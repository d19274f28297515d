//! Escapes of string literals that the specification has and the GraphQL library does not read: surrogate pairs
//! (`\uD83D\uDE00`, as writers of JSON make them), `\u{1F600}`, and `\"""` in block strings (GraphQL specification, 2.9.4).
//!
//! A document enters, the same document in characters that the library reads leaves. Every token keeps its line and
//! column, so that errors point into what the client sent. What is no valid escape stays, for the parser to refuse.

use std::borrow::Cow;

use async_graphql::parser::{self, types::ExecutableDocument};

/// Parses a document of an operation, with all escapes that the specification has.
///
/// # Errors
/// What the parser refuses.
pub(crate) fn parse_document(text: &str) -> Result<ExecutableDocument, parser::Error> {
    parser::parse_query(decoded(text))
}

/// The document with its escapes decoded.
fn decoded(document: &str) -> Cow<'_, str> {
    if !document.contains("\\u") && !document.contains("\\\"\"\"") {
        return Cow::Borrowed(document);
    }
    let mut out = String::with_capacity(document.len());
    let mut rest = document;
    while let Some(at) = rest.find(['"', '#']) {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let end = if let Some(inside) = rest.strip_prefix(BLOCK) {
            block_string(inside, &mut out).map(|end| end + BLOCK.len())
        } else if rest.starts_with('#') {
            let end = rest.find(LINE_ENDS).unwrap_or(rest.len());
            out.push_str(&rest[..end]);
            Some(end)
        } else {
            line_string(rest, &mut out)
        };
        // A string without an end is no string: the parser says so.
        let Some(end) = end else { break };
        rest = &rest[end..];
    }
    out.push_str(rest);
    Cow::Owned(out)
}

const BLOCK: &str = "\"\"\"";
const ESCAPED_BLOCK: &str = "\\\"\"\"";
const LINE_ENDS: [char; 2] = ['\n', '\r'];

/// Writes the string literal that a text begins with, and gives where it ends; `None` where it has no end.
fn line_string(text: &str, out: &mut String) -> Option<usize> {
    let start = out.len();
    out.push('"');
    let mut at = 1;
    let mut saved = 0;
    loop {
        let c = text[at..].chars().next().filter(|c| !LINE_ENDS.contains(c));
        let Some(c) = c else {
            out.truncate(start);
            return None;
        };
        if let Some((meant, length)) = escape(&text[at..]) {
            let before = out.len();
            push_escaped(meant, out);
            saved += length - out[before..].chars().count().min(length);
            at += length;
            continue;
        }
        // An escaped quote or backslash is two characters.
        let taken =
            if c == '\\' { text[at..].chars().take(2).map(char::len_utf8).sum() } else { c.len_utf8() };
        out.push_str(&text[at..at + taken]);
        at += taken;
        if c == '"' {
            out.extend(std::iter::repeat_n(' ', saved));
            return Some(at);
        }
    }
}

/// The character of an escape that a text begins with, and the length of the escape; `None` for what the library reads by
/// itself, and for what is no escape.
fn escape(text: &str) -> Option<(char, usize)> {
    let digits = text.strip_prefix("\\u")?;
    if let Some(braced) = digits.strip_prefix('{') {
        let length = braced.find('}').filter(|&length| is_hex(&braced[..length]))?;
        let code = u32::from_str_radix(&braced[..length], 16).ok()?;
        return Some((char::from_u32(code)?, "\\u{}".len() + length));
    }
    let high = unit(digits).filter(|high| (0xD800..0xDC00).contains(high))?;
    let low = unit(digits.get(4..)?.strip_prefix("\\u")?)?;
    let pair = char::decode_utf16([high, low]).next()?.ok()?;
    Some((pair, "\\uD83D\\uDE00".len()))
}

/// The UTF-16 code unit of four hexadecimal digits that a text begins with.
fn unit(text: &str) -> Option<u16> {
    let digits = text.get(..4).filter(|digits| is_hex(digits))?;
    u16::from_str_radix(digits, 16).ok()
}

fn is_hex(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// Writes a character into a string literal of one line.
fn push_escaped(c: char, out: &mut String) {
    match c {
        '"' => out.push_str("\\\""),
        '\\' => out.push_str("\\\\"),
        '\n' => out.push_str("\\n"),
        '\r' => out.push_str("\\r"),
        c => out.push(c),
    }
}

/// Writes the block string whose inside a text begins with, and gives where the string ends; `None` where it has no end.
/// One with an escape is written as a string of one line, with the lines that it had behind it.
fn block_string(text: &str, out: &mut String) -> Option<usize> {
    let mut at = 0;
    let end = loop {
        let next = at + text[at..].find(BLOCK)?;
        if !text[..next].ends_with('\\') {
            break next;
        }
        at = next + BLOCK.len();
    };
    let raw = &text[..end];
    if !raw.contains(ESCAPED_BLOCK) {
        out.extend([BLOCK, raw, BLOCK]);
        return Some(end + BLOCK.len());
    }
    let start = out.len();
    out.push('"');
    for c in block_value(&raw.replace(ESCAPED_BLOCK, BLOCK)).chars() {
        push_escaped(c, out);
    }
    out.push('"');
    let lines: Vec<&str> = raw.split('\n').collect();
    let columns = |text: &str| text.chars().count();
    let saved = match lines[..] {
        [.., last] if lines.len() > 1 => {
            out.extend(std::iter::repeat_n('\n', lines.len() - 1));
            columns(last) + BLOCK.len()
        }
        _ => (columns(raw) + 2 * BLOCK.len()).saturating_sub(columns(&out[start..])),
    };
    out.extend(std::iter::repeat_n(' ', saved));
    Some(end + BLOCK.len())
}

/// The value of a block string: without the indentation that its lines share and without blank lines around it (GraphQL
/// specification, `BlockStringValue`).
fn block_value(raw: &str) -> String {
    let raw = raw.replace("\r\n", "\n").replace('\r', "\n");
    let lines: Vec<&str> = raw.split('\n').collect();
    let indent = |line: &&str| line.find(|c| c != ' ' && c != '\t');
    let shared = lines.iter().skip(1).filter_map(indent).min().unwrap_or(0);
    let is_blank = |line: &&str| indent(line).is_none();
    let Some(first) = lines.iter().position(|line| !is_blank(line)) else { return String::new() };
    let last = lines.iter().rposition(|line| !is_blank(line)).unwrap_or(first);
    let kept: Vec<&str> = lines[first..=last]
        .iter()
        .enumerate()
        .map(|(at, line)| if first + at == 0 { line } else { line.get(shared..).unwrap_or_default() })
        .collect();
    kept.join("\n")
}

#[cfg(test)]
mod tests {
    use async_graphql::parser::types::Selection;
    use async_graphql_value::{ConstValue, Value};
    use proptest::prelude::*;

    use super::*;

    fn text(value: &str) -> Value {
        ConstValue::from(value).into()
    }

    /// The value of `a` in a document `{ f(a: …) g }`, and the place of `g`.
    fn read(document: &str) -> Option<(Value, (usize, usize))> {
        let document = parse_document(document).ok()?;
        let (_, operation) = document.operations.iter().next()?;
        let [field, after] = &operation.node.selection_set.node.items[..] else { return None };
        let Selection::Field(field) = &field.node else { return None };
        Some((field.node.arguments[0].1.node.clone(), (after.pos.line, after.pos.column)))
    }

    #[test]
    fn escapes_mean_what_the_specification_says() {
        let cases = [
            (r#""\uD83D\uDE00""#, Some("😀")),
            (r#""a\ud83d\ude00b\uD83C\uDFAC c""#, Some("a😀b🎬 c")),
            (r#""\u{1F600}""#, Some("😀")),
            (r#""\u{000041}\u{e9}""#, Some("Aé")),
            (r#""\u{22}\u{5C}\u{A}\u{D}\u{9}""#, Some("\"\\\n\r\t")),
            (r#""\u00e9\n\"\\u{1F600}\\\u{41}""#, Some("é\n\"\\u{1F600}\\A")),
            (r#""\\uD83D\\uDE00""#, Some("\\uD83D\\uDE00")),
            (r#""""a \u{41} \uD83D\uDE00""""#, Some("a \\u{41} \\uD83D\\uDE00")),
            (r#""""say \"""hi\""" twice""""#, Some("say \"\"\"hi\"\"\" twice")),
            ("\"\"\"\n    one \\\"\"\"\n      two\\n\n  \n    \"\"\"", Some("one \"\"\"\n  two\\n")),
            ("\"\"\"\\\"\"\"\"\"\"", Some("\"\"\"")),
            // No characters, or no escapes.
            (r#""\uD83D""#, None),
            (r#""\uDE00\uD83D""#, None),
            (r#""\uD83D\u0041""#, None),
            (r#""\u{D83D}""#, None),
            (r#""\u{110000}""#, None),
            (r#""\u{}""#, None),
            (r#""\u{41""#, None),
            (r#""\u{FFFFFFFFFFFFFFFFFF}""#, None),
            (r#""\x""#, None),
        ];
        for (literal, expected) in cases {
            let document = ["{ f(a: ", literal, ") g }"].concat();
            let found = read(&document).map(|(value, _)| value);
            assert_eq!(found, expected.map(text), "{literal}");
        }
    }

    #[test]
    fn tokens_stay_where_they_were() {
        for (document, place) in [
            (r#"{ f(a: "\uD83D\uDE00") g }"#, (1, 24)),
            (r#"{ f(a: "\u{1F600}\u{41}") g }"#, (1, 27)),
            (r#"{ f(a: """x\"""y""") g }"#, (1, 22)),
            ("{ f(a: \"\"\"x\n  \\\"\"\"y\n z\"\"\") g }", (3, 8)),
            ("# \"\\u{41}\n{ f(a: \"\\u{41}\") # \"\"\"\n g }", (3, 2)),
        ] {
            assert_eq!(read(document).map(|(_, place)| place), Some(place), "{document}");
        }
    }

    proptest! {
        #[test]
        fn documents_without_such_escapes_are_untouched(text in r#"(["\\#{}u4a \n]|"""|\\""|\\u0041)*"#) {
            if escape_free(&text) {
                prop_assert_eq!(decoded(&text), text.as_str());
            }
        }

        #[test]
        fn any_character_survives_each_way_of_writing_it(c in any::<char>()) {
            let units: String = c.encode_utf16(&mut [0; 2]).iter().map(|unit| format!("\\u{unit:04X}")).collect();
            for written in [units, format!("\\u{{{:X}}}", u32::from(c))] {
                let document = ["{ f(a: \"", &written, "\") g }"].concat();
                prop_assert_eq!(read(&document).map(|(value, _)| value), Some(text(&c.to_string())));
            }
        }
    }

    fn escape_free(text: &str) -> bool {
        !text.contains("\\u{") && !text.contains(ESCAPED_BLOCK)
    }
}
