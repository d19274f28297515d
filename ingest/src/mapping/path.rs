//! JSON paths (RFC 9535) of mappings: which may be used at all, and those to records.
//!
//! A path is the provider's, and is run on each of its records. Some paths find a node more than once, or compare every
//! node with every other one, so that a few bytes of path keep a processor busy for days. [`parse`] refuses what may
//! take more than some steps for each node of a record. Records are found as the text streams by, so that only plain
//! paths will do for them: names, and one wildcard.

use std::mem;

use serde::{Deserialize, Deserializer, de::Error as _};
use serde_json::{Map, Value};
use serde_json_path::JsonPath;

use crate::{
    format::Format,
    read::nested::{self, RecordsPath},
};

/// Most names in a path to records.
const MAX_STEPS: usize = 8;

/// Longest path, in bytes.
pub(super) const MAX_PATH_BYTES: usize = 500;

/// Most opening parentheses in a path: the time to parse it grows with their depth.
const MAX_PARENTHESES: usize = 6;

/// What a path is made of, outside of the names in it.
#[derive(Debug, Default)]
struct Parts {
    filters: usize,
    descents: usize,
    unions: usize,
    parentheses: usize,
    /// Whether a wildcard or a slice is in it.
    finds_many: bool,
    /// Whether a wildcard, a slice or a filter stands in a union.
    has_wide_union: bool,
    /// Whether a filter looks at the whole record, or runs an expression of its own.
    has_far_filter: bool,
}

impl Parts {
    fn of(text: &str) -> Self {
        let mut parts = Self::default();
        // Of each open bracket or parenthesis, whether a comma and whether something wide stands in it.
        let mut open: Vec<(bool, bool)> = Vec::new();
        let mut unquoted = String::with_capacity(text.len());
        let mut characters = text.chars();
        while let Some(c) = characters.next() {
            if c == '"' || c == '\'' {
                while let Some(inner) = characters.next() {
                    match inner {
                        '\\' => drop(characters.next()),
                        inner if inner == c => break,
                        _ => {}
                    }
                }
                continue;
            }
            match c {
                '[' => open.push((false, false)),
                ']' => {
                    if let Some((comma, wide)) = open.pop() {
                        parts.unions += usize::from(comma);
                        parts.has_wide_union |= comma && wide;
                    }
                }
                '(' => {
                    parts.parentheses += 1;
                    open.push((false, false));
                }
                ')' => drop(open.pop()),
                '?' => parts.filters += 1,
                '*' | ':' => parts.finds_many = true,
                '$' => parts.has_far_filter |= parts.filters > 0,
                _ => {}
            }
            if let Some((comma, wide)) = open.last_mut() {
                *comma |= c == ',';
                *wide |= matches!(c, '*' | ':' | '?');
            }
            unquoted.push(c);
        }
        parts.descents = unquoted.matches("..").count();
        unquoted.retain(|c| !c.is_whitespace());
        parts.has_far_filter |= unquoted.contains("match(") || unquoted.contains("search(");
        parts
    }

    /// What may not be used of it; completes "the path …".
    fn fault(&self) -> Option<&'static str> {
        let Self { filters, descents, unions, parentheses, has_wide_union, has_far_filter, .. } = *self;
        [
            (filters > 1, "has more than one filter"),
            (descents > 1, "has more than one .."),
            (has_wide_union, "has a wildcard, slice or filter beside others in one bracket"),
            (unions > 1, "has more than one bracket of several names or numbers"),
            (parentheses > MAX_PARENTHESES, "has more than 6 parentheses"),
            (has_far_filter, "has a filter with $, match or search in it"),
        ]
        .into_iter()
        .find_map(|(is_wrong, fault)| is_wrong.then_some(fault))
    }

    /// Whether the path may find several values.
    fn is_wide(&self) -> bool {
        self.finds_many || self.filters + self.descents + self.unions > 0
    }
}

/// Reads a path that may be run on records.
pub(super) fn parse(text: &str) -> Result<JsonPath, String> {
    if text.len() > MAX_PATH_BYTES {
        return Err(format!("a name or path has at most {MAX_PATH_BYTES} bytes"));
    }
    if let Some(fault) = Parts::of(text).fault() {
        return Err(format!("the path {text:?} {fault}"));
    }
    JsonPath::parse(text).map_err(|error| format!("{text:?} is no JSON path of RFC 9535: {error}"))
}

/// Where records stand.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct RecordsRule {
    /// Names from the outermost object on to the list or object of records.
    steps: Vec<String>,
    /// Whether the path has a wildcard: without one, each value of the text holds one record.
    many: bool,
    /// Names from an entry on to the record in it.
    inner: Vec<String>,
}

enum Segment {
    Name(String),
    All,
}

impl RecordsRule {
    fn parse(text: &str) -> Result<Self, String> {
        parse(text)?;
        let not_plain = || {
            format!(
                "records are found as the file streams by, with names and one [*] alone, as in $.data.movies[*]: \
                 {text:?} cannot be used"
            )
        };
        let segments = plain(text).ok_or_else(not_plain)?;
        let mut rule = Self::default();
        for segment in segments {
            match segment {
                Segment::All if rule.many => return Err(not_plain()),
                Segment::All => rule.many = true,
                Segment::Name(name) if rule.many => rule.inner.push(name),
                Segment::Name(name) => rule.steps.push(name),
            }
        }
        if !rule.many {
            rule.inner = mem::take(&mut rule.steps);
        }
        if rule.steps.len() > MAX_STEPS || rule.inner.len() > MAX_STEPS {
            return Err(format!("a path to records has at most {MAX_STEPS} names"));
        }
        Ok(rule)
    }

    /// The format of a JSON text that starts so, and is otherwise taken for this one.
    pub(crate) fn format(&self, head: &[u8], otherwise: Format) -> Format {
        if !self.many {
            return otherwise;
        }
        let is_list = head.first() == Some(&b'[');
        if self.steps.is_empty() && is_list {
            return Format::JsonArray;
        }
        let by_id = self.steps.is_empty() || nested::leads_to_object(head, &self.steps);
        Format::Nested(RecordsPath { steps: self.steps.clone(), by_id })
    }

    /// Takes a record out of its entry, where it is there.
    pub(crate) fn unwrap(&self, fields: &mut Map<String, Value>) {
        for name in &self.inner {
            if let Some(Value::Object(inner)) = fields.get_mut(name) {
                *fields = mem::take(inner);
            }
        }
    }
}

/// The segments of a path without filters, slices and the like.
fn plain(text: &str) -> Option<Vec<Segment>> {
    let mut rest = text.trim().strip_prefix('$')?;
    let mut segments = Vec::new();
    while !rest.is_empty() {
        let (segment, behind) = first_segment(rest)?;
        segments.push(segment);
        rest = behind;
    }
    Some(segments)
}

/// The segment with which a path goes on, and what is behind it.
fn first_segment(rest: &str) -> Option<(Segment, &str)> {
    let rest = rest.trim_start();
    if let Some(behind) = rest.strip_prefix("[*]").or_else(|| rest.strip_prefix(".*")) {
        return Some((Segment::All, behind));
    }
    if let Some(name) = rest.strip_prefix('.').filter(|name| !name.starts_with('.')) {
        let end = name.find(['.', '[']).unwrap_or(name.len());
        let (name, behind) = name.split_at(end);
        return Some((Segment::Name(name.trim().to_owned()), behind));
    }
    let (name, behind) = quoted(rest.strip_prefix('[')?.trim_start())?;
    Some((Segment::Name(name), behind.trim_start().strip_prefix(']')?))
}

/// The name in quotes with which a text starts, and what is behind it.
fn quoted(text: &str) -> Option<(String, &str)> {
    let quote = text.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    // JSON has the same escapes, but for those of the other quote.
    let mut json = String::from('"');
    let mut characters = text.char_indices().skip(1);
    while let Some((at, c)) = characters.next() {
        match c {
            '\\' => match characters.next()?.1 {
                '\'' => json.push('\''),
                escaped => json.extend(['\\', escaped]),
            },
            c if c == quote => {
                json.push('"');
                return Some((serde_json::from_str(&json).ok()?, &text[at + 1..]));
            }
            '"' => json.push_str("\\\""),
            c => json.push(c),
        }
    }
    None
}

impl<'de> Deserialize<'de> for RecordsRule {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).map_err(D::Error::custom)
    }
}

/// The name with which a path starts, and whether it may find several values.
pub(super) fn root_and_width(text: &str) -> (Option<String>, bool) {
    let root = match text.trim().strip_prefix('$').and_then(first_segment) {
        Some((Segment::Name(name), _)) if !name.is_empty() => Some(name),
        _ => None,
    };
    (root, Parts::of(text).is_wide())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_to_records_are_plain() {
        let rule = |steps: &[&str], many, inner: &[&str]| {
            let owned = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect();
            Ok(RecordsRule { steps: owned(steps), many, inner: owned(inner) })
        };
        let cases = [
            ("$", rule(&[], false, &[])),
            ("$[*]", rule(&[], true, &[])),
            ("$.*", rule(&[], true, &[])),
            ("$.data.movies[*]", rule(&["data", "movies"], true, &[])),
            ("$['a b'][\"c\"].*", rule(&["a b", "c"], true, &[])),
            ("$.edges[*].node", rule(&["edges"], true, &["node"])),
            ("$.movie", rule(&[], false, &["movie"])),
        ];
        for (text, expected) in cases {
            assert_eq!(RecordsRule::parse(text), expected, "{text}");
        }
        for text in ["$..movies", "$.a[0]", "$.a[?@.b]", "$[*][*]", "$.a[1:3]", "$.a['b','c']"] {
            let message = RecordsRule::parse(text).unwrap_err();
            assert!(message.contains("streams by"), "{text}: {message}");
        }
        for text in ["", "a.b", "$.", "$.a[", "$.a["] {
            let message = RecordsRule::parse(text).unwrap_err();
            assert!(message.contains("is no JSON path"), "{text}: {message}");
        }
        assert_eq!(root_and_width("$.people[?@.job=='x'].name"), (Some("people".to_owned()), true));
        assert_eq!(root_and_width("$['a b'].c"), (Some("a b".to_owned()), false));
        assert_eq!(root_and_width("$..name"), (None, true));
        assert_eq!(root_and_width("$"), (None, false));
    }

    #[test]
    fn marks_within_names_are_none() {
        for (path, root) in [
            ("$['a.b'].c", "a.b"),
            ("$['a: b, c*'].d", "a: b, c*"),
            ("$[\"what?\"]", "what?"),
            ("$['it\\'s [1]']", "it's [1]"),
            ("$['a\\\\']", "a\\"),
            ("$[\"\\u00e9\"]", "é"),
        ] {
            assert_eq!(root_and_width(path), (Some(root.to_owned()), false), "{path}");
            assert!(parse(path).is_ok(), "{path}");
        }
        assert_eq!(root_and_width("$['a','b']"), (None, true));
        assert_eq!(root_and_width("$.a[0,1]"), (Some("a".to_owned()), true));
        let rule = RecordsRule::parse("$['the \"list\", it\\'s.here'][*]").unwrap();
        assert_eq!(rule.steps, ["the \"list\", it's.here"]);
    }

    /// Each of these would take exponential or quadratic time, if not in these words then in longer ones of the kind.
    #[test]
    fn paths_that_take_long_are_refused() {
        let long = |part: &str, times: usize| ["$", &part.repeat(times)].concat();
        for (path, part) in [
            (long("(", 100_000), "at most 500 bytes"),
            (long("[?@.a]", 2), "more than one filter"),
            ("$[?@[?@[?@.a]]]".to_owned(), "more than one filter"),
            (long("..a", 2), "more than one .."),
            ("$..[?@..a]".to_owned(), "more than one .."),
            (long("[*,*]", 30), "a wildcard, slice or filter beside others"),
            ("$[:, :]".to_owned(), "a wildcard, slice or filter beside others"),
            (long("[0,0]", 30), "more than one bracket"),
            (long("['a','a']", 30), "more than one bracket"),
            (["$[?", &"(".repeat(7), "@.a", &")".repeat(7), "]"].concat(), "more than 6 parentheses"),
            ("$..[?$.*.*]".to_owned(), "a filter with $"),
            ("$[?match(@.a, '((a{99}){99}){99}')]".to_owned(), "a filter with $"),
        ] {
            let message = parse(&path).unwrap_err();
            assert!(message.contains(part), "{path}: {message}");
            assert!(RecordsRule::parse(&path).is_err(), "{path}");
        }
        for path in [
            "$.a.*.b",
            "$..name",
            "$['a','b'].c",
            "$.a[1:3]",
            "$.crew[?@.job == 'Director' || (@.job == \"a $, match (or) search\")].name",
            "$.search.match[*]",
            "$.a[?length(@.b) > 3 && count(@.*) == 2]",
        ] {
            assert!(parse(path).is_ok(), "{path}: {:?}", parse(path));
        }
    }

    /// What may be used takes no time worth speaking of, on the largest records and with the longest paths.
    #[test]
    fn paths_that_are_taken_end() {
        let mut deep = serde_json::json!(1);
        for _ in 0..30 {
            deep = serde_json::json!([deep, 1]);
        }
        let record = serde_json::json!({ "a": vec![deep; 5_000] });
        let begun = std::time::Instant::now();
        let parens = ["$[?", &"(".repeat(6), "@.a", &")".repeat(6), "]"].concat();
        let names = ["$..[", &"0,".repeat(200), "0]"].concat();
        let tests = ["$..[?", &"@[0] == @[1] || ".repeat(25), "@.a]"].concat();
        for path in
            [&parens, &names, &tests, "$..*", "$.*.*.*.*.*.*", "$.a[?count(@..*) > 1]", "$..[?@ == @]"]
        {
            let path = parse(path).unwrap();
            path.query(&record).len();
        }
        assert!(begun.elapsed().as_secs() < 60, "{:?}", begun.elapsed());
    }
}
