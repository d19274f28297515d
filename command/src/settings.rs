//! Settings of a program: one list of options, read from the command line, then the environment, then a TOML file,
//! then the defaults. What no setting knows stops the start.
//!
//! The list is the program's own clap command: each option has the variable it stands for, and the key of the file
//! is that variable's name in small letters, without `WIKIMOVIE_`. Values of the file become defaults of the options,
//! so that clap checks all of them alike.

use std::{
    collections::BTreeMap,
    ffi::{OsStr, OsString},
    path::{Path, PathBuf},
};

use clap::{
    Arg, ArgMatches, Args, Command, Parser, builder::Resettable, error::ErrorKind, parser::ValueSource,
};

use crate::{Failure, names, say};

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

/// Where settings come from, handed in by the `config` of a program.
#[derive(Clone, Debug)]
pub struct Source {
    /// The command line, the program's name first.
    pub arguments: Vec<OsString>,
    /// The environment.
    pub variables: Vec<(OsString, OsString)>,
}

/// What a program was told, checked.
#[derive(Clone, Debug)]
pub struct Settings<C> {
    /// The options.
    pub cli: C,
    /// Every setting with its value and where that comes from, in the order of the help.
    pub told: Vec<Told>,
}

/// A setting in force.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// The variable it stands for.
    pub name: String,
    /// Its value; a secret is not shown.
    pub value: String,
    /// Where the value comes from.
    pub from: &'static str,
}

impl<C> Settings<C> {
    /// Prints what was set, as `check-config` does: all that is not left at its default.
    pub fn print(&self) {
        for Told { name, value, from } in self.told.iter().filter(|told| told.from != DEFAULT) {
            say::line(format_args!("{name}={value}   ({from})"));
        }
    }
}

const DEFAULT: &str = "default";

/// Reads the settings of a program. Prints and ends the program for `--help` and `--version`.
///
/// # Errors
/// One line about the first thing that is wrong.
pub fn read<C: Parser>(prefixes: &[&str], source: &Source) -> Result<Settings<C>, Failure> {
    names::check(&C::command(), prefixes, source.variables.iter().cloned())?;
    let values = match file(source) {
        Some(path) => load(&path, &C::command())?,
        None => BTreeMap::new(),
    };
    // A template sets a variable to nothing where it means none.
    let is_empty =
        |name: &str| source.variables.iter().any(|(other, value)| other == name && value.is_empty());
    let command = prepare(C::command(), &values, &is_empty);
    let told = |error: clap::Error| match error.kind() {
        ErrorKind::DisplayHelp
        | ErrorKind::DisplayVersion
        | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => error.exit(),
        _ => Failure::new(first_paragraph(&error)),
    };
    let matches = command.clone().try_get_matches_from(&source.arguments).map_err(told)?;
    let cli = C::from_arg_matches(&matches).map_err(told)?;
    Ok(Settings { cli, told: in_force(&command, &matches, &values) })
}

/// What follows the first paragraph of clap's words is how to call for help.
fn first_paragraph(error: &clap::Error) -> String {
    let text = error.render().to_string();
    let first = text.split("\n\n").next().unwrap_or_default();
    first.trim().trim_start_matches("error: ").to_owned()
}

fn file(source: &Source) -> Option<PathBuf> {
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

/// The file's values by the variables they stand for. A key that only another program of ours knows is passed over,
/// so that one file can serve all of them.
fn load(path: &Path, command: &Command) -> Result<BTreeMap<String, String>, Failure> {
    let text = std::fs::read_to_string(path).map_err(|error| Failure::reading(path, &error))?;
    let table: toml::Table = text.parse().map_err(|error: toml::de::Error| {
        let line =
            error.span().map_or(1, |span| text[..span.start.min(text.len())].matches('\n').count() + 1);
        Failure::new(format!("{}, line {line}: {}", path.display(), error.message()))
    })?;
    let known: BTreeMap<String, String> =
        arguments(command).into_iter().filter_map(variable).map(|name| (key(&name), name)).collect();
    let mut values = BTreeMap::new();
    for (given, value) in &table {
        let Some(name) = known.get(given).filter(|name| *name != FILE) else {
            if names::of_any_program().any(|name| key(name) == *given && name != FILE) {
                continue;
            }
            let others = known.keys().map(String::as_str).filter(|key| *key != given);
            let near = names::nearest(given, others);
            let hint = near.map(|near| format!("; did you mean {near}?")).unwrap_or_default();
            return Err(Failure::new(format!("{}: there is no setting {given}{hint}", path.display())));
        };
        let Some(value) = written(value) else {
            let message =
                format!("{}: {given} is not a string, number, boolean or list of these", path.display());
            return Err(Failure::new(message));
        };
        values.insert(name.clone(), value);
    }
    Ok(values)
}

fn written(value: &toml::Value) -> Option<String> {
    Some(match value {
        toml::Value::String(text) => text.clone(),
        toml::Value::Integer(number) => number.to_string(),
        toml::Value::Float(number) => number.to_string(),
        toml::Value::Boolean(flag) => flag.to_string(),
        toml::Value::Array(values) => values.iter().map(written).collect::<Option<Vec<_>>>()?.join(","),
        toml::Value::Datetime(_) | toml::Value::Table(_) => return None,
    })
}

/// Key in the file of the setting that a variable stands for.
pub(crate) fn key(variable: &str) -> String {
    variable.strip_prefix(names::OURS).unwrap_or(variable).to_ascii_lowercase()
}

pub(crate) fn variable(argument: &Arg) -> Option<String> {
    argument.get_env()?.to_str().map(str::to_owned)
}

/// The options of a command and of all below it.
pub(crate) fn arguments(command: &Command) -> Vec<&Arg> {
    let below = command.get_subcommands().flat_map(arguments);
    command.get_arguments().chain(below).collect()
}

/// Puts the file's values behind the environment, and lets an empty variable count as none.
fn prepare(command: Command, values: &BTreeMap<String, String>, is_empty: &dyn Fn(&str) -> bool) -> Command {
    let change = |argument: Arg| {
        let Some(name) = variable(&argument) else { return argument };
        let argument = match values.get(&name) {
            // The secrets among them must not show in the help.
            Some(value) => argument.default_value(value.clone()).hide_default_value(true),
            None => argument,
        };
        if is_empty(&name) { argument.env(Resettable::Reset) } else { argument }
    };
    command.mut_args(change).mut_subcommands(|subcommand| prepare(subcommand, values, is_empty))
}

/// The settings of the command that was asked for.
fn in_force(command: &Command, matches: &ArgMatches, values: &BTreeMap<String, String>) -> Vec<Told> {
    if let Some((name, matches)) = matches.subcommand()
        && let Some(command) = command.find_subcommand(name)
    {
        return in_force(command, matches, values);
    }
    let told = |argument: &Arg| {
        let id = argument.get_id().as_str();
        let name = variable(argument)?;
        let from = match matches.value_source(id)? {
            ValueSource::CommandLine => "command line",
            ValueSource::EnvVariable => "environment",
            _ if values.contains_key(&name) => "file",
            _ => DEFAULT,
        };
        let given: Vec<_> =
            matches.get_raw(id)?.map(OsStr::to_string_lossy).map(std::borrow::Cow::into_owned).collect();
        let value = if argument.is_hide_env_values_set() { "(a secret)".to_owned() } else { given.join(",") };
        Some(Told { name, value, from })
    };
    command.get_arguments().filter_map(told).collect()
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
        let source = Source { arguments, variables: vec![(FILE.into(), path.into())] };
        let Settings { cli, told } =
            super::read::<Cli>(&[names::OURS], &source).map_err(|failure| failure.to_string())?;
        let cli = match cli.command {
            Some(Serve::Serve(args) | Serve::Seed(Seed::Queue(args))) => args,
            None => cli.args,
        };
        Ok(Settings { cli, told })
    }

    fn read(toml: &str, arguments: &[&str]) -> Result<TestArgs, String> {
        Ok(settings(toml, arguments)?.cli)
    }

    #[test]
    fn the_file_stands_behind_the_command_line_and_before_the_defaults() {
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
    fn what_is_in_force_says_where_it_comes_from_and_shows_no_secret() {
        let told = settings("secret = 'hidden words'\n", &["serve", "--urls", "a,b"]).unwrap().told;
        let shown: Vec<_> =
            told.iter().map(|told| (told.name.as_str(), told.value.as_str(), told.from)).collect();
        assert!(shown.contains(&("WIKIMOVIE_SOME_LIMIT", "5", "default")), "{shown:?}");
        assert!(shown.contains(&("ELASTICSEARCH_SOME_URLS", "a,b", "command line")), "{shown:?}");
        assert!(shown.contains(&("WIKIMOVIE_SECRET", "(a secret)", "file")), "{shown:?}");
    }

    #[test]
    fn what_cannot_be_used_is_told_in_a_line() {
        for (file, arguments, part) in [
            ("some_limits = 7", &[][..], "there is no setting some_limits; did you mean some_limit?"),
            ("config = 'x'", &[], "there is no setting config"),
            ("some_limit = 'x'", &[], "invalid value 'x' for '--some-limit"),
            ("[some_limit]\na = 1", &[], "some_limit is not a string"),
            ("\nsome_limit = ", &[], "line 2"),
            ("", &["--other"], "unexpected argument '--other'"),
            ("", &["--config", "/no/such/file"], "/no/such/file does not exist"),
        ] {
            let told = read(file, arguments).unwrap_err();
            assert!(told.contains(part) && !told.contains('\n'), "{file}: {told}");
        }
    }

    #[test]
    fn settings_of_our_other_programs_are_passed_over() {
        assert_eq!(
            read("listen = '127.0.0.1:1'\nbucket = 'b'\nsome_limit = 6\n", &[]).unwrap().some_limit,
            6
        );
    }
}
