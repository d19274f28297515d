//! `wikimovie-api`: the gateway to a search cluster.

use std::{net::SocketAddr, process::ExitCode};

use clap::{ArgAction, Args, CommandFactory, Parser, Subcommand, ValueEnum};
use tokio::net::TcpListener;
use wikimovie_api::{ApiSettings, Environment, Gateway, router};
use wikimovie_command::{
    Failure, LogFormat, LogSettings,
    cluster::{self, ClusterArgs},
    health, log, names, say, signal,
};
use wikimovie_relevance::command::RelevanceArgs;
use wikimovie_search::elasticsearch::{Elasticsearch, ElasticsearchOptions};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// GraphQL gateway to movies in Elasticsearch or OpenSearch.
#[derive(Debug, Parser)]
#[command(name = "wikimovie-api", version, args_conflicts_with_subcommands = true, max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    serve: ServeArgs,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve GraphQL and the pages (what no command does, too)
    Serve(Box<ServeArgs>),
    /// Ask the cluster a golden list of questions, and print how good the first answers are
    Relevance(Box<GoldenArgs>),
    /// Check the settings, and whether the cluster answers
    CheckConfig(Box<ServeArgs>),
    /// Ask the gateway on this machine whether it is ready; for health checks of images
    Health(HealthArgs),
}

#[derive(Args, Debug)]
struct ServeArgs {
    /// Address and port to listen on; port 0 takes a free one
    #[arg(long, env = "WIKIMOVIE_LISTEN", value_name = "ADDRESS", default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
    #[command(flatten)]
    cluster: ClusterArgs,
    /// Decides the defaults of the three settings below
    #[arg(long = "env", env = "ENV", value_name = "ENV", default_value = "development")]
    environment: EnvironmentArg,
    /// Whether the schema can be asked through GraphQL [default: true in development]
    #[arg(long, env = "WIKIMOVIE_INTROSPECTION", value_name = "BOOL", action = ArgAction::Set)]
    introspection: Option<bool>,
    /// Whether /graphiql is served [default: true in development]
    #[arg(long, env = "WIKIMOVIE_GRAPHIQL", value_name = "BOOL", action = ArgAction::Set)]
    graphiql: Option<bool>,
    /// How log lines are written [default: text in development, json in production]
    #[arg(long, env = "WIKIMOVIE_LOG_FORMAT", value_name = "FORMAT")]
    log_format: Option<LogFormat>,
    /// What is logged, such as `debug` or `info,wikimovie_search=debug`
    #[arg(long, env = "WIKIMOVIE_LOG", value_name = "FILTER", default_value = "info")]
    log: String,
}

#[derive(Args, Debug)]
struct HealthArgs {
    /// Address and port that the gateway listens on
    #[arg(long, env = "WIKIMOVIE_LISTEN", value_name = "ADDRESS", default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
}

#[derive(Args, Debug)]
struct GoldenArgs {
    #[command(flatten)]
    relevance: RelevanceArgs,
    #[command(flatten)]
    cluster: ClusterArgs,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum EnvironmentArg {
    Development,
    Production,
}

/// Settings that fit together.
struct Settings {
    listen: SocketAddr,
    api: ApiSettings,
    cluster: ElasticsearchOptions,
    log: LogSettings,
}

fn main() -> ExitCode {
    match run() {
        Ok(code) => code,
        Err(failure) => {
            say::error("wikimovie-api", &failure);
            ExitCode::from(Failure::EXIT_CODE)
        }
    }
}

fn run() -> Result<ExitCode, Failure> {
    let cli = Cli::parse();
    names::check(&Cli::command(), &[names::OURS, cluster::PREFIX], std::env::vars_os())?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::new(format!("no threads can be started: {error}")))?;
    let done = match cli.command {
        None => runtime.block_on(serve(settings(&cli.serve)?)).map(|()| ExitCode::SUCCESS),
        Some(Command::Serve(args)) => runtime.block_on(serve(settings(&args)?)).map(|()| ExitCode::SUCCESS),
        Some(Command::Relevance(args)) => runtime.block_on(relevance(&args)),
        Some(Command::CheckConfig(args)) => {
            runtime.block_on(check(settings(&args)?)).map(|()| ExitCode::SUCCESS)
        }
        Some(Command::Health(args)) => health::ask(args.listen).map(|()| ExitCode::SUCCESS),
    };
    // A question still being answered must not hold up the end.
    runtime.shutdown_background();
    done
}

fn settings(args: &ServeArgs) -> Result<Settings, Failure> {
    let (environment, format) = match args.environment {
        EnvironmentArg::Development => (Environment::Development, LogFormat::Text),
        EnvironmentArg::Production => (Environment::Production, LogFormat::Json),
    };
    let cluster = args.cluster.options()?;
    let mut api = ApiSettings::of(environment);
    api.introspection = args.introspection.unwrap_or(api.introspection);
    api.graphiql = args.graphiql.unwrap_or(api.graphiql);
    api.engine_deadline = cluster.deadline;
    let log = LogSettings::new(Some(&args.log), "info", args.log_format.unwrap_or(format))?;
    Ok(Settings { listen: args.listen, api, cluster, log })
}

async fn check(settings: Settings) -> Result<(), Failure> {
    let engine = Elasticsearch::new(&settings.cluster).map_err(Failure::new)?;
    engine.prepare().await?;
    let info = engine.catalog().info().await.map_err(|error| Failure::new(error.to_string()))?;
    say::line(format_args!("environment    {:?}", settings.api.environment));
    say::line(format_args!("listen         {}", settings.listen));
    say::line(format_args!("cluster        {}", info.engine_version));
    say::line(format_args!("index          {}", settings.cluster.index));
    say::line(format_args!("movies         {}", say::number(info.movies)));
    say::line("the settings are sound");
    Ok(())
}

async fn serve(settings: Settings) -> Result<(), Failure> {
    log::start(&settings.log);
    let Settings { listen, api, cluster, .. } = settings;
    let engine = Elasticsearch::new(&cluster).map_err(Failure::new)?;
    let listener = TcpListener::bind(listen).await.map_err(|error| Failure::listening(listen, &error))?;
    let address = listener.local_addr().map_err(|error| Failure::listening(listen, &error))?;
    // Armed before anything is told, so that a signal right after the first line is heard.
    let stop = signal::stop().map_err(|error| Failure::new(format!("signals cannot be heard: {error}")))?;
    let (drain, graphiql) = (api.drain_deadline, api.graphiql);
    let gateway = Gateway::new(engine.catalog(), engine.sealer(), api);
    let mut serving = tokio::spawn(wikimovie_api::serve(listener, router(gateway), stop, drain));
    greet(address, graphiql);
    // The cluster may come later than we do: questions are told so until it is there.
    tokio::select! {
        unusable = engine.follow() => Err(unusable.into()),
        served = &mut serving => match served {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) => Err(Failure::listening(address, &error)),
            Err(panicked) => Err(Failure::new(panicked.to_string())),
        },
    }
}

async fn relevance(args: &GoldenArgs) -> Result<ExitCode, Failure> {
    let golden = args.relevance.golden()?;
    let engine = Elasticsearch::new(&args.cluster.options()?).map_err(Failure::new)?;
    engine.prepare().await?;
    args.relevance.run(engine.catalog().as_ref(), &golden).await
}

fn greet(address: SocketAddr, graphiql: bool) {
    say::line(format_args!("WIKIMovie    http://{address}/"));
    if graphiql {
        say::line(format_args!("GraphiQL     http://{address}/graphiql"));
    }
    say::line(format_args!(
        "GraphQL      http://{address}/graphql   contract: http://{address}/schema.graphql"
    ));
    say::line(format_args!("ready        http://{address}/readyz tells when the cluster answers"));
}
