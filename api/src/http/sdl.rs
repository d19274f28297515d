//! `/schema.graphql`: the contract, with a strong ETag so that tools can watch it cheaply.

use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use http::{HeaderMap, StatusCode, header};
use sha2::{Digest, Sha256};

use crate::http::Shared;

/// The contract as it is served.
#[derive(Debug)]
pub(super) struct Contract {
    text: String,
    etag: String,
}

impl Contract {
    pub(super) fn new() -> Self {
        let text = crate::sdl();
        let hash: String =
            Sha256::digest(text.as_bytes())[..16].iter().map(|byte| format!("{byte:02x}")).collect();
        Self { etag: format!("\"{hash}\""), text }
    }
}

pub(super) async fn get(State(shared): State<Shared>, headers: HeaderMap) -> Response {
    let Contract { text, etag } = shared.sdl.as_ref();
    let common = [(header::ETAG, etag.as_str()), (header::CACHE_CONTROL, "no-cache")];
    if is_known(&headers, etag) {
        return (StatusCode::NOT_MODIFIED, common).into_response();
    }
    let content_type = [(header::CONTENT_TYPE, "application/graphql; charset=utf-8")];
    (common, content_type, text.clone()).into_response()
}

/// Whether `If-None-Match` names the tag; the comparison is the weak one (RFC 9110, 13.1.2).
fn is_known(headers: &HeaderMap, etag: &str) -> bool {
    let values = headers.get_all(header::IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    let mut tags = values.flat_map(|value| value.split(',')).map(str::trim);
    tags.any(|tag| tag == "*" || tag.strip_prefix("W/").unwrap_or(tag) == etag)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_tags_are_found() {
        for (value, known) in [
            ("\"a\"", true),
            ("W/\"a\"", true),
            ("\"b\", \"a\"", true),
            ("*", true),
            ("\"b\"", false),
            ("", false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::IF_NONE_MATCH, value.parse().unwrap());
            assert_eq!(is_known(&headers, "\"a\""), known, "{value}");
        }
    }
}
