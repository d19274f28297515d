//! The one place where something that went wrong becomes `extensions.code`: one table of codes, and the error
//! type that every resolver returns. Text of an engine never passes through here; it goes to the log.

use std::time::Duration;

use async_graphql::{ErrorExtensionValues, ServerError};
use http::StatusCode;
use wikimovie_domain::{FilterError, PageError};
use wikimovie_engine::{SearchError, TokenError};

/// Stable names of what can go wrong, documented in `docs/errors.md`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ErrorCode {
    /// An argument cannot be used.
    BadUserInput,
    /// A cursor cannot be used.
    BadCursor,
    /// A state token cannot be used.
    BadState,
    /// It took too long.
    Timeout,
    /// The engine cannot be reached.
    Unavailable,
    /// Too much is asked at once, by everyone together.
    Overloaded,
    /// Our fault.
    Internal,
    /// The document is no GraphQL.
    GraphqlParseFailed,
    /// The document does not fit the schema.
    GraphqlValidationFailed,
    /// A document beyond a limit.
    QueryTooComplex,
    /// A client that has asked enough for now.
    RateLimited,
    /// Nobody that we know.
    Unauthenticated,
    /// Somebody who may not ask this.
    Forbidden,
    /// Nobody can say who asks.
    AuthUnavailable,
    /// A page that may not ask.
    CrossSiteRequest,
    /// A hash that is not known.
    PersistedQueryNotFound,
    /// A hash, where none is kept.
    PersistedQueryNotSupported,
    /// A document outside of the manifest.
    DocumentNotTrusted,
    /// A request that is not as GraphQL over HTTP asks.
    BadRequest,
    /// Several operations in one request.
    BatchingNotSupported,
    /// A method that cannot be used here.
    MethodNotAllowed,
    /// No answer format in common.
    NotAcceptable,
    /// A body beyond the limit.
    BodyTooLarge,
    /// A body that is not JSON by its header.
    UnsupportedMediaType,
    /// Too much at once on one connection.
    TooManyOperations,
}

/// What the table says about a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CodeRow {
    /// Name in `extensions.code`.
    pub name: &'static str,
    /// HTTP status where the whole request fails with it (`application/graphql-response+json`); an error of a
    /// single field leaves the status at 200.
    pub status: StatusCode,
    /// How long to wait before asking the same again, in milliseconds; `None` where it cannot help.
    pub retry_after_ms: Option<u32>,
    /// What it means and what to do.
    pub meaning: &'static str,
}

impl ErrorCode {
    /// Every code, in the order of the documentation.
    pub const ALL: &[Self] = &[
        Self::BadUserInput,
        Self::BadCursor,
        Self::BadState,
        Self::Timeout,
        Self::Unavailable,
        Self::Overloaded,
        Self::Internal,
        Self::GraphqlParseFailed,
        Self::GraphqlValidationFailed,
        Self::QueryTooComplex,
        Self::RateLimited,
        Self::Unauthenticated,
        Self::Forbidden,
        Self::AuthUnavailable,
        Self::CrossSiteRequest,
        Self::PersistedQueryNotFound,
        Self::PersistedQueryNotSupported,
        Self::DocumentNotTrusted,
        Self::BadRequest,
        Self::BatchingNotSupported,
        Self::MethodNotAllowed,
        Self::NotAcceptable,
        Self::BodyTooLarge,
        Self::UnsupportedMediaType,
        Self::TooManyOperations,
    ];

    /// The table.
    pub fn row(self) -> CodeRow {
        let (name, status, retry_after_ms, meaning) = match self {
            Self::BadUserInput => (
                "BAD_USER_INPUT",
                StatusCode::BAD_REQUEST,
                None,
                "An argument has a value that cannot be asked. `extensions.argument` names it, the message says which limit or rule it breaks.",
            ),
            Self::BadCursor => (
                "BAD_CURSOR",
                StatusCode::BAD_REQUEST,
                None,
                "The cursor was altered, or belongs to another question. Start again from the first page.",
            ),
            Self::BadState => (
                "BAD_STATE",
                StatusCode::BAD_REQUEST,
                None,
                "The state token was altered, or comes from another version. Ask with `text` and `where` instead.",
            ),
            Self::Timeout => (
                "ENGINE_TIMEOUT",
                StatusCode::GATEWAY_TIMEOUT,
                Some(1_000),
                "The answer took longer than allowed. Ask for less, or again a little later.",
            ),
            Self::Unavailable => (
                "ENGINE_UNAVAILABLE",
                StatusCode::SERVICE_UNAVAILABLE,
                Some(2_000),
                "The search engine cannot be reached now. Ask again a little later.",
            ),
            Self::Overloaded => (
                "OVERLOADED",
                StatusCode::SERVICE_UNAVAILABLE,
                Some(2_000),
                "Too many operations run or too many connections are open. Ask again a little later.",
            ),
            Self::Internal => (
                "INTERNAL",
                StatusCode::INTERNAL_SERVER_ERROR,
                None,
                "Something failed on our side. The log of the gateway has the details; the answer never has.",
            ),
            Self::GraphqlParseFailed => (
                "GRAPHQL_PARSE_FAILED",
                StatusCode::BAD_REQUEST,
                None,
                "The document is not valid GraphQL. `locations` says where.",
            ),
            Self::GraphqlValidationFailed => (
                "GRAPHQL_VALIDATION_FAILED",
                StatusCode::BAD_REQUEST,
                None,
                "The document does not fit the schema, or its variables do not fit the document.",
            ),
            Self::QueryTooComplex => (
                "QUERY_TOO_COMPLEX",
                StatusCode::BAD_REQUEST,
                None,
                "The document is beyond a limit; the message says which. Ask for less in one operation.",
            ),
            Self::RateLimited => (
                "RATE_LIMITED",
                StatusCode::TOO_MANY_REQUESTS,
                Some(1_000),
                "The points of this client are spent. `extensions.retryAfterMs` and the header `Retry-After` say when the operation can be paid.",
            ),
            Self::Unauthenticated => (
                "UNAUTHENTICATED",
                StatusCode::UNAUTHORIZED,
                None,
                "No credential, or none that is valid here. The message says what is wrong with it.",
            ),
            Self::Forbidden => (
                "FORBIDDEN",
                StatusCode::FORBIDDEN,
                None,
                "The credential is good, and lacks the scope that the message names.",
            ),
            Self::AuthUnavailable => (
                "AUTH_UNAVAILABLE",
                StatusCode::SERVICE_UNAVAILABLE,
                Some(10_000),
                "The provider of identities does not answer, and its keys are not known. Ask again a little later.",
            ),
            Self::CrossSiteRequest => (
                "CROSS_SITE_REQUEST",
                StatusCode::FORBIDDEN,
                None,
                "A page of another site may have made the browser send this. The message says what is missing.",
            ),
            Self::PersistedQueryNotFound => (
                "PERSISTED_QUERY_NOT_FOUND",
                StatusCode::BAD_REQUEST,
                None,
                "No document is known under this hash or id. Send it once with the hash, then the hash alone will do.",
            ),
            Self::PersistedQueryNotSupported => (
                "PERSISTED_QUERY_NOT_SUPPORTED",
                StatusCode::BAD_REQUEST,
                None,
                "Documents that clients send are not kept here, and this one is in no manifest. Send texts.",
            ),
            Self::DocumentNotTrusted => (
                "DOCUMENT_NOT_TRUSTED",
                StatusCode::FORBIDDEN,
                None,
                "Only documents of the operator's manifest are executed here. Ask with one of them, by hash, id or exact text.",
            ),
            Self::BadRequest => (
                "BAD_REQUEST",
                StatusCode::BAD_REQUEST,
                None,
                "The HTTP request is not as GraphQL over HTTP asks: malformed JSON, or a parameter of the wrong type.",
            ),
            Self::BatchingNotSupported => (
                "BATCHING_NOT_SUPPORTED",
                StatusCode::BAD_REQUEST,
                None,
                "The body is a list of operations. Send one operation with several aliased fields instead.",
            ),
            Self::MethodNotAllowed => (
                "METHOD_NOT_ALLOWED",
                StatusCode::METHOD_NOT_ALLOWED,
                None,
                "The HTTP method cannot be used here; GET is for queries only.",
            ),
            Self::NotAcceptable => (
                "NOT_ACCEPTABLE",
                StatusCode::NOT_ACCEPTABLE,
                None,
                "Answers are `application/graphql-response+json` or `application/json`; the Accept header allows neither.",
            ),
            Self::BodyTooLarge => (
                "BODY_TOO_LARGE",
                StatusCode::PAYLOAD_TOO_LARGE,
                None,
                "The request body is larger than allowed; the message names the limit.",
            ),
            Self::UnsupportedMediaType => (
                "UNSUPPORTED_MEDIA_TYPE",
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                None,
                "The body must be `application/json` in UTF-8, not compressed. Forms and plain text are refused so that no other site can post on behalf of a visitor.",
            ),
            Self::TooManyOperations => (
                "TOO_MANY_OPERATIONS",
                StatusCode::TOO_MANY_REQUESTS,
                Some(1_000),
                "Too many operations run at once on this WebSocket connection. Complete some first.",
            ),
        };
        CodeRow { name, status, retry_after_ms, meaning }
    }

    /// The code of a name in `extensions.code`.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|code| code.row().name == name)
    }
}

/// An error on its way to the client. It deliberately is no `std::error::Error`: whatever is to reach a client
/// has to be given a code first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiError {
    code: ErrorCode,
    message: String,
    argument: Option<String>,
    retry_after: Option<Duration>,
}

impl ApiError {
    /// An error with a message for the client.
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), argument: None, retry_after: None }
    }

    /// The same, where it is known when asking again can help.
    #[must_use]
    pub fn retry_after(self, wait: Duration) -> Self {
        Self { retry_after: Some(wait), ..self }
    }

    /// How long to wait before asking the same again, in milliseconds.
    pub fn retry_after_ms(&self) -> Option<u32> {
        let own = self.retry_after.map(|wait| u32::try_from(wait.as_millis().max(1)).unwrap_or(u32::MAX));
        own.or(self.code.row().retry_after_ms)
    }

    /// An argument that cannot be used.
    pub fn input(argument: impl Into<String>, message: impl Into<String>) -> Self {
        Self { argument: Some(argument.into()), ..Self::new(ErrorCode::BadUserInput, message) }
    }

    /// A fault of ours; `details` goes to the log only.
    pub fn internal(details: &str) -> Self {
        tracing::error!(details, "a question failed on our side");
        Self::new(ErrorCode::Internal, "the question failed on our side")
    }

    /// A state token that cannot be used.
    pub fn state(error: TokenError) -> Self {
        if error == TokenError::NotReady {
            return SearchError::Unavailable.into();
        }
        Self {
            code: ErrorCode::BadState,
            message: format!("this state cannot be used: {error}"),
            argument: Some("state".to_owned()),
            retry_after: None,
        }
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
        let mut extensions = ErrorExtensionValues::default();
        set_code(&mut extensions, self.code);
        if let Some(wait) = self.retry_after_ms() {
            extensions.set("retryAfterMs", wait);
        }
        if let Some(argument) = &self.argument {
            extensions.set("argument", argument.as_str());
        }
        extensions
    }

    /// The error as an answer carries it.
    pub fn into_server_error(self) -> ServerError {
        let extensions = self.extensions();
        let mut error = ServerError::new(self.message, None);
        error.extensions = Some(extensions);
        error
    }
}

/// Writes a code and its retry hint.
pub fn set_code(extensions: &mut ErrorExtensionValues, code: ErrorCode) {
    let row = code.row();
    extensions.set("code", row.name);
    if let Some(wait) = row.retry_after_ms {
        extensions.set("retryable", true);
        extensions.set("retryAfterMs", wait);
    }
}

impl From<ApiError> for async_graphql::Error {
    fn from(error: ApiError) -> Self {
        let extensions = error.extensions();
        let mut graphql = Self::new(error.message);
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
            SearchError::Timeout => Self::new(ErrorCode::Timeout, "the answer took too long"),
            SearchError::Unavailable => {
                tracing::warn!("the engine cannot be reached");
                Self::new(ErrorCode::Unavailable, "the search engine cannot be reached now")
            }
            SearchError::Engine(details) => Self::internal(&details),
        }
    }
}

impl From<FilterError> for ApiError {
    fn from(error: FilterError) -> Self {
        let argument = match &error {
            FilterError::YearsReversed { .. } => "where.year".to_owned(),
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

/// Gives a code to errors that the GraphQL library made: with a path they came from a value at run time, without
/// one the document never ran.
pub fn complete(error: &mut ServerError) {
    let extensions = error.extensions.get_or_insert_default();
    if extensions.get("code").is_some() {
        return;
    }
    let code = match error.message.as_str() {
        "Query is too complex." | "Query is nested too deep." => ErrorCode::QueryTooComplex,
        _ if error.path.is_empty() => ErrorCode::GraphqlValidationFailed,
        _ => ErrorCode::BadUserInput,
    };
    set_code(extensions, code);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_different_and_read_back() {
        for &code in ErrorCode::ALL {
            assert_eq!(ErrorCode::from_name(code.row().name), Some(code));
        }
    }

    #[test]
    fn text_of_the_engine_stays_here() {
        let error = ApiError::from(SearchError::Engine("host-17:9200 said no to index movies-3".into()));
        assert_eq!(error.code(), ErrorCode::Internal);
        assert!(!error.message().contains("host-17"));
        let graphql = async_graphql::Error::from(error);
        assert_eq!(serde_json::to_value(&graphql.extensions).unwrap()["code"], "INTERNAL");
        assert!(graphql.source.is_none());
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
