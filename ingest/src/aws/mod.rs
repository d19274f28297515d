//! Queue and bucket on AWS, or on LocalStack where an endpoint is given.
//!
//! The clients are async; each call here blocks on a runtime that is handed in, within a deadline.

mod bucket;
mod calls;
mod listing;
mod provision;
mod queue;

use std::{sync::Arc, time::Duration};

use aws_config::{
    BehaviorVersion, Region, SdkConfig, stalled_stream_protection::StalledStreamProtectionConfig,
};
use aws_sdk_sqs::config::{Credentials, retry::RetryConfig};
use tokio::{runtime::Handle, sync::watch, time::Instant};

use self::calls::Calls;
pub use self::{
    bucket::S3Bucket,
    provision::provision,
    queue::{DeadLetters, SqsQueue},
};

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
    calls_end: Arc<watch::Sender<Option<Instant>>>,
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
        Self { config: loader.load().await, endpoint: options.endpoint.clone(), calls_end: Arc::default() }
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

    /// Ends calls of queue and bucket that are under way then, so that none that hangs delays the end of the process. One
    /// that begins later has two seconds.
    pub fn end_calls_after(&self, time: Duration) {
        self.calls_end.send_replace(Some(Instant::now() + time));
    }

    fn calls(&self, runtime: Handle) -> Calls {
        Calls::new(runtime, self.calls_end.subscribe())
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
