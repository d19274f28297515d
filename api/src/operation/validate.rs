//! Validation by the GraphQL library, of documents that are new and of variables that the analysis cannot vouch for.

use std::sync::Arc;

use async_graphql::{
    Request, Response, ServerError, async_trait,
    extensions::{Extension, ExtensionContext, ExtensionFactory, NextExecute},
    parser::types::ExecutableDocument,
};
use futures::FutureExt;

use crate::{
    ApiSettings,
    error::ApiError,
    graphql::schema::{Schema, builder},
};

/// A schema that validates and executes nothing.
pub(crate) fn validating(settings: &ApiSettings) -> Schema {
    builder(settings.introspection).extension(ValidateOnly).finish()
}

/// What the library says is wrong with a document and its variables. `schema` is one of [`validating`].
pub(crate) fn validate(
    schema: &Schema,
    request: &Request,
    document: &ExecutableDocument,
) -> Vec<ServerError> {
    let mut validated = Request::new("").variables(request.variables.clone());
    validated.operation_name.clone_from(&request.operation_name);
    validated.set_parsed_query(document.clone());
    // Validation waits for nothing, and the execution is cut off before it begins.
    match schema.execute(validated).now_or_never() {
        Some(response) => response.errors,
        None => vec![ApiError::internal("an operation could not be validated at once").into_server_error()],
    }
}

/// Cuts an execution off.
#[derive(Clone, Copy, Debug)]
struct ValidateOnly;

impl ExtensionFactory for ValidateOnly {
    fn create(&self) -> Arc<dyn Extension> {
        Arc::new(Self)
    }
}

#[async_trait::async_trait]
impl Extension for ValidateOnly {
    async fn execute(&self, _: &ExtensionContext<'_>, _: Option<&str>, _: NextExecute<'_>) -> Response {
        Response::default()
    }
}
