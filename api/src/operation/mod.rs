//! From a request to its outcome. HTTP and WebSocket pass the same stations, in this order:
//!
//! 1. [`Operations::resolve`] finds the document, which may be known by name only;
//! 2. [`Operations::validate`] analyses it, checks its variables, prices it and holds it against the limits;
//! 3. [`Operations::charge_operation`] takes its points from the client;
//! 4. [`Operations::run`] executes it within its deadline and gives an [`Outcome`].
//!
//! A document is walked once, by [`analyze`], and its analysis is remembered. Nothing here knows HTTP or WebSocket.

mod analyze;
mod charge;
mod contract;
mod escapes;
mod literals;
mod merging;
mod normalize;
mod outcome;
mod presence;
mod price;
mod run;
mod validate;

use std::sync::Arc;

use async_graphql::{Request, Variables, parser::types::OperationType};

use crate::{
    Gateway,
    caller::Caller,
    error::ApiError,
    graphql::schema::{self, Schema},
    guard::bounds::{self, VariablesSize},
    persisted::{DocumentHash, DocumentReference},
};

pub(crate) use self::{
    analyze::operation_named,
    charge::{Rejection, insert_cost},
    escapes::parse_document,
    outcome::{Execution, Outcome, Refusal},
};
use self::{
    analyze::{Analyzed, Analyzer, DocumentKey, OperationAnalysis, key_of},
    outcome::Charge,
};

/// Runs operations. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Operations {
    schema: Schema,
    analyzer: Analyzer,
    gateway: Gateway,
}

impl std::fmt::Debug for Operations {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Operations").finish_non_exhaustive()
    }
}

/// A request whose document is known.
#[derive(Debug)]
pub(crate) struct ResolvedRequest {
    request: Request,
    is_named: bool,
    /// Hash under which the document is to be stored once it was checked.
    store_as: Option<DocumentHash>,
}

impl ResolvedRequest {
    /// The request, with its document.
    pub(crate) fn request(&self) -> &Request {
        &self.request
    }

    /// Whether the document was named and not sent.
    pub(crate) fn is_named(&self) -> bool {
        self.is_named
    }

    /// Whether the document was sent, and under no name.
    pub(crate) fn is_plain(&self) -> bool {
        !self.is_named && self.store_as.is_none()
    }
}

/// An operation that may run: within all limits, with variables that fit.
#[derive(Debug)]
pub(crate) struct ValidatedOperation {
    analysis: Arc<OperationAnalysis>,
    variables: Variables,
    is_dry_run: bool,
    cost: u32,
    /// What was charged for the analysis of its document.
    prepaid: Option<Charge>,
    /// The document, to be stored once the operation is paid for.
    store: Option<(DocumentHash, String)>,
}

impl ValidatedOperation {
    /// Whether it is a query, a mutation or a subscription.
    pub(crate) fn kind(&self) -> OperationType {
        self.analysis.kind
    }

    /// Points that its client is charged for. A dry run costs one point, whatever it prices.
    pub(crate) fn points_charged(&self) -> u32 {
        if self.is_dry_run { 1 } else { self.cost }
    }
}

impl Operations {
    /// Runs operations on what a gateway answers from.
    pub(crate) fn new(gateway: Gateway) -> Self {
        Self {
            schema: schema::executing(gateway.clone()),
            analyzer: Analyzer::new(&gateway.settings, crate::sdl()),
            gateway,
        }
    }

    /// Finds the document of a request.
    ///
    /// # Errors
    /// What is wrong with the name of the document, or why it may not run.
    pub(crate) fn resolve(
        &self,
        mut request: Request,
        document_id: Option<String>,
    ) -> Result<ResolvedRequest, Refusal> {
        let reference =
            DocumentReference { document_id, persisted: request.extensions.remove("persistedQuery") };
        let document = self.gateway.persisted.resolve(reference, &request.query)?;
        let is_named = document.text.is_some();
        if let Some(text) = document.text {
            request.query = text.as_ref().to_owned();
        }
        Ok(ResolvedRequest { request, is_named, store_as: document.store_as })
    }

    /// A request of a document that the gateway itself names.
    pub(crate) fn named(&self, document: &Arc<str>, variables: Variables) -> ResolvedRequest {
        let request = Request::new(document.as_ref()).variables(variables);
        ResolvedRequest { request, is_named: true, store_as: None }
    }

    /// Stores the document of a request under its hash, where it was sent with one and its stored answer was paid for.
    pub(crate) fn store_document(&self, resolved: &ResolvedRequest) {
        if let Some(hash) = resolved.store_as {
            self.gateway.persisted.insert(hash, &resolved.request.query);
        }
    }

    /// Checks a request against the schema and the limits, and prices it. `read_only` refuses mutations, before any
    /// other check. What has to be looked at is paid for before: a document that is not known yet, and variables that do
    /// not fit a known one or make it dearer than the limits.
    ///
    /// # Errors
    /// What is wrong with the document or its variables, the limit that the operation is beyond, or `RATE_LIMITED`.
    pub(crate) async fn validate(
        &self,
        resolved: ResolvedRequest,
        read_only: bool,
        caller: &Caller,
    ) -> Result<ValidatedOperation, Box<Rejection>> {
        let ResolvedRequest { request, store_as, .. } = resolved;
        let key = key_of(&request);
        let size = bounds::measure_variables(&request.variables);
        let limits = &self.gateway.settings.guard.limits;
        let check = |Analyzed { analysis, points }| -> Result<_, Refusal> {
            limits.check(&analysis.measure(points))?;
            Ok((analysis, points))
        };
        let (request, prepaid, checked) =
            match self.analyzer.known(&request, &key, size, read_only)?.map(check) {
                Some(Ok(known)) => (request, None, Ok(known)),
                known => {
                    let tokens = bounds::measure_text(&request.query).tokens + size.tokens();
                    let prepaid = self.charge_analysis(caller, tokens).await?;
                    let (request, checked) = match known {
                        Some(refused) => (request, refused),
                        None => {
                            let (request, analyzed) =
                                self.analyze(request, key, size, read_only, tokens).await;
                            (request, analyzed.and_then(check))
                        }
                    };
                    (request, Some(prepaid), checked)
                }
            };
        let (analysis, points) = checked.map_err(|mut refusal| {
            if let Some(Charge { points, rate: Some(_) }) = prepaid {
                insert_cost(&mut refusal.response, points, None);
            }
            Box::new(Rejection { refusal, rate: prepaid.and_then(|charge| charge.rate) })
        })?;
        let is_dry_run = analysis.is_dry_run(&request.variables);
        let cost = u32::try_from(points).unwrap_or(u32::MAX).max(1);
        let store = store_as.map(|hash| (hash, request.query));
        Ok(ValidatedOperation { analysis, variables: request.variables, is_dry_run, cost, prepaid, store })
    }

    /// Analyses a document, a large one beside the runtime's workers, which have others to answer.
    async fn analyze(
        &self,
        request: Request,
        key: DocumentKey,
        size: VariablesSize,
        read_only: bool,
        tokens: usize,
    ) -> (Request, Result<Analyzed, Refusal>) {
        let analyzer = self.analyzer.clone();
        let work = move || {
            let analyzed = analyzer.analyze(&request, key, size, read_only);
            (request, analyzed)
        };
        if tokens <= LARGE_DOCUMENT {
            return work();
        }
        let panicked =
            |_| (Request::new(""), Err(ApiError::internal("the analysis of a document panicked").into()));
        tokio::task::spawn_blocking(work).await.unwrap_or_else(panicked)
    }
}

/// Tokens and values of variables from which a new document is analysed on a thread of its own: that takes milliseconds.
const LARGE_DOCUMENT: usize = 1_000;
