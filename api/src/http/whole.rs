//! Whole answers as bytes: their headers, their compressed form, and the 304 for who has them already.

use axum::{
    body::Body,
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, StatusCode, header};

use crate::{
    cache::{CacheOutcome, CacheSettings, Stored},
    http::{conditional::is_known, negotiate::MediaType},
};

/// Shorter answers are not worth compressing.
const MIN_GZIP_BYTES: usize = 1024;

const CACHE_STATUS: http::HeaderName = http::HeaderName::from_static("cache-status");

/// What became of a request at our cache (RFC 9211).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum CacheStatus {
    /// Nothing was asked of the engine.
    Hit,
    /// The engine was asked, or nothing was to be remembered.
    Miss,
    /// An answer was given out that may no longer be true.
    Stale,
}

impl CacheStatus {
    /// That of an operation which ran.
    pub(super) fn of(outcome: &CacheOutcome) -> Self {
        match outcome {
            CacheOutcome { stale: Some(_), .. } => Self::Stale,
            CacheOutcome { asked: false, remembered: true, .. } => Self::Hit,
            _ => Self::Miss,
        }
    }

    fn header(self) -> HeaderValue {
        HeaderValue::from_static(match self {
            Self::Hit => "wikimovie; hit",
            Self::Miss => "wikimovie; fwd=miss",
            Self::Stale => "wikimovie; hit; ttl=-1",
        })
    }
}

/// How an answer may be kept by browsers and proxies.
#[derive(Clone, Copy, Debug)]
pub(super) enum Sharing<'a> {
    /// Nothing is said of it: only answers to a GET that names its document are worth keeping.
    Unsaid,
    /// By everyone.
    Public(&'a CacheSettings),
    /// By the one who asked.
    Private(&'a CacheSettings),
}

impl Sharing<'_> {
    fn cache_control(self) -> Option<HeaderValue> {
        let (who, settings) = match self {
            Self::Unsaid => return None,
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

/// Tells in a header what our cache did.
pub(super) fn tell_cache(response: &mut Response, status: CacheStatus) {
    response.headers_mut().insert(CACHE_STATUS, status.header());
}

/// Nobody may keep it.
pub(super) fn forbid_keeping(response: &mut Response) {
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
}

/// A whole answer; nothing but its headers where the client has it already and may say so.
pub(super) fn give(
    stored: &Stored,
    media_type: MediaType,
    asked: &HeaderMap,
    sharing: Sharing<'_>,
    status: CacheStatus,
) -> Response {
    let gzip = accepts_gzip(asked) && stored.body.len() >= MIN_GZIP_BYTES;
    let (body, etag) = match gzip.then(|| stored.gzip()).flatten() {
        Some(packed) => (packed, Some(&stored.gzip_etag)),
        None => (stored.body.clone(), None),
    };
    let packed = etag.is_some();
    let etag = etag.unwrap_or(&stored.etag);
    let said = sharing.cache_control();
    let known = said.is_some() && etag.to_str().is_ok_and(|etag| is_known(asked, etag));
    let mut response = if known { StatusCode::NOT_MODIFIED.into_response() } else { whole(body, media_type) };
    let headers = response.headers_mut();
    if packed && !known {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    }
    if let Some(cache_control) = said {
        headers.insert(header::CACHE_CONTROL, cache_control);
        headers.insert(header::ETAG, etag.clone());
        headers.append(header::VARY, HeaderValue::from_static("accept, accept-encoding"));
    } else if packed {
        headers.append(header::VARY, HeaderValue::from_static("accept-encoding"));
    }
    headers.insert(CACHE_STATUS, status.header());
    response
}

fn whole(body: Bytes, media_type: MediaType) -> Response {
    let mut response = Response::new(Body::from(body));
    // A dozen headers follow, here and in the layers.
    response.headers_mut().reserve(16);
    let content_type = HeaderValue::from_static(media_type.as_header());
    response.headers_mut().insert(header::CONTENT_TYPE, content_type);
    response
}

/// Whether `Accept-Encoding` names gzip without refusing it.
fn accepts_gzip(headers: &HeaderMap) -> bool {
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
        let told = |sharing: Sharing<'_>| sharing.cache_control().unwrap().to_str().unwrap().to_owned();
        assert_eq!(told(Sharing::Public(&settings)), "public, max-age=0");
        settings.max_age = Duration::from_secs(60);
        settings.max_age_while_revalidate = Duration::from_secs(30);
        assert_eq!(told(Sharing::Private(&settings)), "private, max-age=60, stale-while-revalidate=30");
        assert!(Sharing::Unsaid.cache_control().is_none());
    }
}
