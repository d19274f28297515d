//! The schema, and the one way in which a document is executed: bounded, timed, with errors that have codes.

use std::{panic::AssertUnwindSafe, sync::Arc};

use async_graphql::{
    Data, EmptyMutation, Executor, Request, Response, SDLExportOptions, ServerError, Value,
    parser::{
        parse_query,
        types::{DocumentOperations, ExecutableDocument, OperationType},
    },
};
use futures::{
    FutureExt, StreamExt,
    stream::{self, BoxStream},
};
use tokio::sync::Semaphore;

use wikimovie_search::operation::operation as in_one_request;

use crate::{
    Gateway,
    graphql::{
        bounds,
        error::{self, ApiError, ErrorCode},
        persisted::PersistedDocuments,
        query::Query,
        scope::Scope,
        shape::{self, Selected, Shape},
        subscription::Subscription,
    },
    telemetry::{fields::Timed, operation},
};

type Schema = async_graphql::Schema<Timed<Query>, EmptyMutation, Subscription>;

/// Builds the schema; `None` for one that only describes itself.
fn schema(gateway: Option<Gateway>) -> Schema {
    let mut builder = async_graphql::Schema::build(Timed(Query), EmptyMutation, Subscription)
        .limit_depth(bounds::MAX_DEPTH)
        .limit_complexity(bounds::MAX_COMPLEXITY)
        .limit_recursive_depth(bounds::MAX_NESTING)
        .limit_directives(bounds::MAX_DIRECTIVES)
        .disable_suggestions();
    if let Some(gateway) = gateway {
        if !gateway.settings.introspection {
            builder = builder.disable_introspection();
        }
        builder = builder.data(gateway);
    }
    builder.finish()
}

/// The public contract in GraphQL's schema language, as `schema.graphql` holds it. Definitions of the directives
/// that GraphQL itself specifies are left out: every tool knows them, and some stumble over a second definition.
pub fn sdl() -> String {
    let options =
        SDLExportOptions::new().prefer_single_line_descriptions().use_space_ident().include_specified_by();
    let full = schema(None).sdl_with_options(options);
    let mut sdl = String::with_capacity(full.len());
    for block in full.split("\n\n") {
        let mut rest = block.trim_matches('\n');
        // Directives stand together in one block, each behind its description.
        if let Some(at) = rest.find("directive @") {
            let behind = rest[at..].rfind("\nschema {").map(|schema| at + schema + 1);
            rest = behind.map_or("", |behind| &rest[behind..]);
        }
        if !rest.trim().is_empty() {
            sdl.push_str(rest.trim_end());
            sdl.push_str("\n\n");
        }
    }
    sdl.truncate(sdl.trim_end().len());
    sdl.push('\n');
    sdl
}

/// Executes documents. Cheap to clone.
#[derive(Clone)]
pub struct Service {
    schema: Schema,
    gateway: Gateway,
    persisted: Arc<PersistedDocuments>,
    shape: Arc<Shape>,
    /// Operations that may run at once; only a WebSocket connection has such a bound of its own.
    permits: Option<Arc<Semaphore>>,
}

impl std::fmt::Debug for Service {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Service").finish_non_exhaustive()
    }
}

/// A request that may be executed: within bounds, parsed, and of a known kind.
#[derive(Debug)]
pub struct Prepared {
    request: Request,
    kind: OperationType,
    selected: Selected,
}

impl Prepared {
    /// Whether it is a query, a mutation or a subscription.
    pub fn kind(&self) -> OperationType {
        self.kind
    }
}

impl Service {
    /// Executes for a gateway.
    pub fn new(gateway: Gateway) -> Self {
        let schema = schema(Some(gateway.clone()));
        let shape = Arc::new(Shape::new(&schema.sdl()));
        Self { schema, gateway, persisted: Arc::default(), shape, permits: None }
    }

    /// The same for one WebSocket connection.
    pub fn for_socket(&self) -> Self {
        let permits = Arc::new(Semaphore::new(self.gateway.settings.operations_per_socket));
        Self { permits: Some(permits), ..self.clone() }
    }

    /// Finds the document, checks it against the bounds and parses it.
    ///
    /// # Errors
    /// The answer that says what is wrong.
    pub fn prepare(&self, mut request: Request) -> Result<Prepared, Box<Response>> {
        let refuse = |error: ApiError| refused(answer(error.into_server_error()));
        let persisted = request.extensions.remove("persistedQuery");
        let hashed = persisted.is_some();
        if let Some(extension) = persisted
            && let Some(known) = self.persisted.resolve(extension, &request.query).map_err(refuse)?
        {
            request.query = known.as_ref().to_owned();
        }
        bounds::check_text(&request.query).map_err(refuse)?;
        bounds::check_variables(&request.variables).map_err(refuse)?;
        let operation_name = request.operation_name.clone();
        let document = request.parsed_query().map_err(|mut error| {
            error::set_code(error.extensions.get_or_insert_default(), ErrorCode::GraphqlParseFailed);
            refused(answer(error))
        })?;
        bounds::check_document(document).map_err(refuse)?;
        let kind = kind(document, operation_name.as_deref());
        let selected = self.shape.select(document, operation_name.as_deref());
        if hashed {
            self.persisted.keep(&request.query);
        }
        Ok(Prepared { request: request.data(Arc::new(Scope::default())), kind, selected })
    }

    /// Executes a query, within the deadline of an operation. A panic becomes an error of ours.
    pub async fn run(&self, prepared: Prepared) -> Response {
        let kind = prepared.kind;
        // Parsed anew, if ever: only slow operations are told.
        let (text, name) = (prepared.request.query.clone(), prepared.request.operation_name.clone());
        let shape = || match parse_query(&text) {
            Ok(document) => operation::shape(&document, name.as_deref(), &|name| self.shape.is_name(name)),
            Err(_) => String::new(),
        };
        operation::observe(self.gateway.settings.telemetry, kind, shape, self.execute_within(prepared)).await
    }

    async fn execute_within(&self, prepared: Prepared) -> Response {
        let scope = Arc::new(Scope::default());
        let request = prepared.request.data(Arc::clone(&scope));
        let execution = AssertUnwindSafe(in_one_request(self.schema.execute(request))).catch_unwind();
        let mut response =
            match tokio::time::timeout(self.gateway.settings.operation_deadline, execution).await {
                Ok(Ok(response)) => response,
                Ok(Err(_)) => answer(ApiError::internal("a resolver panicked").into_server_error()),
                Err(_) => {
                    answer(ApiError::new(ErrorCode::Timeout, "the answer took too long").into_server_error())
                }
            };
        shape::restore(&mut response, &prepared.selected);
        add_warnings(&mut response, &scope);
        complete(response)
    }
}

/// Kind of the operation that will run; an unknown or missing name is left to the executor, which tells it.
fn kind(document: &ExecutableDocument, name: Option<&str>) -> OperationType {
    let operation = match (&document.operations, name) {
        (DocumentOperations::Single(operation), _) => Some(operation),
        (DocumentOperations::Multiple(operations), Some(name)) => operations.get(name),
        // A single operation that has a name of its own may be asked without giving it.
        (DocumentOperations::Multiple(operations), None) if operations.len() == 1 => {
            operations.values().next()
        }
        (DocumentOperations::Multiple(_), None) => None,
    };
    operation.map_or(OperationType::Query, |operation| operation.node.ty)
}

/// An answer to what never ran, counted as a query: whatever else it would have been is not known.
fn refused(response: Response) -> Box<Response> {
    operation::count(OperationType::Query, &response);
    Box::new(response)
}

fn answer(error: ServerError) -> Response {
    Response::from_errors(vec![error])
}

fn complete(mut response: Response) -> Response {
    response.errors.iter_mut().for_each(error::complete);
    response
}

fn add_warnings(response: &mut Response, scope: &Scope) {
    let warnings = scope.take_warnings();
    if warnings.is_empty() {
        return;
    }
    let value = serde_json::to_value(warnings).ok().and_then(|json| Value::from_json(json).ok());
    if let Some(value) = value {
        response.extensions.insert("warnings".to_owned(), value);
    }
}

/// The way in for WebSocket connections.
impl Executor for Service {
    async fn execute(&self, request: Request) -> Response {
        match self.prepare(request) {
            Ok(prepared) => self.run(prepared).await,
            Err(response) => *response,
        }
    }

    fn execute_stream(&self, request: Request, session: Option<Arc<Data>>) -> BoxStream<'static, Response> {
        let one = |response| stream::iter([response]).boxed();
        let permit = match self.permits.as_ref().map(|permits| Arc::clone(permits).try_acquire_owned()) {
            Some(Err(_)) => {
                let message = "too many operations run at once on this connection";
                let error = ApiError::new(ErrorCode::TooManyOperations, message).into_server_error();
                return one(*refused(answer(error)));
            }
            Some(Ok(permit)) => Some(permit),
            None => None,
        };
        let prepared = match self.prepare(request) {
            Ok(prepared) => prepared,
            Err(response) => return one(*response),
        };
        if prepared.kind == OperationType::Subscription {
            let events =
                self.schema.execute_stream_with_session_data(prepared.request, session.unwrap_or_default());
            // The permit is given back when the subscription ends.
            return events.map(move |response| (complete(response), &permit).0).boxed();
        }
        let service = self.clone();
        let run = async move {
            let response = service.run(prepared).await;
            drop(permit);
            response
        };
        stream::once(run).boxed()
    }
}
