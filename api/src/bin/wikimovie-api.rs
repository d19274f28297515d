//! `wikimovie-api`: the gateway to a search cluster.

use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};
use tokio::runtime::Runtime;
use wikimovie_api::{
    Gateway, PersistedDocuments, Server,
    args::{GatewayArgs, GatewaySettings},
    auth::{Authenticator, command::NewKeyArgs},
};
use wikimovie_command::{
    CliError, LogArgs, LogFormat,
    cluster::{self, ClusterArgs},
    health::HealthArgs,
    log, names, output,
    settings::{self, ConfigArgs, Settings, SettingsSource},
    signal,
};
use wikimovie_elasticsearch::{Elasticsearch, ElasticsearchOptions};
use wikimovie_engine::OperationContext;
use wikimovie_relevance::command::RelevanceArgs;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// GraphQL gateway to movies in Elasticsearch or OpenSearch.
#[derive(Debug, Parser)]
#[command(name = "wikimovie-api", version, args_conflicts_with_subcommands = true, max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    serve: Box<ServeArgs>,
    #[command(flatten)]
    config: ConfigArgs,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve GraphQL and the pages (what no command does, too)
    Serve(Box<ServeArgs>),
    /// Ask the cluster a golden list of questions, and print how good the first answers are
    Relevance(Box<GoldenArgs>),
    /// Make an API key: the key is printed once, the file of keys holds its hash
    NewKey(NewKeyArgs),
    /// Check the settings, and whether the cluster answers
    CheckConfig(Box<ServeArgs>),
    /// Ask the gateway on this machine for its readiness; for health checks of images
    Health(HealthArgs),
}

#[derive(Args, Debug)]
struct ServeArgs {
    #[command(flatten)]
    cluster: ClusterArgs,
    #[command(flatten)]
    gateway: GatewayArgs,
}

#[derive(Args, Debug)]
struct GoldenArgs {
    #[command(flatten)]
    relevance: RelevanceArgs,
    #[command(flatten)]
    cluster: ClusterArgs,
    #[command(flatten)]
    log: LogArgs,
}

fn main() -> ExitCode {
    match run() {
        Ok(code) => code,
        Err(error) => {
            output::error("wikimovie-api", &error);
            ExitCode::from(CliError::EXIT_CODE)
        }
    }
}

fn run() -> Result<ExitCode, CliError> {
    let settings: Settings<Cli> = settings::read(
        &[names::PREFIX, cluster::PREFIX],
        &SettingsSource {
            arguments: std::env::args_os().collect(),
            variables: std::env::vars_os().collect(),
        },
    )?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| CliError::new(format!("threads cannot be started: {error}")))?;
    let done = match &settings.cli.command {
        None => serve(&settings.cli.serve, &runtime),
        Some(Command::Serve(args)) => serve(args, &runtime),
        Some(Command::Relevance(args)) => runtime.block_on(relevance(args)),
        Some(Command::NewKey(args)) => args.run().map(|()| ExitCode::SUCCESS),
        Some(Command::CheckConfig(args)) => runtime.block_on(check(args, &settings)),
        Some(Command::Health(args)) => args.check().map(|()| ExitCode::SUCCESS),
    };
    // A question still being answered must not hold up the end.
    runtime.shutdown_background();
    done
}

fn checked(args: &ServeArgs) -> Result<(GatewaySettings, ElasticsearchOptions), CliError> {
    let cluster = args.cluster.options()?;
    let mut gateway = args.gateway.settings()?;
    gateway.api.engine_deadline = cluster.deadline;
    Ok((gateway, cluster))
}

/// Reads the files and asks the cluster, so that what is wrong is seen before anything depends on it.
async fn check(args: &ServeArgs, settings: &Settings<Cli>) -> Result<ExitCode, CliError> {
    let (gateway, cluster) = checked(args)?;
    gateway.check()?;
    let engine = Elasticsearch::new(&cluster).map_err(CliError::new)?;
    engine.prepare().await?;
    let info = engine
        .catalog()
        .info(&OperationContext::new())
        .await
        .map_err(|error| CliError::new(error.to_string()))?;
    settings.print();
    output::line(format_args!("cluster        {}", info.engine_version));
    output::line(format_args!("index          {}", cluster.index));
    output::line(format_args!("movies         {}", output::number(info.movies)));
    output::line("the settings are valid");
    Ok(ExitCode::SUCCESS)
}

fn serve(args: &ServeArgs, runtime: &Runtime) -> Result<ExitCode, CliError> {
    let (settings, cluster) = checked(args)?;
    let inside = runtime.enter();
    let traces = log::start_traced("wikimovie-api", &settings.log, &settings.traces)?;
    drop(inside);
    let served = runtime.block_on(answer(settings, cluster));
    drop(traces);
    served
}

async fn answer(settings: GatewaySettings, cluster: ElasticsearchOptions) -> Result<ExitCode, CliError> {
    let engine = Elasticsearch::new(&cluster).map_err(CliError::new)?;
    let persisted =
        PersistedDocuments::open(settings.persisted).map_err(|error| CliError::new(error.to_string()))?;
    let auth = Authenticator::new(&settings.auth).map_err(|error| CliError::new(error.to_string()))?;
    let server = Server::bind(settings.server).await?;
    // Armed before anything is told, so that a signal right after the first line is heard.
    let stop = signal::stop()
        .map_err(|error| CliError::new(format!("signal handlers cannot be installed: {error}")))?;
    greet(&server, settings.api.graphiql);
    let gateway = Gateway::new(engine.catalog(), engine.sealer(), settings.api)
        .with_persisted_documents(persisted)
        .with_auth(auth);
    let mut serving = tokio::spawn(server.serve(gateway, stop));
    // The cluster may come later than we do: questions are told so until it is there.
    tokio::select! {
        unusable = engine.follow() => Err(unusable.into()),
        served = &mut serving => match served {
            Ok(Ok(())) => Ok(ExitCode::SUCCESS),
            Ok(Err(error)) => Err(CliError::new(format!("the server failed: {error}"))),
            Err(panicked) => Err(CliError::new(panicked.to_string())),
        },
    }
}

async fn relevance(args: &GoldenArgs) -> Result<ExitCode, CliError> {
    log::start(&args.log.settings("warn", LogFormat::Text)?);
    let golden = args.relevance.golden()?;
    let engine = Elasticsearch::new(&args.cluster.options()?).map_err(CliError::new)?;
    engine.prepare().await?;
    args.relevance.run(engine.catalog().as_ref(), &golden).await
}

fn greet(server: &Server, graphiql: bool) {
    let base = server.base_url();
    output::line(format_args!("WIKIMovie    {base}/"));
    if graphiql {
        output::line(format_args!("GraphiQL     {base}/graphiql"));
    }
    output::line(format_args!("GraphQL      {base}/graphql   contract: {base}/schema.graphql"));
    let probes = server.admin_url().unwrap_or(base);
    output::line(format_args!("metrics      {probes}/metrics"));
    output::line(format_args!("ready        {probes}/readyz reports whether the cluster is reachable"));
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn the_settings_are_documented() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let update = std::env::var_os("WIKIMOVIE_CODEGEN").is_some();
        assert_eq!(wikimovie_command::reference::compare(&root, &Cli::command(), update), Ok(()));
    }
}
