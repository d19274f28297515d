//! Stored responses as HTTP: their headers, their compressed form, and the 304 for clients that have them already.

use axum::{
    body::Body,
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, StatusCode, header};

use crate::{
    cache::{CacheOutcome, CacheSettings, CachedResponse},
    http::{conditional::is_known, negotiate::MediaType},
};

/// Shorter responses are not compressed.
pub(super) const MIN_GZIP_BYTES: usize = 1024;

const CACHE_STATUS: http::HeaderName = http::HeaderName::from_static("cache-status");

/// Cache status of a request: the header `Cache-Status` (RFC 9211).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum CacheStatusHeader {
    /// The engine was not called.
    Hit,
    /// The engine was called, or the response cannot be stored.
    Miss,
    /// The response is stale.
    Stale,
}

impl CacheStatusHeader {
    /// The status of an executed operation.
    pub(super) fn of(outcome: &CacheOutcome) -> Self {
        match outcome {
            CacheOutcome { stale: Some(_), .. } => Self::Stale,
            CacheOutcome { asked: false, remembered: true, .. } => Self::Hit,
            _ => Self::Miss,
        }
    }

    /// Inserts the header.
    pub(super) fn insert(self, response: &mut Response) {
        let value = HeaderValue::from_static(match self {
            Self::Hit => "wikimovie; hit",
            Self::Miss => "wikimovie; fwd=miss",
            Self::Stale => "wikimovie; hit; ttl=-1",
        });
        response.headers_mut().insert(CACHE_STATUS, value);
    }
}

/// Which caches may store a response: the header `Cache-Control`.
#[derive(Clone, Copy, Debug)]
pub(super) enum CacheControl<'a> {
    /// No header.
    Unset,
    /// Public caches.
    Public(&'a CacheSettings),
    /// Private caches.
    Private(&'a CacheSettings),
}

impl CacheControl<'_> {
    fn header(self) -> Option<HeaderValue> {
        let (who, settings) = match self {
            Self::Unset => return None,
            Self::Public(settings) => ("public", settings),
            Self::Private(settings) => ("private", settings),
        };
        let mut value = format!("{who}, max-age={}", settings.max_age.as_secs());
        if !settings.max_age_while_revalidate.is_zero() {
            value += &format!(", stale-while-revalidate={}", settings.max_age_while_revalidate.as_secs());
        }
        HeaderValue::from_str(&value).ok()
    }
}

/// No cache may store the response.
pub(super) fn forbid_storing(response: &mut Response) {
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
}

/// A stored response; only its headers if the client has it already.
pub(super) fn respond(
    stored: &CachedResponse,
    media_type: MediaType,
    request_headers: &HeaderMap,
    cache_control: CacheControl<'_>,
    status: CacheStatusHeader,
) -> Response {
    let gzip = accepts_gzip(request_headers) && stored.body.len() >= MIN_GZIP_BYTES;
    let (body, etag) = match gzip.then(|| stored.gzip()).flatten() {
        Some(packed) => (packed, Some(&stored.gzip_etag)),
        None => (stored.body.clone(), None),
    };
    let packed = etag.is_some();
    let etag = etag.unwrap_or(&stored.etag);
    let is_private = matches!(cache_control, CacheControl::Private(_));
    let cache_control = cache_control.header();
    let known = cache_control.is_some() && etag.to_str().is_ok_and(|etag| is_known(request_headers, etag));
    let mut response = if known { StatusCode::NOT_MODIFIED.into_response() } else { full(body, media_type) };
    status.insert(&mut response);
    let headers = response.headers_mut();
    if packed && !known {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    }
    if let Some(cache_control) = cache_control {
        headers.insert(header::CACHE_CONTROL, cache_control);
        headers.insert(header::ETAG, etag.clone());
        headers.append(header::VARY, HeaderValue::from_static("accept, accept-encoding"));
        if is_private {
            // Two people may use one browser.
            headers.append(header::VARY, HeaderValue::from_static("authorization, x-api-key"));
        }
    } else if packed {
        headers.append(header::VARY, HeaderValue::from_static("accept-encoding"));
    }
    response
}

fn full(body: Bytes, media_type: MediaType) -> Response {
    let mut response = Response::new(Body::from(body));
    // A dozen headers follow, here and in the layers.
    response.headers_mut().reserve(16);
    let content_type = HeaderValue::from_static(media_type.as_header());
    response.headers_mut().insert(header::CONTENT_TYPE, content_type);
    response
}

/// Whether `Accept-Encoding` names gzip without refusing it.
pub(super) fn accepts_gzip(headers: &HeaderMap) -> bool {
    let values = headers.get_all(header::ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).any(|coding| {
        let mut parts = coding.split(';').map(str::trim);
        let named = parts.next().is_some_and(|name| name.eq_ignore_ascii_case("gzip"));
        let quality = parts.find_map(|part| part.strip_prefix("q=")).and_then(|q| q.parse::<f32>().ok());
        named && quality.is_none_or(|quality| quality > 0.0)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn gzip_is_given_to_who_accepts_it() {
        for (value, accepted) in [
            ("gzip", true),
            ("gzip, deflate, br, zstd", true),
            ("br, GZip;q=0.5", true),
            ("gzip;q=0", false),
            ("gzip;q=0.0, br", false),
            ("br", false),
            ("", false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT_ENCODING, value.parse().unwrap());
            assert_eq!(accepts_gzip(&headers), accepted, "{value}");
        }
        assert!(!accepts_gzip(&HeaderMap::new()));
    }

    #[test]
    fn cache_control_says_who_and_how_long() {
        let mut settings = CacheSettings::default();
        let header =
            |cache_control: CacheControl<'_>| cache_control.header().unwrap().to_str().unwrap().to_owned();
        assert_eq!(header(CacheControl::Public(&settings)), "public, max-age=0");
        settings.max_age = Duration::from_secs(60);
        settings.max_age_while_revalidate = Duration::from_secs(30);
        assert_eq!(
            header(CacheControl::Private(&settings)),
            "private, max-age=60, stale-while-revalidate=30"
        );
        assert!(CacheControl::Unset.header().is_none());
    }
}
