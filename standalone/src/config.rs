//! Settings, read once and checked: the only place that reads the environment.
//!
//! Every setting is an option or a variable, see [`crate::cli`]. A `WIKIMOVIE_…` variable that no setting knows
//! stops the start, since it is most likely a slip; those that Kubernetes makes for Services are passed over.

use std::{
    ffi::OsString,
    net::SocketAddr,
    path::{Path, PathBuf},
};

use clap::{CommandFactory, Parser};
use tracing_subscriber::EnvFilter;
use wikimovie_api::{ApiSettings, Environment};
use wikimovie_ingest::folder::check_provider;

use crate::{
    cli::{Cli, Command, CommonArgs, EnvironmentArg, LoadArgs, LogFormat, ServeArgs},
    failure::Failure,
};

/// What is asked, with settings that fit together.
#[derive(Debug)]
pub(crate) enum Task {
    Serve(ServeSettings),
    Load(LoadSettings),
    CheckConfig(ServeSettings),
}

/// Settings of `serve`.
#[derive(Debug)]
pub(crate) struct ServeSettings {
    pub(crate) listen: SocketAddr,
    pub(crate) data_dir: PathBuf,
    pub(crate) watch: Option<PathBuf>,
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

/// What is logged, and how.
#[derive(Clone, Debug)]
pub(crate) struct LogSettings {
    pub(crate) filter: String,
    pub(crate) format: LogFormat,
}

/// Reads command line and environment. `--help` and the like end the program here.
pub(crate) fn read() -> Result<Task, Failure> {
    let cli = Cli::parse();
    check_names(std::env::vars_os())?;
    match cli.command {
        None => Ok(Task::Serve(serve(cli.serve)?)),
        Some(Command::Serve(args)) => Ok(Task::Serve(serve(args)?)),
        Some(Command::CheckConfig(args)) => Ok(Task::CheckConfig(serve(args)?)),
        Some(Command::Load(args)) => Ok(Task::Load(load(args)?)),
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
    let log = log(&args.common, "info", args.log_format.unwrap_or(default_format))?;
    let watch = args.watch.filter(|watch| !watch.as_os_str().is_empty());
    if let Some(watch) = &watch {
        keep_apart(watch, &args.common.data_dir)?;
    }
    Ok(ServeSettings { listen: args.listen, data_dir: args.common.data_dir, watch, api, log })
}

fn load(args: LoadArgs) -> Result<LoadSettings, Failure> {
    if let Some(provider) = &args.provider {
        check_provider(provider).map_err(Failure::new)?;
    }
    let log = log(&args.common, "warn", LogFormat::Text)?;
    let LoadArgs { paths, provider, json, common } = args;
    Ok(LoadSettings { data_dir: common.data_dir, paths, provider, json, log })
}

fn log(args: &CommonArgs, default: &str, format: LogFormat) -> Result<LogSettings, Failure> {
    let filter = args.log.clone().filter(|filter| !filter.is_empty()).unwrap_or_else(|| default.to_owned());
    match EnvFilter::try_new(&filter) {
        Ok(_) => Ok(LogSettings { filter, format }),
        Err(error) => {
            Err(Failure::new(format!("WIKIMOVIE_LOG {filter:?} is no filter of log lines: {error}")))
        }
    }
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

/// Prefix of all our variables but `ENV`.
const PREFIX: &str = "WIKIMOVIE_";

fn check_names(variables: impl Iterator<Item = (OsString, OsString)>) -> Result<(), Failure> {
    let known = known_names();
    for (name, value) in variables {
        let Some(name) = name.to_str().filter(|name| name.starts_with(PREFIX)) else { continue };
        if !known.iter().any(|known| known == name) && !is_of_kubernetes(name, &value.to_string_lossy()) {
            return Err(Failure::new(format!("there is no setting {name}; there are {}", known.join(", "))));
        }
    }
    Ok(())
}

/// The variables that the options stand for.
fn known_names() -> Vec<String> {
    let cli = Cli::command();
    let commands = std::iter::once(&cli).chain(cli.get_subcommands());
    let mut names: Vec<String> = commands
        .flat_map(clap::Command::get_arguments)
        .filter_map(|argument| argument.get_env()?.to_str().map(str::to_owned))
        .filter(|name| name.starts_with(PREFIX))
        .collect();
    names.sort();
    names.dedup();
    names
}

/// Whether Kubernetes makes this variable for a Service called `wikimovie` or `wikimovie-…`: `…_SERVICE_HOST`,
/// `…_SERVICE_PORT`, `…_SERVICE_PORT_<NAME>`, `…_PORT=tcp://…`, `…_PORT_80_TCP`, `…_PORT_80_TCP_ADDR` and the like
/// (kubernetes.io, "Environment variables" of Services). `WIKIMOVIE_PORT=8080` is none of these but a slip.
fn is_of_kubernetes(name: &str, value: &str) -> bool {
    if name.ends_with("_SERVICE_HOST") || name.ends_with("_SERVICE_PORT") || name.contains("_SERVICE_PORT_") {
        return true;
    }
    let is_address = ["tcp://", "udp://", "sctp://"].iter().any(|scheme| value.starts_with(scheme));
    if name.ends_with("_PORT") && is_address {
        return true;
    }
    let Some((_, rest)) = name.split_once("_PORT_") else { return false };
    let mut parts = rest.split('_');
    let is_port = parts.next().is_some_and(|port| port.parse::<u16>().is_ok());
    is_port && parts.next().is_some_and(|protocol| matches!(protocol, "TCP" | "UDP" | "SCTP"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(name: &str, value: &str) -> Result<(), String> {
        check_names([(name.into(), value.into())].into_iter()).map_err(|failure| failure.to_string())
    }

    #[test]
    fn the_command_line_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn unknown_names_are_told_with_the_known_ones() {
        let told = check("WIKIMOVIE_LISTN", "x").unwrap_err();
        assert!(told.contains("WIKIMOVIE_LISTN") && told.contains("WIKIMOVIE_LISTEN"), "{told}");
        assert!(check("WIKIMOVIE_PORT", "8080").is_err());
        assert!(check("WIKIMOVIE_PORT_NUMBER", "8080").is_err());
    }

    #[test]
    fn names_of_ours_and_of_others_pass() {
        let cases = [
            ("WIKIMOVIE_LISTEN", "127.0.0.1:1"),
            ("WIKIMOVIE_WATCH", ""),
            ("PATH", "/bin"),
            ("WIKIMOVIE_SERVICE_HOST", "10.0.0.1"),
            ("WIKIMOVIE_SERVICE_PORT", "80"),
            ("WIKIMOVIE_SERVICE_PORT_HTTP", "80"),
            ("WIKIMOVIE_PORT", "tcp://10.0.0.1:80"),
            ("WIKIMOVIE_PORT_80_TCP", "tcp://10.0.0.1:80"),
            ("WIKIMOVIE_PORT_80_TCP_PROTO", "tcp"),
            ("WIKIMOVIE_PORT_80_TCP_PORT", "80"),
            ("WIKIMOVIE_PORT_80_TCP_ADDR", "10.0.0.1"),
            ("WIKIMOVIE_INGEST_SERVICE_HOST", "10.0.0.1"),
        ];
        for (name, value) in cases {
            assert_eq!(check(name, value), Ok(()), "{name}");
        }
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
