//! The four parameters of GraphQL over HTTP, from a JSON body or a query string.

use async_graphql::{Request, Variables};
use axum::extract::Query;
use http::{HeaderMap, Uri, header};
use serde_json::{Map, Value};

use crate::{
    error::{ApiError, ErrorCode},
    guard::bounds,
};

fn bad(message: impl Into<String>) -> ApiError {
    ApiError::new(ErrorCode::BadRequest, message)
}

/// Refuses a body that is not plain JSON by its headers. Forms and plain text are what another site can post
/// without the browser asking us first, so this is also what keeps such posts out.
///
/// # Errors
/// `UNSUPPORTED_MEDIA_TYPE`.
pub(super) fn check_content_type(headers: &HeaderMap) -> Result<(), ApiError> {
    let unsupported = |message| Err(ApiError::new(ErrorCode::UnsupportedMediaType, message));
    let value = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let mut parts = value.split(';').map(str::trim);
    if !parts.next().unwrap_or_default().eq_ignore_ascii_case("application/json") {
        return unsupported("the Content-Type of the body is not application/json");
    }
    let charset = parts.filter_map(|part| part.split_once('=')).find_map(|(name, value)| {
        name.trim().eq_ignore_ascii_case("charset").then(|| value.trim().trim_matches('"'))
    });
    if charset.is_some_and(|charset| !charset.eq_ignore_ascii_case("utf-8")) {
        return unsupported("the charset of the body is not utf-8");
    }
    let encoded = headers.get(header::CONTENT_ENCODING).is_some_and(|encoding| encoding != "identity");
    if encoded { unsupported("the body is compressed") } else { Ok(()) }
}

/// What a request asks, before its document is found.
#[derive(Debug)]
pub(crate) struct Parameters {
    /// The request, without a text where the document is named only.
    pub(crate) request: Request,
    /// `documentId`, of the draft on persisted documents.
    pub(crate) document_id: Option<String>,
}

/// Reads a POST body.
///
/// # Errors
/// `BAD_REQUEST` naming what is wrong, `BATCHING_NOT_SUPPORTED`, or `QUERY_TOO_COMPLEX`.
pub(super) fn from_body(body: &[u8]) -> Result<Parameters, ApiError> {
    bounds::check_json(body)?;
    match serde_json::from_slice(body).map_err(|error| bad(format!("the body is not valid JSON: {error}")))? {
        Value::Object(parameters) => request(parameters),
        Value::Array(_) => Err(ApiError::new(
            ErrorCode::BatchingNotSupported,
            "a list of operations is not supported: send one operation, with aliased fields",
        )),
        _ => Err(bad("the body is not a JSON object")),
    }
}

/// Reads the query string of a GET.
///
/// # Errors
/// As [`from_body`].
pub(super) fn from_uri(uri: &Uri) -> Result<Parameters, ApiError> {
    let Query(pairs) = Query::<Vec<(String, String)>>::try_from_uri(uri)
        .map_err(|_| bad("the query string is not form-encoded UTF-8"))?;
    let mut parameters = Map::new();
    for (name, text) in pairs {
        let value = match name.as_str() {
            "query" | "operationName" | "documentId" => Value::String(text),
            "variables" | "extensions" if text.is_empty() => Value::Null,
            "variables" | "extensions" => {
                bounds::check_json(text.as_bytes())?;
                serde_json::from_str(&text)
                    .map_err(|error| bad(format!("{name} is not valid JSON: {error}")))?
            }
            _ => continue,
        };
        if parameters.insert(name.clone(), value).is_some() {
            return Err(bad(format!("{name} is given twice")));
        }
    }
    request(parameters)
}

fn request(mut parameters: Map<String, Value>) -> Result<Parameters, ApiError> {
    let query = match parameters.remove("query") {
        None | Some(Value::Null) => None,
        Some(Value::String(query)) => Some(query),
        Some(_) => return Err(bad("query is not a string")),
    };
    let operation_name = match parameters.remove("operationName") {
        None | Some(Value::Null) => None,
        // Several clients send an empty name for an anonymous operation.
        Some(Value::String(name)) => Some(name).filter(|name| !name.is_empty()),
        Some(_) => return Err(bad("operationName is not a string")),
    };
    let document_id = match parameters.remove("documentId") {
        None | Some(Value::Null) => None,
        Some(Value::String(id)) => Some(id),
        Some(_) => return Err(bad("documentId is not a string")),
    };
    let mut object = |name: &str| match parameters.remove(name) {
        None | Some(Value::Null) => Ok(None),
        Some(value @ Value::Object(_)) => Ok(Some(value)),
        Some(_) => Err(bad(format!("{name} is not a JSON object"))),
    };
    let (variables, extensions) = (object("variables")?, object("extensions")?);
    let hashed = extensions.as_ref().is_some_and(|extensions| extensions.get("persistedQuery").is_some());
    let named = hashed || document_id.is_some();
    let query = match query {
        Some(query) if !query.is_empty() || named => query,
        None if named => String::new(),
        _ => return Err(bad("query is missing")),
    };
    let mut request = Request::new(query);
    request.operation_name = operation_name;
    if let Some(variables) = variables {
        request = request.variables(Variables::from_json(variables));
    }
    if let Some(Value::Object(extensions)) = extensions {
        for (name, value) in extensions {
            let value =
                async_graphql::Value::from_json(value).map_err(|_| bad("extensions are malformed"))?;
            request.extensions.insert(name, value);
        }
    }
    Ok(Parameters { request, document_id })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn refused(body: &str) -> (&'static str, String) {
        let error = from_body(body.as_bytes()).expect_err("it is refused");
        (error.code().row().name, error.message().to_owned())
    }

    #[test]
    fn invalid_bodies_are_rejected_with_the_reason() {
        let cases = [
            ("{", "BAD_REQUEST", "not valid JSON"),
            ("", "BAD_REQUEST", "not valid JSON"),
            ("\"a\"", "BAD_REQUEST", "not a JSON object"),
            ("[]", "BATCHING_NOT_SUPPORTED", "a list of operations"),
            ("{}", "BAD_REQUEST", "query is missing"),
            (r#"{"query":null}"#, "BAD_REQUEST", "query is missing"),
            (r#"{"query":1}"#, "BAD_REQUEST", "query is not a string"),
            (r#"{"documentId":1}"#, "BAD_REQUEST", "documentId is not a string"),
            (r#"{"query":"{a}","operationName":[]}"#, "BAD_REQUEST", "operationName is not a string"),
            (r#"{"query":"{a}","variables":[]}"#, "BAD_REQUEST", "variables is not a JSON object"),
            (r#"{"query":"{a}","variables":"{}"}"#, "BAD_REQUEST", "variables is not a JSON object"),
            (r#"{"query":"{a}","extensions":0}"#, "BAD_REQUEST", "extensions is not a JSON object"),
        ];
        for (body, code, message) in cases {
            let refused = refused(body);
            assert_eq!(refused.0, code, "{body}");
            assert!(refused.1.contains(message), "{body}: {}", refused.1);
        }
        assert_eq!(refused(&"[".repeat(100_000)).0, "QUERY_TOO_COMPLEX");
    }

    #[test]
    fn null_parameters_count_as_absent() {
        let body = r#"{"query":"{a}","operationName":null,"variables":null,"extensions":null,"other":1}"#;
        assert_eq!(from_body(body.as_bytes()).unwrap().request.operation_name, None);
    }

    #[test]
    fn query_strings_are_read() {
        let request = from_uri(&Uri::from_static("/graphql?query=%7Ba%7D&variables=%7B%22a%22%3A1%7D"))
            .unwrap()
            .request;
        assert_eq!(request.query, "{a}");
        assert_eq!(request.variables.len(), 1);
        let named = from_uri(&Uri::from_static("/graphql?documentId=sha256:12")).unwrap();
        assert_eq!(named.document_id.as_deref(), Some("sha256:12"));
        for (uri, message) in [
            ("/graphql", "query is missing"),
            ("/graphql?query=a&query=b", "query is given twice"),
            ("/graphql?query=a&variables=%7B", "variables is not valid JSON"),
            ("/graphql?query=a&variables=1", "variables is not a JSON object"),
        ] {
            let error = from_uri(&Uri::from_static(uri)).unwrap_err();
            assert!(error.message().contains(message), "{uri}: {}", error.message());
        }
    }

    #[test]
    fn only_plain_json_is_read() {
        let check = |name: header::HeaderName, value: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::CONTENT_TYPE, http::HeaderValue::from_static("application/json"));
            headers.insert(name, http::HeaderValue::from_static(value));
            check_content_type(&headers).is_ok()
        };
        assert!(check(header::CONTENT_TYPE, "application/json; charset=UTF-8"));
        assert!(check(header::CONTENT_ENCODING, "identity"));
        for value in
            ["text/plain", "application/x-www-form-urlencoded", "", "application/json;charset=latin1"]
        {
            assert!(!check(header::CONTENT_TYPE, value), "{value}");
        }
        assert!(!check(header::CONTENT_ENCODING, "gzip"));
        assert!(check_content_type(&HeaderMap::new()).is_err());
    }

    proptest! {
        #[test]
        fn any_body_is_read_without_harm(body in proptest::collection::vec(any::<u8>(), 0..300)) {
            let _ = from_body(&body);
        }
    }
}
