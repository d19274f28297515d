//! The schema, and the one way in which a document is executed: bounded, timed, with errors that have codes.

use std::{panic::AssertUnwindSafe, sync::Arc};

use async_graphql::{
    Data, EmptyMutation, Executor, Request, Response, SDLExportOptions, SchemaBuilder, ValidationMode, Value,
    parser::{
        parse_query,
        types::{DocumentOperations, ExecutableDocument, OperationType},
    },
};
use futures::{
    FutureExt, Stream, StreamExt,
    stream::{self, BoxStream},
};
use tokio::sync::Semaphore;
use wikimovie_engine::operation::operation as in_one_request;

use crate::{
    ApiSettings, Gateway,
    cache::{Notes, Outcome},
    caller::{Caller, SocketCaller},
    documents::{Hash, Naming},
    error::{self, ApiError, ErrorCode},
    graphql::{
        bounds, lasting,
        price::{self, Pricing},
        query::Query,
        scope::{Bill, Scope},
        shape::{self, Selected, Shape},
        subscription::Subscription,
    },
    guard::{RateLimits, RateStatus, rate::Exceeded},
    telemetry::{fields::Timed, operation},
};

pub(crate) type Schema = async_graphql::Schema<Timed<Query>, EmptyMutation, Subscription>;

fn builder() -> SchemaBuilder<Timed<Query>, EmptyMutation, Subscription> {
    async_graphql::Schema::build(Timed(Query), EmptyMutation, Subscription)
        .limit_recursive_depth(bounds::MAX_NESTING)
        .limit_directives(bounds::MAX_DIRECTIVES)
        .disable_suggestions()
}

/// The schema that validates and prices.
fn pricing(settings: &ApiSettings) -> Schema {
    let builder = builder().extension(Pricing);
    if settings.introspection { builder.finish() } else { builder.disable_introspection().finish() }
}

/// The schema that executes what was validated.
fn executing(gateway: Gateway) -> Schema {
    let introspection = gateway.settings.introspection;
    let builder = builder().validation_mode(ValidationMode::Fast).data(gateway);
    if introspection { builder.finish() } else { builder.disable_introspection().finish() }
}

/// The public contract in GraphQL's schema language, as `schema.graphql` holds it. Definitions of the directives
/// that GraphQL itself specifies are left out: every tool knows them, and some stumble over a second definition.
pub fn sdl() -> String {
    let options =
        SDLExportOptions::new().prefer_single_line_descriptions().use_space_ident().include_specified_by();
    let full = builder().finish().sdl_with_options(options);
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
    pricing: Schema,
    gateway: Gateway,
    shape: Arc<Shape>,
    /// Operations that may run at once; only a WebSocket connection has such a bound of its own.
    permits: Option<Arc<Semaphore>>,
    /// Who is behind it.
    caller: Option<SocketCaller>,
}

impl std::fmt::Debug for Service {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Service").finish_non_exhaustive()
    }
}

/// A request whose document is known.
#[derive(Debug)]
pub struct Addressed {
    request: Request,
    /// Whether the document was named and not sent.
    named: bool,
    /// Hash under which the document is to be kept once it was checked.
    keep: Option<Hash>,
}

impl Addressed {
    /// The request, with its document.
    pub(crate) fn request(&self) -> &Request {
        &self.request
    }

    /// Whether the document was named and not sent.
    pub(crate) fn is_named(&self) -> bool {
        self.named
    }

    /// Whether the document was sent, and under no name.
    pub(crate) fn is_plain(&self) -> bool {
        !self.named && self.keep.is_none()
    }
}

/// A request that may be executed: within bounds, parsed, and of a known kind.
#[derive(Debug)]
pub struct Prepared {
    request: Request,
    kind: OperationType,
    selected: Selected,
    lasting: bool,
    cost: u32,
    charge: u32,
}

/// What an operation came to.
#[derive(Debug)]
pub struct Ran {
    /// The answer.
    pub(crate) response: Response,
    /// What became of its questions.
    pub(crate) outcome: Outcome,
    /// The revision that the whole answer is true of, where it changes with the revision only.
    pub(crate) whole_of: Option<u64>,
}

impl Prepared {
    /// Whether it is a query, a mutation or a subscription.
    pub fn kind(&self) -> OperationType {
        self.kind
    }

    /// Points that it is charged for.
    pub(crate) fn charge(&self) -> u32 {
        self.charge
    }
}

impl Service {
    /// Executes for a gateway.
    pub fn new(gateway: Gateway) -> Self {
        let pricing = pricing(&gateway.settings);
        let schema = executing(gateway.clone());
        let shape = Arc::new(Shape::new(&schema.sdl()));
        Self { schema, pricing, gateway, shape, permits: None, caller: None }
    }

    /// The same for one WebSocket connection.
    pub(crate) fn for_socket(&self, caller: SocketCaller) -> Self {
        let permits = Arc::new(Semaphore::new(self.gateway.settings.operations_per_socket));
        Self { permits: Some(permits), caller: Some(caller), ..self.clone() }
    }

    /// Finds the document of a request.
    ///
    /// # Errors
    /// The answer that says what is wrong.
    pub(crate) fn address(
        &self,
        mut request: Request,
        document_id: Option<String>,
    ) -> Result<Addressed, Box<Response>> {
        let naming = Naming { document_id, persisted: request.extensions.remove("persistedQuery") };
        let found = self.gateway.documents.find(naming, &request.query).map_err(refuse)?;
        let named = found.text.is_some();
        if let Some(text) = found.text {
            request.query = text.as_ref().to_owned();
        }
        Ok(Addressed { request, named, keep: found.keep })
    }

    /// Keeps the document of a request under its name, where it was sent with one. To be called once it was checked, or
    /// found to be that of an answer.
    pub(crate) fn keep_document(&self, addressed: &Addressed) {
        self.keep(addressed.keep, &addressed.request);
    }

    fn keep(&self, hash: Option<Hash>, request: &Request) {
        if let Some(hash) = hash {
            self.gateway.documents.keep(hash, &request.query);
        }
    }

    /// Checks a document against the bounds and parses it. `read_only` refuses mutations before anything else is said
    /// of them.
    ///
    /// # Errors
    /// The answer that says what is wrong.
    pub(crate) fn prepare(&self, addressed: Addressed, read_only: bool) -> Result<Prepared, Box<Response>> {
        let Addressed { mut request, keep, .. } = addressed;
        bounds::check_text(&request.query).map_err(refuse)?;
        bounds::check_variables(&request.variables).map_err(refuse)?;
        let operation_name = request.operation_name.clone();
        let document = request.parsed_query().map_err(|mut error| {
            error::set_code(&mut error, ErrorCode::GraphqlParseFailed);
            refused(Response::from_errors(vec![error]))
        })?;
        let mut measure = bounds::check_document(document).map_err(refuse)?;
        let document = document.clone();
        let kind = kind(&document, operation_name.as_deref());
        if read_only && kind == OperationType::Mutation {
            let error = ApiError::new(ErrorCode::MethodNotAllowed, "a mutation cannot be sent with GET");
            return Err(refuse(error));
        }
        let price =
            price::price(&self.pricing, &request, &document).map_err(|response| refused(*response))?;
        (measure.depth, measure.cost) = (price.depth, price.cost);
        self.gateway.settings.guard.limits.check(&measure).map_err(refuse)?;
        let cost = u32::try_from(price.cost).unwrap_or(u32::MAX).max(1);
        let lasting = lasting::is_lasting(&document, operation_name.as_deref());
        let dry =
            request.query.contains(price::DRY_RUN).then(|| price::dry_run(&request, &document)).flatten();
        // To be told a price is no free lunch, and no dear one.
        let charge = if dry.is_some() { 1 } else { cost };
        let selected = match dry {
            Some(dry) => {
                let selected = self.shape.select(&dry, operation_name.as_deref());
                request.set_parsed_query(dry);
                selected
            }
            None => self.shape.select(&document, operation_name.as_deref()),
        };
        self.keep(keep, &request);
        Ok(Prepared { request, kind, selected, lasting, cost, charge })
    }

    /// Takes the points of an operation from who asks it. `None` where there is no limit.
    ///
    /// # Errors
    /// Where they are not there.
    pub(crate) fn charge(&self, caller: &Caller, cost: u32) -> Result<Option<RateStatus>, Box<Exceeded>> {
        let charge =
            |rates: &RateLimits| rates.charge(&caller.client, caller.identity.points_per_minute, cost);
        self.gateway.guard.rates.as_ref().map(charge).transpose()
    }

    /// Executes a query, within the deadline of an operation. A panic becomes an error of ours.
    pub(crate) async fn run(&self, prepared: Prepared, caller: &Caller, rate: Option<RateStatus>) -> Ran {
        let kind = prepared.kind;
        // Parsed anew, if ever: only slow operations are told.
        let (text, name) = (prepared.request.query.clone(), prepared.request.operation_name.clone());
        let shape = || match parse_query(&text) {
            Ok(document) => operation::shape(&document, name.as_deref(), &|name| self.shape.is_name(name)),
            Err(_) => String::new(),
        };
        let (mut outcome, mut whole_of) = (Outcome::default(), None);
        let execution = async {
            // The executor's future is large, and would be copied into each of those around it.
            let ran = Box::pin(self.execute_within(prepared, caller, rate)).await;
            (outcome, whole_of) = (ran.outcome, ran.whole_of);
            ran.response
        };
        let response = operation::observe(self.gateway.settings.telemetry, kind, shape, execution).await;
        Ran { response, outcome, whole_of }
    }

    /// The movies that somebody may see, and what lives as long as an operation of theirs.
    async fn scope(&self, caller: &Caller, bill: Bill) -> Result<Arc<Scope>, ApiError> {
        let identity = &caller.identity;
        let catalog = match &identity.tenant {
            None => Arc::clone(&self.gateway.catalog),
            Some(filter) => self.gateway.catalog.restricted(filter).await?,
        };
        Ok(Arc::new(Scope::new(catalog, Arc::clone(identity), bill)))
    }

    async fn execute_within(&self, prepared: Prepared, caller: &Caller, rate: Option<RateStatus>) -> Ran {
        let bill = Bill { cost: prepared.cost, rate };
        let scope = match self.scope(caller, bill).await {
            Ok(scope) => scope,
            Err(error) => {
                let response = error.into_response();
                return Ran { response, outcome: Outcome::default(), whole_of: None };
            }
        };
        let notes = Arc::new(Notes::default());
        let request = prepared.request.data(Arc::clone(&scope));
        let noted = notes.scope(in_one_request(self.schema.execute(request)));
        let execution = AssertUnwindSafe(noted).catch_unwind();
        let mut response =
            match tokio::time::timeout(self.gateway.settings.operation_deadline, Box::pin(execution)).await {
                Ok(Ok(response)) => response,
                Ok(Err(_)) => ApiError::internal("a resolver panicked").into_response(),
                Err(_) => ApiError::new(ErrorCode::Timeout, "the deadline of the operation has passed")
                    .into_response(),
            };
        let outcome = notes.outcome();
        shape::restore(&mut response, &prepared.selected);
        add_warnings(&mut response, &scope);
        add_staleness(&mut response, &outcome);
        let response = complete(response);
        let is_whole = prepared.lasting && response.errors.is_empty();
        let whole_of = outcome.whole_of().filter(|_| is_whole);
        Ran { response, outcome, whole_of }
    }

    /// Follows a subscription.
    fn follow(
        &self,
        prepared: Prepared,
        caller: Caller,
        session: Arc<Data>,
        rate: Option<RateStatus>,
    ) -> impl Stream<Item = Response> + Send + use<> {
        let service = self.clone();
        let begin = async move {
            let bill = Bill { cost: prepared.cost, rate };
            match service.scope(&caller, bill).await {
                Ok(scope) => {
                    let request = prepared.request.data(scope);
                    service.schema.execute_stream_with_session_data(request, session).map(complete).boxed()
                }
                Err(error) => stream::iter([error.into_response()]).boxed(),
            }
        };
        stream::once(begin).flatten()
    }
}

fn refuse(error: ApiError) -> Box<Response> {
    Box::new(error.into_response())
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

fn complete(mut response: Response) -> Response {
    error::complete_codes(&mut response);
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

/// Tells that an answer may no longer be true.
fn add_staleness(response: &mut Response, outcome: &Outcome) {
    let Some((age, why)) = outcome.stale else { return };
    let age_ms = u64::try_from(age.as_millis()).unwrap_or(u64::MAX);
    let value = async_graphql::value!({ "status": "STALE", "ageMs": age_ms, "reason": why.name() });
    response.extensions.insert("cache".to_owned(), value);
}

/// Tells what an operation cost, and what is left where headers cannot tell it or the answer is for nobody else.
pub(crate) fn add_cost(response: &mut Response, cost: u32, rate: Option<RateStatus>) {
    let value = match rate {
        None => async_graphql::value!({ "points": cost }),
        Some(rate) => async_graphql::value!({
            "points": cost,
            "limit": rate.limit,
            "remaining": rate.remaining,
            "resetAfterSeconds": rate.full_after_secs(),
        }),
    };
    response.extensions.insert("cost".to_owned(), value);
}

/// The way in for WebSocket connections.
impl Executor for Service {
    async fn execute(&self, request: Request) -> Response {
        let mut answers = self.execute_stream(request, None);
        answers.next().await.unwrap_or_else(|| ApiError::internal("no answer").into_response())
    }

    fn execute_stream(&self, request: Request, session: Option<Arc<Data>>) -> BoxStream<'static, Response> {
        let permit = match self.permits.as_ref().map(|permits| Arc::clone(permits).try_acquire_owned()) {
            Some(Err(_)) => {
                let message = "too many operations run at once on this connection";
                let error = ApiError::new(ErrorCode::TooManyOperations, message);
                return stream::iter([*refused(error.into_response())]).boxed();
            }
            Some(Ok(permit)) => Some(permit),
            None => None,
        };
        let service = self.clone();
        let answers = async move {
            match service.begin(request, session.unwrap_or_default()).await {
                Ok(answers) => answers,
                Err(response) => stream::iter([*response]).boxed(),
            }
        };
        // The permit is given back when the last answer is told.
        stream::once(answers).flatten().map(move |response| (response, &permit).0).boxed()
    }
}

impl Service {
    /// Begins an operation of a connection. Who is behind it is looked at anew each time: a key may have been taken
    /// back, and a token may be over.
    async fn begin(
        &self,
        request: Request,
        session: Arc<Data>,
    ) -> Result<BoxStream<'static, Response>, Box<Response>> {
        let refuse = |error: ApiError| refused(error.into_response());
        let Some(caller) = &self.caller else {
            return Err(refuse(ApiError::internal("an operation of a connection that has no caller")));
        };
        let caller = caller.authenticate(&self.gateway.auth).await.map_err(|error| refuse(error.into()))?;
        let permit = self.gateway.guard.gate.enter().await.map_err(refuse)?;
        let prepared = self.address(request, None).and_then(|addressed| self.prepare(addressed, false))?;
        let cost = prepared.charge;
        let rate = self.charge(&caller, cost).map_err(|exceeded| {
            let mut response = refuse(exceeded.error);
            add_cost(&mut response, cost, Some(exceeded.status));
            response
        })?;
        if prepared.kind == OperationType::Subscription {
            // It may last for days, and waits for nothing that is scarce.
            drop(permit);
            return Ok(self.follow(prepared, caller, session, rate).boxed());
        }
        let service = self.clone();
        let run = async move {
            let mut response = service.run(prepared, &caller, rate).await.response;
            drop(permit);
            if rate.is_some() {
                add_cost(&mut response, cost, rate);
            }
            response
        };
        Ok(stream::once(run).boxed())
    }
}
