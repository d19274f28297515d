//! Sends an operation over HTTP and returns its typed data or an error.

use std::time::Duration;

use cynic::{GraphQlResponse, Operation};
use serde::{Serialize, de::DeserializeOwned};

/// Timeout of a request, from connecting to the last byte.
const TIMEOUT: Duration = Duration::from_secs(10);

/// Largest response that is read; a page of 100 movies with all texts has a few megabytes.
const MAX_RESPONSE_BYTES: u64 = 32 * 1024 * 1024;

/// A client of one gateway.
#[derive(Clone, Debug)]
pub struct Client {
    endpoint: String,
    agent: ureq::Agent,
}

/// Why a request has no data.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ClientError {
    /// The gateway cannot be reached within the timeout.
    #[error("the gateway cannot be reached")]
    Unreachable(#[source] ureq::Error),
    /// The body is no GraphQL response; it may come from a proxy.
    #[error("status {status} without a GraphQL response")]
    NotGraphQl {
        /// HTTP status.
        status: u16,
        /// Why the body cannot be parsed.
        #[source]
        source: serde_json::Error,
    },
    /// The response has errors.
    #[error("{message}")]
    Refused {
        /// `extensions.code` of the first error, such as `BAD_CURSOR`.
        code: Option<String>,
        /// Message of the first error.
        message: String,
    },
}

/// The part of an error's `extensions` that programs use.
#[derive(Debug, serde::Deserialize)]
struct Extensions {
    code: Option<String>,
}

impl Client {
    /// A client of the gateway at this address, such as `http://127.0.0.1:8080`.
    pub fn new(url: &str) -> Self {
        let config = ureq::Agent::config_builder()
            .timeout_global(Some(TIMEOUT))
            .max_redirects(0)
            // A response with an error status still has a GraphQL body.
            .http_status_as_error(false)
            .build();
        Self { endpoint: format!("{}/graphql", url.trim_end_matches('/')), agent: config.into() }
    }

    /// Sends the operation and returns its data.
    ///
    /// # Errors
    /// [`ClientError::Refused`] when the response has errors, the other variants when there is no response.
    pub fn ask<Data, Variables>(&self, operation: &Operation<Data, Variables>) -> Result<Data, ClientError>
    where
        Data: DeserializeOwned,
        Variables: Serialize,
    {
        let request =
            serde_json::to_vec(operation).expect("an operation has strings, numbers and lists of them");
        let mut response = self
            .agent
            .post(&self.endpoint)
            .header("content-type", "application/json")
            .header("accept", "application/graphql-response+json, application/json;q=0.9")
            .send(&request)
            .map_err(ClientError::Unreachable)?;
        let status = response.status().as_u16();
        let body = response.body_mut().with_config().limit(MAX_RESPONSE_BYTES).read_to_vec();
        let body = body.map_err(ClientError::Unreachable)?;
        let parsed: GraphQlResponse<Data, Extensions> =
            serde_json::from_slice(&body).map_err(|source| ClientError::NotGraphQl { status, source })?;
        if let Some(error) = parsed.errors.unwrap_or_default().into_iter().next() {
            let code = error.extensions.and_then(|extensions| extensions.code);
            return Err(ClientError::Refused { code, message: error.message });
        }
        parsed.data.ok_or_else(|| ClientError::Refused {
            code: None,
            message: format!("status {status} with neither data nor errors"),
        })
    }
}
