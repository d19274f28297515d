//! Options of a program and the environment variables that they stand for.

use clap::{Arg, Command};

/// Prefix of all our variables but `ENV`.
pub const PREFIX: &str = "WIKIMOVIE_";

/// Key of a variable's setting in the file.
pub(crate) fn key(variable: &str) -> String {
    variable.strip_prefix(PREFIX).unwrap_or(variable).to_ascii_lowercase()
}

pub(crate) fn variable(argument: &Arg) -> Option<String> {
    argument.get_env()?.to_str().map(str::to_owned)
}

/// The options of a command and of its subcommands.
pub(crate) fn arguments(command: &Command) -> Vec<&Arg> {
    let below = command.get_subcommands().flat_map(arguments);
    command.get_arguments().chain(below).collect()
}
