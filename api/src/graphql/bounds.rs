//! Keeps hostile documents away from the executor.
//!
//! The parser and the validator of the GraphQL library recurse, and fragments multiply, so a small document can
//! exhaust the stack or the memory before depth and complexity are even computed. Everything here costs time
//! linear in the request: sizes and brackets are counted on the raw text, fragments on the parsed document with
//! each fragment counted once.

use std::collections::HashMap;

use async_graphql::{
    Name, Positioned, Value, Variables,
    parser::types::{ExecutableDocument, FragmentDefinition, Selection, SelectionSet},
};

use crate::graphql::error::{ApiError, ErrorCode};

/// Longest document in bytes. The introspection query of GraphiQL has 1.8 KB.
pub const MAX_DOCUMENT_BYTES: usize = 128 * 1024;
/// Most tokens of a document. The introspection query has some 300.
pub const MAX_TOKENS: usize = 10_000;
/// Deepest brackets in the document, in variables, and deepest selection with fragments put in place. A
/// `where` eight levels deep in lists has some 20.
pub const MAX_NESTING: usize = 64;
/// Most fields of the document with fragments put in place.
pub const MAX_FIELDS: u64 = 5_000;
/// Deepest fields that are executed: the introspection query of GraphiQL has 15.
pub const MAX_DEPTH: usize = 20;
/// Highest complexity: about the number of values in the answer.
pub const MAX_COMPLEXITY: usize = 5_000;
/// Most directives on one field.
pub const MAX_DIRECTIVES: usize = 10;

fn beyond(message: String) -> ApiError {
    ApiError::new(ErrorCode::QueryTooComplex, message)
}

/// Checks the text of a document before it is parsed.
///
/// # Errors
/// `QUERY_TOO_COMPLEX`, naming the limit.
pub fn check_text(document: &str) -> Result<(), ApiError> {
    if document.len() > MAX_DOCUMENT_BYTES {
        let message = format!("the document has {} bytes, more than {MAX_DOCUMENT_BYTES}", document.len());
        return Err(beyond(message));
    }
    let mut tokens = 0;
    let mut nesting = 0_usize;
    let mut rest = document.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        rest = match first {
            b' ' | b'\t' | b'\r' | b'\n' | b',' => {
                rest = after;
                continue;
            }
            b'#' => {
                let end = rest.iter().position(|byte| matches!(byte, b'\n' | b'\r'));
                rest = &rest[end.unwrap_or(rest.len())..];
                continue;
            }
            b'"' => behind_string(rest),
            b'{' | b'[' | b'(' => {
                nesting += 1;
                if nesting > MAX_NESTING {
                    return Err(beyond(format!("the document is nested deeper than {MAX_NESTING}")));
                }
                after
            }
            b'}' | b']' | b')' => {
                nesting = nesting.saturating_sub(1);
                after
            }
            byte if is_word(byte) => {
                let end = rest.iter().position(|&byte| !is_word(byte));
                &rest[end.unwrap_or(rest.len())..]
            }
            _ => after,
        };
        tokens += 1;
        if tokens > MAX_TOKENS {
            return Err(beyond(format!("the document has more than {MAX_TOKENS} tokens")));
        }
    }
    Ok(())
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b'+')
}

fn behind_string(text: &[u8]) -> &[u8] {
    if let Some(block) = text.strip_prefix(b"\"\"\"") {
        let mut at = 0;
        while at < block.len() {
            if block[at..].starts_with(b"\\\"\"\"") {
                at += 4;
            } else if block[at..].starts_with(b"\"\"\"") {
                return &block[at + 3..];
            } else {
                at += 1;
            }
        }
        return &[];
    }
    let mut at = 1;
    while at < text.len() {
        match text[at] {
            b'\\' => at += 2,
            b'"' => return &text[at + 1..],
            // An unclosed string ends with its line: what follows is code to the parser, so it is to us.
            b'\n' | b'\r' => return &text[at..],
            _ => at += 1,
        }
    }
    &[]
}

/// Checks the nesting of JSON text before it is parsed.
///
/// # Errors
/// `QUERY_TOO_COMPLEX`, naming the limit.
pub fn check_json(json: &[u8]) -> Result<(), ApiError> {
    let (mut nesting, mut in_string, mut escaped) = (0_usize, false, false);
    for &byte in json {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => in_string = !in_string,
            _ if in_string => {}
            b'{' | b'[' => {
                nesting += 1;
                if nesting > MAX_NESTING {
                    return Err(beyond(format!("the JSON is nested deeper than {MAX_NESTING}")));
                }
            }
            b'}' | b']' => nesting = nesting.saturating_sub(1),
            _ => {}
        }
    }
    Ok(())
}

/// Checks the nesting of variables that were parsed elsewhere (a WebSocket message). The JSON parser itself
/// allows 128 levels, so this recursion is bounded.
///
/// # Errors
/// `QUERY_TOO_COMPLEX`, naming the limit.
pub fn check_variables(variables: &Variables) -> Result<(), ApiError> {
    fn nesting(value: &Value) -> usize {
        match value {
            Value::List(list) => 1 + list.iter().map(nesting).max().unwrap_or(0),
            Value::Object(object) => 1 + object.values().map(nesting).max().unwrap_or(0),
            _ => 0,
        }
    }
    if variables.values().any(|value| nesting(value) > MAX_NESTING) {
        return Err(beyond(format!("the variables are nested deeper than {MAX_NESTING}")));
    }
    Ok(())
}

/// Checks what fragments make of a parsed document: no cycles, and bounded fields and depth.
///
/// # Errors
/// `QUERY_TOO_COMPLEX` naming the limit, or `GRAPHQL_VALIDATION_FAILED` for a cycle.
pub fn check_document(document: &ExecutableDocument) -> Result<(), ApiError> {
    let mut expansion = Expansion { fragments: &document.fragments, known: HashMap::new() };
    let mut fields = 0;
    for name in document.fragments.keys() {
        expansion.fragment(name, 0)?;
    }
    for (_, operation) in document.operations.iter() {
        fields += expansion.selection(&operation.node.selection_set.node, 0)?.fields;
        if fields > MAX_FIELDS {
            return Err(too_many_fields());
        }
    }
    Ok(())
}

fn too_many_fields() -> ApiError {
    beyond(format!("the document has more than {MAX_FIELDS} fields once its fragments are put in place"))
}

/// What a selection comes to with fragments put in place.
#[derive(Clone, Copy, Debug, Default)]
struct Size {
    fields: u64,
    height: usize,
}

struct Expansion<'a> {
    fragments: &'a HashMap<Name, Positioned<FragmentDefinition>>,
    /// `None` while the fragment is being sized: meeting it again then is a cycle.
    known: HashMap<&'a str, Option<Size>>,
}

impl<'a> Expansion<'a> {
    fn selection(&mut self, selection: &'a SelectionSet, depth: usize) -> Result<Size, ApiError> {
        // Fragments may chain as long as the document, so the depth is checked before going on.
        if depth > MAX_NESTING {
            return Err(too_deep());
        }
        let mut size = Size::default();
        for item in &selection.items {
            let (own, inner) = match &item.node {
                Selection::Field(field) => (1, self.selection(&field.node.selection_set.node, depth + 1)?),
                Selection::InlineFragment(inline) => {
                    (0, self.selection(&inline.node.selection_set.node, depth + 1)?)
                }
                Selection::FragmentSpread(spread) => {
                    (0, self.fragment(spread.node.fragment_name.node.as_str(), depth + 1)?)
                }
            };
            size.fields = size.fields.saturating_add(own).saturating_add(inner.fields);
            size.height = size.height.max(1 + inner.height);
        }
        Ok(size)
    }

    fn fragment(&mut self, name: &str, depth: usize) -> Result<Size, ApiError> {
        // An unknown fragment is left to validation, which names it.
        let Some((name, fragment)) = self.fragments.get_key_value(name) else { return Ok(Size::default()) };
        let size = match self.known.get(name.as_str()) {
            Some(Some(size)) => *size,
            Some(None) => {
                let message = format!("fragment {name} spreads itself");
                return Err(ApiError::new(ErrorCode::GraphqlValidationFailed, message));
            }
            None => {
                self.known.insert(name.as_str(), None);
                let size = self.selection(&fragment.node.selection_set.node, depth)?;
                if size.fields > MAX_FIELDS {
                    return Err(too_many_fields());
                }
                self.known.insert(name.as_str(), Some(size));
                size
            }
        };
        if depth + size.height > MAX_NESTING { Err(too_deep()) } else { Ok(size) }
    }
}

fn too_deep() -> ApiError {
    beyond(format!("the document is nested deeper than {MAX_NESTING} once its fragments are put in place"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use async_graphql::parser::parse_query;
    use proptest::prelude::*;

    fn refused(document: &str) -> String {
        let checked =
            check_text(document).and_then(|()| check_document(&parse_query(document).expect("it parses")));
        checked.expect_err("it is refused").message().to_owned()
    }

    #[test]
    fn deep_values_and_selections_are_refused_unparsed() {
        let value =
            format!("{{ search(where: {}1{}) {{ total }} }}", "{not:".repeat(2_000), "}".repeat(2_000));
        assert_eq!(check_text(&value).unwrap_err().message(), "the document is nested deeper than 64");
        let lists = format!("query($a: {}Int{}) {{ a }}", "[".repeat(100), "]".repeat(100));
        assert!(check_text(&lists).is_err());
        assert!(check_text(&"{a".repeat(64)).is_ok());
        assert!(check_text(&"{a".repeat(65)).is_err());
    }

    #[test]
    fn brackets_in_strings_and_comments_do_not_count() {
        let brackets = "{".repeat(100);
        for document in [
            format!("{{ a(b: \"{brackets}\\\"{brackets}\") }}"),
            format!("{{ a(b: \"\"\"{brackets} \" \\\"\"\" {brackets}\"\"\") }}"),
            format!("# {brackets}\n{{ a }}"),
        ] {
            assert_eq!(check_text(&document), Ok(()), "{document}");
        }
        let hidden = format!("{{ a(b: \"\n {brackets}");
        assert!(check_text(&hidden).is_err(), "a string does not reach beyond its line");
    }

    #[test]
    fn long_documents_name_the_limit() {
        assert!(refused(&format!("{{ {} }}", "a ".repeat(10_001))).contains("more than 10000 tokens"));
        let bytes = format!("{{ a }} #{}", "x".repeat(MAX_DOCUMENT_BYTES));
        assert!(check_text(&bytes).unwrap_err().message().contains("more than 131072"));
    }

    #[test]
    fn doubling_fragments_are_refused() {
        let mut document = "{ ...f0 }".to_owned();
        for number in 0..30 {
            document += &format!(" fragment f{number} on Query {{ ...f{0} ...f{0} }}", number + 1);
        }
        document += " fragment f30 on Query { __typename }";
        assert!(refused(&document).contains("more than 5000 fields"));
    }

    #[test]
    fn fragment_cycles_and_chains_are_refused() {
        let cycle = "{ ...a } fragment a on Query { ...b } fragment b on Query { x { ...a } }";
        assert!(refused(cycle).contains("spreads itself"));
        let mut chain = "{ ...f0 }".to_owned();
        for number in 0..1_000 {
            chain += &format!(" fragment f{number} on Query {{ ...f{} }}", number + 1);
        }
        chain += " fragment f1000 on Query { __typename }";
        assert!(refused(&chain).contains("nested deeper than 64"));
    }

    #[test]
    fn shared_fragments_are_fine() {
        let document = "{ a { ...f } b { ...f } } fragment f on X { c d ...g } fragment g on X { e }";
        assert_eq!(check_document(&parse_query(document).unwrap()), Ok(()));
    }

    #[test]
    fn json_nesting_is_counted_outside_strings() {
        assert_eq!(check_json(br#"{"a":"[[[[\"[[","b":[{}]}"#), Ok(()));
        assert!(check_json("[".repeat(65).as_bytes()).is_err());
        assert_eq!(check_json("[".repeat(64).as_bytes()), Ok(()));
    }

    proptest! {
        #[test]
        fn any_text_is_checked_without_harm(text in ".*", bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = check_text(&text);
            let _ = check_json(&bytes);
        }
    }
}
