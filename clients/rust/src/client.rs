//! HTTP: an operation goes in, its typed answer or an error comes out.

use std::time::Duration;

use cynic::{GraphQlResponse, Operation};
use serde::{Serialize, de::DeserializeOwned};

/// How long one question may take, from connecting to the last byte.
const TIMEOUT: Duration = Duration::from_secs(10);

/// Answers above this size are refused: the largest page of 100 movies with all its texts is a few megabytes.
const MAX_ANSWER_BYTES: u64 = 32 * 1024 * 1024;

/// Asks one gateway.
#[derive(Clone, Debug)]
pub struct Client {
    endpoint: String,
    agent: ureq::Agent,
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ClientError {
    /// The gateway could not be reached, or not in time.
    #[error("the gateway cannot be reached")]
    Unreachable(#[source] ureq::Error),
    /// What came back is no GraphQL answer; some proxy may have spoken.
    #[error("status {status} came with no GraphQL answer")]
    NotGraphQl {
        /// HTTP status.
        status: u16,
        /// What could not be read.
        #[source]
        source: serde_json::Error,
    },
    /// The gateway refused the question, or could not answer all of it.
    #[error("{message}")]
    Refused {
        /// `extensions.code` of the first error, such as `BAD_CURSOR`.
        code: Option<String>,
        /// Message of the first error.
        message: String,
    },
}

/// The part of an error's `extensions` that a program decides by.
#[derive(Debug, serde::Deserialize)]
struct Extensions {
    code: Option<String>,
}

impl Client {
    /// A client of the gateway at this address (`http://127.0.0.1:8080`).
    pub fn new(url: &str) -> Self {
        let config = ureq::Agent::config_builder()
            .timeout_global(Some(TIMEOUT))
            .max_redirects(0)
            // A refused question comes with status 400 and a GraphQL answer that says why.
            .http_status_as_error(false)
            .build();
        Self { endpoint: format!("{}/graphql", url.trim_end_matches('/')), agent: config.into() }
    }

    /// Asks, and waits for the answer.
    ///
    /// # Errors
    /// [`ClientError::Refused`] when the answer holds any error, the others when there is no answer.
    pub fn ask<Answer, Variables>(
        &self,
        operation: &Operation<Answer, Variables>,
    ) -> Result<Answer, ClientError>
    where
        Answer: DeserializeOwned,
        Variables: Serialize,
    {
        let question =
            serde_json::to_vec(operation).expect("an operation is texts, numbers and lists of them");
        let mut response = self
            .agent
            .post(&self.endpoint)
            .header("content-type", "application/json")
            .header("accept", "application/graphql-response+json, application/json;q=0.9")
            .send(&question)
            .map_err(ClientError::Unreachable)?;
        let status = response.status().as_u16();
        let body = response.body_mut().with_config().limit(MAX_ANSWER_BYTES).read_to_vec();
        let body = body.map_err(ClientError::Unreachable)?;
        let answer: GraphQlResponse<Answer, Extensions> =
            serde_json::from_slice(&body).map_err(|source| ClientError::NotGraphQl { status, source })?;
        if let Some(error) = answer.errors.unwrap_or_default().into_iter().next() {
            let code = error.extensions.and_then(|extensions| extensions.code);
            return Err(ClientError::Refused { code, message: error.message });
        }
        answer.data.ok_or_else(|| ClientError::Refused {
            code: None,
            message: format!("status {status} came with neither data nor errors"),
        })
    }
}
