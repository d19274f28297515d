//! `wikimovie-ingest`: movies from files into a search cluster.

use std::{path::PathBuf, process::ExitCode};

use clap::{Args, CommandFactory, Parser, Subcommand};
use wikimovie_command::{
    Failure, LogFormat, LogSettings,
    cluster::{self, ClusterArgs},
    log, names, say,
};
use wikimovie_ingest::command::Load;
use wikimovie_search::elasticsearch::Elasticsearch;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Movies from files into Elasticsearch or OpenSearch.
#[derive(Debug, Parser)]
#[command(name = "wikimovie-ingest", version, max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    command: Task,
}

#[derive(Debug, Subcommand)]
enum Task {
    /// Load files or folders of movies into the cluster, and end with a receipt
    Load(Box<LoadArgs>),
    /// Check the settings, and whether the cluster answers
    CheckConfig(Box<CheckArgs>),
}

#[derive(Args, Debug)]
struct LoadArgs {
    /// Files or folders of movies: JSON arrays, NDJSON or CSV, plain or gzip, of any size
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Provider of all these files [default: the first folder of a file's path inside PATH, or `default`]
    #[arg(long, value_name = "NAME")]
    provider: Option<String>,
    /// Print the receipts as JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    common: CheckArgs,
}

#[derive(Args, Debug)]
struct CheckArgs {
    #[command(flatten)]
    cluster: ClusterArgs,
    /// What is logged, such as `debug` or `info,wikimovie_ingest=debug`
    #[arg(long, env = "WIKIMOVIE_LOG", value_name = "FILTER", default_value = "warn")]
    log: String,
}

fn main() -> ExitCode {
    match run() {
        Ok(code) => code,
        Err(failure) => {
            say::error("wikimovie-ingest", &failure);
            ExitCode::from(Failure::EXIT_CODE)
        }
    }
}

fn run() -> Result<ExitCode, Failure> {
    let cli = Cli::parse();
    // The gateway's settings may stand in the same environment.
    let of_others =
        ["WIKIMOVIE_LISTEN", "WIKIMOVIE_INTROSPECTION", "WIKIMOVIE_GRAPHIQL", "WIKIMOVIE_LOG_FORMAT"];
    let variables = std::env::vars_os().filter(|(name, _)| !of_others.iter().any(|other| name == other));
    names::check(&Cli::command(), &[names::OURS, cluster::PREFIX], variables)?;
    match cli.command {
        Task::Load(args) => {
            log::start(&LogSettings::new(Some(&args.common.log), "warn", LogFormat::Text)?);
            let load = Load::new(&args.paths, args.provider.as_deref(), args.json)?;
            let (runtime, engine) = connect(&args.common.cluster)?;
            let mut writer = engine.writer(runtime.handle().clone())?;
            load.run(&mut writer)
        }
        Task::CheckConfig(args) => {
            let (runtime, engine) = connect(&args.cluster)?;
            runtime.block_on(engine.prepare())?;
            let info = runtime.block_on(engine.catalog().info());
            let info = info.map_err(|error| Failure::new(error.to_string()))?;
            say::line(format_args!("cluster        {}", info.engine_version));
            say::line(format_args!("index          {}", args.cluster.index));
            say::line(format_args!("movies         {}", say::number(info.movies)));
            say::line("the settings are sound");
            Ok(ExitCode::SUCCESS)
        }
    }
}

fn connect(args: &ClusterArgs) -> Result<(tokio::runtime::Runtime, Elasticsearch), Failure> {
    let engine = Elasticsearch::new(&args.options()?).map_err(Failure::new)?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .map_err(|error| Failure::new(format!("no threads can be started: {error}")))?;
    Ok((runtime, engine))
}
