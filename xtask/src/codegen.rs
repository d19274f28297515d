//! Generated files: what writes each, and whether what is stored equals what the code makes.
//!
//! The generating code stands beside what it describes, in tests that compare; with `WIKIMOVIE_CODEGEN=write` in their
//! environment they write instead. Nothing else sets this variable.

use std::process::Command;

use anyhow::Result;
use clap::{Args, ValueEnum};

use crate::process::{cargo, heading, run};

/// The variable that makes generators write.
const WRITE: (&str, &str) = ("WIKIMOVIE_CODEGEN", "write");

#[derive(Args)]
pub(crate) struct Arguments {
    /// Compare the stored files with the code, and write none
    #[arg(long)]
    check: bool,
    /// What to generate; without a name, all that needs neither a search node nor a data set
    #[arg(value_enum)]
    parts: Vec<Part>,
}

/// A group of generated files.
#[derive(Clone, Copy, PartialEq, ValueEnum)]
enum Part {
    /// schema.graphql, docs/schema.md, docs/errors.md, docs/error-answers.md
    Schema,
    /// docs/configuration.md and docs/metrics.md
    Settings,
    /// docs/dsl.md: questions beside their request bodies
    Dsl,
    /// docs/conformance.md, and answers that a case asks for; needs search nodes
    Conformance,
    /// docs/relevance.md; needs search nodes and real movies
    Relevance,
}

impl Part {
    const DEFAULT: [Part; 3] = [Part::Schema, Part::Settings, Part::Dsl];

    /// Arguments of `cargo test`, a list for each command.
    fn tests(self) -> &'static [&'static [&'static str]] {
        match self {
            Part::Schema => {
                &[&["--workspace", "--test", "schema"], &["--workspace", "--test", "api", "each_code_has"]]
            }
            Part::Settings => &[
                &["--workspace", "--lib", "the_reference_equals_the_table"],
                &["--workspace", "--bins", "the_settings_are_documented"],
            ],
            Part::Dsl => &[&["--workspace", "--test", "dsl"]],
            Part::Conformance => &[&["--workspace", "--test", "conformance", "--", "--nocapture"]],
            Part::Relevance => &[&["--workspace", "--test", "engines", "--", "--nocapture"]],
        }
    }
}

/// Writes or compares generated files.
///
/// # Errors
/// Where a generator fails or, with `--check`, a stored file differs.
pub(crate) fn run_parts(arguments: &Arguments) -> Result<()> {
    let parts = if arguments.parts.is_empty() { &Part::DEFAULT[..] } else { &arguments.parts };
    for part in parts {
        if let Some(value) = part.to_possible_value() {
            heading(&format!(
                "{}: {}",
                value.get_name(),
                value.get_help().map(ToString::to_string).unwrap_or_default()
            ));
        }
        for arguments_of_test in part.tests() {
            run(&mut generator(arguments_of_test, arguments.check))?;
        }
    }
    Ok(())
}

fn generator(test: &[&str], check: bool) -> Command {
    let mut command = cargo();
    command.args(["test", "--locked", "--quiet"]).args(test).env_remove(WRITE.0);
    if !check {
        command.env(WRITE.0, WRITE.1);
    }
    command
}
