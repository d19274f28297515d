//! Queue and bucket on AWS, or on LocalStack where an endpoint is given.
//!
//! The clients are async; each call here blocks on a runtime that is handed in, within a deadline.

mod bucket;
mod listing;
mod provision;
mod queue;

use std::{error::Error, future::Future, time::Duration};

use aws_config::{
    BehaviorVersion, Region, SdkConfig, stalled_stream_protection::StalledStreamProtectionConfig,
};
use aws_sdk_sqs::{
    config::{Credentials, retry::RetryConfig},
    error::{DisplayErrorContext, ProvideErrorMetadata, SdkError},
};
use tokio::runtime::Handle;

pub use self::{
    bucket::S3Bucket,
    provision::provision,
    queue::{DeadLetters, SqsQueue},
};
use crate::queue::RemoteError;

/// Time that a call may take, all attempts together.
const DEADLINE: Duration = Duration::from_secs(30);

/// Attempts of the client within one call.
const ATTEMPTS: u32 = 3;

/// Where AWS is.
#[derive(Clone, Debug, Default)]
pub struct AwsOptions {
    /// Region; the usual chain of AWS finds one where none is given.
    pub region: Option<String>,
    /// Address of LocalStack or the like. With one, buckets stand in the path, and any credentials do.
    pub endpoint: Option<String>,
}

/// AWS, as found by its own chain of settings.
#[derive(Clone, Debug)]
pub struct Aws {
    config: SdkConfig,
    endpoint: Option<String>,
}

impl Aws {
    /// Reads AWS's own settings (environment, profile, container, instance) beside the options.
    pub async fn load(options: &AwsOptions) -> Self {
        // Our own deadline on each chunk stands in for the client's protection from stalled streams, which also cuts
        // streams that are read slowly because the engine is slow.
        let mut loader = aws_config::defaults(BehaviorVersion::latest())
            .retry_config(RetryConfig::standard().with_max_attempts(ATTEMPTS))
            .stalled_stream_protection(StalledStreamProtectionConfig::disabled());
        if let Some(region) = &options.region {
            loader = loader.region(Region::new(region.clone()));
        }
        if options.endpoint.is_some() {
            loader =
                loader.region(Region::new(options.region.clone().unwrap_or_else(|| "us-east-1".to_owned())));
            loader = loader.credentials_provider(Credentials::new("test", "test", None, None, "local"));
        }
        Self { config: loader.load().await, endpoint: options.endpoint.clone() }
    }

    /// A client of S3.
    pub fn s3(&self) -> aws_sdk_s3::Client {
        let mut config = aws_sdk_s3::config::Builder::from(&self.config);
        if let Some(endpoint) = &self.endpoint {
            config = config.endpoint_url(endpoint).force_path_style(true);
        }
        aws_sdk_s3::Client::from_conf(config.build())
    }

    /// A client of SQS.
    pub fn sqs(&self) -> aws_sdk_sqs::Client {
        let mut config = aws_sdk_sqs::config::Builder::from(&self.config);
        if let Some(endpoint) = &self.endpoint {
            config = config.endpoint_url(endpoint);
        }
        aws_sdk_sqs::Client::from_conf(config.build())
    }

    /// What is called: the region, and the endpoint where it is not the region's own.
    pub fn describe(&self) -> String {
        let region = self.config.region().map_or("none found", |region| region.as_ref());
        match &self.endpoint {
            Some(endpoint) => format!("{endpoint} (region {region})"),
            None => format!(
                "https://sqs.{region}.amazonaws.com, https://s3.{region}.amazonaws.com, credentials by the usual chain"
            ),
        }
    }
}

/// Waits for an answer, no longer than it may take.
fn wait<T, E, R>(
    runtime: &Handle,
    deadline: Duration,
    call: impl Future<Output = Result<T, SdkError<E, R>>>,
) -> Result<T, CallError>
where
    E: Error + ProvideErrorMetadata + Send + Sync + 'static,
    R: Status,
{
    runtime.block_on(async {
        match tokio::time::timeout(deadline, call).await {
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(error)) => Err(CallError::new(&error)),
            Err(_) => {
                Err(CallError { status: 0, code: String::new(), message: "no response in time".to_owned() })
            }
        }
    })
}

/// Why a call failed, in short.
#[derive(Debug)]
struct CallError {
    /// Status of HTTP; 0 where there was no answer.
    status: u16,
    code: String,
    message: String,
}

/// The status of an answer.
trait Status: std::fmt::Debug {
    fn status(&self) -> u16;
}

impl Status for aws_sdk_sqs::config::http::HttpResponse {
    fn status(&self) -> u16 {
        Self::status(self).as_u16()
    }
}

impl CallError {
    fn new<E, R>(error: &SdkError<E, R>) -> Self
    where
        E: Error + ProvideErrorMetadata + Send + Sync + 'static,
        R: Status,
    {
        let code = error.as_service_error().and_then(ProvideErrorMetadata::code).unwrap_or_default();
        Self {
            status: error.raw_response().map_or(0, Status::status),
            code: code.to_owned(),
            message: DisplayErrorContext(error).to_string(),
        }
    }

    fn is_missing(&self) -> bool {
        self.status == 404
            || self.code.contains("NonExistentQueue")
            || self.code.contains("QueueDoesNotExist")
    }
}

impl From<CallError> for RemoteError {
    fn from(error: CallError) -> Self {
        if error.is_missing() {
            Self::Missing(error.message)
        } else if matches!(error.status, 401 | 403) || error.code.contains("AccessDenied") {
            Self::Denied(error.message)
        } else {
            Self::Unavailable(error.message)
        }
    }
}
