//! Where records stand, as a JSON path (RFC 9535). Records are found as the text streams by, so that only plain paths
//! will do: names, and one wildcard.

use serde::{Deserialize, Deserializer, de::Error as _};
use serde_json::{Map, Value};
use serde_json_path::JsonPath;

use crate::{
    format::Format,
    read::nested::{self, RecordsPath},
};

/// Most names in a path to records.
const MAX_STEPS: usize = 8;

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
        JsonPath::parse(text).map_err(|error| format!("{text:?} is no JSON path of RFC 9535: {error}"))?;
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
            rule.inner = std::mem::take(&mut rule.steps);
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
                *fields = std::mem::take(inner);
            }
        }
    }
}

/// The segments of a path without filters, slices and the like.
fn plain(text: &str) -> Option<Vec<Segment>> {
    let mut rest = text.trim().strip_prefix('$')?;
    let mut segments = Vec::new();
    while !rest.is_empty() {
        rest = rest.trim_start();
        let quoted = |quote: char| {
            let inner = rest.strip_prefix('[')?.trim_start().strip_prefix(quote)?;
            let (name, behind) = inner.split_once(quote)?;
            let behind = behind.trim_start().strip_prefix(']')?;
            (!name.contains('\\')).then(|| (Segment::Name(name.to_owned()), behind))
        };
        let (segment, behind) =
            if let Some(behind) = rest.strip_prefix("[*]").or_else(|| rest.strip_prefix(".*")) {
                (Segment::All, behind)
            } else if let Some(name) = rest.strip_prefix('.').filter(|name| !name.starts_with('.')) {
                let end = name.find(['.', '[']).unwrap_or(name.len());
                let (name, behind) = name.split_at(end);
                (Segment::Name(name.trim().to_owned()), behind)
            } else {
                quoted('\'').or_else(|| quoted('"'))?
            };
        segments.push(segment);
        rest = behind;
    }
    Some(segments)
}

impl<'de> Deserialize<'de> for RecordsRule {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).map_err(D::Error::custom)
    }
}

/// The name with which a path starts, and whether it may find several values.
pub(super) fn root_and_width(text: &str) -> (Option<String>, bool) {
    let first = text.trim().strip_prefix('$').unwrap_or_default();
    let end = first.get(1..).and_then(|rest| rest.find(['.', '['])).map_or(first.len(), |at| at + 1);
    let root = match plain(&["$", &first[..end]].concat()) {
        Some(segments) => match segments.into_iter().next() {
            Some(Segment::Name(name)) if !name.is_empty() => Some(name),
            _ => None,
        },
        None => None,
    };
    (root, text.contains(['*', '?', ':', ',']) || text.contains(".."))
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
}
