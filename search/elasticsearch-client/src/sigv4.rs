//! AWS Signature Version 4 for managed OpenSearch, made with AWS's own signer.
//!
//! Each attempt is signed for the node it goes to, over method, path, query, body and the headers that say so. The
//! body's hash is also sent as `x-amz-content-sha256`, which serverless collections ask for.

use std::{
    fmt,
    time::{Duration, SystemTime},
};

use crate::error::{ClientError, error_chain};
use aws_config::BehaviorVersion;
use aws_credential_types::{
    Credentials,
    provider::{ProvideCredentials, SharedCredentialsProvider},
};
use aws_sigv4::{
    http_request::{PayloadChecksumKind, SignableBody, SignableRequest, SigningSettings, sign},
    sign::v4::SigningParams,
};
use http::{HeaderMap, HeaderName, HeaderValue};
use tokio::sync::{Mutex, OnceCell};
use url::Url;

/// Credentials are renewed this long before they expire. AWS's chain gives new ones from five minutes before.
const RENEW_BEFORE: Duration = Duration::from_secs(60);

/// What is signed of a request, besides its node.
#[derive(Clone, Copy, Debug)]
pub(super) struct ToSign<'a> {
    /// Name of the method.
    pub(super) method: &'static str,
    /// Path and query below a node's address.
    pub(super) path: &'a str,
    pub(super) body: &'a [u8],
}

/// Signs requests; keeps credentials until they expire.
pub(super) struct Signer {
    region: Option<String>,
    service: String,
    /// AWS's default chain, built at the first call: that needs a runtime.
    chain: OnceCell<Chain>,
    kept: Mutex<Option<Credentials>>,
}

pub(super) struct Chain {
    region: String,
    credentials: SharedCredentialsProvider,
}

impl Signer {
    pub(super) fn new(region: Option<String>, service: String) -> Result<Self, String> {
        if service.is_empty() {
            return Err("auth: signatures need the name of a service, es or aoss".to_owned());
        }
        Ok(Self { region, service, chain: OnceCell::new(), kept: Mutex::default() })
    }

    #[cfg(test)]
    pub(super) fn with_credentials(region: &str, service: &str, credentials: Credentials) -> Self {
        let chain =
            Chain { region: region.to_owned(), credentials: SharedCredentialsProvider::new(credentials) };
        Self {
            region: None,
            service: service.to_owned(),
            chain: OnceCell::new_with(Some(chain)),
            kept: Mutex::default(),
        }
    }

    /// Adds the signature of a request, as it goes to this node.
    pub(super) async fn sign(
        &self,
        node: &Url,
        request: ToSign<'_>,
        headers: &mut HeaderMap,
    ) -> Result<(), ClientError> {
        let chain = self.chain.get_or_try_init(|| Chain::load(self.region.as_deref())).await?;
        let credentials = self.credentials(chain).await?;
        let signed = self.signature(chain, credentials, node, request, SystemTime::now());
        let signed = signed.map_err(|error| failed("signing a request", &*error))?;
        headers.extend(signed);
        Ok(())
    }

    fn signature(
        &self,
        chain: &Chain,
        credentials: Credentials,
        node: &Url,
        request: ToSign<'_>,
        now: SystemTime,
    ) -> Result<HeaderMap, Box<dyn std::error::Error + Send + Sync>> {
        let mut settings = SigningSettings::default();
        settings.payload_checksum_kind = PayloadChecksumKind::XAmzSha256;
        let identity = credentials.into();
        let params = SigningParams::builder()
            .identity(&identity)
            .region(&chain.region)
            .name(&self.service)
            .time(now)
            .settings(settings)
            .build()?
            .into();
        let url = node.join(request.path.trim_start_matches('/'))?;
        let body = SignableBody::Bytes(request.body);
        // Host and date are added by the signer; a proxy may change any other header.
        let request = SignableRequest::new(request.method, url.as_str(), std::iter::empty(), body)?;
        let (instructions, _) = sign(request, &params)?.into_parts();
        let mut headers = HeaderMap::new();
        for (name, value) in instructions.headers() {
            let mut value = HeaderValue::from_str(value)?;
            value.set_sensitive(true);
            headers.insert(HeaderName::from_bytes(name.as_bytes())?, value);
        }
        Ok(headers)
    }

    /// Credentials that are valid for a while. The chain itself asks AWS each time.
    async fn credentials(&self, chain: &Chain) -> Result<Credentials, ClientError> {
        let mut kept = self.kept.lock().await;
        let holds = |credentials: &&Credentials| {
            credentials.expiry().is_none_or(|end| end > SystemTime::now() + RENEW_BEFORE)
        };
        if let Some(credentials) = kept.as_ref().filter(holds) {
            return Ok(credentials.clone());
        }
        let fresh = chain.credentials.provide_credentials().await;
        let fresh = fresh.map_err(|error| failed("asking for AWS credentials", &error))?;
        Ok(kept.insert(fresh).clone())
    }
}

impl Chain {
    async fn load(region: Option<&str>) -> Result<Self, ClientError> {
        let mut loader = aws_config::defaults(BehaviorVersion::latest());
        if let Some(region) = region {
            loader = loader.region(aws_config::Region::new(region.to_owned()));
        }
        let config = loader.load().await;
        let missing = |what: &str| ClientError::Failed(format!("AWS's default chain has no {what}"));
        let region = config.region().ok_or_else(|| missing("region"))?.to_string();
        let credentials = config.credentials_provider().ok_or_else(|| missing("credentials"))?;
        Ok(Self { region, credentials })
    }
}

/// An error for the log. AWS's errors name the reason in their causes; none holds a secret.
fn failed(what: &str, error: &(dyn std::error::Error + 'static)) -> ClientError {
    let error = error_chain(error);
    tracing::warn!(error, "{what} failed");
    ClientError::Failed(format!("{what}: {error}"))
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Signer").field("service", &self.service).finish_non_exhaustive()
    }
}
