//! Authentication against the cluster.

use base64::{Engine as _, prelude::BASE64_STANDARD};
use http::HeaderValue;
use percent_encoding::percent_decode_str;
use secrecy::{ExposeSecret, SecretString};
use url::{Host, Url};

/// Authentication against the cluster.
#[derive(Clone, Debug, Default)]
pub enum Auth {
    /// None, or the user that an address names (`https://user:password@host`).
    #[default]
    None,
    /// User and password (RFC 7617).
    Basic {
        /// User.
        username: String,
        /// Password.
        password: SecretString,
    },
    /// An API key in its encoded form.
    ApiKey(SecretString),
    /// AWS Signature Version 4, for managed OpenSearch; credentials come from AWS's default chain. Needs the feature
    /// `sigv4`.
    SigV4 {
        /// Region; from AWS's default chain where it is not given.
        region: Option<String>,
        /// Service name: `es`, or `aoss` for serverless collections.
        service: String,
    },
}

/// The address without its user, and the `Authorization` header for its node.
///
/// The header is made once and passed with each request: the crate's own credentials are encoded again for each, and
/// panic on a key that no header can carry.
pub(super) fn authorize(url: &Url, auth: &Auth) -> Result<(Url, Option<HeaderValue>), String> {
    let mut bare = url.clone();
    let named = !url.username().is_empty() || url.password().is_some();
    if named {
        // Neither fails for http and https.
        let _ = bare.set_username("");
        let _ = bare.set_password(None);
    }
    let header = match auth {
        Auth::None if named => {
            let decoded = |text| percent_decode_str(text).decode_utf8_lossy();
            Some(basic(&decoded(url.username()), &decoded(url.password().unwrap_or_default()))?)
        }
        _ if named => {
            return Err(format!(
                "urls: the address of {} names a user although auth names one too",
                host(url)
            ));
        }
        Auth::None | Auth::SigV4 { .. } => None,
        Auth::Basic { username, password } => Some(basic(username, password.expose_secret())?),
        Auth::ApiKey(key) => Some(secret(&["ApiKey ", key.expose_secret().trim()].concat())?),
    };
    Ok((bare, header))
}

/// Whether whoever is between us and the node can read the credential: it is sent without TLS, and not within this
/// machine. A signature is none: it holds for one request.
pub(super) fn is_in_clear(url: &Url, auth: &Auth) -> bool {
    let has_credential = match auth {
        Auth::Basic { .. } | Auth::ApiKey(_) => true,
        Auth::None => !url.username().is_empty() || url.password().is_some(),
        Auth::SigV4 { .. } => false,
    };
    let is_here = match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        None => false,
    };
    has_credential && url.scheme() == "http" && !is_here
}

/// Host and port, as the log names a node.
pub(super) fn host(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    url.port_or_known_default().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}

fn basic(username: &str, password: &str) -> Result<HeaderValue, String> {
    if username.contains(':') {
        return Err("auth: a user name cannot contain a colon".to_owned());
    }
    secret(&["Basic ", &BASE64_STANDARD.encode([username, ":", password].concat())].concat())
}

fn secret(text: &str) -> Result<HeaderValue, String> {
    let mut header = HeaderValue::from_str(text)
        .map_err(|_| "auth: the API key has characters that a header cannot carry".to_owned())?;
    header.set_sensitive(true);
    Ok(header)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_credential_is_in_clear_without_tls_and_beyond_this_machine() {
        let basic = Auth::Basic { username: "u".to_owned(), password: SecretString::from("p") };
        let key = Auth::ApiKey(SecretString::from("k"));
        let signed = Auth::SigV4 { region: None, service: "es".to_owned() };
        for (url, auth, expected) in [
            ("http://search.example:9200", &basic, true),
            ("http://10.0.0.7:9200", &key, true),
            ("http://u:p@search.example", &Auth::None, true),
            ("http://[2001:db8::1]", &key, true),
            ("http://localhost.example", &key, true),
            ("http://search.example", &Auth::None, false),
            ("http://search.example", &signed, false),
            ("https://search.example", &basic, false),
            ("http://localhost:9200", &basic, false),
            ("http://127.0.0.2", &key, false),
            ("http://[::1]:9200", &key, false),
        ] {
            assert_eq!(is_in_clear(&url.parse().unwrap(), auth), expected, "{url}");
        }
    }
}
