//! What can be asked of the binary: commands, options and the environment variables they stand for. The text here
//! is the help that people read.

use std::{net::SocketAddr, path::PathBuf};

use clap::{ArgAction, Args, Parser, Subcommand, ValueEnum};
use wikimovie_command::{LogFormat, RulesArgs};
use wikimovie_relevance::command::RelevanceArgs;

/// Movie search as one program: GraphQL, pages, and an index in a folder.
#[derive(Debug, Parser)]
#[command(name = "wikimovie", version, args_conflicts_with_subcommands = true, max_term_width = 100)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
    #[command(flatten)]
    pub(crate) serve: ServeArgs,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Serve GraphQL and the pages; keep the catalogue equal to a watched folder (what no command does, too)
    Serve(ServeArgs),
    /// Load files or folders of movies into the index, and end with a receipt
    Load(LoadArgs),
    /// Ask the index a golden list of questions, and print how good the first answers are
    Relevance(GoldenArgs),
    /// Check the settings without starting anything
    CheckConfig(ServeArgs),
    /// Ask the gateway on this machine whether it is ready; for health checks of images
    Health(HealthArgs),
}

#[derive(Args, Debug)]
pub(crate) struct ServeArgs {
    /// Address and port to listen on; port 0 takes a free one
    #[arg(long, env = "WIKIMOVIE_LISTEN", value_name = "ADDRESS", default_value = "127.0.0.1:8080")]
    pub(crate) listen: SocketAddr,
    /// Folder to keep the catalogue equal to; without it none is watched
    #[arg(long, env = "WIKIMOVIE_WATCH", value_name = "FOLDER", value_parser = any_path)]
    pub(crate) watch: Option<PathBuf>,
    /// Decides the defaults of the three settings below
    #[arg(long = "env", env = "ENV", value_name = "ENV", default_value = "development")]
    pub(crate) environment: EnvironmentArg,
    /// Whether the schema can be asked through GraphQL [default: true in development]
    #[arg(long, env = "WIKIMOVIE_INTROSPECTION", value_name = "BOOL", action = ArgAction::Set)]
    pub(crate) introspection: Option<bool>,
    /// Whether /graphiql is served [default: true in development]
    #[arg(long, env = "WIKIMOVIE_GRAPHIQL", value_name = "BOOL", action = ArgAction::Set)]
    pub(crate) graphiql: Option<bool>,
    /// How log lines are written [default: text in development, json in production]
    #[arg(long, env = "WIKIMOVIE_LOG_FORMAT", value_name = "FORMAT")]
    pub(crate) log_format: Option<LogFormat>,
    #[command(flatten)]
    pub(crate) rules: RulesArgs,
    #[command(flatten)]
    pub(crate) common: CommonArgs,
}

#[derive(Args, Debug)]
pub(crate) struct HealthArgs {
    /// Address and port that the gateway listens on
    #[arg(long, env = "WIKIMOVIE_LISTEN", value_name = "ADDRESS", default_value = "127.0.0.1:8080")]
    pub(crate) listen: SocketAddr,
}

#[derive(Args, Debug)]
pub(crate) struct GoldenArgs {
    #[command(flatten)]
    pub(crate) relevance: RelevanceArgs,
    #[command(flatten)]
    pub(crate) rules: RulesArgs,
    #[command(flatten)]
    pub(crate) common: CommonArgs,
}

#[derive(Args, Debug)]
pub(crate) struct CommonArgs {
    /// Folder of the index; made where it is missing
    #[arg(long, env = "WIKIMOVIE_DATA_DIR", value_name = "FOLDER", default_value = "./data")]
    pub(crate) data_dir: PathBuf,
    /// What is logged, such as `debug` or `info,wikimovie_ingest=debug` [default: info; warn for load]
    #[arg(long, env = "WIKIMOVIE_LOG", value_name = "FILTER")]
    pub(crate) log: Option<String>,
}

#[derive(Args, Debug)]
pub(crate) struct LoadArgs {
    /// Files or folders of movies: JSON arrays, NDJSON or CSV, plain or gzip, of any size
    #[arg(required = true, value_name = "PATH")]
    pub(crate) paths: Vec<PathBuf>,
    /// Provider of all these files [default: the first folder of a file's path inside PATH, or `default`]
    #[arg(long, value_name = "NAME")]
    pub(crate) provider: Option<String>,
    /// Print the receipts as JSON
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) common: CommonArgs,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum EnvironmentArg {
    Development,
    Production,
}

/// A path that may be empty: templates set a variable to nothing where they mean none.
fn any_path(value: &str) -> Result<PathBuf, std::convert::Infallible> {
    Ok(PathBuf::from(value))
}
