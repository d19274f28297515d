//! GraphQL operations, counted, timed and traced; slow ones are logged by what they select, never by what a user typed.

use std::{collections::HashMap, future::Future, sync::Arc, time::Duration};

use async_graphql::{
    Name, Positioned, ServerError,
    parser::types::{ExecutableDocument, FragmentDefinition, OperationType, Selection, SelectionSet},
};
use sha2::{Digest, Sha256};
use tracing::{Instrument, field::Empty};
use wikimovie_command::trace;

use super::{Request, TelemetrySettings};
use crate::error;

/// Longest outline in the log, in bytes.
const OUTLINE_BYTES: usize = 500;

/// How an operation ended, as operators see it.
pub(crate) trait Observable {
    /// `ok`, `partial` or `error`.
    fn result(&self) -> &'static str;

    /// Its errors, the first of which names the fault.
    fn errors(&self) -> &[ServerError];
}

/// Runs an operation. One that came by a WebSocket connection is a request of its own, with a trace of its own.
pub(crate) async fn observe<O: Observable>(
    settings: TelemetrySettings,
    kind: OperationType,
    outline: impl Fn() -> String,
    run: impl Future<Output = O>,
) -> O {
    let span = tracing::info_span!(
        target: "wikimovie_trace", "operation",
        otel.name = name(kind), otel.status_code = Empty, graphql.operation.type = name(kind), error.type = Empty,
        wikimovie.door = Empty, graphql.operation.name = Empty,
    );
    let current = Request::current();
    let request = current.clone().unwrap_or_else(Request::new);
    let (door, named) = request.door();
    span.record("wikimovie.door", door);
    if let Some(named) = named {
        span.record("graphql.operation.name", named);
    }
    let before = request.elapsed();
    let outcome = match current {
        Some(_) => run.instrument(span.clone()).await,
        None => {
            let ids = trace::ids(&span, None);
            request.clone().scope(trace::scope(ids, run.instrument(span.clone()))).await
        }
    };
    let took = request.elapsed().saturating_sub(before);
    let result = outcome.result();
    if let Some(error) = outcome.errors().first() {
        span.record("error.type", error::code_of(error).row().name);
    }
    if result == "error" {
        span.record("otel.status_code", "ERROR");
    }
    metrics::histogram!("wikimovie_graphql_operation_duration_seconds", "type" => name(kind)).record(took);
    count(kind, &outcome);
    if !settings.slow_operation.is_zero() && took >= settings.slow_operation {
        log_slow(&request, took, result, &outline());
    }
    outcome
}

/// Counts an operation that is not timed, or never ran.
pub(crate) fn count(kind: OperationType, outcome: &impl Observable) {
    metrics::counter!(
        "wikimovie_graphql_operations_total", "type" => name(kind), "outcome" => outcome.result()
    )
    .increment(1);
    for error in outcome.errors() {
        let code = error::code_of(error).row().name;
        metrics::counter!("wikimovie_graphql_errors_total", "code" => code).increment(1);
    }
}

fn log_slow(request: &Arc<Request>, took: Duration, outcome: &str, outline: &str) {
    metrics::counter!("wikimovie_graphql_slow_operations_total").increment(1);
    let hash = Sha256::digest(outline.as_bytes());
    let hash = hex::encode(&hash[..8]);
    let end = outline.floor_char_boundary(OUTLINE_BYTES);
    tracing::warn!(
        target: "wikimovie_api::slow",
        operation = hash,
        shape = &outline[..end],
        door = request.door().0,
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

/// The fields and arguments that the only operation of a document selects, by the contract's own names. Aliases, values
/// and names of operations and fragments, which a user may have typed, are left out.
pub(crate) fn outline(document: &ExecutableDocument, is_name: &dyn Fn(&str) -> bool) -> String {
    let mut outline = String::new();
    if let Some((_, operation)) = document.operations.iter().next() {
        let writer = Writer { fragments: &document.fragments, is_name };
        writer.write(&operation.node.selection_set.node, &mut outline);
    }
    outline
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
            if out.len() > 2 * OUTLINE_BYTES {
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

    /// A name that is not in the contract was typed by a user.
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
        outline(&parse_query(document).unwrap(), &known)
    }

    #[test]
    fn an_outline_has_names_of_the_contract_and_no_typed_values() {
        let document = r#"query Alice($secret: String = "bob") {
            jane: search(text: "carol") { hits(first: 3) { ...dave } }
            movie(id: "erin") { ... on Movie { title } frank(grace: 1) }
        }
        fragment dave on MovieHitConnection { nodes { title } }"#;
        assert_eq!(written(document), "{search(text){hits(first){nodes{title}}} movie(id){title ?(?)}}");
    }

    #[test]
    fn equal_questions_about_other_things_have_one_outline() {
        assert_eq!(
            written(r#"{ search(text: "a") { hits { nodes { title } } } }"#),
            written(r#"query Q { s: search(text: "b") { hits { nodes { t: title } } } }"#)
        );
    }
}
