//! The table of error codes: one row gives a code its name, its HTTP status, its retry delay and its meaning.

use http::StatusCode;

/// What the table says about a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CodeRow {
    /// Name in `extensions.code`.
    pub name: &'static str,
    /// HTTP status where the whole request fails with the code (`application/graphql-response+json`); an error of a
    /// single field leaves the status at 200.
    pub status: StatusCode,
    /// Delay before a retry, in milliseconds; `None` where a retry cannot help.
    pub retry_after_ms: Option<u32>,
    /// What the code means and what to do.
    pub meaning: &'static str,
}

/// Makes the enum, the list of its variants and the rows from one table, so that no code is missing from any of them.
macro_rules! error_codes {
    ($($variant:ident = $name:literal, $status:ident, $retry_after_ms:expr, $meaning:literal;)+) => {
        /// Stable names of what can go wrong, documented in `docs/errors.md`.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum ErrorCode {
            $(#[doc = $meaning] $variant,)+
        }

        impl ErrorCode {
            /// Every code, in the order of the documentation.
            pub const ALL: &[Self] = &[$(Self::$variant,)+];

            /// The row of the code.
            pub const fn row(self) -> CodeRow {
                match self {
                    $(Self::$variant => CodeRow {
                        name: $name,
                        status: StatusCode::$status,
                        retry_after_ms: $retry_after_ms,
                        meaning: $meaning,
                    },)+
                }
            }
        }
    };
}

error_codes! {
    BadUserInput = "BAD_USER_INPUT", BAD_REQUEST, None,
        "An argument has an invalid value. `extensions.argument` names it, the message says which limit or \
         rule it breaks.";
    BadCursor = "BAD_CURSOR", BAD_REQUEST, None,
        "The cursor was altered, or belongs to another question. Start again from the first page.";
    BadState = "BAD_STATE", BAD_REQUEST, None,
        "The state token was altered, or comes from another version. Use `text` and `where` instead.";
    Timeout = "ENGINE_TIMEOUT", GATEWAY_TIMEOUT, Some(1_000),
        "The operation exceeded its deadline. Request less, or retry later.";
    Unavailable = "ENGINE_UNAVAILABLE", SERVICE_UNAVAILABLE, Some(2_000),
        "The search engine is unreachable. Retry later.";
    Overloaded = "OVERLOADED", SERVICE_UNAVAILABLE, Some(2_000),
        "Too many operations run or too many connections are open. Retry later.";
    Internal = "INTERNAL", INTERNAL_SERVER_ERROR, None,
        "An internal error occurred. The log of the gateway has the details; the response never has.";
    GraphqlParseFailed = "GRAPHQL_PARSE_FAILED", BAD_REQUEST, None,
        "The document is not valid GraphQL. `locations` says where.";
    GraphqlValidationFailed = "GRAPHQL_VALIDATION_FAILED", BAD_REQUEST, None,
        "The document does not fit the schema, or its variables do not fit the document.";
    QueryTooComplex = "QUERY_TOO_COMPLEX", BAD_REQUEST, None,
        "The document exceeds a limit; the message says which. Request less in one operation.";
    RateLimited = "RATE_LIMITED", TOO_MANY_REQUESTS, Some(1_000),
        "The client has spent its points. `extensions.retryAfterMs` and the header `Retry-After` say when \
         it has enough for the operation.";
    Unauthenticated = "UNAUTHENTICATED", UNAUTHORIZED, None,
        "The credential is missing or invalid. The message says why.";
    Forbidden = "FORBIDDEN", FORBIDDEN, None,
        "The credential is valid, but lacks the scope that the message names.";
    AuthUnavailable = "AUTH_UNAVAILABLE", SERVICE_UNAVAILABLE, Some(10_000),
        "The identity provider is unreachable, and its keys are not known. Retry later.";
    CrossSiteRequest = "CROSS_SITE_REQUEST", FORBIDDEN, None,
        "The request may be forged by a page of another site. The message says what is missing.";
    MisdirectedRequest = "MISDIRECTED_REQUEST", MISDIRECTED_REQUEST, None,
        "The gateway is not served under the host name of the request. Use the name that its operator gave \
         you.";
    PersistedQueryNotFound = "PERSISTED_QUERY_NOT_FOUND", BAD_REQUEST, None,
        "No document has this hash or id. Send it once with its hash; afterwards the hash is enough.";
    PersistedQueryNotSupported = "PERSISTED_QUERY_NOT_SUPPORTED", BAD_REQUEST, None,
        "The gateway does not store documents of clients, and this one is not in the manifest. Send the \
         text.";
    DocumentNotTrusted = "DOCUMENT_NOT_TRUSTED", FORBIDDEN, None,
        "The gateway executes only documents of the operator's manifest. Send one of them, by hash, id or \
         exact text.";
    OperationNotFound = "OPERATION_NOT_FOUND", NOT_FOUND, None,
        "No operation of the manifest has this name; `near` of the problem lists names that may have been meant.";
    BadRequest = "BAD_REQUEST", BAD_REQUEST, None,
        "The HTTP request does not follow GraphQL over HTTP: malformed JSON, or a parameter of the wrong \
         type.";
    BatchingNotSupported = "BATCHING_NOT_SUPPORTED", BAD_REQUEST, None,
        "The body is a list of operations. Send one operation with several aliased fields instead.";
    MethodNotAllowed = "METHOD_NOT_ALLOWED", METHOD_NOT_ALLOWED, None,
        "The HTTP method is not allowed here; GET is for queries only.";
    NotAcceptable = "NOT_ACCEPTABLE", NOT_ACCEPTABLE, None,
        "Responses are `application/graphql-response+json` or `application/json`; the Accept header allows \
         neither.";
    BodyTooLarge = "BODY_TOO_LARGE", PAYLOAD_TOO_LARGE, None,
        "The request body is larger than allowed; the message names the limit.";
    UnsupportedMediaType = "UNSUPPORTED_MEDIA_TYPE", UNSUPPORTED_MEDIA_TYPE, None,
        "The body must be uncompressed `application/json` in UTF-8. Forms and plain text are refused, so \
         that no other site can post on behalf of a user.";
    TooManyOperations = "TOO_MANY_OPERATIONS", TOO_MANY_REQUESTS, Some(1_000),
        "Too many operations run at once on this WebSocket connection. Complete some first.";
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn no_two_codes_share_a_name() {
        let names: HashSet<_> = ErrorCode::ALL.iter().map(|code| code.row().name).collect();
        assert_eq!(names.len(), ErrorCode::ALL.len());
    }

    #[test]
    fn a_retry_delay_belongs_to_statuses_that_may_pass() {
        for code in ErrorCode::ALL {
            let CodeRow { name, status, retry_after_ms, .. } = code.row();
            let may_pass = status.is_server_error() && status != StatusCode::INTERNAL_SERVER_ERROR
                || status == StatusCode::TOO_MANY_REQUESTS;
            assert_eq!(retry_after_ms.is_some(), may_pass, "{name}");
        }
    }
}
