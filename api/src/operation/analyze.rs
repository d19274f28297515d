//! One walk over a document, which finds all that is known of an operation before its variables are: its kind, its
//! selection, its cost, whether its answer is cacheable, and what a dry run of it executes. The analysis is remembered, so
//! that a document which was seen before is neither parsed, validated nor walked again.
//!
//! The analysis accepts variables that certainly fit; the GraphQL library decides about all others, so that clients get
//! its errors. A document enters [`Analyzer::analyze`]; an [`OperationAnalysis`] leaves.

use std::{collections::HashSet, sync::Arc};

use async_graphql::{
    Name, Pos, Positioned, Request, ServerError, Value, Variables,
    parser::types::{
        BaseType, Directive, DocumentOperations, ExecutableDocument, Field, OperationDefinition,
        OperationType, Selection as Selected, SelectionSet, Type,
    },
};
use async_graphql_value::Value as Literal;
use sha2::{Digest, Sha256};

use crate::{
    ApiSettings,
    error::{self, ApiError, ErrorCode},
    graphql::schema::Schema,
    guard::{
        Limits, Measure,
        bounds::{self, VariablesSize},
    },
    operation::{
        contract::{Contract, named},
        escapes::parse_document,
        literals, merging,
        normalize::Selection,
        outcome::Refusal,
        presence::mark_objects,
        price::{Cost, CostRule, Definitions, MAX_POINTS, VariableValues, has_variable},
        validate::{validate, validating},
    },
    telemetry::operation::{self, outline},
};

/// Bytes of memory that analyses may take; some 400 documents of 40 fields.
const CACHE_BYTES: u64 = 16 * 1024 * 1024;
/// About the bytes of a field: as parsed, and as selected.
const FIELD_BYTES: usize = 480;

/// Fields of `Query` that are functions of their arguments and the revision. Receipts, limits and the like are not.
const CACHEABLE: &[&str] =
    &["__typename", "search", "autocomplete", "movie", "movies", "person", "costars", "node", "nodes"];

const RATE_LIMIT: &str = "rateLimit";
const DRY_RUN: &str = "dryRun";

/// Analyses documents, each once.
#[derive(Clone)]
pub(crate) struct Analyzer {
    contract: Arc<Contract>,
    validator: Schema,
    limits: Limits,
    known: moka::sync::Cache<DocumentKey, Arc<OperationAnalysis>>,
}

/// SHA-256 of a document and the name of one of its operations, so that no two documents collide.
pub(crate) type DocumentKey = [u8; 32];

/// What is known of one operation of a document, whatever its variables are.
#[derive(Debug)]
pub(crate) struct OperationAnalysis {
    /// Whether it is a query, a mutation or a subscription.
    pub(crate) kind: OperationType,
    /// Whether its answer changes with the revision of the catalogue only.
    pub(crate) cacheable: bool,
    /// The size of the operation, without its cost.
    measure: Measure,
    cost: Cost,
    plan: Plan,
    dry_run: Option<DryRun>,
    /// Where its variables are used.
    uses: Vec<VariableUse>,
    /// Whether a variable is used where only the library knows what fits.
    is_left_to_library: bool,
    weight: u32,
}

/// What the library executes, and the order of what it answers.
#[derive(Debug)]
pub(crate) struct Plan {
    /// The operation alone, with the document's fragments.
    pub(crate) document: ExecutableDocument,
    /// What it selects.
    pub(crate) selection: Selection,
}

/// What is executed of an operation that asks for its price only (`rateLimit(dryRun: true)`).
#[derive(Debug)]
struct DryRun {
    plan: Plan,
    /// VariableValues of `dryRun`; one that is true is enough.
    flags: Vec<Literal>,
    definitions: Definitions,
}

/// A literal with variables in it, and the type that is expected there.
#[derive(Debug)]
struct VariableUse {
    ty: Type,
    literal: Literal,
}

/// An analysis with variables that fit.
#[derive(Debug)]
pub(crate) struct Analyzed {
    /// The analysis.
    pub(crate) analysis: Arc<OperationAnalysis>,
    /// What the operation costs with these variables.
    pub(crate) points: u64,
}

impl OperationAnalysis {
    /// The size of the operation, with this cost.
    pub(crate) fn measure(&self, points: u64) -> Measure {
        Measure { cost: usize::try_from(points).unwrap_or(usize::MAX), ..self.measure }
    }

    /// Whether these variables ask for a dry run.
    pub(crate) fn is_dry_run(&self, given: &Variables) -> bool {
        let is_set = |DryRun { flags, definitions, .. }: &DryRun| {
            let values = VariableValues { definitions, given };
            flags.iter().any(|literal| values.resolve(literal) == Ok(Value::Boolean(true)))
        };
        self.dry_run.as_ref().is_some_and(is_set)
    }

    /// What is executed.
    pub(crate) fn plan(&self, is_dry_run: bool) -> &Plan {
        self.dry_run.as_ref().filter(|_| is_dry_run).map_or(&self.plan, |dry_run| &dry_run.plan)
    }

    /// The fields that it selects, in the contract's own names: for the log.
    pub(crate) fn outline(&self, contract: &Contract) -> String {
        outline(&self.plan.document, &|name| contract.is_name(name))
    }

    /// The points with these variables; `None` where the library has to check them.
    fn points(&self, contract: &Contract, given: &Variables) -> Option<u64> {
        let fits = |one: &VariableUse| contract.accepts(&one.ty, &one.literal, given);
        let fit = !self.is_left_to_library && self.uses.iter().all(fits);
        fit.then(|| self.cost.points(given).ok()).flatten()
    }
}

impl Analyzer {
    /// An analyzer of documents of the contract.
    pub(crate) fn new(settings: &ApiSettings, sdl: &str) -> Self {
        let known = moka::sync::Cache::builder()
            .max_capacity(CACHE_BYTES)
            .weigher(|_, analysis: &Arc<OperationAnalysis>| analysis.weight)
            .build();
        let limits = settings.guard.limits;
        Self { contract: Arc::new(Contract::new(sdl)), validator: validating(settings), limits, known }
    }

    /// The analysis of a document that was analysed before, where variables of this size fit it.
    ///
    /// # Errors
    /// The document changes something, which this request may not.
    pub(crate) fn known(
        &self,
        request: &Request,
        key: &DocumentKey,
        size: VariablesSize,
        read_only: bool,
    ) -> Result<Option<Analyzed>, Refusal> {
        let Some(analysis) = self.known.get(key).filter(|_| bounds::check_variables(size).is_ok()) else {
            return Ok(None);
        };
        let Some(points) = analysis.points(&self.contract, &request.variables) else { return Ok(None) };
        check_method(analysis.kind, read_only)?;
        Ok(Some(Analyzed { analysis, points }))
    }

    /// The contract.
    pub(crate) fn contract(&self) -> &Contract {
        &self.contract
    }

    /// Analyses the operation that a request asks to run, and checks its variables. `read_only` refuses a mutation
    /// before any other check of it.
    ///
    /// # Errors
    /// What is wrong with the document or its variables.
    pub(crate) fn analyze(
        &self,
        request: &Request,
        key: DocumentKey,
        size: VariablesSize,
        read_only: bool,
    ) -> Result<Analyzed, Refusal> {
        bounds::check_variables(size)?;
        let (analysis, points) = self.analyze_new(request, read_only)?;
        let analysis = Arc::new(analysis);
        self.known.insert(key, Arc::clone(&analysis));
        Ok(Analyzed { analysis, points })
    }

    fn analyze_new(&self, request: &Request, read_only: bool) -> Result<(OperationAnalysis, u64), Refusal> {
        bounds::check_text(&request.query)?;
        let document = parse_document(&request.query).map_err(|error| {
            let mut error = ServerError::from(error);
            error::set_code(&mut error, ErrorCode::GraphqlParseFailed);
            refuse_document(vec![error])
        })?;
        let measure = bounds::check_document(&document)?;
        self.limits.check_document(&measure)?;
        let name = request.operation_name.as_deref();
        let operation = operation_named(&document, name);
        check_method(operation.map_or(OperationType::Query, |operation| operation.node.ty), read_only)?;
        let mut errors = validate(&self.validator, request, &document);
        // What the library lets through; a document that it refuses may be anything.
        if errors.is_empty() {
            errors = literals::errors(&self.contract, &document);
            errors.append(&mut merging::conflicts(&self.contract, &document));
        }
        let mut walk = Walk::new(&self.contract, &document, &request.variables);
        let (cost, selection) = walk.document(operation);
        errors.append(&mut walk.errors);
        let Some(operation) = operation.filter(|_| errors.is_empty()) else {
            return Err(refuse_document(errors));
        };
        let points = cost.points(&request.variables).unwrap_or(MAX_POINTS);
        let weight = walk.fields.saturating_mul(FIELD_BYTES).saturating_add(request.query.len());
        let dry_run = (!walk.dry_runs.is_empty()).then(|| {
            let document = dry_run_of(&document, operation);
            let selection = selection_of(&self.contract, &document);
            let plan = Plan { document: mark_objects(document), selection };
            DryRun { plan, flags: walk.dry_runs, definitions: walk.definitions }
        });
        let analysis = OperationAnalysis {
            kind: operation.node.ty,
            cacheable: walk.cacheable && operation.node.ty == OperationType::Query,
            measure,
            cost,
            plan: Plan { document: mark_objects(only(&document, operation.clone())), selection },
            dry_run,
            uses: walk.uses,
            is_left_to_library: walk.is_left_to_library,
            weight: u32::try_from(weight).unwrap_or(u32::MAX),
        };
        Ok((analysis, points))
    }
}

impl std::fmt::Debug for Analyzer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Analyzer").finish_non_exhaustive()
    }
}

/// Counted as a query: whatever else it would have been is not known.
fn refuse_document(errors: Vec<ServerError>) -> Refusal {
    let refusal = Refusal::of_document(errors);
    operation::count(OperationType::Query, &refusal);
    refusal
}

/// The key of the operation that a request asks to run.
pub(crate) fn key_of(request: &Request) -> DocumentKey {
    let name = request.operation_name.as_deref();
    let mut hash = Sha256::new();
    hash.update([u8::from(name.is_some())]);
    hash.update((request.query.len() as u64).to_le_bytes());
    hash.update(&request.query);
    hash.update(name.unwrap_or_default());
    hash.finalize().into()
}

fn check_method(kind: OperationType, read_only: bool) -> Result<(), ApiError> {
    if read_only && kind == OperationType::Mutation {
        return Err(ApiError::new(ErrorCode::MethodNotAllowed, "a mutation cannot be sent with GET"));
    }
    Ok(())
}

/// The operation of a document that runs under a name, or without one: the rule of the GraphQL library.
pub(crate) fn operation_named<'a>(
    document: &'a ExecutableDocument,
    name: Option<&str>,
) -> Option<&'a Positioned<OperationDefinition>> {
    match (&document.operations, name) {
        (DocumentOperations::Single(operation), None) => Some(operation),
        (DocumentOperations::Single(_), Some(_)) => None,
        (DocumentOperations::Multiple(operations), Some(name)) => operations.get(name),
        // A document with one named operation runs it without `operationName`.
        (DocumentOperations::Multiple(operations), None) if operations.len() == 1 => {
            operations.values().next()
        }
        (DocumentOperations::Multiple(_), None) => None,
    }
}

fn only(document: &ExecutableDocument, operation: Positioned<OperationDefinition>) -> ExecutableDocument {
    ExecutableDocument {
        operations: DocumentOperations::Single(operation),
        fragments: document.fragments.clone(),
    }
}

/// The operation with no root field but `rateLimit`, which is all that a dry run answers.
fn dry_run_of(
    document: &ExecutableDocument,
    operation: &Positioned<OperationDefinition>,
) -> ExecutableDocument {
    let mut kept = Vec::new();
    let mut open = vec![&operation.node.selection_set.node];
    while let Some(SelectionSet { items }) = open.pop() {
        for item in items {
            match &item.node {
                Selected::Field(field) if field.node.name.node == RATE_LIMIT => kept.push(item.clone()),
                Selected::Field(_) => {}
                Selected::InlineFragment(inline) => open.push(&inline.node.selection_set.node),
                Selected::FragmentSpread(spread) => {
                    let fragment = document.fragments.get(&spread.node.fragment_name.node);
                    open.extend(fragment.map(|fragment| &fragment.node.selection_set.node));
                }
            }
        }
    }
    let mut operation = operation.clone();
    operation.node.selection_set.node.items = kept;
    only(document, operation)
}

/// What the only operation of a document selects.
pub(crate) fn selection_of(contract: &Contract, document: &ExecutableDocument) -> Selection {
    let given = Variables::default();
    Walk::new(contract, document, &given).document(operation_named(document, None)).1
}

/// The walk over a document. It enters a fragment at each of its spreads; [`bounds`] limits how many fields that makes.
struct Walk<'a> {
    contract: &'a Contract,
    document: &'a ExecutableDocument,
    given: &'a Variables,
    /// Variables of the operation that is walked.
    definitions: Definitions,
    /// Whether that operation is the one that will run.
    is_selected: bool,
    depth: usize,
    fields: usize,
    cacheable: bool,
    /// VariableValues of `dryRun`.
    dry_runs: Vec<Literal>,
    uses: Vec<VariableUse>,
    /// Where a variable's use was found: a fragment may be spread many times.
    seen: HashSet<Pos>,
    is_left_to_library: bool,
    errors: Vec<ServerError>,
}

impl<'a> Walk<'a> {
    fn new(contract: &'a Contract, document: &'a ExecutableDocument, given: &'a Variables) -> Self {
        Self {
            contract,
            document,
            given,
            definitions: Arc::new([]),
            is_selected: false,
            depth: 0,
            fields: 0,
            cacheable: true,
            dry_runs: Vec::new(),
            uses: Vec::new(),
            seen: HashSet::new(),
            is_left_to_library: false,
            errors: Vec::new(),
        }
    }

    /// Walks all operations, which are priced together. Gives what the operation selects that will run, and leaves the
    /// definitions of its variables behind.
    fn document(&mut self, selected: Option<&Positioned<OperationDefinition>>) -> (Cost, Selection) {
        let (mut cost, mut selection) = (Cost::default(), Selection::default());
        let mut definitions = Arc::clone(&self.definitions);
        for (_, operation) in self.document.operations.iter() {
            self.definitions = operation.node.variable_definitions.as_slice().into();
            self.is_selected = selected.is_some_and(|selected| std::ptr::eq(selected, operation));
            let root = merging::root(&operation.node);
            let mut other = Selection::default();
            let out = if self.is_selected { &mut selection } else { &mut other };
            let set = &operation.node.selection_set.node;
            cost.add(self.selection_set(set, root, out));
            if self.is_selected {
                definitions = Arc::clone(&self.definitions);
            }
        }
        self.definitions = definitions;
        (cost, selection)
    }

    fn selection_set(&mut self, set: &'a SelectionSet, parent: Option<&'a str>, out: &mut Selection) -> Cost {
        let mut cost = Cost::default();
        for item in &set.items {
            self.fields += 1;
            match &item.node {
                Selected::Field(field) => self.field(field, parent, out, &mut cost),
                Selected::InlineFragment(inline) => {
                    self.directives(&inline.node.directives);
                    let condition = inline.node.type_condition.as_ref();
                    let inner = condition.map_or(parent, |condition| Some(condition.node.on.node.as_str()));
                    cost.add(self.selection_set(&inline.node.selection_set.node, inner, out));
                }
                Selected::FragmentSpread(spread) => {
                    self.directives(&spread.node.directives);
                    if let Some(fragment) = self.document.fragments.get(&spread.node.fragment_name.node) {
                        let inner = Some(fragment.node.type_condition.node.on.node.as_str());
                        cost.add(self.selection_set(&fragment.node.selection_set.node, inner, out));
                    }
                }
            }
        }
        cost
    }

    fn field(
        &mut self,
        field: &'a Positioned<Field>,
        parent: Option<&'a str>,
        out: &mut Selection,
        cost: &mut Cost,
    ) {
        let (Positioned { pos, node: field }, name) = (field, field.node.name.node.as_str());
        let contract = self.contract;
        let known = parent.and_then(|ty| contract.field(ty, name));
        let children = out.add(&field.response_key().node, known.map(|known| &known.ty));
        if self.depth == 0 && self.is_selected {
            self.cacheable &= CACHEABLE.contains(&name);
            let dry_run = field.get_argument(DRY_RUN).filter(|_| name == RATE_LIMIT);
            self.dry_runs.extend(dry_run.map(|value| value.node.clone()));
        }
        for (argument, literal) in &field.arguments {
            let ty = known.and_then(|known| known.arguments.get(argument.node.as_str()));
            self.literal(ty, literal);
        }
        self.directives(&field.directives);
        self.depth += 1;
        let inner = known.map(|known| named(&known.ty));
        let child = self.selection_set(&field.selection_set.node, inner, children);
        self.depth -= 1;
        let rule = known.map_or_else(|| CostRule::of(parent.unwrap_or_default(), name), |known| known.cost);
        if let Err(message) = cost.add_field(rule, &field.arguments, &self.definitions, self.given, child) {
            self.errors.push(ServerError::new(message, Some(*pos)));
        }
    }

    fn directives(&mut self, directives: &[Positioned<Directive>]) {
        let boolean = Type { base: BaseType::Named(Name::new("Boolean")), nullable: false };
        for directive in directives {
            let is_condition = matches!(directive.node.name.node.as_str(), "skip" | "include");
            for (argument, literal) in &directive.node.arguments {
                let ty = Some(&boolean).filter(|_| is_condition && argument.node == "if");
                self.literal(ty, literal);
            }
        }
    }

    /// Notes where a variable is used, and for what.
    fn literal(&mut self, ty: Option<&Type>, literal: &Positioned<Literal>) {
        if !has_variable(&literal.node) || !self.seen.insert(literal.pos) {
            return;
        }
        match ty {
            Some(ty) => self.uses.push(VariableUse { ty: ty.clone(), literal: literal.node.clone() }),
            None => self.is_left_to_library = true,
        }
    }
}

#[cfg(test)]
mod tests;
