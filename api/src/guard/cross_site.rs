//! Cross-site requests: which origins are allowed, by the rules of browsers.
//!
//! The gateway reads no cookies and refuses bodies that are not `application/json`, so no page can use a caller's
//! identity: by default any origin is allowed. In a private network, the access of a user's browser is an identity of
//! its own; then the operator lists the origins, and [`CrossSite::preflight`] makes browsers send a preflight request
//! even for a GET.

use std::time::Duration;

use http::{HeaderMap, HeaderName, HeaderValue, Method, header};
use tower_http::cors::{AllowHeaders, AllowOrigin, CorsLayer};

use crate::{
    error::{ApiError, ErrorCode},
    guard::rate::{RATELIMIT, RATELIMIT_POLICY},
};

/// Rules for requests of other origins.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CrossSite {
    /// Who may ask.
    pub origins: Origins,
    /// Whether a GET needs a header that causes a preflight request.
    pub preflight: bool,
}

/// Allowed origins.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Origins {
    /// All.
    #[default]
    Any,
    /// These, such as `https://example.com`; an empty list allows only our own.
    Listed(Vec<HeaderValue>),
}

/// Headers that cause a preflight request. The first is that of the draft specification, the others are sent by
/// existing clients.
const PREFLIGHT_HEADERS: [&str; 3] =
    ["graphql-require-preflight", "apollo-require-preflight", "x-apollo-operation-name"];

impl CrossSite {
    /// The CORS layer.
    pub fn cors(&self) -> CorsLayer {
        let origins = match &self.origins {
            Origins::Any => AllowOrigin::any(),
            Origins::Listed(origins) => AllowOrigin::list(origins.clone()),
        };
        CorsLayer::new()
            .allow_origin(origins)
            .allow_methods([Method::GET, Method::POST])
            // A wildcard would leave out Authorization (Fetch standard, "CORS-unsafe request-header names").
            .allow_headers(AllowHeaders::mirror_request())
            .expose_headers([
                header::ETAG,
                header::RETRY_AFTER,
                RATELIMIT,
                RATELIMIT_POLICY,
                HeaderName::from_static("x-request-id"),
                HeaderName::from_static("server-timing"),
                HeaderName::from_static("traceresponse"),
            ])
            .max_age(Duration::from_secs(24 * 60 * 60))
    }

    /// Refuses a GET that a page of another origin can send without a preflight request.
    ///
    /// # Errors
    /// `CROSS_SITE_REQUEST`.
    pub fn check_get(&self, headers: &HeaderMap) -> Result<(), ApiError> {
        let json = headers
            .get(header::CONTENT_TYPE)
            .and_then(|value| value.to_str().ok())
            .is_some_and(|value| value.split(';').next().unwrap_or_default().trim() == "application/json");
        if !self.preflight || json || PREFLIGHT_HEADERS.iter().any(|name| headers.contains_key(*name)) {
            return Ok(());
        }
        let message = "a GET requires the header GraphQL-Require-Preflight, so that browsers send a \
                       preflight request";
        Err(ApiError::new(ErrorCode::CrossSiteRequest, message))
    }

    /// Refuses a WebSocket handshake from an origin that is not allowed, because browsers do not check it.
    ///
    /// # Errors
    /// `CROSS_SITE_REQUEST`.
    pub fn check_handshake(&self, headers: &HeaderMap) -> Result<(), ApiError> {
        let (Origins::Listed(origins), Some(origin)) = (&self.origins, headers.get(header::ORIGIN)) else {
            return Ok(());
        };
        let host = headers.get(header::HOST).map(HeaderValue::as_bytes).unwrap_or_default();
        let authority = origin.as_bytes().splitn(2, |&byte| byte == b'/').nth(1).unwrap_or_default();
        let own = authority.strip_prefix(b"/").is_some_and(|authority| !host.is_empty() && authority == host);
        if own || origins.contains(origin) {
            return Ok(());
        }
        Err(ApiError::new(ErrorCode::CrossSiteRequest, "this origin is not allowed to connect"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(lines: &[(&'static str, &'static str)]) -> HeaderMap {
        lines
            .iter()
            .map(|&(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)))
            .collect()
    }

    #[test]
    fn a_get_needs_a_header_that_causes_a_preflight() {
        let strict = CrossSite { preflight: true, ..CrossSite::default() };
        for (lines, passes) in [
            (&[][..], false),
            (&[("content-type", "text/plain")], false),
            (&[("content-type", "application/json")], true),
            (&[("content-type", "application/json; charset=utf-8")], true),
            (&[("graphql-require-preflight", "1")], true),
            (&[("apollo-require-preflight", "")], true),
        ] {
            assert_eq!(strict.check_get(&headers(lines)).is_ok(), passes, "{lines:?}");
            assert!(CrossSite::default().check_get(&headers(lines)).is_ok());
        }
    }

    #[test]
    fn a_handshake_needs_an_origin_that_is_listed_or_ours() {
        let listed = Origins::Listed(vec![HeaderValue::from_static("https://films.example")]);
        let strict = CrossSite { origins: listed, ..CrossSite::default() };
        for (lines, passes) in [
            // No browser, no origin.
            (&[("host", "api.example")][..], true),
            (&[("origin", "https://films.example"), ("host", "api.example")], true),
            (&[("origin", "https://api.example"), ("host", "api.example")], true),
            (&[("origin", "https://evil.example"), ("host", "api.example")], false),
            (&[("origin", "null"), ("host", "api.example")], false),
            (&[("origin", "https://"), ("host", "")], false),
        ] {
            assert_eq!(strict.check_handshake(&headers(lines)).is_ok(), passes, "{lines:?}");
            assert!(CrossSite::default().check_handshake(&headers(lines)).is_ok());
        }
    }
}
