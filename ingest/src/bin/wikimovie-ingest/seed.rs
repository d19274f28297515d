//! `seed`: files into the bucket, or events straight into the queue. On LocalStack what is missing is made.

use std::{fs, path::Path, process::ExitCode, time::Duration};

use clap::{Args, Subcommand};
use serde::Serialize;
use wikimovie_command::{CliError, LogArgs, output};
use wikimovie_ingest::{Folder, Source, aws::provision, notification};

use crate::settings::{AwsArgs, PathArgs, remote, runtime};

#[derive(Debug, Subcommand)]
pub(crate) enum Seed {
    /// Upload files to the bucket, whose notifications reach the queue
    S3(SeedArgs),
    /// Send events to the queue: a file that holds an event as it is, for another file an event that names it
    Sqs(SeedArgs),
}

#[derive(Args, Debug)]
pub(crate) struct SeedArgs {
    #[command(flatten)]
    paths: PathArgs,
    #[command(flatten)]
    aws: AwsArgs,
    #[command(flatten)]
    pub(crate) log: LogArgs,
}

impl Seed {
    pub(crate) fn log(&self) -> &LogArgs {
        match self {
            Self::S3(args) | Self::Sqs(args) => &args.log,
        }
    }
}

/// Largest file taken for an event: queues take no larger messages.
const MAX_EVENT_BYTES: u64 = 256 * 1024;

pub(crate) fn run(seed: &Seed) -> Result<ExitCode, CliError> {
    let (Seed::S3(args) | Seed::Sqs(args)) = seed;
    let runtime = runtime()?;
    let aws = args.aws.connect(&runtime)?;
    if args.aws.endpoint.as_ref().is_some_and(|endpoint| !endpoint.is_empty()) {
        runtime
            .block_on(provision(&aws, &args.aws.bucket, &args.aws.queue))
            .map_err(|error| remote("LocalStack", &error))?;
    }
    let bucket = args.aws.bucket(&aws, &runtime);
    let mut sent = 0_u64;
    for path in &args.paths.paths {
        let folder = Folder::loaded(path).map_err(|error| CliError::cannot_read(path, &error))?;
        // A mapping that is refused is for the worker to tell.
        let folder = folder.without_mappings();
        let listing = folder.list().map_err(|error| CliError::cannot_read(path, &error))?;
        if matches!(seed, Seed::S3(_)) {
            // Before the files that it counts for, which are then read once.
            for (key, file) in folder.mapping_files(&listing) {
                bucket.upload(&key, &file).map_err(|error| remote(&key, &error))?;
                output::note(format_args!("s3://{}/{key}", args.aws.bucket));
            }
        }
        for listed in &listing.objects {
            let key = &listed.state.object;
            let file = folder.path_of(&listed.state);
            match seed {
                Seed::S3(_) => {
                    bucket.upload(key, &file).map_err(|error| remote(key, &error))?;
                    output::note(format_args!("s3://{}/{key}", args.aws.bucket));
                }
                Seed::Sqs(_) => {
                    let (queue, _) = args.aws.queue(&aws, &runtime, Duration::from_secs(60))?;
                    let body = event(&file, listed.bytes, &args.aws.bucket, key)?;
                    queue.send(&body).map_err(|error| remote(key, &error))?;
                    output::note(format_args!("event for {key}"));
                }
            }
            sent += 1;
        }
    }
    output::line(format_args!("{} sent", output::number(sent)));
    Ok(ExitCode::SUCCESS)
}

/// The event that a file holds, or one that tells of the file.
fn event(file: &Path, bytes: u64, bucket: &str, key: &str) -> Result<String, CliError> {
    if bytes <= MAX_EVENT_BYTES {
        let text = fs::read(file).map_err(|error| CliError::cannot_read(file, &error))?;
        let text = String::from_utf8(text).ok();
        if let Some(text) = text.filter(|text| notification::parse(text).is_ok()) {
            return Ok(text);
        }
    }
    let event = S3Event {
        records: [S3Record {
            event_version: "2.1",
            event_source: "aws:s3",
            event_name: "ObjectCreated:Put",
            s3: S3Entity {
                bucket: S3BucketEntity { name: bucket },
                object: S3ObjectEntity { key: &notification::key::encode(key), size: bytes },
            },
        }],
    };
    serde_json::to_string(&event).map_err(|error| CliError::new(error.to_string()))
}

/// A notification of S3 ("Event message structure" in its user guide), as far as anybody reads it.
#[derive(Serialize)]
struct S3Event<'a> {
    #[serde(rename = "Records")]
    records: [S3Record<'a>; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct S3Record<'a> {
    event_version: &'a str,
    event_source: &'a str,
    event_name: &'a str,
    s3: S3Entity<'a>,
}

#[derive(Serialize)]
struct S3Entity<'a> {
    bucket: S3BucketEntity<'a>,
    object: S3ObjectEntity<'a>,
}

#[derive(Serialize)]
struct S3BucketEntity<'a> {
    name: &'a str,
}

#[derive(Serialize)]
struct S3ObjectEntity<'a> {
    key: &'a str,
    size: u64,
}
