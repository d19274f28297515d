//! `wikimovie-ingest`: movies from a bucket or from files into a search cluster.

mod look;
mod repair;
mod seed;
mod settings;
mod worker;

use std::{net::SocketAddr, path::PathBuf, process::ExitCode};

use clap::{Args, Parser, Subcommand};
use wikimovie_command::{
    CliError, LogArgs, LogFormat,
    cluster::{self, ClusterArgs},
    health, log, names, output,
    settings::{ConfigArgs, SettingsSource},
};
use wikimovie_engine::OperationContext;
use wikimovie_ingest::{
    aws::DeadLetters,
    bucket::Bucket as _,
    command::{GenresArgs, Load, MapArgs, MappingArgs},
};

use self::{
    look::{ValidateArgs, WhyArgs},
    repair::{ApproveArgs, ReconcileArgs, RedriveArgs, ReindexArgs},
    seed::Seed,
    settings::{AllArgs, remote, runtime},
    worker::WorkerArgs,
};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Movies from a bucket or from files into Elasticsearch or OpenSearch.
#[derive(Debug, Parser)]
#[command(name = "wikimovie-ingest", version, max_term_width = 100)]
struct IngestCli {
    #[command(subcommand)]
    command: IngestCommand,
    #[command(flatten)]
    config: ConfigArgs,
}

#[derive(Debug, Subcommand)]
enum IngestCommand {
    /// Apply the bucket's changes to the cluster, by the events of the queue, until a signal to stop
    Worker(Box<WorkerArgs>),
    /// Load files or folders of movies into the cluster, and print a receipt
    Load(Box<LoadArgs>),
    /// Upload files to the bucket, or send events to the queue
    #[command(subcommand)]
    Seed(Box<Seed>),
    /// Read files as the worker does, write nothing, and report refused records as JSON
    Validate(Box<ValidateArgs>),
    /// Propose a mapping for a file: print the text of a _mapping.json
    Map(Box<MapArgs>),
    /// Compare the bucket with the catalogue, and send the worker a message for each difference
    Reconcile(Box<ReconcileArgs>),
    /// Move dead letters back to the queue
    Redrive(Box<RedriveArgs>),
    /// Approve sweeps that wait because they remove many movies
    Approve(Box<ApproveArgs>),
    /// Rebuild the index beside the one in use, under live writes, compare both, and switch over
    Reindex(Box<ReindexArgs>),
    /// Show which object a movie comes from, and its receipt
    Why(Box<WhyArgs>),
    /// Show the depth of the queues and the state of the catalogue
    Status(Box<AllArgs>),
    /// Check the settings, and whether queue, bucket and cluster are reachable
    CheckConfig(Box<CheckArgs>),
    /// Ask the worker on this machine for its readiness; for health checks of images
    Health(HealthArgs),
}

#[derive(Args, Debug)]
struct LoadArgs {
    /// Files or folders of movies: JSON, NDJSON or CSV, plain, gzip or zstd, of any size
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Provider of all these files [default: the first folder of a file's path inside PATH, or `default`]
    #[arg(long, value_name = "NAME")]
    provider: Option<String>,
    /// Print the receipts as JSON
    #[arg(long)]
    json: bool,
    /// Exit with status 0 although records are refused or there is nothing to load
    #[arg(long)]
    keep_going: bool,
    #[command(flatten)]
    mapping: MappingArgs,
    #[command(flatten)]
    genres: GenresArgs,
    #[command(flatten)]
    cluster: ClusterArgs,
    #[command(flatten)]
    log: LogArgs,
}

#[derive(Args, Debug)]
struct CheckArgs {
    /// Print what would be called, and call nothing
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    common: AllArgs,
}

#[derive(Args, Debug)]
struct HealthArgs {
    /// Address of the worker's /readyz
    #[arg(long, env = "WIKIMOVIE_ADMIN_LISTEN", value_name = "ADDRESS", default_value = "127.0.0.1:9464")]
    admin_listen: SocketAddr,
}

fn main() -> ExitCode {
    match run() {
        Ok(code) => code,
        Err(error) => {
            output::error("wikimovie-ingest", &error);
            ExitCode::from(CliError::EXIT_CODE)
        }
    }
}

fn run() -> Result<ExitCode, CliError> {
    let settings = wikimovie_command::settings::read::<IngestCli>(
        &[names::PREFIX, cluster::PREFIX],
        &SettingsSource {
            arguments: std::env::args_os().collect(),
            variables: std::env::vars_os().collect(),
        },
    )?;
    match &settings.cli.command {
        IngestCommand::Worker(args) => {
            start_log(&args.common.log, "info")?;
            worker::run(args)
        }
        IngestCommand::Load(args) => {
            start_log(&args.log, "warn")?;
            let rules = args.mapping.rules(args.genres.read()?)?;
            let load = Load::new(&args.paths, args.provider.as_deref())?
                .reading_by(&rules)
                .as_json(args.json)
                .keep_going(args.keep_going);
            let (runtime, engine) = (runtime()?, settings::cluster(&args.cluster)?);
            let mut writer = engine.writer(runtime.handle().clone())?;
            load.run(&mut writer)
        }
        IngestCommand::Seed(seed) => {
            start_log(seed.log(), "warn")?;
            seed::run(seed)
        }
        IngestCommand::Validate(args) => {
            start_log(&args.log, "warn")?;
            look::validate(args)
        }
        IngestCommand::Map(args) => args.run(),
        IngestCommand::Reconcile(args) => {
            start_log(&args.common.log, "warn")?;
            repair::reconcile(args)
        }
        IngestCommand::Redrive(args) => {
            start_log(&args.log, "warn")?;
            repair::redrive(args)
        }
        IngestCommand::Approve(args) => {
            start_log(&args.common.log, "warn")?;
            repair::approve(args)
        }
        IngestCommand::Reindex(args) => {
            start_log(&args.log, "warn")?;
            repair::reindex(args)
        }
        IngestCommand::Why(args) => {
            start_log(&args.common.log, "warn")?;
            look::why(args)
        }
        IngestCommand::Status(args) => {
            start_log(&args.log, "warn")?;
            look::status(args)
        }
        IngestCommand::Health(args) => health::check(args.admin_listen).map(|()| ExitCode::SUCCESS),
        IngestCommand::CheckConfig(args) => {
            settings.print();
            check(&args.common, args.dry_run)
        }
    }
}

fn start_log(args: &LogArgs, default: &str) -> Result<(), CliError> {
    log::start(&args.settings(default, LogFormat::Text)?);
    Ok(())
}

fn check(args: &AllArgs, dry_run: bool) -> Result<ExitCode, CliError> {
    let runtime = runtime()?;
    let aws = args.aws.connect(&runtime)?;
    output::line(format_args!("aws            {}", aws.describe()));
    if dry_run {
        output::line(format_args!("queue          {}", args.aws.queue));
        output::line(format_args!("bucket         {}", args.aws.bucket));
        output::line(format_args!("index          {}", args.cluster.index));
        return Ok(ExitCode::SUCCESS);
    }
    let engine = settings::cluster(&args.cluster)?;
    runtime.block_on(engine.prepare())?;
    let info = runtime.block_on(engine.catalog().info(&OperationContext::new()));
    let info = info.map_err(|error| CliError::new(error.to_string()))?;
    output::line(format_args!("cluster        {}", info.engine_version));
    output::line(format_args!("index          {}", args.cluster.index));
    output::line(format_args!("movies         {}", output::number(info.movies)));
    let (queue, dead_letters) = args.aws.queue(&aws, &runtime, std::time::Duration::from_secs(60))?;
    let bucket = args.aws.bucket(&aws, &runtime);
    bucket.check().map_err(|error| remote(&format!("the bucket {}", args.aws.bucket), &error))?;
    output::line(format_args!("queue          {}", queue.url()));
    output::line(format_args!("bucket         {}", args.aws.bucket));
    output::line(match dead_letters {
        DeadLetters::Sound => "the settings are valid",
        DeadLetters::KeepsTooShort => {
            "the dead-letter queue should retain messages longer than the queue does"
        }
        DeadLetters::None => return Err(CliError::new("the queue has no dead-letter queue")),
    });
    Ok(ExitCode::SUCCESS)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_sound() {
        IngestCli::command().debug_assert();
    }

    #[test]
    fn the_settings_are_documented() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let update = std::env::var_os("WIKIMOVIE_CODEGEN").is_some();
        assert_eq!(wikimovie_command::reference::compare(&root, &IngestCli::command(), update), Ok(()));
    }
}
