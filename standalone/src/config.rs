//! Settings, read once and checked: the only place that reads the environment.
//!
//! Every setting is an option or a variable, see [`crate::cli`]. A `WIKIMOVIE_…` variable that no setting knows
//! stops the start, since it is most likely a slip; those that Kubernetes makes for Services are passed over.

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::Arc,
};

use clap::{CommandFactory, Parser};
use wikimovie_api::{ApiSettings, Environment};
use wikimovie_ingest::folder::check_provider;

use wikimovie_command::{Failure, LogFormat, LogSettings, names};
use wikimovie_relevance::command::RelevanceArgs;
use wikimovie_search::Rules;

use crate::cli::{Cli, Command, EnvironmentArg, GoldenArgs, LoadArgs, ServeArgs};

/// What is asked, with settings that fit together.
#[derive(Debug)]
pub(crate) enum Task {
    Serve(ServeSettings),
    Load(LoadSettings),
    Relevance(RelevanceSettings),
    CheckConfig(ServeSettings),
    Health(SocketAddr),
}

/// Settings of `serve`.
#[derive(Debug)]
pub(crate) struct ServeSettings {
    pub(crate) listen: SocketAddr,
    pub(crate) data_dir: PathBuf,
    pub(crate) watch: Option<PathBuf>,
    pub(crate) rules: Arc<Rules>,
    pub(crate) api: ApiSettings,
    pub(crate) log: LogSettings,
}

/// Settings of `load`.
#[derive(Debug)]
pub(crate) struct LoadSettings {
    pub(crate) data_dir: PathBuf,
    pub(crate) paths: Vec<PathBuf>,
    pub(crate) provider: Option<String>,
    pub(crate) json: bool,
    pub(crate) log: LogSettings,
}

/// Settings of `relevance`.
#[derive(Debug)]
pub(crate) struct RelevanceSettings {
    pub(crate) relevance: RelevanceArgs,
    pub(crate) data_dir: PathBuf,
    pub(crate) rules: Arc<Rules>,
    pub(crate) log: LogSettings,
}

/// Reads command line and environment. `--help` and the like end the program here.
pub(crate) fn read() -> Result<Task, Failure> {
    let cli = Cli::parse();
    names::check(&Cli::command(), &[names::OURS], std::env::vars_os())?;
    match cli.command {
        None => Ok(Task::Serve(serve(cli.serve)?)),
        Some(Command::Serve(args)) => Ok(Task::Serve(serve(args)?)),
        Some(Command::CheckConfig(args)) => Ok(Task::CheckConfig(serve(args)?)),
        Some(Command::Health(args)) => Ok(Task::Health(args.listen)),
        Some(Command::Load(args)) => Ok(Task::Load(load(args)?)),
        Some(Command::Relevance(args)) => Ok(Task::Relevance(relevance(args)?)),
    }
}

fn serve(args: ServeArgs) -> Result<ServeSettings, Failure> {
    let environment = match args.environment {
        EnvironmentArg::Development => Environment::Development,
        EnvironmentArg::Production => Environment::Production,
    };
    let mut api = ApiSettings::of(environment);
    api.introspection = args.introspection.unwrap_or(api.introspection);
    api.graphiql = args.graphiql.unwrap_or(api.graphiql);
    let default_format = match environment {
        Environment::Development => LogFormat::Text,
        Environment::Production => LogFormat::Json,
    };
    let log =
        LogSettings::new(args.common.log.as_deref(), "info", args.log_format.unwrap_or(default_format))?;
    let watch = args.watch.filter(|watch| !watch.as_os_str().is_empty());
    if let Some(watch) = &watch {
        keep_apart(watch, &args.common.data_dir)?;
    }
    let rules = args.rules.read()?;
    Ok(ServeSettings { listen: args.listen, data_dir: args.common.data_dir, watch, rules, api, log })
}

fn load(args: LoadArgs) -> Result<LoadSettings, Failure> {
    if let Some(provider) = &args.provider {
        check_provider(provider).map_err(Failure::new)?;
    }
    let log = LogSettings::new(args.common.log.as_deref(), "warn", LogFormat::Text)?;
    let LoadArgs { paths, provider, json, common } = args;
    Ok(LoadSettings { data_dir: common.data_dir, paths, provider, json, log })
}

fn relevance(args: GoldenArgs) -> Result<RelevanceSettings, Failure> {
    let log = LogSettings::new(args.common.log.as_deref(), "warn", LogFormat::Text)?;
    let rules = args.rules.read()?;
    Ok(RelevanceSettings { relevance: args.relevance, data_dir: args.common.data_dir, rules, log })
}

/// The index must not be taken for movies.
fn keep_apart(watch: &Path, data_dir: &Path) -> Result<(), Failure> {
    let absolute = |path: &Path| path.canonicalize().or_else(|_| std::path::absolute(path));
    let (Ok(watched), Ok(data)) = (absolute(watch), absolute(data_dir)) else { return Ok(()) };
    if watched.starts_with(&data) || data.starts_with(&watched) {
        return Err(Failure::new(format!(
            "WIKIMOVIE_WATCH {} and WIKIMOVIE_DATA_DIR {} lie in one another; keep movies and index apart",
            watch.display(),
            data_dir.display()
        )));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn movies_and_index_are_kept_apart() {
        let folder = tempfile::tempdir().unwrap();
        let inside = folder.path().join("data");
        assert!(keep_apart(folder.path(), &inside).is_err());
        assert!(keep_apart(&inside, folder.path()).is_err());
        assert!(keep_apart(&folder.path().join("movies"), &inside).is_ok());
    }
}
