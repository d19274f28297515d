//! The client of the OpenID provider: its discovery document and its keys. Each response has a deadline and a maximum
//! size, and redirects are not followed.

use std::time::Duration;

use jsonwebtoken::jwk::JwkSet;
use reqwest::{Certificate, Client, redirect::Policy};
use serde::{Deserialize, de::DeserializeOwned};
use url::Url;

/// Deadline of one response.
const DEADLINE: Duration = Duration::from_secs(5);
/// Maximum size of a response: a discovery document has about 3 KB, and a key with its certificate chain about 10 KB.
const MAX_BYTES: usize = 512 * 1024;
/// Path of the discovery document below the issuer (OpenID Connect Discovery 1.0, 4).
const WELL_KNOWN: &str = "/.well-known/openid-configuration";

/// Why the provider's keys are unknown.
#[derive(Debug, thiserror::Error)]
pub(super) enum ProviderError {
    /// It cannot be reached.
    #[error("{0} cannot be fetched: {1}")]
    Unreachable(Url, #[source] reqwest::Error),
    /// Its response violates the standard.
    #[error("{0} {1}")]
    Unexpected(Url, String),
}

#[derive(Deserialize)]
struct Discovery {
    issuer: String,
    #[serde(deserialize_with = "read_url")]
    jwks_uri: Url,
}

fn read_url<'de, D: serde::Deserializer<'de>>(text: D) -> Result<Url, D::Error> {
    String::deserialize(text)?.parse().map_err(serde::de::Error::custom)
}

/// A provider.
#[derive(Clone, Debug)]
pub(super) struct Provider {
    client: Client,
    issuer: String,
}

/// The HTTP client, which trusts these certificate authorities (PEM) besides the usual ones.
///
/// # Errors
/// If they cannot be parsed.
pub(super) fn client(ca_certificates: Option<&[u8]>) -> Result<Client, reqwest::Error> {
    let mut builder = Client::builder()
        .connect_timeout(DEADLINE)
        .timeout(DEADLINE)
        // A provider that redirects us could send us anywhere.
        .redirect(Policy::none())
        .user_agent(concat!("wikimovie/", env!("CARGO_PKG_VERSION")));
    if let Some(pem) = ca_certificates {
        for certificate in Certificate::from_pem_bundle(pem)? {
            builder = builder.add_root_certificate(certificate);
        }
    }
    builder.build()
}

/// Whether responses of an address can be trusted: by TLS, or because it is on this machine.
pub(super) fn is_safe(url: &Url) -> bool {
    let is_loopback = match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost",
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    };
    url.scheme() == "https" || (url.scheme() == "http" && is_loopback)
}

impl Provider {
    pub(super) fn new(client: Client, issuer: &str) -> Self {
        Self { client, issuer: issuer.to_owned() }
    }

    /// Its keys now. The discovery document is read each time: a provider may move its keys.
    pub(super) async fn keys(&self) -> Result<JwkSet, ProviderError> {
        let unexpected = |url: &Url, what: String| ProviderError::Unexpected(url.clone(), what);
        let address = [self.issuer.trim_end_matches('/'), WELL_KNOWN].concat();
        // The issuer was read as an address when the settings were checked.
        let address = address.parse::<Url>().unwrap_or_else(|_| unsafe_address());
        let discovery: Discovery = self.get(&address).await?;
        if discovery.issuer != self.issuer {
            return Err(unexpected(&address, format!("is of the issuer {:?}", discovery.issuer)));
        }
        if !is_safe(&discovery.jwks_uri) {
            return Err(unexpected(
                &address,
                format!("has its keys at {}, which is not https", discovery.jwks_uri),
            ));
        }
        self.get(&discovery.jwks_uri).await
    }

    async fn get<T: DeserializeOwned>(&self, url: &Url) -> Result<T, ProviderError> {
        let unreachable =
            |error: reqwest::Error| ProviderError::Unreachable(url.clone(), error.without_url());
        let mut response = self.client.get(url.clone()).send().await.map_err(unreachable)?;
        if response.status() != reqwest::StatusCode::OK {
            return Err(ProviderError::Unexpected(url.clone(), format!("answers {}", response.status())));
        }
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(unreachable)? {
            if body.len() + chunk.len() > MAX_BYTES {
                return Err(ProviderError::Unexpected(
                    url.clone(),
                    format!("has more than {MAX_BYTES} bytes"),
                ));
            }
            body.extend_from_slice(&chunk);
        }
        serde_json::from_slice(&body)
            .map_err(|error| ProviderError::Unexpected(url.clone(), format!("is not as it must be: {error}")))
    }
}

/// A placeholder address, never requested.
fn unsafe_address() -> Url {
    Url::parse("http://0.0.0.0:0/").expect("a constant address parses")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_tls_or_this_machine_is_safe() {
        for (url, safe) in [
            ("https://id.example/keys", true),
            ("http://localhost:3000/", true),
            ("http://127.0.0.1:3000/", true),
            ("http://[::1]:3000/", true),
            ("http://id.example/keys", false),
            ("http://localhost.id.example/keys", false),
            ("file:///etc/passwd", false),
        ] {
            assert_eq!(is_safe(&url.parse().unwrap()), safe, "{url}");
        }
    }
}
