//! GraphQL operations, counted, timed and traced; slow ones are told in the log by what they ask, never by what
//! somebody typed.

use std::{collections::HashMap, fmt::Write as _, future::Future, sync::Arc, time::Duration};

use async_graphql::{
    Name, Positioned, Response,
    parser::types::{ExecutableDocument, FragmentDefinition, OperationType, Selection, SelectionSet},
};
use sha2::{Digest, Sha256};
use tracing::{Instrument, field::Empty};
use wikimovie_command::trace;

use super::{Request, TelemetrySettings};
use crate::error;

/// Longest shape in the log, in bytes.
const SHAPE_BYTES: usize = 500;

/// Runs an operation. One that came by a WebSocket connection is a request of its own, with a trace of its own.
pub(crate) async fn observe(
    settings: TelemetrySettings,
    kind: OperationType,
    shape: impl Fn() -> String,
    run: impl Future<Output = Response>,
) -> Response {
    let span = tracing::info_span!(
        target: "wikimovie_trace", "operation",
        otel.name = name(kind), otel.status_code = Empty, graphql.operation.type = name(kind), error.type = Empty,
    );
    let current = Request::current();
    let request = current.clone().unwrap_or_else(Request::new);
    let before = request.elapsed();
    let response = match current {
        Some(_) => run.instrument(span.clone()).await,
        None => {
            let ids = trace::ids(&span, None);
            request.clone().scope(trace::scope(ids, run.instrument(span.clone()))).await
        }
    };
    let took = request.elapsed().saturating_sub(before);
    let outcome = outcome(&response);
    if outcome != "ok" {
        span.record("error.type", first_code(&response));
    }
    if outcome == "error" {
        span.record("otel.status_code", "ERROR");
    }
    metrics::histogram!("wikimovie_graphql_operation_duration_seconds", "type" => name(kind)).record(took);
    count(kind, &response);
    if !settings.slow_operation.is_zero() && took >= settings.slow_operation {
        tell_slow(&request, took, outcome, &shape());
    }
    response
}

/// Counts an operation that is not timed, or never ran.
pub(crate) fn count(kind: OperationType, response: &Response) {
    metrics::counter!(
        "wikimovie_graphql_operations_total", "type" => name(kind), "outcome" => outcome(response)
    )
    .increment(1);
    for error in &response.errors {
        metrics::counter!("wikimovie_graphql_errors_total", "code" => code(error)).increment(1);
    }
}

fn tell_slow(request: &Arc<Request>, took: Duration, outcome: &str, shape: &str) {
    metrics::counter!("wikimovie_graphql_slow_operations_total").increment(1);
    let hash = Sha256::digest(shape.as_bytes());
    let hash = hash[..8].iter().fold(String::new(), |mut hash, byte| {
        let _ = write!(hash, "{byte:02x}");
        hash
    });
    let end = shape.floor_char_boundary(SHAPE_BYTES);
    tracing::warn!(
        target: "wikimovie_api::slow",
        operation = hash,
        shape = &shape[..end],
        took_ms = took.as_secs_f64() * 1_000.0,
        engine_ms = request.engine().as_secs_f64() * 1_000.0,
        engine_calls = request.engine_calls(),
        outcome,
        "slow operation"
    );
}

fn name(kind: OperationType) -> &'static str {
    match kind {
        OperationType::Query => "query",
        OperationType::Mutation => "mutation",
        OperationType::Subscription => "subscription",
    }
}

fn outcome(response: &Response) -> &'static str {
    match (response.errors.is_empty(), &response.data) {
        (true, _) => "ok",
        (false, async_graphql::Value::Null) => "error",
        (false, _) => "partial",
    }
}

fn first_code(response: &Response) -> &'static str {
    response.errors.first().map_or("", code)
}

/// The code's name in the table, so that labels are bounded.
fn code(error: &async_graphql::ServerError) -> &'static str {
    error::code_of(error).row().name
}

/// What an operation asks: its fields and the names of their arguments, by the contract's own names. Aliases, values
/// and names of operations and fragments, which somebody typed, are not in it.
pub(crate) fn shape(
    document: &ExecutableDocument,
    operation: Option<&str>,
    is_name: &dyn Fn(&str) -> bool,
) -> String {
    let mut operations = document.operations.iter();
    let found = match operation {
        Some(wanted) => operations.find(|(name, _)| name.is_some_and(|name| name == wanted)),
        None => operations.next(),
    };
    let mut shape = String::new();
    if let Some((_, operation)) = found {
        let writer = Writer { fragments: &document.fragments, is_name };
        writer.write(&operation.node.selection_set.node, &mut shape);
    }
    shape
}

struct Writer<'a> {
    fragments: &'a HashMap<Name, Positioned<FragmentDefinition>>,
    is_name: &'a dyn Fn(&str) -> bool,
}

impl Writer<'_> {
    fn write(&self, set: &SelectionSet, out: &mut String) {
        out.push('{');
        self.items(set, out);
        out.push('}');
    }

    fn items(&self, set: &SelectionSet, out: &mut String) {
        for item in &set.items {
            // What is cut from the log need not be written.
            if out.len() > 2 * SHAPE_BYTES {
                return;
            }
            match &item.node {
                Selection::Field(field) => {
                    let field = &field.node;
                    self.separate(out);
                    self.name(field.name.node.as_str(), out);
                    for (at, (argument, _)) in field.arguments.iter().enumerate() {
                        out.push(if at == 0 { '(' } else { ' ' });
                        self.name(argument.node.as_str(), out);
                    }
                    if !field.arguments.is_empty() {
                        out.push(')');
                    }
                    if !field.selection_set.node.items.is_empty() {
                        self.write(&field.selection_set.node, out);
                    }
                }
                Selection::InlineFragment(inline) => self.items(&inline.node.selection_set.node, out),
                Selection::FragmentSpread(spread) => {
                    if let Some(fragment) = self.fragments.get(&spread.node.fragment_name.node) {
                        self.items(&fragment.node.selection_set.node, out);
                    }
                }
            }
        }
    }

    fn separate(&self, out: &mut String) {
        if !out.ends_with('{') {
            out.push(' ');
        }
    }

    /// A name that the contract does not have is one that somebody typed.
    fn name(&self, name: &str, out: &mut String) {
        out.push_str(if (self.is_name)(name) { name } else { "?" });
    }
}

#[cfg(test)]
mod tests {
    use async_graphql::parser::parse_query;

    use super::*;

    fn written(document: &str) -> String {
        let known =
            |name: &str| ["search", "text", "hits", "first", "nodes", "title", "movie", "id"].contains(&name);
        shape(&parse_query(document).unwrap(), None, &known)
    }

    #[test]
    fn a_shape_holds_the_contracts_names_and_nothing_that_was_typed() {
        let document = r#"query Alice($secret: String = "bob") {
            jane: search(text: "carol") { hits(first: 3) { ...dave } }
            movie(id: "erin") { ... on Movie { title } frank(grace: 1) }
        }
        fragment dave on MovieHitConnection { nodes { title } }"#;
        assert_eq!(written(document), "{search(text){hits(first){nodes{title}}} movie(id){title ?(?)}}");
    }

    #[test]
    fn equal_questions_about_other_things_have_one_shape() {
        assert_eq!(
            written(r#"{ search(text: "a") { hits { nodes { title } } } }"#),
            written(r#"query Q { s: search(text: "b") { hits { nodes { t: title } } } }"#)
        );
    }
}
