//! How an operation ended: it was refused, or it ran.

use async_graphql::{Response, ServerError, Value};

use crate::{
    cache::CacheOutcome,
    error::{self, ApiError, ErrorCode},
    guard::RateStatus,
    telemetry::operation::Observable,
};

/// Most errors about one document: whoever writes a document needs no more, and whoever sends thousands of unknown fields
/// gets no answer that is larger than the request.
const MAX_ERRORS: usize = 10;

/// How an operation ended.
#[derive(Debug)]
pub(crate) enum Outcome {
    /// It did not run, or not to its end: there are errors and no `data`.
    Refused(Refusal),
    /// It ran: there is `data`, be it null.
    Executed(Box<Execution>),
}

/// What kept an operation from running.
#[derive(Debug)]
pub(crate) struct Refusal {
    /// The code of its first error, which decides the HTTP status.
    pub(crate) code: ErrorCode,
    /// Delay before a retry, in milliseconds; `None` where a retry cannot help.
    pub(crate) retry_after_ms: Option<u32>,
    /// The errors.
    pub(crate) response: Box<Response>,
}

/// What an operation was charged for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Charge {
    /// Points.
    pub(crate) points: u32,
    /// What the client has left; `None` where there is no limit.
    pub(crate) rate: Option<RateStatus>,
}

/// An operation that ran.
#[derive(Debug)]
pub(crate) struct Execution {
    /// The response.
    pub(crate) response: Response,
    /// What became of its questions at the cache.
    pub(crate) cache: CacheOutcome,
    /// The revision of which the whole response is true, where it changes with the revision only.
    pub(crate) revision: Option<u64>,
}

impl Refusal {
    /// Errors of the GraphQL library about a document or its variables: the first [`MAX_ERRORS`].
    pub(crate) fn of_document(mut errors: Vec<ServerError>) -> Self {
        errors.truncate(MAX_ERRORS);
        let mut response = Box::new(Response::from_errors(errors));
        error::complete_codes(&mut response);
        let code = response.errors.first().map_or(ErrorCode::Internal, error::code_of);
        Self { code, retry_after_ms: code.row().retry_after_ms, response }
    }
}

impl From<ApiError> for Refusal {
    fn from(error: ApiError) -> Self {
        let (code, retry_after_ms) = (error.code(), error.retry_after_ms());
        Self { code, retry_after_ms, response: Box::new(error.into_response()) }
    }
}

impl Outcome {
    /// The response, to add extensions to.
    pub(crate) fn response_mut(&mut self) -> &mut Response {
        match self {
            Self::Refused(refusal) => &mut refusal.response,
            Self::Executed(execution) => &mut execution.response,
        }
    }

    /// The response alone.
    pub(crate) fn into_response(self) -> Response {
        match self {
            Self::Refused(refusal) => *refusal.response,
            Self::Executed(execution) => execution.response,
        }
    }
}

impl Observable for Refusal {
    fn result(&self) -> &'static str {
        "error"
    }

    fn errors(&self) -> &[ServerError] {
        &self.response.errors
    }
}

impl Observable for Outcome {
    fn result(&self) -> &'static str {
        match self {
            Self::Executed(execution) if execution.response.errors.is_empty() => "ok",
            Self::Executed(execution) if execution.response.data != Value::Null => "partial",
            Self::Refused(_) | Self::Executed(_) => "error",
        }
    }

    fn errors(&self) -> &[ServerError] {
        match self {
            Self::Refused(refusal) => refusal.errors(),
            Self::Executed(execution) => &execution.response.errors,
        }
    }
}
