//! Settings, read once and checked: the only place that reads the environment.
//!
//! Every setting is an option, a variable or a key of a file, see [`crate::cli`] and [`wikimovie_command::settings`].

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use wikimovie_api::{args::GatewaySettings, auth::command::NewKeyArgs};
use wikimovie_command::{
    CliError, LogFormat, LogSettings,
    health::HealthArgs,
    names,
    settings::{self, Settings, SettingsSource},
};
use wikimovie_ingest::{Rules as ReadRules, command::MapArgs, folder::check_provider};
use wikimovie_plan::rules::Rules;
use wikimovie_relevance::command::RelevanceArgs;

use crate::cli::{Command, GoldenArgs, LoadArgs, ServeArgs, StandaloneCli};

/// The requested command, with checked settings.
#[derive(Debug)]
pub(crate) enum Invocation {
    Serve(Box<ServeSettings>),
    Load(LoadSettings),
    Map(MapArgs),
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
    /// How files are read.
    pub(crate) reading: ReadRules,
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
    pub(crate) keep_going: bool,
    /// How files are read.
    pub(crate) reading: ReadRules,
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
pub(crate) fn read() -> Result<Invocation, CliError> {
    let Settings { cli, effective } = settings::read::<StandaloneCli>(
        &[names::PREFIX],
        &SettingsSource {
            arguments: std::env::args_os().collect(),
            variables: std::env::vars_os().collect(),
        },
    )?;
    match cli.command {
        None => Ok(Invocation::Serve(Box::new(serve(*cli.serve)?))),
        Some(Command::Serve(args)) => Ok(Invocation::Serve(Box::new(serve(*args)?))),
        Some(Command::CheckConfig(args)) => {
            Ok(Invocation::CheckConfig(Box::new(serve(*args)?), Settings { cli: (), effective }))
        }
        Some(Command::NewKey(args)) => Ok(Invocation::NewKey(args)),
        Some(Command::Health(args)) => Ok(Invocation::Health(args)),
        Some(Command::Map(args)) => Ok(Invocation::Map(args)),
        Some(Command::Load(args)) => Ok(Invocation::Load(load(args)?)),
        Some(Command::Relevance(args)) => Ok(Invocation::Relevance(relevance(args)?)),
    }
}

fn serve(args: ServeArgs) -> Result<ServeSettings, CliError> {
    let gateway = args.gateway.settings()?;
    let data_dir = args.data.data_dir;
    if let Some(watch) = &args.watch {
        check_disjoint(watch, &data_dir)?;
    }
    let rules = args.rules.read()?;
    let reading = ReadRules { mapping: None, vocabulary: args.genres.read()? };
    Ok(ServeSettings { data_dir, watch: args.watch, reading, rules, gateway })
}

fn load(args: LoadArgs) -> Result<LoadSettings, CliError> {
    if let Some(provider) = &args.provider {
        check_provider(provider).map_err(CliError::new)?;
    }
    let log = args.log.settings("warn", LogFormat::Text)?;
    let reading = args.mapping.rules(args.genres.read()?)?;
    let LoadArgs { paths, provider, json, keep_going, data, .. } = args;
    Ok(LoadSettings { data_dir: data.data_dir, paths, provider, json, keep_going, reading, log })
}

fn relevance(args: GoldenArgs) -> Result<RelevanceSettings, CliError> {
    let log = args.log.settings("warn", LogFormat::Text)?;
    let rules = args.rules.read()?;
    Ok(RelevanceSettings { relevance: args.relevance, data_dir: args.data.data_dir, rules, log })
}

/// Refuses a watched folder inside the data folder or around it, because index files would be read as movies.
fn check_disjoint(watch: &Path, data_dir: &Path) -> Result<(), CliError> {
    let absolute = |path: &Path| path.canonicalize().or_else(|_| std::path::absolute(path));
    let (Ok(watched), Ok(data)) = (absolute(watch), absolute(data_dir)) else { return Ok(()) };
    if watched.starts_with(&data) || data.starts_with(&watched) {
        return Err(CliError::new(format!(
            "WIKIMOVIE_WATCH {} and WIKIMOVIE_DATA_DIR {} must not contain one another: movies and index \
             need folders of their own",
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
        assert_eq!(wikimovie_command::reference::compare(&root, &StandaloneCli::command(), update), Ok(()));
    }

    #[test]
    fn the_command_line_is_valid() {
        StandaloneCli::command().debug_assert();
    }

    #[test]
    fn watched_folder_and_data_folder_must_be_disjoint() {
        let folder = tempfile::tempdir().unwrap();
        let inside = folder.path().join("data");
        assert!(check_disjoint(folder.path(), &inside).is_err());
        assert!(check_disjoint(&inside, folder.path()).is_err());
        assert!(check_disjoint(&folder.path().join("movies"), &inside).is_ok());
    }
}
