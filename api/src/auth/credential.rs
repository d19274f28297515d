//! What a request shows to say who it is from: an API key or a token.

use std::sync::Arc;

use http::{HeaderMap, HeaderName, header};

/// What a request shows to say who it is from.
#[derive(Clone, PartialEq, Eq)]
pub enum Credential {
    /// Nothing.
    None,
    /// Something that is no credential of ours.
    Malformed,
    /// A key or a token.
    Bearer(Arc<str>),
}

impl std::fmt::Debug for Credential {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::None => "None",
            Self::Malformed => "Malformed",
            Self::Bearer(_) => "Bearer(…)",
        })
    }
}

/// Header of an API key, beside `Authorization: Bearer`.
pub const API_KEY_HEADER: HeaderName = HeaderName::from_static("x-api-key");

/// Longest credential read, in bytes; tokens with many groups have some 4 KB.
const MAX_BYTES: usize = 16 * 1024;

impl Credential {
    /// What the headers of a request show. Two credentials are one too many.
    pub fn of(headers: &HeaderMap) -> Self {
        let mut shown = headers.get_all(header::AUTHORIZATION).iter();
        let mut keys = headers.get_all(API_KEY_HEADER).iter();
        match (shown.next(), shown.next(), keys.next(), keys.next()) {
            (None, None, None, None) => Self::None,
            (Some(value), None, None, None) => value.to_str().map_or(Self::Malformed, Self::of_authorization),
            (None, None, Some(value), None) => value.to_str().map_or(Self::Malformed, Self::bearer),
            _ => Self::Malformed,
        }
    }

    /// What the payload of `connection_init` shows: `{"authorization": "Bearer …"}`, in any spelling of case.
    pub fn of_payload(payload: &serde_json::Value) -> Self {
        let Some(object) = payload.as_object() else { return Self::None };
        let mut shown = object.iter().filter_map(|(name, value)| {
            let reads: fn(&str) -> Self = match name.to_ascii_lowercase().as_str() {
                "authorization" => Self::of_authorization,
                "x-api-key" => Self::bearer,
                _ => return None,
            };
            Some(value.as_str().map_or(Self::Malformed, reads))
        });
        match (shown.next(), shown.next()) {
            (None, _) => Self::None,
            (Some(one), None) => one,
            (Some(_), Some(_)) => Self::Malformed,
        }
    }

    fn of_authorization(value: &str) -> Self {
        match value.split_once(' ') {
            Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => Self::bearer(token),
            _ => Self::Malformed,
        }
    }

    fn bearer(token: &str) -> Self {
        let token = token.trim();
        if token.is_empty() || token.len() > MAX_BYTES { Self::Malformed } else { Self::Bearer(token.into()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_credential_is_read_from_either_header() {
        let shown = |lines: &[(&'static str, &str)]| {
            let mut headers = HeaderMap::new();
            for (name, value) in lines {
                headers.append(*name, value.parse().unwrap());
            }
            Credential::of(&headers)
        };
        let bearer = Credential::Bearer("abc".into());
        assert_eq!(shown(&[]), Credential::None);
        assert_eq!(shown(&[("authorization", "Bearer abc")]), bearer);
        assert_eq!(shown(&[("authorization", "bearer   abc ")]), bearer);
        assert_eq!(shown(&[("x-api-key", "abc")]), bearer);
        for lines in [
            &[("authorization", "Basic abc")][..],
            &[("authorization", "Bearer ")],
            &[("authorization", "abc")],
            &[("authorization", "Bearer abc"), ("authorization", "Bearer abd")],
            &[("authorization", "Bearer abc"), ("x-api-key", "abc")],
        ] {
            assert_eq!(shown(lines), Credential::Malformed, "{lines:?}");
        }
        let long = "x".repeat(MAX_BYTES + 1);
        assert_eq!(shown(&[("x-api-key", long.as_str())]), Credential::Malformed);
    }

    #[test]
    fn a_socket_shows_it_in_its_first_message() {
        let of = |json: serde_json::Value| Credential::of_payload(&json);
        let bearer = Credential::Bearer("abc".into());
        assert_eq!(of(serde_json::json!({ "Authorization": "Bearer abc" })), bearer);
        assert_eq!(of(serde_json::json!({ "x-api-key": "abc", "other": 1 })), bearer);
        assert_eq!(of(serde_json::json!({})), Credential::None);
        assert_eq!(of(serde_json::json!(null)), Credential::None);
        assert_eq!(of(serde_json::json!({ "authorization": 1 })), Credential::Malformed);
        let two = serde_json::json!({ "authorization": "Bearer abc", "Authorization": "Bearer abd" });
        assert_eq!(of(two), Credential::Malformed);
    }

    #[test]
    fn what_is_shown_in_logs_holds_no_secret() {
        assert!(!format!("{:?}", Credential::Bearer("secret".into())).contains("secret"));
    }
}
