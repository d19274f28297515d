//! The command line of the binary: commands, options and their environment variables. The doc comments here are the
//! text of `--help`.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use wikimovie_api::{args::GatewayArgs, auth::command::NewKeyArgs};
use wikimovie_command::{LogArgs, RulesArgs, health::HealthArgs, settings::ConfigArgs};
use wikimovie_ingest::command::{GenresArgs, MapArgs, MappingArgs};
use wikimovie_relevance::command::RelevanceArgs;

/// Movie search as one program: GraphQL, pages, and an index in a folder.
#[derive(Debug, Parser)]
#[command(name = "wikimovie", version, args_conflicts_with_subcommands = true, max_term_width = 100)]
pub(crate) struct StandaloneCli {
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
    #[command(flatten)]
    pub(crate) serve: Box<ServeArgs>,
    #[command(flatten)]
    pub(crate) config: ConfigArgs,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Serve GraphQL and the pages, and follow a watched folder (the default command)
    Serve(Box<ServeArgs>),
    /// Load files or folders of movies into the index, and print a receipt
    Load(LoadArgs),
    /// Propose a mapping for a file: print the text of a _mapping.json
    Map(MapArgs),
    /// Run a golden list of questions against the index, and print relevance scores
    Relevance(GoldenArgs),
    /// Make an API key: the key is printed once, the file of keys holds its hash
    NewKey(NewKeyArgs),
    /// Check the settings without starting anything
    CheckConfig(Box<ServeArgs>),
    /// Ask the gateway on this machine for its readiness; for health checks of images
    Health(HealthArgs),
}

#[derive(Args, Debug)]
pub(crate) struct ServeArgs {
    #[command(flatten)]
    pub(crate) data: DataArgs,
    /// Folder to watch: the catalogue follows its files [default: none]
    #[arg(long, env = "WIKIMOVIE_WATCH", value_name = "FOLDER")]
    pub(crate) watch: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) genres: GenresArgs,
    #[command(flatten)]
    pub(crate) rules: RulesArgs,
    #[command(flatten)]
    pub(crate) gateway: GatewayArgs,
}

#[derive(Args, Debug)]
pub(crate) struct GoldenArgs {
    #[command(flatten)]
    pub(crate) relevance: RelevanceArgs,
    #[command(flatten)]
    pub(crate) rules: RulesArgs,
    #[command(flatten)]
    pub(crate) data: DataArgs,
    #[command(flatten)]
    pub(crate) log: LogArgs,
}

#[derive(Args, Debug)]
pub(crate) struct DataArgs {
    /// Folder of the index; created if it does not exist
    #[arg(long, env = "WIKIMOVIE_DATA_DIR", value_name = "FOLDER", default_value = "./data")]
    pub(crate) data_dir: PathBuf,
}

#[derive(Args, Debug)]
pub(crate) struct LoadArgs {
    /// Files or folders of movies: JSON, NDJSON or CSV, plain, gzip or zstd, of any size
    #[arg(required = true, value_name = "PATH")]
    pub(crate) paths: Vec<PathBuf>,
    /// Provider of all these files [default: the first folder of a file's path inside PATH, or `default`]
    #[arg(long, value_name = "NAME")]
    pub(crate) provider: Option<String>,
    /// Print the receipts as JSON
    #[arg(long)]
    pub(crate) json: bool,
    /// Exit with status 0 although records are refused or there is nothing to load
    #[arg(long)]
    pub(crate) keep_going: bool,
    #[command(flatten)]
    pub(crate) mapping: MappingArgs,
    #[command(flatten)]
    pub(crate) genres: GenresArgs,
    #[command(flatten)]
    pub(crate) data: DataArgs,
    #[command(flatten)]
    pub(crate) log: LogArgs,
}
