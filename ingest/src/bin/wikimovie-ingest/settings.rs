//! Settings of queue and bucket.

use std::{path::PathBuf, time::Duration};

use clap::Args;
use tokio::runtime::{Builder, Runtime};
use wikimovie_command::{CliError, LogArgs, cluster::ClusterArgs};
use wikimovie_elasticsearch::Elasticsearch;
use wikimovie_ingest::{
    aws::{Aws, AwsOptions, DeadLetters, S3Bucket, SqsQueue},
    command::GenresArgs,
    queue::RemoteError,
};

/// Where AWS is.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "AWS")]
pub(crate) struct AwsArgs {
    /// Region [default: AWS's usual chain]
    #[arg(long, env = "AWS_REGION", value_name = "REGION")]
    pub(crate) region: Option<String>,
    /// Endpoint of LocalStack; without it, real AWS is used
    #[arg(long, env = "AWS_ENDPOINT", value_name = "URL")]
    pub(crate) endpoint: Option<String>,
    /// Bucket that holds the movie files
    #[arg(long, env = "BUCKET", value_name = "NAME", default_value = "wikimovie")]
    pub(crate) bucket: String,
    /// Name or URL of the queue that receives the bucket's notifications
    #[arg(long, env = "WORKER_QUEUE", value_name = "NAME|URL", default_value = "wikimovie-ingest")]
    pub(crate) queue: String,
}

impl AwsArgs {
    pub(crate) fn connect(&self, runtime: &Runtime) -> Result<Aws, CliError> {
        let given = |text: &Option<String>| text.clone().filter(|text| !text.is_empty());
        let endpoint = given(&self.endpoint);
        if endpoint.as_ref().is_some_and(|url| !url.starts_with("http://") && !url.starts_with("https://")) {
            return Err(CliError::new("AWS_ENDPOINT is not an http or https URL"));
        }
        let options = AwsOptions { region: given(&self.region), endpoint };
        Ok(runtime.block_on(Aws::load(&options)))
    }

    pub(crate) fn bucket(&self, aws: &Aws, runtime: &Runtime) -> S3Bucket {
        S3Bucket::new(aws, &self.bucket, runtime.handle().clone())
    }

    /// The queue, and what is to be said of its dead-letter queue.
    pub(crate) fn queue(
        &self,
        aws: &Aws,
        runtime: &Runtime,
        lease: Duration,
    ) -> Result<(SqsQueue, DeadLetters), CliError> {
        SqsQueue::find(aws, &self.queue, lease, runtime.handle().clone())
            .map_err(|error| remote(&format!("the queue {}", self.queue), &error))
    }
}

/// What queue or bucket said, for people.
pub(crate) fn remote(what: &str, error: &RemoteError) -> CliError {
    match error {
        RemoteError::Missing(_) => CliError::new(format!("{what} does not exist")),
        RemoteError::Denied(_) => CliError::new(format!("{what}: AWS does not allow it: {error}")),
        RemoteError::Unavailable(_) => CliError::new(format!("{what} cannot be reached: {error}")),
    }
}

/// Queue, bucket and cluster.
#[derive(Args, Clone, Debug)]
pub(crate) struct AllArgs {
    #[command(flatten)]
    pub(crate) aws: AwsArgs,
    #[command(flatten)]
    pub(crate) genres: GenresArgs,
    #[command(flatten)]
    pub(crate) cluster: ClusterArgs,
    #[command(flatten)]
    pub(crate) log: LogArgs,
}

/// Files to read, or the project's own seeds.
#[derive(Args, Clone, Debug)]
pub(crate) struct PathArgs {
    /// Files or folders
    #[arg(value_name = "PATH", default_value = "seeds")]
    pub(crate) paths: Vec<PathBuf>,
}

/// A runtime for the calls of clients.
pub(crate) fn runtime() -> Result<Runtime, CliError> {
    Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .map_err(|error| CliError::new(format!("threads cannot be started: {error}")))
}

pub(crate) fn cluster(args: &ClusterArgs) -> Result<Elasticsearch, CliError> {
    Elasticsearch::new(&args.options()?).map_err(CliError::new)
}
