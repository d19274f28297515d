//! Problems (RFC 9457), from the table of error codes.

use async_graphql::{PathSegment, ServerError};
use http::StatusCode;
use serde::Serialize;

use crate::error::{self, ApiError};

/// What went wrong, as `application/problem+json` has it.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Problem {
    /// Where the code is documented.
    #[serde(rename = "type")]
    pub(crate) about: String,
    /// The code in words.
    pub(crate) title: String,
    /// The HTTP status.
    pub(crate) status: u16,
    /// What is wrong here.
    pub(crate) detail: String,
    /// The code.
    pub(crate) code: &'static str,
    /// The parameter at fault.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) parameter: Option<String>,
    /// Delay before a retry, in milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) retry_after_ms: Option<u32>,
    /// Names that may have been meant.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) near: Vec<String>,
    /// All faults, where there are several.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) errors: Vec<Fault>,
    /// The scope that the caller lacks, as tokens name it.
    #[serde(skip)]
    pub(crate) scope: Option<String>,
}

/// One of several faults.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Fault {
    /// Its code.
    pub(crate) code: &'static str,
    /// What is wrong.
    pub(crate) detail: String,
    /// The field that failed, with dots between names.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) field: String,
}

impl Problem {
    /// The problem of a request that failed with these errors; the first decides the status.
    pub(crate) fn new(errors: &[ServerError], retry_after_ms: Option<u32>) -> Self {
        let Some(first) = errors.first() else {
            return ApiError::internal("a request failed without an error").into();
        };
        let code = error::code_of(first);
        let row = code.row();
        let extension = |name: &str| first.extensions.as_ref().and_then(|extensions| extensions.get(name));
        let parameter = match extension("argument") {
            Some(async_graphql::Value::String(argument)) => Some(argument.clone()),
            _ => None,
        };
        let own_delay = match extension("retryAfterMs") {
            Some(async_graphql::Value::Number(delay)) => delay.as_u64().and_then(|ms| u32::try_from(ms).ok()),
            _ => None,
        };
        let faults = errors.iter().map(|error| Fault {
            code: error::code_of(error).row().name,
            detail: error.message.clone(),
            field: field(&error.path),
        });
        Self {
            about: format!("/docs/errors#{}", row.name),
            title: title(row.name),
            status: row.status.as_u16(),
            detail: first.message.clone(),
            code: row.name,
            parameter,
            retry_after_ms: retry_after_ms.or(own_delay),
            near: Vec::new(),
            errors: if errors.len() > 1 { faults.collect() } else { Vec::new() },
            scope: error::scope_of(first).map(str::to_owned),
        }
    }

    /// The same with names that may have been meant.
    #[must_use]
    pub(crate) fn near<T: Into<String>>(self, names: impl IntoIterator<Item = T>) -> Self {
        Self { near: names.into_iter().map(Into::into).collect(), ..self }
    }

    /// Its HTTP status.
    pub(crate) fn status(&self) -> StatusCode {
        StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }
}

impl From<ApiError> for Problem {
    fn from(error: ApiError) -> Self {
        let delay = error.retry_after_ms();
        Self::new(&[error.into_server_error()], delay)
    }
}

/// `BAD_USER_INPUT` as `Bad user input`.
pub(crate) fn title(code: &str) -> String {
    sentence(&code.to_ascii_lowercase().replace('_', " "))
}

/// Words with a capital at their start.
pub(crate) fn sentence(words: &str) -> String {
    let mut letters = words.chars();
    let first = letters.next().map(|first| first.to_ascii_uppercase());
    first.into_iter().chain(letters).collect()
}

fn field(path: &[PathSegment]) -> String {
    let segments = path.iter().map(|segment| match segment {
        PathSegment::Field(name) => name.clone(),
        PathSegment::Index(index) => index.to_string(),
    });
    segments.collect::<Vec<_>>().join(".")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::error::ErrorCode;

    use super::*;

    #[test]
    fn a_problem_has_what_the_table_says() {
        let problem = Problem::from(ApiError::input("first", "first 101 is above the limit of 100"));
        assert_eq!(
            serde_json::to_value(problem).unwrap(),
            json!({
                "type": "/docs/errors#BAD_USER_INPUT", "title": "Bad user input", "status": 400,
                "detail": "first 101 is above the limit of 100", "code": "BAD_USER_INPUT", "parameter": "first",
            })
        );
        let late = Problem::from(ApiError::new(ErrorCode::Timeout, "late"));
        assert_eq!((late.status, late.retry_after_ms), (504, Some(1_000)));
        let lacking = ApiError::forbidden("this field requires the scope provider", "provider");
        assert_eq!(Problem::from(lacking).scope.as_deref(), Some("provider"));
    }
}
