//! What the comments of a document say of its operation: a description, its variables, and examples.
//!
//! Comments right above the operation describe it. A line that starts with `Example:` or `Example (title):` gives variables
//! as a JSON object, which may go on over further lines. A comment right above a variable describes that variable. Anything
//! else is a comment like any other, so that no document is refused for what its comments say.

use std::collections::HashMap;

use async_graphql::{Positioned, parser::types::OperationDefinition};
use serde_json::{Map, Value};

/// What the comments of a document say.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct DocumentComments {
    /// What the operation answers: paragraphs, separated by empty lines.
    pub(crate) description: String,
    /// What its variables mean, by name.
    pub(crate) variables: HashMap<String, String>,
    /// Variables to try it with.
    pub(crate) examples: Vec<DocumentExample>,
}

/// Variables to try an operation with.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct DocumentExample {
    /// What it shows, where the comment says so.
    pub(crate) title: Option<String>,
    /// The variables by name.
    pub(crate) variables: Map<String, Value>,
}

impl DocumentComments {
    /// Reads the comments of one operation; `text` is the document that it was parsed from.
    pub(crate) fn of(text: &str, operation: &Positioned<OperationDefinition>) -> Self {
        let comments = comment_lines(text);
        let mut read = Self::default();
        read.read_head(&block_above(&comments, operation.pos.line));
        for variable in &operation.node.variable_definitions {
            let lines = block_above(&comments, variable.pos.line);
            if !lines.is_empty() {
                read.variables.insert(variable.node.name.node.to_string(), paragraphs(&lines));
            }
        }
        read
    }

    fn read_head(&mut self, lines: &[&str]) {
        let mut described = Vec::new();
        let mut rest = lines.iter().copied().enumerate().peekable();
        while let Some((at, line)) = rest.next() {
            let Some((title, start)) = example_start(line) else {
                described.push(line);
                continue;
            };
            // The shortest run of lines that is an object.
            let whole = (at + 1..=lines.len()).find_map(|end| {
                let more = lines.get(at + 1..end)?;
                let json = std::iter::once(start).chain(more.iter().copied()).collect::<Vec<_>>().join("\n");
                serde_json::from_str::<Map<String, Value>>(&json).ok().map(|variables| (end, variables))
            });
            let Some((end, variables)) = whole else {
                described.push(line);
                continue;
            };
            while rest.next_if(|(at, _)| *at < end).is_some() {}
            self.examples.push(DocumentExample { title, variables });
        }
        self.description = paragraphs(&described);
    }
}

/// The title of an example, and the start of its JSON.
fn example_start(line: &str) -> Option<(Option<String>, &str)> {
    let rest = line.strip_prefix("Example")?;
    if let Some(json) = rest.strip_prefix(':') {
        return Some((None, json));
    }
    let (title, json) = rest.trim_start().strip_prefix('(')?.split_once("):")?;
    Some((Some(title.trim().to_owned()), json))
}

/// Joins the lines of a paragraph; an empty line separates paragraphs.
fn paragraphs(lines: &[&str]) -> String {
    let paragraphs = lines.split(|line| line.trim().is_empty());
    let joined = paragraphs.map(|lines| lines.iter().map(|line| line.trim()).collect::<Vec<_>>().join(" "));
    joined.filter(|paragraph| !paragraph.is_empty()).collect::<Vec<_>>().join("\n\n")
}

/// The comments of the lines that end right above a line.
fn block_above<'a>(comments: &HashMap<usize, &'a str>, line: usize) -> Vec<&'a str> {
    let mut lines: Vec<_> = (1..line).rev().map_while(|line| comments.get(&line).copied()).collect();
    lines.reverse();
    lines
}

/// The texts of the lines, counted from 1, that hold a comment and nothing else.
fn comment_lines(text: &str) -> HashMap<usize, &str> {
    let mut comments = HashMap::new();
    let mut in_block = false;
    for (number, line) in text.lines().enumerate() {
        if !in_block && let Some(comment) = line.trim_start().strip_prefix('#') {
            comments.insert(number + 1, comment.strip_prefix(' ').unwrap_or(comment).trim_end());
            continue;
        }
        in_block = ends_in_block(line, in_block);
    }
    comments
}

/// Whether a line that starts inside or outside of a block string ends inside of one.
fn ends_in_block(line: &str, mut in_block: bool) -> bool {
    let mut rest = line;
    loop {
        if in_block {
            let Some((_, after)) = rest.split_once("\"\"\"") else { return true };
            (rest, in_block) = (after, false);
            continue;
        }
        let Some(at) = rest.find(['"', '#']) else { return false };
        let found = &rest[at..];
        if found.starts_with('#') {
            return false;
        }
        if let Some(after) = found.strip_prefix("\"\"\"") {
            (rest, in_block) = (after, true);
            continue;
        }
        // A string ends on its line.
        let mut escaped = false;
        let end = found[1..].find(|letter| {
            let ends = letter == '"' && !escaped;
            escaped = letter == '\\' && !escaped;
            ends
        });
        let Some(end) = end else { return false };
        rest = &found[end + 2..];
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::operation::{operation_named, parse_document};

    fn read(text: &str) -> DocumentComments {
        let document = parse_document(text).unwrap();
        DocumentComments::of(text, operation_named(&document, None).unwrap())
    }

    #[test]
    fn description_variables_and_examples_are_read() {
        let comments = read(
            "# Not of the operation.\n\n# Finds\n#movies.\n#\n# Second paragraph.\n# Example: {\"a\": 1}\n\
             # Example (in lines): {\n#   \"a\":\n#     2\n# }\n# The end.\nquery Q(\n  # The\n  # first.\n  \
             $a: Int = 1 # not this\n  $b: Int\n\n  # Far away.\n\n  $c: Int) { movie(id: \"# no\") { id } }",
        );
        assert_eq!(comments.description, "Finds movies.\n\nSecond paragraph. The end.");
        assert_eq!(comments.variables, HashMap::from([("a".to_owned(), "The first.".to_owned())]));
        let examples: Vec<_> = comments
            .examples
            .iter()
            .map(|one| (one.title.as_deref(), Value::Object(one.variables.clone())))
            .collect();
        assert_eq!(examples, [(None, json!({ "a": 1 })), (Some("in lines"), json!({ "a": 2 }))]);
    }

    #[test]
    fn an_example_that_is_no_object_stays_text() {
        let comments = read("# Example: see below\n# Example (x): [1]\nquery Q { catalog { movies } }");
        assert_eq!(comments.description, "Example: see below Example (x): [1]");
        assert_eq!(comments.examples, []);
    }

    #[test]
    fn what_is_in_strings_is_no_comment() {
        for (line, before, after) in [
            ("a", false, false),
            ("\"\"\"", false, true),
            ("\"\"\" b \"\"\"", false, false),
            ("end \"\"\"", true, false),
            ("\" \\\" \"\"\"\"", false, true),
            ("# \"\"\"", false, false),
            ("\"#\" \"\"\"", false, true),
        ] {
            assert_eq!(ends_in_block(line, before), after, "{line}");
        }
        let text = "query Q {\n  movie(id: \"\"\"\n# inside\n\"\"\") { id }\n}";
        assert_eq!(comment_lines(text), HashMap::new());
    }
}
