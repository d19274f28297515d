//! What lives as long as one operation: who asks and which movies they may see, its loaders, its warnings, its count of
//! searches; and the short way from a resolver to the catalogue.

use std::sync::{
    Arc, Mutex, PoisonError,
    atomic::{AtomicUsize, Ordering},
};

use async_graphql::{Context, dataloader::DataLoader};
use serde::Serialize;
use wikimovie_domain::{Movie, MovieId, PersonSummary, Question, Warning};
use wikimovie_engine::{Sealer, TokenError};

use crate::{
    auth::{AuthScope, Identity},
    error::{ApiError, ErrorCode},
    graphql::catalog::OperationCatalog,
    graphql::loaders::{self, Batches, CatalogLoader},
    graphql::scalars::SearchState,
    guard::RateStatus,
};

/// Bytes that a state holds of a text that is too long for one.
const MAX_STATE_TEXT: usize = 1_000;
/// Most `search` fields in one operation.
pub(crate) const MAX_SEARCHES: usize = 4;

/// One operation.
pub(crate) struct Scope {
    /// The movies that the caller may see.
    catalog: OperationCatalog,
    identity: Arc<Identity>,
    /// Seals what is given to the caller: a token of one tenant is no token of another.
    sealer: Sealer,
    bill: Bill,
    loader: DataLoader<CatalogLoader>,
    searches: AtomicUsize,
    warnings: Mutex<Vec<ScopedWarning>>,
}

/// What an operation costs its client.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Bill {
    /// Points of the operation.
    pub(crate) cost: u32,
    /// What the client has left, where there is a limit.
    pub(crate) rate: Option<RateStatus>,
}

/// A warning as `extensions.warnings` lists it.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct ScopedWarning {
    code: &'static str,
    message: String,
    path: Vec<String>,
    argument: String,
    value: String,
    suggestions: Vec<String>,
}

impl Scope {
    /// An operation of somebody who may see the movies of this catalogue, and the batches that have to be driven with it.
    pub(crate) fn new(
        catalog: OperationCatalog,
        identity: Arc<Identity>,
        sealer: &Sealer,
        bill: Bill,
    ) -> (Self, Batches) {
        let sealer = match identity.tenant.as_deref() {
            Some(tenant) => sealer.bound_to(tenant),
            None => sealer.clone(),
        };
        let (loader, batches) = loaders::data_loader(CatalogLoader(catalog.clone()));
        let (searches, warnings) = Default::default();
        (Self { catalog, identity, sealer, bill, loader, searches, warnings }, batches)
    }

    /// Seals and opens the caller's tokens.
    pub(crate) fn sealer(&self) -> &Sealer {
        &self.sealer
    }

    /// What the operation costs.
    pub(crate) fn bill(&self) -> Bill {
        self.bill
    }

    /// The movies of who asks, and whether they are but a part.
    pub(crate) fn shared_catalog(&self) -> (OperationCatalog, bool) {
        (self.catalog.clone(), self.identity.tenant.is_some())
    }

    /// Counts one more search.
    pub(crate) fn count_search(&self) -> Result<(), ApiError> {
        if self.searches.fetch_add(1, Ordering::Relaxed) < MAX_SEARCHES {
            return Ok(());
        }
        let message = format!("one operation holds more than {MAX_SEARCHES} search fields");
        Err(ApiError::new(ErrorCode::QueryTooComplex, message))
    }

    /// Notes warnings of the field at `path`.
    pub(crate) fn warn(&self, path: &[String], warnings: Vec<Warning>) {
        let scoped = warnings.into_iter().map(|warning| ScopedWarning {
            code: warning.code,
            message: warning.message,
            path: path.to_vec(),
            argument: warning.argument,
            value: warning.value,
            suggestions: warning.suggestions,
        });
        self.warnings.lock().unwrap_or_else(PoisonError::into_inner).extend(scoped);
    }

    /// Takes the warnings noted.
    pub(crate) fn take_warnings(&self) -> Vec<ScopedWarning> {
        std::mem::take(&mut *self.warnings.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// The operation of a resolver's context.
pub(crate) fn scope<'a>(ctx: &Context<'a>) -> &'a Scope {
    ctx.data_unchecked::<Arc<Scope>>()
}

/// The movies that who asks may see. Nothing else may be asked by a resolver.
pub(crate) fn catalog<'a>(ctx: &Context<'a>) -> &'a OperationCatalog {
    &scope(ctx).catalog
}

/// Guards a field: who asks needs the scope.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Needs(pub(crate) AuthScope);

impl async_graphql::Guard for Needs {
    async fn check(&self, ctx: &Context<'_>) -> async_graphql::Result<()> {
        if scope(ctx).identity.scopes.has(self.0) {
            return Ok(());
        }
        let message = format!("this field requires the scope {}", self.0.name());
        Err(ApiError::forbidden(message, self.0.name()).into())
    }
}

/// The state token of a question.
///
/// # Errors
/// `BAD_USER_INPUT` where the question is too long for one.
pub(crate) fn seal_state(ctx: &Context<'_>, question: &Question) -> Result<SearchState, ApiError> {
    let sealer = &scope(ctx).sealer;
    let sealed = match sealer.seal_state(question) {
        // Any text is valid, a pasted page too, and only its first words are searched.
        Err(TokenError::TooLong) if question.text.len() > MAX_STATE_TEXT => {
            let end = question.text.floor_char_boundary(MAX_STATE_TEXT);
            let text = question.text[..end].to_owned();
            sealer.seal_state(&Question { text, ..question.clone() })
        }
        sealed => sealed,
    };
    sealed.map(SearchState).map_err(|error| match error {
        TokenError::TooLong => ApiError::input("where", error.to_string()),
        other => ApiError::state(other),
    })
}

/// Movies by id, in the order asked.
pub(crate) async fn movies(ctx: &Context<'_>, ids: &[MovieId]) -> Result<Vec<Option<Arc<Movie>>>, ApiError> {
    let found = scope(ctx).loader.load_many(ids.iter().cloned()).await?;
    Ok(ids.iter().map(|id| found.get(id).cloned()).collect())
}

/// People by name or key, in the order asked.
pub(crate) async fn people(
    ctx: &Context<'_>,
    names: &[String],
) -> Result<Vec<Option<PersonSummary>>, ApiError> {
    let found = scope(ctx).loader.load_many(names.iter().cloned()).await?;
    Ok(names.iter().map(|name| found.get(name).cloned()).collect())
}
