//! Authentication against the cluster.

use base64::{Engine as _, prelude::BASE64_STANDARD};
use http::HeaderValue;
use percent_encoding::percent_decode_str;
use secrecy::{ExposeSecret, SecretString};
use url::Url;

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
