//! Settings of a program: one list of options, read from the command line, then the environment, then a TOML file,
//! then the defaults. An unknown name stops the start.
//!
//! The list is the program's clap command: each option has an environment variable, and the key in the file is that
//! variable's name in lower case, without `WIKIMOVIE_`. Values of the file become defaults of the options, so that
//! clap checks all of them.

use std::{
    collections::BTreeMap,
    ffi::{OsStr, OsString},
    path::{Path, PathBuf},
};

use clap::{
    Arg, ArgMatches, Args, Command, Parser, builder::Resettable, error::ErrorKind, parser::ValueSource,
};

use crate::{
    CliError, names,
    options::{arguments, key, variable},
    output,
};

/// Variable that names the file.
pub const FILE: &str = "WIKIMOVIE_CONFIG";

/// The file itself, an option of every program.
#[derive(Args, Clone, Debug)]
pub struct ConfigArgs {
    /// Settings file (TOML): keys are the variables' names in lower case, without `wikimovie_`. Variables and options
    /// take precedence
    #[arg(long, env = FILE, value_name = "FILE", global = true)]
    pub config: Option<PathBuf>,
}

/// The raw settings, passed in by the `config` of a program.
#[derive(Clone, Debug)]
pub struct SettingsSource {
    /// The command line, the program's name first.
    pub arguments: Vec<OsString>,
    /// The environment.
    pub variables: Vec<(OsString, OsString)>,
}

/// The checked settings of a program.
#[derive(Clone, Debug)]
pub struct Settings<C> {
    /// The options.
    pub cli: C,
    /// Every setting with its value and origin, in the order of the help.
    pub effective: Vec<EffectiveSetting>,
}

/// A setting with the value that applies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EffectiveSetting {
    /// Its environment variable.
    pub name: String,
    /// Its value; a placeholder for a secret.
    pub value: String,
    /// Origin of the value: command line, environment, file or default.
    pub origin: &'static str,
}

impl<C> Settings<C> {
    /// Prints the settings that differ from their defaults, as `check-config` does.
    pub fn print(&self) {
        let changed = self.effective.iter().filter(|setting| setting.origin != DEFAULT);
        for EffectiveSetting { name, value, origin } in changed {
            output::line(format_args!("{name}={value}   ({origin})"));
        }
    }
}

const DEFAULT: &str = "default";

/// Reads the settings of a program. For `--help` and `--version` it prints and exits.
///
/// # Errors
/// One line about the first invalid setting.
pub fn read<C: Parser>(prefixes: &[&str], source: &SettingsSource) -> Result<Settings<C>, CliError> {
    names::check(&C::command(), prefixes, source.variables.iter().cloned())?;
    let values = match settings_file(source) {
        Some(path) => read_file(&path, &C::command())?,
        None => BTreeMap::new(),
    };
    // Templates set unused variables to nothing, so an empty one counts as none.
    let is_empty =
        |name: &str| source.variables.iter().any(|(other, value)| other == name && value.is_empty());
    let command = with_file_values(C::command(), &values, &is_empty);
    let cli_error = |error: clap::Error| match error.kind() {
        ErrorKind::DisplayHelp
        | ErrorKind::DisplayVersion
        | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => error.exit(),
        _ => CliError::new(first_paragraph(&error)),
    };
    let matches = command.clone().try_get_matches_from(&source.arguments).map_err(cli_error)?;
    let cli = C::from_arg_matches(&matches).map_err(cli_error)?;
    Ok(Settings { cli, effective: effective(&command, &matches, &values) })
}

/// The first paragraph of clap's message; the rest explains `--help`.
fn first_paragraph(error: &clap::Error) -> String {
    let text = error.render().to_string();
    let first = text.split("\n\n").next().unwrap_or_default();
    first.trim().trim_start_matches("error: ").to_owned()
}

fn settings_file(source: &SettingsSource) -> Option<PathBuf> {
    let mut arguments = source.arguments.iter().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.to_str() {
            Some("--config") => return arguments.next().map(PathBuf::from),
            Some("--") => break,
            Some(text) if text.starts_with("--config=") => {
                return text.split_once('=').map(|(_, path)| PathBuf::from(path));
            }
            _ => {}
        }
    }
    let named = source.variables.iter().find(|(name, value)| name == FILE && !value.is_empty());
    named.map(|(_, path)| PathBuf::from(path))
}

/// The file's values by variable. A key of another of our programs is ignored, so that one file can serve all of
/// them.
fn read_file(path: &Path, command: &Command) -> Result<BTreeMap<String, String>, CliError> {
    let text = std::fs::read_to_string(path).map_err(|error| CliError::cannot_read(path, &error))?;
    let table: toml::Table = text.parse().map_err(|error: toml::de::Error| {
        let line =
            error.span().map_or(1, |span| text[..span.start.min(text.len())].matches('\n').count() + 1);
        CliError::new(format!("{}, line {line}: {}", path.display(), error.message()))
    })?;
    let known: BTreeMap<String, String> =
        arguments(command).into_iter().filter_map(variable).map(|name| (key(&name), name)).collect();
    let mut values = BTreeMap::new();
    for (given, value) in &table {
        let Some(name) = known.get(given).filter(|name| *name != FILE) else {
            if names::all().any(|name| key(name) == *given && name != FILE) {
                continue;
            }
            let others = known.keys().map(String::as_str).filter(|key| *key != given);
            let near = names::nearest(given, others);
            let hint = near.map(|near| format!("; did you mean {near}?")).unwrap_or_default();
            return Err(CliError::new(format!("{}: there is no setting {given}{hint}", path.display())));
        };
        let Some(value) = render(value) else {
            let message =
                format!("{}: {given} is not a string, number, boolean or list of these", path.display());
            return Err(CliError::new(message));
        };
        values.insert(name.clone(), value);
    }
    Ok(values)
}

fn render(value: &toml::Value) -> Option<String> {
    Some(match value {
        toml::Value::String(text) => text.clone(),
        toml::Value::Integer(number) => number.to_string(),
        toml::Value::Float(number) => number.to_string(),
        toml::Value::Boolean(flag) => flag.to_string(),
        toml::Value::Array(values) => values.iter().map(render).collect::<Option<Vec<_>>>()?.join(","),
        toml::Value::Datetime(_) | toml::Value::Table(_) => return None,
    })
}

/// Adds the file's values as defaults, and ignores empty variables.
fn with_file_values(
    command: Command,
    values: &BTreeMap<String, String>,
    is_empty: &dyn Fn(&str) -> bool,
) -> Command {
    let change = |argument: Arg| {
        let Some(name) = variable(&argument) else { return argument };
        let argument = match values.get(&name) {
            // The help must not show secrets of the file.
            Some(value) => argument.default_value(value.clone()).hide_default_value(true),
            None => argument,
        };
        if is_empty(&name) { argument.env(Resettable::Reset) } else { argument }
    };
    command.mut_args(change).mut_subcommands(|subcommand| with_file_values(subcommand, values, is_empty))
}

/// The effective settings of the chosen subcommand.
fn effective(
    command: &Command,
    matches: &ArgMatches,
    values: &BTreeMap<String, String>,
) -> Vec<EffectiveSetting> {
    if let Some((name, matches)) = matches.subcommand()
        && let Some(command) = command.find_subcommand(name)
    {
        return effective(command, matches, values);
    }
    let setting = |argument: &Arg| {
        let id = argument.get_id().as_str();
        let name = variable(argument)?;
        let origin = match matches.value_source(id)? {
            ValueSource::CommandLine => "command line",
            ValueSource::EnvVariable => "environment",
            _ if values.contains_key(&name) => "file",
            _ => DEFAULT,
        };
        let given: Vec<_> =
            matches.get_raw(id)?.map(OsStr::to_string_lossy).map(std::borrow::Cow::into_owned).collect();
        let value = if argument.is_hide_env_values_set() { "(a secret)".to_owned() } else { given.join(",") };
        Some(EffectiveSetting { name, value, origin })
    };
    command.get_arguments().filter_map(setting).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Subcommand;

    #[derive(Debug, Parser)]
    #[command(name = "test", args_conflicts_with_subcommands = true)]
    struct Cli {
        #[command(subcommand)]
        command: Option<Serve>,
        #[command(flatten)]
        args: TestArgs,
        #[command(flatten)]
        config: ConfigArgs,
    }

    #[derive(Debug, Subcommand)]
    enum Serve {
        Serve(TestArgs),
        #[command(subcommand)]
        Seed(Seed),
    }

    #[derive(Debug, Subcommand)]
    enum Seed {
        Queue(TestArgs),
    }

    #[derive(clap::Args, Debug)]
    struct TestArgs {
        /// A number
        #[arg(long, env = "WIKIMOVIE_SOME_LIMIT", default_value_t = 5)]
        some_limit: u32,
        /// A list
        #[arg(long, env = "ELASTICSEARCH_SOME_URLS", value_delimiter = ',')]
        urls: Vec<String>,
        /// A secret
        #[arg(long, env = "WIKIMOVIE_SECRET", hide_env_values = true)]
        secret: Option<String>,
    }

    fn settings(toml: &str, arguments: &[&str]) -> Result<Settings<TestArgs>, String> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("settings.toml");
        std::fs::write(&path, toml).unwrap();
        let arguments =
            std::iter::once("test").chain(arguments.iter().copied()).map(OsString::from).collect();
        let source = SettingsSource { arguments, variables: vec![(FILE.into(), path.into())] };
        let Settings { cli, effective } =
            super::read::<Cli>(&[names::PREFIX], &source).map_err(|error| error.to_string())?;
        let cli = match cli.command {
            Some(Serve::Serve(args) | Serve::Seed(Seed::Queue(args))) => args,
            None => cli.args,
        };
        Ok(Settings { cli, effective })
    }

    fn read(toml: &str, arguments: &[&str]) -> Result<TestArgs, String> {
        Ok(settings(toml, arguments)?.cli)
    }

    #[test]
    fn the_command_line_overrides_the_file_and_the_file_the_defaults() {
        assert_eq!(read("", &[]).unwrap().some_limit, 5);
        let file = "some_limit = 7\nelasticsearch_some_urls = [\"a\", \"b\"]";
        for command in [&[][..], &["serve"], &["seed", "queue"]] {
            let args = read(file, command).unwrap();
            assert_eq!((args.some_limit, args.urls), (7, vec!["a".to_owned(), "b".to_owned()]));
        }
        assert_eq!(read(file, &["--some-limit", "9"]).unwrap().some_limit, 9);
        assert_eq!(read(file, &["serve", "--some-limit=9"]).unwrap().some_limit, 9);
    }

    #[test]
    fn effective_settings_have_an_origin_and_hide_secrets() {
        let effective = settings("secret = 'hidden words'\n", &["serve", "--urls", "a,b"]).unwrap().effective;
        let shown: Vec<_> =
            effective.iter().map(|set| (set.name.as_str(), set.value.as_str(), set.origin)).collect();
        assert!(shown.contains(&("WIKIMOVIE_SOME_LIMIT", "5", "default")), "{shown:?}");
        assert!(shown.contains(&("ELASTICSEARCH_SOME_URLS", "a,b", "command line")), "{shown:?}");
        assert!(shown.contains(&("WIKIMOVIE_SECRET", "(a secret)", "file")), "{shown:?}");
    }

    #[test]
    fn invalid_settings_are_rejected_with_one_line() {
        for (file, arguments, part) in [
            ("some_limits = 7", &[][..], "there is no setting some_limits; did you mean some_limit?"),
            ("config = 'x'", &[], "there is no setting config"),
            ("some_limit = 'x'", &[], "invalid value 'x' for '--some-limit"),
            ("[some_limit]\na = 1", &[], "some_limit is not a string"),
            ("\nsome_limit = ", &[], "line 2"),
            ("", &["--other"], "unexpected argument '--other'"),
            ("", &["--config", "/no/such/file"], "/no/such/file does not exist"),
        ] {
            let message = read(file, arguments).unwrap_err();
            assert!(message.contains(part) && !message.contains('\n'), "{file}: {message}");
        }
    }

    #[test]
    fn keys_of_our_other_programs_are_ignored() {
        assert_eq!(
            read("listen = '127.0.0.1:1'\nbucket = 'b'\nsome_limit = 6\n", &[]).unwrap().some_limit,
            6
        );
    }
}
