//! The documented list of a program's settings, generated from its options.
//!
//! `docs/configuration.md` has a section for each program between markers, and `command/src/names/` the variable
//! names; a test of each program compares both with what this module renders.

use std::{fmt::Write as _, fs, path::Path};

use clap::{Arg, Command};

use crate::{names, options::variable};

/// Heading of options without one.
const GENERAL: &str = "General";

/// Compares the documented settings of a program with its options; `update` rewrites them.
///
/// # Errors
/// What to do about a difference, or the file that cannot be read or written.
pub fn compare(root: &Path, command: &Command, update: bool) -> Result<(), String> {
    let program = command.get_name();
    let document = root.join("docs/configuration.md");
    let text = fs::read_to_string(&document).map_err(|error| format!("{}: {error}", document.display()))?;
    let expected = with_section(&text, program, &markdown(command))
        .ok_or_else(|| format!("{} has no section for {program}", document.display()))?;
    let names_file = root.join(format!("command/src/names/{program}.txt"));
    let mut names = names::of_command(command).join("\n");
    names.push('\n');
    for (path, expected, found) in [
        (&document, expected, text),
        (&names_file, names, fs::read_to_string(&names_file).unwrap_or_default()),
    ] {
        if expected == found {
            continue;
        }
        if !update {
            return Err(format!(
                "{} differs from the options of {program}: run `cargo xtask codegen settings`",
                path.display()
            ));
        }
        fs::write(path, expected).map_err(|error| format!("{}: {error}", path.display()))?;
    }
    Ok(())
}

/// A setting and its subcommands; the empty name is the program itself.
struct DocumentedSetting<'a> {
    argument: &'a Arg,
    commands: Vec<String>,
}

/// Renders the settings of a program as Markdown, a table for each heading in the order of first use.
pub fn markdown(command: &Command) -> String {
    let mut settings: Vec<DocumentedSetting<'_>> = Vec::new();
    collect(command, "", &mut settings);
    let heading =
        |setting: &DocumentedSetting<'_>| setting.argument.get_help_heading().unwrap_or(GENERAL).to_owned();
    let mut headings: Vec<String> = Vec::new();
    for setting in &settings {
        if !headings.contains(&heading(setting)) {
            headings.push(heading(setting));
        }
    }
    let mut out = String::new();
    for title in headings {
        let _ =
            writeln!(out, "\n### {title}\n\n| variable | option | default | meaning |\n|---|---|---|---|");
        for setting in settings.iter().filter(|setting| heading(setting) == title) {
            let _ = writeln!(out, "{}", row(setting));
        }
    }
    out
}

fn collect<'a>(command: &'a Command, path: &str, settings: &mut Vec<DocumentedSetting<'a>>) {
    for argument in command.get_arguments() {
        let Some(name) = variable(argument) else { continue };
        let known = settings.iter_mut().find(|setting| variable(setting.argument).as_ref() == Some(&name));
        match known {
            Some(setting) => setting.commands.push(path.to_owned()),
            None => settings.push(DocumentedSetting { argument, commands: vec![path.to_owned()] }),
        }
    }
    for below in command.get_subcommands() {
        collect(below, format!("{path} {}", below.get_name()).trim(), settings);
    }
}

fn row(setting: &DocumentedSetting<'_>) -> String {
    let argument = setting.argument;
    let name = variable(argument).unwrap_or_default();
    let option = argument.get_long().map(|long| format!("`--{long}`")).unwrap_or_default();
    let defaults: Vec<_> =
        argument.get_default_values().iter().map(|value| value.to_string_lossy().into_owned()).collect();
    let is_flag = !argument.get_action().takes_values();
    let default =
        if defaults.is_empty() || is_flag { String::new() } else { format!("`{}`", defaults.join(",")) };
    let help = argument.get_long_help().or(argument.get_help()).map(ToString::to_string).unwrap_or_default();
    let mut meaning = help.replace('\n', " ").replace('|', "\\|");
    let values: Vec<_> =
        argument.get_possible_values().iter().map(|value| format!("`{}`", value.get_name())).collect();
    if !values.is_empty() && !is_flag {
        let _ = write!(meaning, ". One of {}", values.join(", "));
    }
    // A setting of the program itself needs no list of subcommands.
    if !setting.commands.iter().any(String::is_empty) {
        let commands: Vec<_> = setting.commands.iter().map(|command| format!("`{command}`")).collect();
        let _ = write!(meaning, " ({})", commands.join(", "));
    }
    format!("| `{name}` | {option} | {default} | {meaning} |")
}

/// Replaces a program's section of a document, which is between markers.
fn with_section(document: &str, program: &str, part: &str) -> Option<String> {
    let (start, end) = (format!("<!-- settings of {program} -->\n"), format!("<!-- end of {program} -->"));
    let from = document.find(&start)? + start.len();
    let to = from + document[from..].find(&end)?;
    Some([&document[..from], part, "\n", &document[to..]].concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn command() -> Command {
        let option = |name: &'static str| Arg::new(name).long(name).env(name).help("What | it is");
        Command::new("test")
            .arg(option("WIKIMOVIE_ONE").default_value("1"))
            .subcommand(Command::new("load").arg(option("WIKIMOVIE_ONE")).arg(option("WIKIMOVIE_TWO")))
    }

    #[test]
    fn each_setting_is_listed_once_with_its_commands() {
        let text = markdown(&command());
        assert_eq!(text.matches("`WIKIMOVIE_ONE`").count(), 1, "{text}");
        assert!(text.contains("| `WIKIMOVIE_ONE` | `--WIKIMOVIE_ONE` | `1` | What \\| it is |"), "{text}");
        assert!(text.contains("| What \\| it is (`load`) |"), "{text}");
    }

    #[test]
    fn a_difference_is_reported_and_written() {
        let root = tempfile::tempdir().unwrap();
        fs::create_dir_all(root.path().join("docs")).unwrap();
        fs::create_dir_all(root.path().join("command/src/names")).unwrap();
        let document = root.path().join("docs/configuration.md");
        fs::write(&document, "Head\n<!-- settings of test -->\n<!-- end of test -->\nFoot\n").unwrap();
        assert!(
            compare(root.path(), &command(), false).unwrap_err().contains("cargo xtask codegen settings")
        );
        compare(root.path(), &command(), true).unwrap();
        compare(root.path(), &command(), false).unwrap();
        let text = fs::read_to_string(&document).unwrap();
        assert!(text.starts_with("Head\n") && text.ends_with("Foot\n") && text.contains("WIKIMOVIE_TWO"));
        let names = fs::read_to_string(root.path().join("command/src/names/test.txt")).unwrap();
        assert_eq!(names, "WIKIMOVIE_ONE\nWIKIMOVIE_TWO\n");
    }
}
