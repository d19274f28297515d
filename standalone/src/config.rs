//! Settings, read once and checked: the only place that reads the environment.
//!
//! Every setting is an option, a variable or a key of a file, see [`crate::cli`] and [`wikimovie_command::settings`].

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use wikimovie_api::{args::GatewaySettings, auth::command::NewKeyArgs};
use wikimovie_command::{
    Failure, LogFormat, LogSettings,
    health::HealthArgs,
    names,
    settings::{self, Settings, Source},
};
use wikimovie_ingest::folder::check_provider;
use wikimovie_plan::rules::Rules;
use wikimovie_relevance::command::RelevanceArgs;

use crate::cli::{Cli, Command, GoldenArgs, LoadArgs, ServeArgs};

/// What is asked, with settings that fit together.
#[derive(Debug)]
pub(crate) enum Task {
    Serve(Box<ServeSettings>),
    Load(LoadSettings),
    Relevance(RelevanceSettings),
    NewKey(NewKeyArgs),
    CheckConfig(Box<ServeSettings>, Settings<()>),
    Health(HealthArgs),
}

/// Settings of `serve`.
#[derive(Debug)]
pub(crate) struct ServeSettings {
    pub(crate) data_dir: PathBuf,
    pub(crate) watch: Option<PathBuf>,
    pub(crate) rules: Arc<Rules>,
    pub(crate) gateway: GatewaySettings,
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

/// Reads command line, environment and file. `--help` and the like end the program here.
pub(crate) fn read() -> Result<Task, Failure> {
    let Settings { cli, told } = settings::read::<Cli>(
        &[names::OURS],
        &Source { arguments: std::env::args_os().collect(), variables: std::env::vars_os().collect() },
    )?;
    match cli.command {
        None => Ok(Task::Serve(Box::new(serve(*cli.serve)?))),
        Some(Command::Serve(args)) => Ok(Task::Serve(Box::new(serve(*args)?))),
        Some(Command::CheckConfig(args)) => {
            Ok(Task::CheckConfig(Box::new(serve(*args)?), Settings { cli: (), told }))
        }
        Some(Command::NewKey(args)) => Ok(Task::NewKey(args)),
        Some(Command::Health(args)) => Ok(Task::Health(args)),
        Some(Command::Load(args)) => Ok(Task::Load(load(args)?)),
        Some(Command::Relevance(args)) => Ok(Task::Relevance(relevance(args)?)),
    }
}

fn serve(args: ServeArgs) -> Result<ServeSettings, Failure> {
    let gateway = args.gateway.settings()?;
    let data_dir = args.data.data_dir;
    if let Some(watch) = &args.watch {
        keep_apart(watch, &data_dir)?;
    }
    let rules = args.rules.read()?;
    Ok(ServeSettings { data_dir, watch: args.watch, rules, gateway })
}

fn load(args: LoadArgs) -> Result<LoadSettings, Failure> {
    if let Some(provider) = &args.provider {
        check_provider(provider).map_err(Failure::new)?;
    }
    let log = args.log.settings("warn", LogFormat::Text)?;
    let LoadArgs { paths, provider, json, data, .. } = args;
    Ok(LoadSettings { data_dir: data.data_dir, paths, provider, json, log })
}

fn relevance(args: GoldenArgs) -> Result<RelevanceSettings, Failure> {
    let log = args.log.settings("warn", LogFormat::Text)?;
    let rules = args.rules.read()?;
    Ok(RelevanceSettings { relevance: args.relevance, data_dir: args.data.data_dir, rules, log })
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
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_settings_are_documented() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let update = std::env::var_os("WIKIMOVIE_CODEGEN").is_some();
        assert_eq!(wikimovie_command::reference::compare(&root, &Cli::command(), update), Ok(()));
    }

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
