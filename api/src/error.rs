//! The one place where a fault gets its `extensions.code`: [`ErrorCode`] is the table of codes, [`ApiError`] the error
//! that every room returns. What an engine says about its fault never passes through here; it goes to the log.

mod code;

use std::{sync::Arc, time::Duration};

use async_graphql::{ErrorExtensionValues, Response, ServerError};
use wikimovie_domain::{FilterError, PageError};
use wikimovie_engine::{SearchError, TokenError};

pub use self::code::{CodeRow, ErrorCode};

/// An error on its way to the client. It deliberately is no `std::error::Error`: whatever is to reach a client
/// has to be given a code first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiError {
    code: ErrorCode,
    message: String,
    argument: Option<String>,
    retry_after: Option<Duration>,
    scope: Option<&'static str>,
}

/// What an error of a response says beside what clients read; it travels as the error's source, which is never serialized.
struct Cause {
    code: ErrorCode,
    scope: Option<&'static str>,
}

impl ApiError {
    /// An error with a message for the client.
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), argument: None, retry_after: None, scope: None }
    }

    /// The same error with a retry delay of its own.
    #[must_use]
    pub fn retry_after(self, delay: Duration) -> Self {
        Self { retry_after: Some(delay), ..self }
    }

    /// Delay before a retry, in milliseconds; `None` where a retry cannot help.
    pub fn retry_after_ms(&self) -> Option<u32> {
        let own = self.retry_after.map(|delay| u32::try_from(delay.as_millis().max(1)).unwrap_or(u32::MAX));
        own.or(self.code.row().retry_after_ms)
    }

    /// An argument that cannot be used.
    pub fn input(argument: impl Into<String>, message: impl Into<String>) -> Self {
        Self { argument: Some(argument.into()), ..Self::new(ErrorCode::BadUserInput, message) }
    }

    /// A fault of ours; `details` goes to the log only.
    pub fn internal(details: &str) -> Self {
        tracing::error!(details, "a question to the engine failed");
        Self::new(ErrorCode::Internal, "an internal error occurred")
    }

    /// A state token that cannot be used.
    pub fn state(error: TokenError) -> Self {
        if error == TokenError::NotReady {
            return SearchError::Unavailable.into();
        }
        Self {
            code: ErrorCode::BadState,
            message: format!("the state token is invalid: {error}"),
            argument: Some("state".to_owned()),
            retry_after: None,
            scope: None,
        }
    }

    /// The caller lacks this scope.
    pub fn forbidden(message: impl Into<String>, scope: &'static str) -> Self {
        Self { scope: Some(scope), ..Self::new(ErrorCode::Forbidden, message) }
    }

    /// Its code.
    pub fn code(&self) -> ErrorCode {
        self.code
    }

    /// Its message.
    pub fn message(&self) -> &str {
        &self.message
    }

    fn extensions(&self) -> ErrorExtensionValues {
        let mut extensions = code_extensions(self.code);
        if let Some(delay) = self.retry_after_ms() {
            extensions.set("retryAfterMs", delay);
        }
        if let Some(argument) = &self.argument {
            extensions.set("argument", argument.as_str());
        }
        extensions
    }

    /// The error as a response carries it.
    pub fn into_server_error(self) -> ServerError {
        let extensions = self.extensions();
        let mut error = ServerError::new(self.message, None);
        error.source = Some(Arc::new(Cause { code: self.code, scope: self.scope }));
        error.extensions = Some(extensions);
        error
    }

    /// The response of an operation that this error keeps from running.
    pub fn into_response(self) -> Response {
        Response::from_errors(vec![self.into_server_error()])
    }
}

fn code_extensions(code: ErrorCode) -> ErrorExtensionValues {
    let mut extensions = ErrorExtensionValues::default();
    let row = code.row();
    extensions.set("code", row.name);
    if let Some(delay) = row.retry_after_ms {
        extensions.set("retryable", true);
        extensions.set("retryAfterMs", delay);
    }
    extensions
}

impl From<ApiError> for async_graphql::Error {
    fn from(error: ApiError) -> Self {
        let extensions = error.extensions();
        let mut graphql = Self::new(error.message);
        graphql.source = Some(Arc::new(Cause { code: error.code, scope: error.scope }));
        graphql.extensions = Some(extensions);
        graphql
    }
}

impl From<SearchError> for ApiError {
    fn from(error: SearchError) -> Self {
        match error {
            SearchError::BadCursor(TokenError::NotReady) => SearchError::Unavailable.into(),
            SearchError::BadCursor(why) => {
                Self::new(ErrorCode::BadCursor, SearchError::BadCursor(why).to_string())
            }
            SearchError::Timeout => Self::new(ErrorCode::Timeout, "the deadline of the operation has passed"),
            SearchError::Unavailable => {
                tracing::warn!("the engine is unreachable");
                Self::new(ErrorCode::Unavailable, "the search engine is unreachable")
            }
            SearchError::Engine(details) => Self::internal(&details),
        }
    }
}

impl From<FilterError> for ApiError {
    fn from(error: FilterError) -> Self {
        let argument = match &error {
            FilterError::YearsReversed { .. } => "where.year".to_owned(),
            FilterError::RuntimeReversed { .. } => "where.runtime".to_owned(),
            FilterError::RatingReversed { .. } => "where.rating".to_owned(),
            FilterError::NotADecade(_) => "where.decades".to_owned(),
            FilterError::TooDeep | FilterError::TooManyLeaves(_) => "where".to_owned(),
            FilterError::ValueTooLong { field, .. } => format!("where.{field}"),
        };
        Self::input(argument, error.to_string())
    }
}

impl From<PageError> for ApiError {
    fn from(error: PageError) -> Self {
        let argument = match &error {
            PageError::BothDirections => "first",
            PageError::CursorOfOtherDirection { cursor, .. } => cursor,
            PageError::TooLarge { argument, .. } | PageError::Negative { argument, .. } => argument,
        };
        Self::input(argument, error.to_string())
    }
}

/// The code of an error in a response.
pub fn code_of(error: &ServerError) -> ErrorCode {
    error.source::<Cause>().map_or(ErrorCode::Internal, |cause| cause.code)
}

/// The scope that the caller lacked.
pub fn scope_of(error: &ServerError) -> Option<&'static str> {
    error.source::<Cause>()?.scope
}

/// Gives an error of the GraphQL library a code.
pub fn set_code(error: &mut ServerError, code: ErrorCode) {
    error.source = Some(Arc::new(Cause { code, scope: None }));
    error.extensions = Some(code_extensions(code));
}

/// Gives every error that the GraphQL library made a code: with a path it came from a value at run time, without one the
/// document never ran.
pub fn complete_codes(response: &mut Response) {
    for error in &mut response.errors {
        if error.source::<Cause>().is_none() {
            let ran = !error.path.is_empty();
            set_code(error, if ran { ErrorCode::BadUserInput } else { ErrorCode::GraphqlValidationFailed });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_of_the_engine_stays_here() {
        let error = ApiError::from(SearchError::Engine("host-17:9200 said no to index movies-3".into()));
        assert_eq!(error.code(), ErrorCode::Internal);
        let response = error.into_response();
        assert_eq!(code_of(&response.errors[0]), ErrorCode::Internal);
        let json = serde_json::to_string(&response).unwrap();
        assert!(json.contains("INTERNAL") && !json.contains("host-17"), "{json}");
    }

    #[test]
    fn a_code_survives_the_library() {
        let graphql = async_graphql::Error::from(ApiError::new(ErrorCode::BadCursor, "no"));
        assert_eq!(serde_json::to_value(&graphql.extensions).unwrap()["code"], "BAD_CURSOR");
        assert_eq!(code_of(&graphql.into_server_error(async_graphql::Pos::default())), ErrorCode::BadCursor);
    }

    #[test]
    fn errors_of_the_library_get_a_code_by_where_they_arose() {
        let field = async_graphql::PathSegment::Field("movie".to_owned());
        let mut response = ApiError::new(ErrorCode::Timeout, "late").into_response();
        response.errors.push(ServerError::new("Unknown field.", None));
        response.errors.push(ServerError::new("Not a number.", None).with_path(vec![field]));
        complete_codes(&mut response);
        let codes: Vec<_> = response.errors.iter().map(code_of).collect();
        assert_eq!(codes, [ErrorCode::Timeout, ErrorCode::GraphqlValidationFailed, ErrorCode::BadUserInput]);
        assert_eq!(
            serde_json::to_value(&response).unwrap()["errors"][2]["extensions"]["code"],
            "BAD_USER_INPUT"
        );
    }

    #[test]
    fn what_may_pass_soon_says_when() {
        let error = ApiError::from(SearchError::Unavailable).into_server_error();
        let json = serde_json::to_value(error).unwrap();
        assert_eq!(json["extensions"]["retryAfterMs"], 2_000);
        assert_eq!(json["extensions"]["retryable"], true);
    }

    #[test]
    fn arguments_are_named() {
        let error = ApiError::from(PageError::TooLarge { argument: "first", asked: 101 }).into_server_error();
        let json = serde_json::to_value(error).unwrap();
        assert_eq!(json["message"], "first 101 is above the limit of 100");
        assert_eq!(json["extensions"]["argument"], "first");
        assert_eq!(json["extensions"]["code"], "BAD_USER_INPUT");
    }
}
