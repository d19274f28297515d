//! Bounds documents before the executor sees them.
//!
//! The parser and the validator of the GraphQL library recurse, and fragments multiply, so a small document can
//! exhaust the stack or the memory before depth and complexity are even computed. Everything here costs time
//! linear in the request: sizes and brackets are counted on the raw text, fragments on the parsed document with
//! each fragment counted once.

use std::collections::HashMap;

use async_graphql::{
    Name, Positioned, Value, Variables,
    parser::types::{ExecutableDocument, Field, FragmentDefinition, Selection, SelectionSet},
};

use crate::{
    error::{ApiError, ErrorCode},
    guard::limits::Measure,
};

/// Maximum size of a document, in bytes. The introspection query of GraphiQL has 1.8 KB.
pub const MAX_DOCUMENT_BYTES: usize = 128 * 1024;
/// Maximum number of tokens of a document. The introspection query has about 300.
pub const MAX_TOKENS: usize = 10_000;
/// Maximum nesting of brackets in the document and in variables, and of the selection with fragments expanded. A
/// `where` eight levels deep in lists has about 20.
pub const MAX_NESTING: usize = 64;
/// Maximum number of fields of the document with fragments expanded.
pub const MAX_FIELDS: u64 = 5_000;
/// Maximum number of directives on one field.
pub const MAX_DIRECTIVES: usize = 10;
/// Maximum number of items of a list in the variables. No argument takes more than 256.
pub const MAX_LIST: usize = 1_000;
/// Maximum number of values in the variables.
pub const MAX_VALUES: usize = 5_000;
/// Bytes of a text in the variables that count as a token of a document.
const TOKEN_BYTES: usize = 16;
/// Maximum size of an answer, in bytes, escapes not counted.
pub const MAX_ANSWER_BYTES: usize = 8 * 1024 * 1024;
/// Maximum number of values of an introspection query, each list at its usual length. The query of GraphiQL has about
/// 160,000; one with cycles from types to fields and back has billions.
pub const MAX_INTROSPECTION: u64 = 500_000;

fn beyond(message: String) -> ApiError {
    ApiError::new(ErrorCode::QueryTooComplex, message)
}

/// The size of a document's text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TextSize {
    /// Tokens, at most one more than [`MAX_TOKENS`].
    pub tokens: usize,
    /// Deepest nesting of brackets.
    pub nesting: usize,
}

/// Measures the text of a document, as far as it may be long.
pub fn measure_text(document: &str) -> TextSize {
    let mut size = TextSize::default();
    let mut nesting = 0_usize;
    let mut rest = &document.as_bytes()[..document.len().min(MAX_DOCUMENT_BYTES)];
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
                size.nesting = size.nesting.max(nesting);
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
        size.tokens += 1;
        if size.tokens > MAX_TOKENS || size.nesting > MAX_NESTING {
            break;
        }
    }
    size
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
    let size = measure_text(document);
    if size.nesting > MAX_NESTING {
        return Err(beyond(format!("the document is nested deeper than {MAX_NESTING}")));
    }
    if size.tokens > MAX_TOKENS {
        return Err(beyond(format!("the document has more than {MAX_TOKENS} tokens")));
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

/// The size of the variables of a request.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct VariablesSize {
    /// Values, those inside of others too.
    pub values: usize,
    /// Bytes of texts.
    pub bytes: usize,
    /// Items of the longest list.
    pub longest: usize,
    /// Deepest nesting of lists and objects.
    pub nesting: usize,
}

impl VariablesSize {
    /// What is as long in a document: a token for each value, and for each further [`TOKEN_BYTES`] of texts. At most
    /// [`MAX_TOKENS`]: what is longer is not looked at.
    pub fn tokens(&self) -> usize {
        (self.values + self.bytes / TOKEN_BYTES).min(MAX_TOKENS)
    }
}

/// Measures variables. The JSON parser allows 128 levels, so this recursion is bounded.
pub fn measure_variables(variables: &Variables) -> VariablesSize {
    /// Counts values; gives the nesting.
    fn nesting(value: &Value, size: &mut VariablesSize) -> usize {
        size.values += 1;
        match value {
            Value::List(list) => {
                size.longest = size.longest.max(list.len());
                1 + list.iter().map(|item| nesting(item, size)).max().unwrap_or(0)
            }
            Value::Object(object) => 1 + object.values().map(|field| nesting(field, size)).max().unwrap_or(0),
            Value::String(text) => {
                size.bytes += text.len();
                0
            }
            _ => 0,
        }
    }
    let mut size = VariablesSize::default();
    size.nesting = variables.values().map(|value| nesting(value, &mut size)).max().unwrap_or(0);
    size
}

/// Checks the size of the variables: how deep they are nested, and how many values they hold.
///
/// # Errors
/// `QUERY_TOO_COMPLEX`, naming the limit.
pub fn check_variables(
    VariablesSize { values, longest, nesting, .. }: VariablesSize,
) -> Result<(), ApiError> {
    if nesting > MAX_NESTING {
        return Err(beyond(format!("the variables are nested deeper than {MAX_NESTING}")));
    }
    if longest > MAX_LIST {
        return Err(beyond(format!("a list of the variables has {longest} items, more than {MAX_LIST}")));
    }
    if values > MAX_VALUES {
        return Err(beyond(format!("the variables hold {values} values, more than {MAX_VALUES}")));
    }
    Ok(())
}

/// Checks the size of an answer before it is written. Movies differ in size by a factor of thousands, so that its price
/// cannot tell.
///
/// # Errors
/// `QUERY_TOO_COMPLEX`, naming the limit.
pub fn check_answer(data: &Value) -> Result<(), ApiError> {
    fn add(value: &Value, bytes: &mut usize) {
        *bytes += match value {
            Value::String(text) => text.len() + 3,
            _ => 3,
        };
        // What is beyond the limit need not be counted.
        if *bytes > MAX_ANSWER_BYTES {
            return;
        }
        match value {
            Value::List(items) => items.iter().for_each(|item| add(item, bytes)),
            Value::Object(fields) => fields.iter().for_each(|(name, field)| {
                *bytes += name.len() + 3;
                add(field, bytes);
            }),
            _ => {}
        }
    }
    let mut bytes = 0;
    add(data, &mut bytes);
    if bytes > MAX_ANSWER_BYTES {
        return Err(beyond(format!("the answer has more than {MAX_ANSWER_BYTES} bytes; ask for less of it")));
    }
    Ok(())
}

/// Checks a parsed document with its fragments expanded: no cycles, bounded fields and depth. Returns the size of its
/// largest operation, without its cost, which needs the schema.
///
/// # Errors
/// `QUERY_TOO_COMPLEX` naming the limit, or `GRAPHQL_VALIDATION_FAILED` for a cycle.
pub fn check_document(document: &ExecutableDocument) -> Result<Measure, ApiError> {
    let mut expansion = Expansion { fragments: &document.fragments, known: HashMap::new() };
    let mut fields = 0;
    let mut measure = Measure::default();
    for name in document.fragments.keys() {
        expansion.fragment(name, 0)?;
    }
    for (_, operation) in document.operations.iter() {
        let size = expansion.selection(&operation.node.selection_set.node, 0)?;
        fields += size.fields;
        if fields > MAX_FIELDS {
            return Err(too_many_fields());
        }
        if size.introspection > MAX_INTROSPECTION {
            let message =
                format!("the introspection query would return more than {MAX_INTROSPECTION} values");
            return Err(beyond(message));
        }
        measure.depth = measure.depth.max(size.depth);
        measure.fragment_depth = measure.fragment_depth.max(size.fragment_depth);
        measure.aliases = measure.aliases.max(size.aliases);
        measure.root_fields = measure.root_fields.max(size.top);
        measure.directives = measure.directives.max(size.directives + operation.node.directives.len() as u64);
    }
    Ok(measure)
}

fn too_many_fields() -> ApiError {
    beyond(format!("the document has more than {MAX_FIELDS} fields with its fragments expanded"))
}

/// Size of a selection with fragments expanded.
#[derive(Clone, Copy, Debug, Default)]
struct Size {
    fields: u64,
    height: usize,
    /// Fields within fields.
    depth: usize,
    /// Nested fragment spreads.
    fragment_depth: u64,
    aliases: u64,
    directives: u64,
    /// Fields of the selection itself.
    top: u64,
    /// Values if every field were one of the introspection; used where a field starts one.
    values: u64,
    /// Values of the introspection in it.
    introspection: u64,
}

impl Size {
    fn add(&mut self, other: Self) {
        self.fields = self.fields.saturating_add(other.fields);
        self.height = self.height.max(1 + other.height);
        self.depth = self.depth.max(other.depth);
        self.fragment_depth = self.fragment_depth.max(other.fragment_depth);
        self.aliases = self.aliases.saturating_add(other.aliases);
        self.directives = self.directives.saturating_add(other.directives);
        self.top = self.top.saturating_add(other.top);
        self.values = self.values.saturating_add(other.values);
        self.introspection = self.introspection.saturating_add(other.introspection);
    }

    /// Size of a field with this selection.
    fn of(field: &Field, inner: Self) -> Self {
        let name = field.name.node.as_str();
        let values = usual_length(name).saturating_mul(1_u64.saturating_add(inner.values));
        let starts = matches!(name, "__schema" | "__type");
        Self {
            fields: inner.fields.saturating_add(1),
            // Tools add it to every selection, and it reaches nothing.
            depth: if name == "__typename" { 0 } else { inner.depth + 1 },
            aliases: inner.aliases + u64::from(field.alias.is_some()),
            directives: inner.directives + field.directives.len() as u64,
            top: 1,
            values,
            introspection: if starts { values } else { inner.introspection },
            ..inner
        }
    }
}

/// Estimated length of introspection lists: our schema has about 80 types.
fn usual_length(field: &str) -> u64 {
    match field {
        "types" => 80,
        "fields" | "inputFields" | "enumValues" | "possibleTypes" => 8,
        "args" | "interfaces" | "directives" => 3,
        _ => 1,
    }
}

struct Expansion<'a> {
    fragments: &'a HashMap<Name, Positioned<FragmentDefinition>>,
    /// `None` while the fragment is being measured: finding it again then is a cycle.
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
            let (mut inner, directives) = match &item.node {
                Selection::Field(field) => {
                    let inner = self.selection(&field.node.selection_set.node, depth + 1)?;
                    (Size::of(&field.node, inner), 0)
                }
                Selection::InlineFragment(inline) => (
                    self.selection(&inline.node.selection_set.node, depth + 1)?,
                    inline.node.directives.len(),
                ),
                Selection::FragmentSpread(spread) => (
                    self.fragment(spread.node.fragment_name.node.as_str(), depth + 1)?,
                    spread.node.directives.len(),
                ),
            };
            inner.directives = inner.directives.saturating_add(directives as u64);
            size.add(inner);
        }
        Ok(size)
    }

    fn fragment(&mut self, name: &str, depth: usize) -> Result<Size, ApiError> {
        // Validation names an unknown fragment. It counts as a field, since spreads of it double as fragments do.
        let Some((name, fragment)) = self.fragments.get_key_value(name) else {
            return Ok(Size { fields: 1, ..Size::default() });
        };
        let size = match self.known.get(name.as_str()) {
            Some(Some(size)) => *size,
            Some(None) => {
                let message = format!("fragment {name} is circular: it spreads itself");
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
        if depth + size.height > MAX_NESTING {
            return Err(too_deep());
        }
        Ok(Size { fragment_depth: size.fragment_depth + 1, ..size })
    }
}

fn too_deep() -> ApiError {
    beyond(format!("the document is nested deeper than {MAX_NESTING} with its fragments expanded"))
}

#[cfg(test)]
mod tests;
