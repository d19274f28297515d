//! Finds out what an object is by its content: JSON array, NDJSON or CSV by the first bytes of text. The name is a hint
//! only where content cannot tell (CSV without a `title` column).

mod rows;

use self::rows::{RowHints, csv_layout};
use crate::{
    format::{Format, Sniffed},
    mapping::{Mapping, NAME_THE_TITLE},
    read::nested,
    shorten::shortened,
};

/// Tells the format by the first bytes of text (at least the first line, or some kilobytes of it), without a byte
/// order mark. `name` is the object's name.
pub fn sniff(head: &[u8], name: &str) -> Sniffed {
    sniff_by(head, name, None, false)
}

/// The same, by a provider's mapping; where any header will do, rows need no title.
pub(crate) fn sniff_by(head: &[u8], name: &str, mapping: Option<&Mapping>, any_header: bool) -> Sniffed {
    let text = head.trim_ascii_start();
    let line = text.split(|&byte| byte == b'\n').next().unwrap_or_default().trim_ascii_end();
    let json = |otherwise| {
        Sniffed::Format(match mapping.and_then(Mapping::records) {
            Some(records) => records.format(text, otherwise),
            None if any_header => {
                nested::find(text).or_else(|| nested::find_list(text)).map_or(otherwise, Format::Nested)
            }
            None => nested::find(text).map_or(otherwise, Format::Nested),
        })
    };
    let hints = RowHints { has_csv_name: has_csv_name(name), any_header, mapping };
    match text.first() {
        None => Sniffed::Empty,
        Some(_) if is_wide(text) => {
            Sniffed::Unknown("text in UTF-16 without a byte order mark: save it as UTF-8".to_owned())
        }
        Some(b'[') => json(Format::JsonArray),
        // A brace alone on its line opens a record that goes on below; NDJSON never does that.
        Some(b'{') if line == b"{" => json(Format::JsonObjects),
        Some(b'{') => json(Format::Ndjson),
        Some(b'<') => Sniffed::Unknown(markup(text)),
        Some(_) => match csv_layout(head, hints).filter(|_| !line.contains(&0)) {
            Some(layout) => Sniffed::Format(Format::Csv(layout)),
            None if text.contains(&0) => {
                Sniffed::Unknown("it holds binary data: deliver JSON, JSON lines or CSV".to_owned())
            }
            None => Sniffed::Unknown(format!(
                "neither a JSON array, nor JSON lines, nor CSV with a title column; the first line is {}: {NAME_THE_TITLE}",
                shortened(&String::from_utf8_lossy(line))
            )),
        },
    }
}

fn markup(text: &[u8]) -> String {
    let starts =
        |tag: &str| text.get(..tag.len()).is_some_and(|start| start.eq_ignore_ascii_case(tag.as_bytes()));
    let message = if starts("<!doctype html") || starts("<html") {
        "it is an HTML page (an error or login page, say), not a file of movies"
    } else {
        "it looks like XML or HTML: deliver JSON, JSON lines or CSV"
    };
    message.to_owned()
}

/// Whether every other byte is 0, as in UTF-16 of Latin text.
fn is_wide(text: &[u8]) -> bool {
    let zeros = |from: usize| text.iter().take(64).skip(from).step_by(2).all(|&byte| byte == 0);
    text.len() > 4 && zeros(0) != zeros(1)
}

fn has_csv_name(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let bare = name.strip_suffix(".gz").or_else(|| name.strip_suffix(".zst")).unwrap_or(&name);
    [".csv", ".tsv", ".tab", ".psv"].iter().any(|ending| bare.ends_with(ending))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_format_is_detected_by_content() {
        let cases: &[(&[u8], &str, &str)] = &[
            (b"", "a.json", "empty"),
            (b" \n\t ", "a.csv", "empty"),
            (b"[{\"title\":\"M\"}]", "a.csv", "JSON array"),
            (b"\n  [", "a", "JSON array"),
            (b"{\"title\":\"M\"}\n", "a.json", "JSON lines"),
            (b"{\n  \"title\": \"M\"\n}\n", "a.json", "JSON objects"),
            (b"{\r\n  \"title\": \"M\"\n}\n", "a.json", "JSON objects"),
            (b"{\"page\":1,\"results\":[{", "a", "JSON array within results"),
            (b"{\"tt1\":{\"title\":\"M\"}}", "a", "JSON object by id"),
            (b"id,Title,year\n", "a", "CSV separated by commas"),
            (b"\"title\",\"year\"\r\n", "a", "CSV separated by commas"),
            (b"label,when\n", "a.csv", "CSV separated by commas"),
            (b"label,when\n", "A.CSV.GZ", "CSV separated by commas"),
            (b"label\twhen\n", "a.tsv", "CSV separated by tabs"),
            (b"title;year\n", "a", "CSV separated by semicolons"),
            (b"Primary Title|Start Year\n", "a", "CSV separated by bars"),
            (b"movieId::title::genres\n", "a", "CSV separated by ::"),
        ];
        for (head, name, expected) in cases {
            let found = match sniff(head, name) {
                Sniffed::Format(format) => format.describe(),
                Sniffed::Empty => "empty".to_owned(),
                Sniffed::Unknown(reason) => reason,
            };
            assert_eq!(found, *expected, "{:?}", String::from_utf8_lossy(head));
        }
        for head in ["<html>", "hello", "123", "\u{0}\u{1}", "subtitle,year", "t\0i\0t\0l\0e\0"] {
            assert!(matches!(sniff(head.as_bytes(), "a"), Sniffed::Unknown(_)), "{head}");
        }
        let Sniffed::Unknown(page) = sniff(b"<!DOCTYPE html><html>", "a.csv") else { panic!("a page") };
        assert!(page.starts_with("it is an HTML page"), "{page}");
    }
}
