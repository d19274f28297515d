//! What an operation costs, before anything of it is done.
//!
//! The GraphQL library works the complexity out while it validates. So each document is validated by a schema of its own
//! that stops there; the schema that executes need not look again.

use std::sync::{Arc, OnceLock};

use async_graphql::{
    Request, Response, ServerError, ValidationResult, async_trait,
    extensions::{Extension, ExtensionContext, ExtensionFactory, NextExecute, NextValidation},
    parser::types::{DocumentOperations, ExecutableDocument, OperationDefinition, Selection, SelectionSet},
};
use futures::FutureExt;

use crate::{
    error::{self, ApiError},
    graphql::schema::Schema,
};

/// Argument of that field; an operation without these letters is no dry run.
pub(crate) const DRY_RUN: &str = "dryRun";
/// Root field that tells of limits; see [`dry_run`].
const RATE_LIMIT: &str = "rateLimit";

/// Depth and points of an operation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Price {
    pub(crate) depth: usize,
    pub(crate) cost: usize,
}

/// Validates a document and tells its price.
///
/// # Errors
/// The answer that says what is wrong with the document.
pub(crate) fn price(
    pricing: &Schema,
    request: &Request,
    document: &ExecutableDocument,
) -> Result<Price, Box<Response>> {
    let told = Arc::new(OnceLock::new());
    let mut priced = Request::new("").variables(request.variables.clone()).data(Told(Arc::clone(&told)));
    priced.operation_name.clone_from(&request.operation_name);
    priced.set_parsed_query(document.clone());
    // Nothing in it waits: the execution is cut off before it begins.
    let Some(mut response) = pricing.execute(priced).now_or_never() else {
        let error = ApiError::internal("the cost of an operation was not computed in one poll");
        return Err(Box::new(error.into_response()));
    };
    if !response.errors.is_empty() {
        error::complete_codes(&mut response);
        return Err(Box::new(response));
    }
    Ok(told.get().copied().unwrap_or_default())
}

struct Told(Arc<OnceLock<Price>>);

/// Makes a schema tell prices and execute nothing.
pub(crate) struct Pricing;

impl ExtensionFactory for Pricing {
    fn create(&self) -> Arc<dyn Extension> {
        Arc::new(PricingExtension)
    }
}

struct PricingExtension;

#[async_trait::async_trait]
impl Extension for PricingExtension {
    async fn validation(
        &self,
        ctx: &ExtensionContext<'_>,
        next: NextValidation<'_>,
    ) -> Result<ValidationResult, Vec<ServerError>> {
        let result = next.run(ctx).await?;
        if let Some(Told(told)) = ctx.data_opt::<Told>() {
            let _ = told.set(Price { depth: result.depth, cost: result.complexity });
        }
        Ok(result)
    }

    async fn execute(&self, _: &ExtensionContext<'_>, _: Option<&str>, _: NextExecute<'_>) -> Response {
        Response::default()
    }
}

/// The document of a dry run, where the operation asks for one (`rateLimit(dryRun: true)`): what it would cost is all
/// that it is to be told, so no other field is left of it.
pub(crate) fn dry_run(request: &Request, document: &ExecutableDocument) -> Option<ExecutableDocument> {
    let name = request.operation_name.as_deref();
    let mut document = document.clone();
    let fragments = std::mem::take(&mut document.fragments);
    let operation = find(&mut document.operations, name)?;
    let mut kept = Vec::new();
    let mut open = vec![std::mem::take(&mut operation.selection_set.node)];
    let mut dry = false;
    while let Some(SelectionSet { items }) = open.pop() {
        for item in items {
            match &item.node {
                Selection::Field(field) if field.node.name.node == RATE_LIMIT => {
                    dry |= field.node.get_argument(DRY_RUN).is_some_and(|value| {
                        let value = value.node.clone().into_const_with(|name| {
                            let given = request.variables.get(&name).cloned();
                            let default = || {
                                let mut definitions = operation.variable_definitions.iter();
                                let definition =
                                    definitions.find(|definition| definition.node.name.node == name);
                                definition.and_then(|definition| definition.node.default_value().cloned())
                            };
                            Ok::<_, ()>(given.or_else(default).unwrap_or_default())
                        });
                        value == Ok(async_graphql::Value::Boolean(true))
                    });
                    kept.push(item);
                }
                Selection::Field(_) => {}
                Selection::InlineFragment(inline) => open.push(inline.node.selection_set.node.clone()),
                Selection::FragmentSpread(spread) => {
                    let fragment = fragments.get(&spread.node.fragment_name.node);
                    open.extend(fragment.map(|fragment| fragment.node.selection_set.node.clone()));
                }
            }
        }
    }
    operation.selection_set.node.items = kept;
    document.fragments = fragments;
    dry.then_some(document)
}

fn find<'a>(
    operations: &'a mut DocumentOperations,
    name: Option<&str>,
) -> Option<&'a mut OperationDefinition> {
    match (operations, name) {
        (DocumentOperations::Single(operation), None) => Some(&mut operation.node),
        (DocumentOperations::Single(_), Some(_)) => None,
        (DocumentOperations::Multiple(operations), Some(name)) => {
            operations.get_mut(name).map(|operation| &mut operation.node)
        }
        (DocumentOperations::Multiple(operations), None) if operations.len() == 1 => {
            operations.values_mut().next().map(|operation| &mut operation.node)
        }
        (DocumentOperations::Multiple(_), None) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use async_graphql::{Variables, parser::parse_query};
    use serde_json::json;

    fn dry(query: &str, variables: serde_json::Value) -> bool {
        let request = Request::new(query).variables(Variables::from_json(variables));
        dry_run(&request, &parse_query(query).unwrap()).is_some()
    }

    #[test]
    fn a_dry_run_is_seen_wherever_it_stands() {
        assert!(dry("{ rateLimit(dryRun: true) { cost } search { state } }", json!({})));
        assert!(dry("{ ... { r: rateLimit(dryRun: true) { cost } } }", json!({})));
        assert!(dry("{ ...f } fragment f on Query { rateLimit(dryRun: true) { cost } }", json!({})));
        let asked = "query($d: Boolean = true) { rateLimit(dryRun: $d) { cost } }";
        assert!(dry(asked, json!({})) && dry(asked, json!({ "d": true })));
        assert!(!dry(asked, json!({ "d": false })));
        assert!(!dry("{ rateLimit { cost } }", json!({})));
        assert!(!dry("{ rateLimit(dryRun: false) { cost } }", json!({})));
        assert!(!dry("{ search { hits { nodes { id } } } }", json!({})));
    }

    #[test]
    fn nothing_else_is_left_of_it() {
        let query = "{ a: rateLimit(dryRun: true) { cost } search { state } ...f } fragment f on Query { movie(id: 1) { id } }";
        let document = dry_run(&Request::new(query), &parse_query(query).unwrap()).unwrap();
        let (_, operation) = document.operations.iter().next().unwrap();
        assert_eq!(operation.node.selection_set.node.items.len(), 1);
    }
}
